import path from "node:path";
import type { ExitCode } from "../errors.ts";
import type { Command, CommandCall } from "./command.ts";
import { loadCommand } from "./commands/table.ts";
import type { Machine } from "./machine.ts";
import type { Output } from "./output.ts";
import { parseCommandLine } from "./parse-command-line.ts";

const DEFAULT_CONFIG = "glovebox.yaml";

/** Where a command's words go, and what of the machine it may use. */
export interface Surroundings {
  readonly out: Output;
  readonly machine: Machine;
}

/** Runs the command that `words` name. Throws whatever it throws: who calls decides how to report it. */
export async function runCommand(
  words: readonly string[],
  surroundings: Surroundings,
): Promise<ExitCode> {
  const [name = "", ...rest] = words;
  const command = await loadCommand(name);
  const call = readCall(command, rest, surroundings);
  try {
    return await command.run(call);
  } catch (error) {
    const { locateReasons } = await import("./locate-reasons.ts");
    locateReasons(error, call.configFile, surroundings.machine.files);
    const { adviseAuthor } = await import("./own-build.ts");
    adviseAuthor(error, surroundings.machine.files);
    throw error;
  }
}

function readCall(
  command: Command,
  words: readonly string[],
  { out, machine }: Surroundings,
): CommandCall {
  const { args, values } = parseCommandLine(command, words);
  return {
    args,
    out,
    machine,
    configFile: path.resolve(
      typeof values["config"] === "string" ? values["config"] : DEFAULT_CONFIG,
    ),
    flag: (name) => values[name] === true,
    text: (name) => (typeof values[name] === "string" ? values[name] : undefined),
    texts: (name) =>
      Array.isArray(values[name]) ? values[name].filter((value) => typeof value === "string") : [],
  };
}
