import { remedyForUnknown } from "../../plugin/suggest.ts";
import type { Command } from "../command.ts";
import { CliError } from "../errors.ts";

/** Every command there is, in the order of the help. Each is loaded when it is asked for: none pays for what another needs. */
const COMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ["demo", async () => (await import("./demo.ts")).demo],
  ["new", async () => (await import("./new.ts")).scaffold],
  ["build", async () => (await import("./build.ts")).build],
  ["pack", async () => (await import("./pack.ts")).pack],
  ["keygen", async () => (await import("./keygen.ts")).keygen],
  ["sign", async () => (await import("./sign.ts")).sign],
  ["publish", async () => (await import("./publish.ts")).publish],
  ["init", async () => (await import("./init.ts")).init],
  ["trust", async () => (await import("./trust.ts")).trust],
  ["add", async () => (await import("./add.ts")).add],
  ["diff", async () => (await import("./diff.ts")).diff],
  ["outdated", async () => (await import("./outdated.ts")).outdated],
  ["update", async () => (await import("./update.ts")).update],
  ["restore", async () => (await import("./restore.ts")).restore],
  ["endorse", async () => (await import("./endorse.ts")).endorse],
  ["list", async () => (await import("./list.ts")).list],
  ["inspect", async () => (await import("./inspect.ts")).inspect],
  ["scan", async () => (await import("./scan.ts")).scan],
  ["filter", async () => (await import("./filter.ts")).filter],
  ["approve", async () => (await import("./approve.ts")).approve],
  ["remove", async () => (await import("./remove.ts")).remove],
  ["verify", async () => (await import("./verify.ts")).verify],
  ["flow", async () => (await import("./flow.ts")).flow],
  ["approvals", async () => (await import("./approvals.ts")).approvals],
  ["call", async () => (await import("./call.ts")).call],
  ["serve", async () => (await import("./serve.ts")).serve],
  ["key", async () => (await import("./key.ts")).key],
  ["tenant", async () => (await import("./tenant.ts")).tenant],
  ["audit", async () => (await import("./audit.ts")).audit],
  ["doctor", async () => (await import("./doctor.ts")).doctor],
  ["probe", async () => (await import("./probe.ts")).probe],
  ["debt", async () => (await import("./debt.ts")).debt],
  ["evidence", async () => (await import("./evidence.ts")).evidence],
  ["verify-evidence", async () => (await import("./verify-evidence.ts")).verifyEvidence],
  ["completion", async () => (await import("./completion.ts")).completion],
]);

export const COMMAND_NAMES: readonly string[] = [...COMMANDS.keys()];

/** The command of this name. Throws `ERR_USAGE` that names the one that was meant. */
export async function loadCommand(name: string): Promise<Command> {
  const load = COMMANDS.get(name);
  if (load) return load();
  if (name.startsWith("-"))
    throw new CliError("ERR_USAGE", `\`${name}\` stands where a command belongs.`, {
      remedy: "Write the command first, as in `glovebox list --json`; `glovebox help` lists them.",
    });
  throw new CliError("ERR_USAGE", `There is no command \`${name}\`.`, {
    remedy: remedyForUnknown(name, COMMAND_NAMES),
  });
}

/** All of them, for those who describe them. */
export function loadCommands(): Promise<readonly Command[]> {
  return Promise.all([...COMMANDS.values()].map((load) => load()));
}
