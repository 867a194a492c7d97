import path from "node:path";
import { EXIT, type ExitCode } from "../errors.ts";
import { remedyForUnknown } from "../plugin/suggest.ts";
import type { Command, CommandCall } from "./command.ts";
import { COMMANDS } from "./commands/table.ts";
import { CliError } from "./errors.ts";
import { commandHelp, generalHelp } from "./help.ts";
import { makeOutput, type Output } from "./output.ts";
import { parseCommandLine, type ParsedWords } from "./parse-command-line.ts";
import { reportError } from "./report-error.ts";
import { runtimeVersion } from "../powers/version.ts";

const DEFAULT_CONFIG = "glovebox.yaml";

/** Runs one command line. The only place that sets the process's exit code. */
export async function main(words: readonly string[]): Promise<void> {
  const out = makeOutput({
    json: words.includes("--json"),
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
  });
  process.stdout.on("error", leaveOnBrokenPipe);
  try {
    process.exitCode = await dispatch(words, out);
  } catch (error) {
    process.exitCode = reportError(error, out, process.stderr);
    if (process.env["GLOVEBOX_DEBUG"] === "1") process.stderr.write(`${String((error as Error).stack)}\n`);
  }
}

async function dispatch(words: readonly string[], out: Output): Promise<ExitCode> {
  const [name, ...rest] = words;
  if (name === undefined || name === "--help" || name === "-h" || (name === "help" && rest.length === 0)) {
    process.stdout.write(generalHelp(COMMANDS, out));
    return EXIT.done;
  }
  if (name === "--version" || name === "-v" || name === "version") {
    process.stdout.write(`${runtimeVersion()}\n`);
    return EXIT.done;
  }
  const command = findCommand(name === "help" ? (rest[0] ?? "") : name);
  if (name === "help") {
    process.stdout.write(commandHelp(command, out));
    return EXIT.done;
  }
  const parsed = parseCommandLine(command, rest.map((word) => (word === "-h" ? "--help" : word)));
  if (parsed.values["help"] === true) {
    process.stdout.write(commandHelp(command, out));
    return EXIT.done;
  }
  return command.run(toCall(parsed, out));
}

function findCommand(name: string): Command {
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command) return command;
  const names = COMMANDS.map((candidate) => candidate.name);
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

/** `glovebox list | head -1` is not an error. */
function leaveOnBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(EXIT.done);
  throw error;
}
