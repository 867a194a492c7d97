import path from "node:path";
import type { CapabilityName } from "@glovebox/host-api/capability";
import type { JsonValue } from "@glovebox/host-api/json";
import { CAPABILITIES } from "@glovebox/host-api/registry";
import { reasonsOf } from "../errors.ts";
import { makeVisible } from "../firewall/visible.ts";
import { PolicyError } from "../policy/errors.ts";
import { importPolicy } from "../policy/import-policy.ts";
import type { Source } from "../supply/read-source.ts";
import type { CommandCall } from "./command.ts";
import { CliError } from "./errors.ts";
import type { Output } from "./output.ts";

const BYTES_MAX = 256 * 1024;

/** What the operator lets a plugin do and take, as the configuration would say it. */
export interface Allowances {
  readonly grants: Readonly<Record<string, JsonValue>>;
  readonly limits: Readonly<Record<string, JsonValue>>;
}

/**
 * Reads a Wassette policy file beside the grants of the command line, and tells what of it is not kept as it says.
 * Throws `ERR_FILE_MISSING`, and everything that is wrong with the file.
 */
export function readPolicyFile(
  name: string,
  flags: Readonly<Record<string, JsonValue>>,
  { machine, out }: CommandCall,
): Allowances {
  const file = path.resolve(name);
  const { grants, limits, notes } = importPolicy(readText(file, machine.files), file);
  const twice = Object.keys(grants).find((capability) => Object.hasOwn(flags, capability));
  if (twice !== undefined)
    throw new PolicyError(
      "ERR_CONFIG_GRANT",
      `\`--grant ${twice}\` and the policy both grant it.`,
      {
        remedy: "Leave it to one of the two.",
        place: { file },
      },
    );
  const given = Object.keys(Object(flags["env"]) as object);
  const left = notes.filter(({ variable }) => variable === undefined || !given.includes(variable));
  out.line(`Policy ${makeVisible(name)} grants: ${Object.keys(grants).join(", ") || "nothing"}.`);
  for (const { place, message } of left)
    out.line(`  line ${place.line ?? "?"}: ${makeVisible(message)}.`);
  out.line();
  return { grants: { ...grants, ...flags }, limits };
}

/** Tells what a policy that came with a component asks for. It is its publisher's wish: nothing is granted by it. */
export function showPublishersPolicy(source: Source, out: Pick<Output, "line">): void {
  if (source.kind !== "bare" || source.policy === undefined) return;
  out.line("Its publisher put a policy beside it, which grants nothing here. It asks for:");
  try {
    const { grants, notes } = importPolicy(new TextDecoder().decode(source.policy), "policy");
    for (const [name, grant] of Object.entries(grants))
      out.line(`  ${name}: ${makeVisible(describeWish(name, grant))}`);
    for (const { message } of notes) out.line(`  ${makeVisible(message)}`);
    if (Object.keys(grants).length + notes.length === 0) out.line("  nothing");
  } catch (error) {
    for (const { message } of reasonsOf(error))
      out.line(`  it cannot be read: ${makeVisible(message)}`);
  }
  out.line();
}

function describeWish(name: string, grant: JsonValue): string {
  const capability = CAPABILITIES[name as CapabilityName];
  return capability.formatGrant(capability.parseGrant(grant));
}

function readText(file: string, files: CommandCall["machine"]["files"]): string {
  const bytes = files.readFile(file, BYTES_MAX);
  if (!bytes)
    throw new CliError("ERR_FILE_MISSING", "There is no policy here.", { place: { file } });
  return new TextDecoder().decode(bytes);
}
