import { SandboxError } from "./errors.ts";
import type { SealedExit } from "./seal/sealed-process.ts";

/** V8 ends a process that cannot get memory by a trap instruction or an abort; bubblewrap reports 128 + signal. */
const ABORTS: readonly (number | string | null)[] = ["SIGABRT", "SIGTRAP", "SIGILL", 132, 133, 134];

/** Nothing behind the seal can send it: somebody outside did. */
const KILLS: readonly (number | string | null)[] = ["SIGKILL", 137];

/** Why a process is gone, as seen from what its channel was doing: `starting`, `loading`, `calling`, … */
export function explainExit(doing: string, exit: SealedExit): SandboxError {
  const { code, signal, reason, stderr } = exit;
  // What the process printed may be the plugin's words: it goes to the operator as a cause, never to a client.
  const detail = stderr === "" ? {} : { cause: new Error(stderr.slice(-2000)) };
  const words = `the runner ended while ${doing} (${signal ?? `code ${code}`})`;
  if (reason === "flood")
    return new SandboxError("ERR_CALL_LOG", "the runner flooded its standard error", detail);
  if (doing === "starting") return new SandboxError("ERR_RUNNER_START", words, detail);
  if (reason === "memory" || ABORTS.includes(signal) || ABORTS.includes(code)) {
    return new SandboxError("ERR_CALL_MEMORY", words, detail);
  }
  const isFromOutside = reason === "exit" && KILLS.includes(signal ?? code);
  const isLoad = doing === "loading" && !isFromOutside;
  return new SandboxError(isLoad ? "ERR_COMPONENT_LOAD" : "ERR_RUNNER_DIED", words, detail);
}
