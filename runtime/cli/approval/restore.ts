import type { Restored } from "../../approve.ts";
import { collectReasons, located } from "../../errors.ts";
import { digestOfBytes } from "../../plugin/canonical.ts";
import { PinError, pinError } from "../../supply/pin-errors.ts";
import type { Source } from "../../supply/read-source.ts";
import { pinSource } from "../../supply/sources/source-text.ts";
import {
  openPackage,
  verifyInstalled,
  verifySource,
  verifyVouched,
} from "../../supply/verify-installed.ts";
import {
  configuredPlugin,
  lockedPlugin,
  readEndorsements,
  readStored,
  rulesIn,
  type Workspace,
} from "../../workspace.ts";
import { examine } from "./approve.ts";
import type { CommandCall } from "../command.ts";
import { fetchHere, fetchTyped, type TypedSource } from "./fetch-here.ts";
import { nameAsBefore } from "./name-source.ts";

/** Whether the store has everything that was approved of a plugin, as it was approved. */
export function isStored(alias: string, workspace: Workspace, { machine }: CommandCall): boolean {
  const { unsigned } = configuredPlugin(workspace, alias);
  const locked = lockedPlugin(alias, workspace);
  const rules = rulesIn(workspace, machine.files);
  const reasons = collectReasons([
    () => {
      const stored = readStored(workspace.paths, alias, locked, machine.files);
      verifyInstalled(stored, { alias, locked, unsigned }, rules);
    },
  ]);
  return reasons.length === 0;
}

/**
 * Fetches what was approved under `alias`, and nothing else: the very bytes of the lockfile, signed by whoever signed them then.
 * Only what is not packed has to be run, sealed, to be packed again; its component is the approved one by then.
 * Throws every reason why it is not what was approved.
 */
export async function fetchApproved(
  alias: string,
  from: TypedSource | undefined,
  workspace: Workspace,
  call: CommandCall,
): Promise<Restored> {
  const { source, unsigned } = configuredPlugin(workspace, alias);
  const locked = lockedPlugin(alias, workspace);
  const fetched = from
    ? await fetchTyped(from, workspace, call)
    : await fetchHere(pinSource(source, locked), workspace, call);
  if (!fetched)
    throw new PinError("ERR_SOURCE_UNKNOWN", `There is nothing at the source of \`${alias}\`.`, {
      place: { file: workspace.paths.configFile, path: `plugins.${alias}.source` },
      remedy: `Put the approved release there, or name where it is: \`glovebox restore ${alias} --from SOURCE\`.`,
    });
  const found = nameAsBefore(fetched, alias, workspace);
  const expected = { alias, locked, unsigned };
  const endorsements = readEndorsements(workspace.paths, locked, call.machine.files);
  const rules = rulesIn(workspace, call.machine.files);
  try {
    verifySource(found, expected, rules, endorsements);
    const { packageBytes, vouched } = await packed(
      { ...found, bundles: [...found.bundles, ...endorsements] },
      { alias, unsigned },
      workspace,
      call,
    );
    if (digestOfBytes(packageBytes) !== locked.package) {
      const message = `What is at the source of \`${alias}\` packs to other bytes than were approved.`;
      throw pinError("ERR_PACKAGE_CHANGED", alias, message);
    }
    const bundles = vouched.flatMap(({ bundle, attestation }) =>
      [bundle, attestation ?? []].flat(),
    );
    verifyInstalled({ file: found.file, package: packageBytes, bundles }, expected, rules);
    return { alias, locked, packageBytes, vouched };
  } catch (error) {
    throw located(error, { file: found.file, path: `plugins.${alias}` });
  }
}

async function packed(
  found: Source,
  marked: { readonly alias: string; readonly unsigned: boolean },
  workspace: Workspace,
  call: CommandCall,
): Promise<Pick<Restored, "packageBytes" | "vouched">> {
  if (found.kind !== "package") return examine(found, marked, workspace, call);
  const rules = rulesIn(workspace, call.machine.files);
  const opened = openPackage(found.package, rules);
  const { vouched } = verifyVouched(opened, found, marked.unsigned, rules);
  return { packageBytes: found.package, vouched };
}
