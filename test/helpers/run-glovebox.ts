import { spawn } from "node:child_process";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { runWords } from "../../runtime/cli/main.ts";
import { makeMachine } from "../../runtime/cli/make-machine.ts";
import type { Machine } from "../../runtime/cli/machine.ts";
import { digestOfBytes } from "../../runtime/plugin/canonical.ts";
import type { Sandbox, Transpiled } from "../../runtime/sandbox/sandbox.ts";

export const GLOVEBOX = join(import.meta.dirname, "../../runtime/cli/glovebox.mjs");
/** Compiled code of the program under test, kept between runs. */
const CODE_CACHE = join(import.meta.dirname, "../../node_modules/.cache/glovebox-test-code");

/** How one command line ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The one JSON value on stdout. Throws when there is none, or more than one. */
  readonly json: unknown;
  /** Codes of the errors, as `--json` or stderr tells them, in order. */
  readonly codes: readonly string[];
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Runs the program as a user would, in a process of its own and with an environment that is the test's alone. */
export async function runGlovebox(
  words: readonly string[],
  { cwd, env = {}, input = "" }: RunOptions,
): Promise<Ended> {
  const child = spawn(process.execPath, [GLOVEBOX, ...words], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", HOME: cwd, XDG_CACHE_HOME: CODE_CACHE, ...env },
  });
  // A program that does not want its input is not at fault.
  child.stdin.on("error", () => {}).end(input);
  const ended = new Promise<number>((resolve) =>
    child.once("close", (code) => resolve(code ?? -1)),
  );
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return describe(code, stdout, stderr);
}

/** Runs a command line in this process, where a test makes hundreds of them. The machine is real, but its seal is probed once. */
export async function runInProcess(
  words: readonly string[],
  machine: Machine = makeMachine(),
): Promise<Ended> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const code = await runWords(words, { stdin, stdout, stderr }, async () => machine);
  return describe(code, ...(await Promise.all([read(stdout), read(stderr)])));
}

/** The same on a terminal, where a person is asked: `answer` says what is typed, and undefined that the input ends. */
export async function runAsking(
  words: readonly string[],
  answer: () => string | undefined,
  machine: Machine = makeMachine(),
): Promise<Ended> {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  let shown = "";
  stdout.on("data", (chunk: Buffer) => {
    shown += chunk.toString();
    if (!shown.endsWith("[y/N] ")) return;
    const typed = answer();
    if (typed === undefined) stdin.end();
    else stdin.write(`${typed}\n`);
  });
  const code = await runWords(words, { stdin, stdout, stderr }, async () => machine);
  return describe(code, shown, await read(stderr));
}

/**
 * The machine as it is, with one sandbox for all that ask, which turns the same component into code only once: copies of a
 * workspace share no cache. For tests of what happens before any plugin runs.
 */
export async function makeSharedMachine(): Promise<{ machine: Machine; close(): Promise<void> }> {
  // Copied first: what is not built fails here, and no process is left behind.
  const machine = { ...makeMachine() };
  const sandbox = await machine.openSandbox();
  const codes = new Map<string, Promise<Transpiled>>();
  const transpile: Sandbox["transpile"] = async (component) => {
    const digest = digestOfBytes(component);
    const code = codes.get(digest) ?? sandbox.transpile(component);
    codes.set(digest, code);
    // A failure is the caller's to hear, each time anew.
    code.catch(() => codes.delete(digest));
    return code;
  };
  const shared: Sandbox = { ...sandbox, transpile, close: async () => {} };
  return {
    machine: { ...machine, openSandbox: async () => shared, probeSeal: async () => sandbox.seal },
    close: () => sandbox.close(),
  };
}

function read(stream: PassThrough): Promise<string> {
  return text(stream.end());
}

function describe(code: number, stdout: string, stderr: string): Ended {
  return {
    code,
    stdout,
    stderr,
    get json() {
      return JSON.parse(stdout) as unknown;
    },
    get codes() {
      if (!stdout.startsWith("{"))
        return [...stderr.matchAll(/^(ERR_[A-Z0-9_]+): /gm)].map((match) => match[1] ?? "");
      const { error = [] } = JSON.parse(stdout) as { error?: { code: string }[] };
      return error.map((reason) => reason.code);
    },
  };
}
