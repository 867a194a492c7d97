import { EXIT, type ExitCode } from "../errors.ts";
import { runtimeVersion } from "../powers/version.ts";
import { COMMANDS } from "./commands/table.ts";
import { commandHelp, generalHelp } from "./help.ts";
import { makeOutput, type Output } from "./output.ts";
import { reportError } from "./report-error.ts";
import { findCommand, runCommand } from "./run-command.ts";

/**
 * Runs one command line and ends the process. The only place that does.
 * It ends by `process.exit`, once everything is written: letting Node wind down by itself after foreign calls crashed it.
 */
export async function main(words: readonly string[]): Promise<void> {
  const { stdout, stderr, stdin } = process;
  const out = makeOutput({ json: words.includes("--json"), stdout, stderr, stdin });
  stdout.on("error", leaveOnBrokenPipe);
  let exit: ExitCode;
  try {
    exit = await dispatch(words, out);
  } catch (error) {
    exit = reportError(error, out, stderr);
    if (process.env["GLOVEBOX_DEBUG"] === "1") stderr.write(`${String((error as Error).stack)}\n`);
  }
  await Promise.all([written(stdout), written(stderr)]);
  process.exit(exit);
}

function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write("", () => resolve()));
}

async function dispatch(words: readonly string[], out: Output): Promise<ExitCode> {
  const [name, ...rest] = words;
  const help = describeHelp(name, rest, out);
  if (help !== undefined) process.stdout.write(help);
  else if (name === "--version" || name === "version") process.stdout.write(`${runtimeVersion()}\n`);
  else return runCommand(COMMANDS, words, out);
  return EXIT.done;
}

/** The help that is asked for, or undefined when none is. */
function describeHelp(name: string | undefined, rest: readonly string[], out: Output): string | undefined {
  if (name === undefined || name === "--help" || name === "-h" || (name === "help" && rest.length === 0)) return generalHelp(COMMANDS, out);
  if (name === "help") return commandHelp(findCommand(COMMANDS, rest[0] ?? ""), out);
  if (rest.includes("--help") || rest.includes("-h")) return commandHelp(findCommand(COMMANDS, name), out);
  return undefined;
}

/** `glovebox list | head -1` is not an error. */
function leaveOnBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(EXIT.done);
  throw error;
}
