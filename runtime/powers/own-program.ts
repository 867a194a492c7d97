import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeEndBySignal } from "./end-by-signal.ts";

/** This release's command line, wherever it is installed. */
const PROGRAM = fileURLToPath(new URL("../cli/glovebox.mjs", import.meta.url));
/** What a process of this release needs to start as its parent did. Secrets of the operator's are in none of them. */
const VARIABLES = [
  "PATH",
  "HOME",
  "LANG",
  "LD_LIBRARY_PATH",
  "NODE_OPTIONS",
  "XDG_CACHE_HOME",
  "USERPROFILE",
  "LOCALAPPDATA",
  "SystemRoot",
];
const STDERR_CHARS_MAX = 4000;
/** How long what it said may be on its way when it has ended. Whoever else holds its output is not waited for. */
const DRAIN_MS_MAX = 1000;

export interface OwnProgram {
  readonly words: readonly string[];
  /** Where it puts what is temporary. */
  readonly temporary: string;
  readonly msMax: number;
  readonly bytesMax: number;
  readonly signal?: AbortSignal;
}

export interface ProgramEnd {
  /** `late` and `too-much`: it was killed. */
  readonly how: "ended" | "late" | "too-much" | "cancelled" | "not-started";
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command of this very release in a process of its own, with the same Node, and none of this one's secrets in its
 * environment. It ends when it is late, says too much, or this process ends: its standard input is open until then. Never throws.
 */
export function runOwnProgram(program: OwnProgram): Promise<ProgramEnd> {
  const { words, temporary, msMax, bytesMax, signal: cancelled } = program;
  return new Promise((resolve) => {
    let how: ProgramEnd["how"] = "ended";
    let bytes = 0;
    let stderr = "";
    const chunks: Buffer[] = [];
    const child = spawn(process.execPath, [PROGRAM, ...words], {
      cwd: temporary,
      env: { ...environment(), TMPDIR: temporary, TEMP: temporary, TMP: temporary },
      stdio: ["pipe", "pipe", "pipe"],
    });
    const letGo = (): void => {
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const stop = (why: ProgramEnd["how"]): void => {
      how = how === "ended" ? why : how;
      child.kill("SIGKILL");
      letGo();
    };
    const cancel = (): void => stop("cancelled");
    // Else it would go on in a folder that is removed.
    const forget = beforeEndBySignal(cancel);
    const timer = setTimeout(() => stop("late"), msMax);
    let draining: NodeJS.Timeout | undefined;
    const end = (code: number | null, signal: NodeJS.Signals | null): void => {
      clearTimeout(timer);
      clearTimeout(draining);
      forget();
      cancelled?.removeEventListener("abort", cancel);
      resolve({ how, code, signal, stdout: Buffer.concat(chunks).toString("utf8"), stderr });
    };
    child.once("error", () => {
      if (child.pid !== undefined) return;
      how = "not-started";
      end(null, null);
    });
    child.once("exit", () => {
      clearTimeout(timer);
      draining = setTimeout(letGo, DRAIN_MS_MAX);
    });
    child.once("close", end);
    child.stdin.on("error", () => undefined);
    child.stdout.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > bytesMax) stop("too-much");
      else chunks.push(chunk);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr = `${stderr}${text}`.slice(-STDERR_CHARS_MAX);
    });
    cancelled?.addEventListener("abort", cancel, { once: true });
    if (cancelled?.aborted) cancel();
  });
}

function environment(): NodeJS.ProcessEnv {
  const kept = VARIABLES.map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(kept.filter(([, value]) => value !== undefined));
}
