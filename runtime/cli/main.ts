import { EXIT, type ExitCode } from "../errors.ts";
import { makeVisible } from "../firewall/visible.ts";
import { runtimeVersion } from "../powers/version.ts";
import { CliError } from "./errors.ts";
import { loadCommand, loadCommands } from "./commands/table.ts";
import { commandHelp, generalHelp } from "./help.ts";
import type { Machine } from "./machine.ts";
import { makeOutput, type Output, type Terminal } from "./output.ts";
import { reportError } from "./report-error.ts";

/**
 * Runs this process's command line and ends the process. The only place that does.
 * `code` is the digest of the program's own sources, where it was built from them. It ends by `process.exit`, once everything is written: letting Node wind down by itself after foreign calls crashed it.
 */
export async function main(words: readonly string[], code?: string): Promise<void> {
  const { stdout, stderr } = process;
  let unwritten: NodeJS.ErrnoException | undefined;
  // Whoever reads may leave at any time, and a server whose client has left still has something to write down.
  stdout.on("error", (error) => (unwritten ??= error));
  // Whoever closed stderr does not want to know.
  stderr.on("error", () => {});
  const exit = await runWords(words, process, () => loadMachine(code));
  await written(stdout);
  const lost = unwritten && reportLoss(unwritten);
  await written(stderr);
  process.exit(exit || (lost ?? EXIT.done));
}

function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write("", () => resolve()));
}

/** Runs one command line to its exit code, with what went wrong reported. `load` makes the machine for commands that need it. */
export async function runWords(
  words: readonly string[],
  terminal: Terminal,
  load: () => Promise<Machine>,
): Promise<ExitCode> {
  const out = makeOutput(terminal, words.includes("--json"));
  try {
    const help = await describeHelp(words, out);
    if (help === undefined) {
      const { runCommand } = await import("./run-command.ts");
      return await runCommand(words, { out, machine: await load() });
    }
    terminal.stdout.write(help);
    return EXIT.done;
  } catch (error) {
    if (process.env["GLOVEBOX_DEBUG"] === "1")
      terminal.stderr.write(`${makeVisible(String((error as Error).stack), { newlines: true })}\n`);
    return reportError(error, out, terminal.stderr);
  }
}

/** Loaded when a command runs: nobody who asks for help or the version waits for it. */
export async function loadMachine(code?: string): Promise<Machine> {
  const { makeMachine } = await import("./make-machine.ts");
  return makeMachine(code);
}

/** The help or version that is asked for, or undefined when none is. */
async function describeHelp(
  [name = "--help", ...rest]: readonly string[],
  out: Output,
): Promise<string | undefined> {
  const [topic] = rest;
  if (name === "--version" || name === "version") return `${runtimeVersion()}\n`;
  if (name === "--help" || name === "-h" || (name === "help" && topic === undefined))
    return generalHelp(await loadCommands(), out);
  if (name === "help") return commandHelp(await loadCommand(topic ?? ""), out);
  if (rest.includes("--help") || rest.includes("-h"))
    return commandHelp(await loadCommand(name), out);
  return undefined;
}

/** `glovebox list | head -1` is not an error. A file that is not whole is one, and only stderr is left to say so. */
function reportLoss(cause: NodeJS.ErrnoException): ExitCode {
  if (cause.code === "EPIPE") return EXIT.done;
  const error = new CliError(
    "ERR_OUTPUT_LOST",
    `Standard output could not be written: ${makeVisible(cause.code ?? "it is refused")}.`,
    { cause },
  );
  return reportError(error, makeOutput(process, false), process.stderr);
}
