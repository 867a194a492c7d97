import path from "node:path";
import type { ExitCode } from "../errors.ts";
import { remedyForUnknown } from "../plugin/suggest.ts";
import type { Command, CommandCall } from "./command.ts";
import { CliError } from "./errors.ts";
import type { Output } from "./output.ts";
import { parseCommandLine, type ParsedWords } from "./parse-command-line.ts";

const DEFAULT_CONFIG = "glovebox.yaml";

/** Runs the command that `words` name. Throws whatever it throws: who calls decides how to report it. */
export function runCommand(commands: readonly Command[], words: readonly string[], out: Output): Promise<ExitCode> {
  const [name = "", ...rest] = words;
  const command = findCommand(commands, name);
  return command.run(toCall(parseCommandLine(command, rest), out));
}

export function findCommand(commands: readonly Command[], name: string): Command {
  const command = commands.find((candidate) => candidate.name === name);
  if (command) return command;
  const names = commands.map((candidate) => candidate.name);
  throw new CliError("ERR_USAGE", `There is no command \`${name}\`.`, { remedy: remedyForUnknown(name, names) });
}

function toCall(parsed: ParsedWords, out: Output): CommandCall {
  const { args, values } = parsed;
  return {
    args,
    out,
    configFile: path.resolve(typeof values["config"] === "string" ? values["config"] : DEFAULT_CONFIG),
    flag: (name) => values[name] === true,
    text: (name) => (typeof values[name] === "string" ? values[name] : undefined),
    texts: (name) => (Array.isArray(values[name]) ? values[name].filter((value) => typeof value === "string") : []),
  };
}
