// Starts processes behind the seal under test, or with nothing around them.
import { spawn } from "node:child_process";
import { openSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Duplex, Readable } from "node:stream";
import type {
  ProcessPowers,
  StartedProcess,
} from "../../../runtime/sandbox/seal/process-powers.ts";
import type { SealedProcess } from "../../../runtime/sandbox/seal/sealed-process.ts";

/** Where a descriptor of the broker's shows up in what it starts, if nothing closes it. */
const LEAKED_AT = 20;

export interface NakedOptions {
  /** A file that the broker holds open. */
  readonly leaked: string;
  readonly programOf?: (program: string) => string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly onStderr?: (chunk: Buffer) => void;
}

/**
 * The machine without any protection: no seal to be had, and Node without its flags, in the broker's environment and
 * with one of the broker's descriptors. What runs is chosen by `programOf`: a build from which checks were taken.
 */
export function nakedPowers(real: ProcessPowers, options: NakedOptions): ProcessPowers {
  return {
    ...real,
    landlockLauncher: "/nonexistent",
    findProgram: () => undefined,
    realPath: (path) => options.programOf?.(real.realPath(path)) ?? real.realPath(path),
    startProcess: (_file, args, pipes) => {
      const at = args.findIndex((argument) => argument.endsWith(".cjs"));
      return startNaked(real.node, args.slice(at), pipes, options);
    },
  };
}

function startNaked(
  node: string,
  args: readonly string[],
  pipes: number,
  { leaked, env = {}, cwd = "/", onStderr }: NakedOptions,
): StartedProcess {
  const stdio: ("ignore" | "pipe" | number)[] = ["ignore", "ignore", "pipe"];
  for (let index = 0; index < pipes; index += 1) stdio.push("pipe");
  while (stdio.length < LEAKED_AT) stdio.push("ignore");
  stdio.push(openSync(leaked, "r"));
  const child = spawn(node, ["--no-warnings", ...args], {
    stdio,
    cwd,
    detached: true,
    env: { ...process.env, ...env },
  });
  if (onStderr !== undefined) child.stderr?.on("data", onStderr);
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once("exit", (code, signal) => resolve({ code, signal })),
  );
  const ends = child.stdio.slice(3, 3 + pipes) as Duplex[];
  for (const end of ends) end.on("error", () => {});
  const kill = (): void => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
  };
  return {
    pid: child.pid,
    pipes: ends,
    stderr: child.stderr as Readable,
    ended,
    kill,
    signal: () => {},
  };
}

/** A sealed or naked process that takes one JSON line and answers with one, in turn. */
export interface Conversation {
  readonly pid: number;
  readonly process: SealedProcess;
  /** The next line that it says, or why it will say none. */
  ask(
    line?: object,
  ): Promise<{ readonly said?: Readonly<Record<string, unknown>>; readonly end?: string }>;
  close(): Promise<void>;
}

const CLOSE_MS_MAX = 2000;
const LINE_BYTES_MAX = 1024 * 1024;

export function converse(process: SealedProcess): Conversation {
  process.watch(true);
  const heard: { text: string; end?: string; wake?: () => void } = { text: "" };
  process.channel.on("data", (chunk: Buffer) => {
    if (heard.text.length < LINE_BYTES_MAX) heard.text += chunk.toString("utf8");
    heard.wake?.();
  });
  const noteEnd = async (): Promise<void> => {
    const { reason, code, signal, stderr } = await process.exited;
    heard.end = `the process ended (${reason}, ${signal ?? code}) ${stderr.slice(0, 200)}`;
    heard.wake?.();
  };
  void noteEnd();
  return {
    get pid() {
      return process.pid;
    },
    process,
    async ask(line) {
      if (line !== undefined && heard.end === undefined)
        process.channel.write(`${JSON.stringify(line)}\n`);
      while (!heard.text.includes("\n") && heard.end === undefined)
        await new Promise<void>((resolve) => (heard.wake = resolve));
      const at = heard.text.indexOf("\n");
      if (at < 0) return { end: heard.end ?? "" };
      const first = heard.text.slice(0, at);
      heard.text = heard.text.slice(at + 1);
      return { said: JSON.parse(first) as Record<string, unknown> };
    },
    async close() {
      process.kill();
      // What an unprotected attacker left behind may hold its ends open.
      await Promise.race([process.exited, sleep(CLOSE_MS_MAX)]);
      process.channel.destroy();
    },
  };
}
