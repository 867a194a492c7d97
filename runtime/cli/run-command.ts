import path from "node:path";
import type { ExitCode } from "../errors.ts";
import type { Command, CommandCall } from "./command.ts";
import { loadCommand } from "./commands/table.ts";
import { CLI_ERRORS, CliError } from "./errors.ts";
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
  const call = naming(command, () => readCall(command, rest, surroundings));
  try {
    return await command.run(call);
  } catch (error) {
    nameCommand(command, error);
    const { locateReasons } = await import("./locate-reasons.ts");
    locateReasons(error, call.configFile, surroundings.machine.files);
    const { adviseAuthor } = await import("./own-build.ts");
    adviseAuthor(error, surroundings.machine.files);
    throw error;
  }
}

function naming<Value>(command: Command, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    nameCommand(command, error);
    throw error;
  }
}

/** Whoever threw it did not know of which command the words were. */
function nameCommand({ name }: Command, error: unknown): void {
  if (error instanceof CliError && error.remedy === CLI_ERRORS.ERR_USAGE.remedy)
    error.advise(`Run \`glovebox help ${name}\` to see its words.`);
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
