import { EXIT, type ExitCode } from "../errors.ts";
import { runtimeVersion } from "../powers/version.ts";
import { loadCommand, loadCommands } from "./commands/table.ts";
import { commandHelp, generalHelp } from "./help.ts";
import { makeOutput, type Output } from "./output.ts";
import { reportError } from "./report-error.ts";

/** Runs one command line. The only place that sets the process's exit code. */
export async function main(words: readonly string[]): Promise<void> {
  const { stdout, stderr, stdin } = process;
  const out = makeOutput({ json: words.includes("--json"), stdout, stderr, stdin });
  stdout.on("error", leaveOnBrokenPipe);
  // Whoever closed stderr does not want to know.
  stderr.on("error", () => {});
  try {
    process.exitCode = await dispatch(words, out);
  } catch (error) {
    process.exitCode = reportError(error, out, stderr);
    if (process.env["GLOVEBOX_DEBUG"] === "1") stderr.write(`${String((error as Error).stack)}\n`);
  }
}

async function dispatch(words: readonly string[], out: Output): Promise<ExitCode> {
  const [name = "--help", ...rest] = words;
  const help = await describeHelp(name, rest, out);
  if (help !== undefined) process.stdout.write(help);
  else if (name === "--version" || name === "version") process.stdout.write(`${runtimeVersion()}\n`);
  else {
    const [{ makeMachine }, { runCommand }] = await Promise.all([import("./make-machine.ts"), import("./run-command.ts")]);
    return runCommand(words, { out, machine: makeMachine() });
  }
  return EXIT.done;
}

/** The help that is asked for, or undefined when none is. */
async function describeHelp(name: string, rest: readonly string[], out: Output): Promise<string | undefined> {
  const [topic] = rest;
  if (name === "--help" || name === "-h" || (name === "help" && topic === undefined)) return generalHelp(await loadCommands(), out);
  if (name === "help") return commandHelp(await loadCommand(topic ?? ""), out);
  if (rest.includes("--help") || rest.includes("-h")) return commandHelp(await loadCommand(name), out);
  return undefined;
}

/** `glovebox list | head -1` is not an error. */
function leaveOnBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(EXIT.done);
  throw error;
}
