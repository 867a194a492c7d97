import type { Duplex } from "node:stream";
import type { SealName } from "../sandbox.ts";
import { SandboxError } from "../errors.ts";
import { makeCgroup, type Cgroup } from "./cgroup.ts";
import { collectBounded } from "./bounded-text.ts";
import { startBehindSeal, type Behind } from "./forms.ts";
import type { ProcessPowers } from "./process-powers.ts";

export interface SealedProcessOptions {
  readonly seal: SealName;
  /** Absolute path of one JavaScript file (CommonJS, bundled) that runs inside. */
  readonly program: string;
  readonly programArgs?: readonly string[];
  /** Further files or folders, read-only, visible at the same path. Absolute. */
  readonly readable?: readonly string[];
  readonly nodeFlags?: readonly string[];
  /** RLIMIT_DATA: private writable memory, touched or not. */
  readonly dataBytesMax: number;
  /** Resident memory, swap and page tables together, beyond which the process is killed. */
  readonly residentBytesMax: number;
}

export interface SealedExit {
  /** Under bubblewrap 128 + the signal, when a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
  /**
   * `exit`: by itself, or by a limit of the kernel. `killed`: by `kill()`. `memory`: by the watchdog, or by the kernel in its cgroup.
   * `flood`: it wrote to stderr without end. `unsealed`: the seal could not be closed, so nothing ran. `unstarted`: no process.
   */
  readonly reason: "exit" | "killed" | "memory" | "flood" | "unsealed" | "unstarted";
  /** The beginning of what it wrote to stderr, printable. Hostile words: for operators only. */
  readonly stderr: string;
}

export interface SealedProcess {
  /** The broker's end of descriptor 3. Hostile. */
  readonly channel: Duplex;
  readonly exited: Promise<SealedExit>;
  /** The innermost process. 0 until it is known. */
  readonly pid: number;
  /**
   * On while work is asked of it: memory is looked at every 20 ms. Off when nothing is: it has a moment to prepare what comes
   * next, and is then stopped behind a seal until it is on again, so that nothing in it can act between calls.
   */
  watch(on: boolean): void;
  residentBytes(): number | undefined;
  /** SIGKILL to everything in it. */
  kill(): void;
}

/** How the launcher and the limiting shell say that nothing has run. */
const UNSEALED_EXIT = 97;
/** How bubblewrap says that the process inside was ended by SIGKILL. */
const KILLED_EXIT = 128 + 9;
const CLOSE_WATCH_MS = 20;
const START_WATCH_MS = 1000;
const STOP_AFTER_MS = 250;
/** More than one: a process that has just ended has not been waited for yet. */
const LOOKS_IN_VAIN_MAX = 2;

/**
 * Makes the one function that starts sealed processes.
 * It throws `SandboxError` (`ERR_SEAL_UNAVAILABLE`) where the form of seal asked for does not exist, and never takes another instead.
 */
export function makeSpawner(
  powers: ProcessPowers,
): (options: SealedProcessOptions) => SealedProcess {
  return (options) => {
    const group = makeGroup(powers, options);
    const { started, innermostPid } = startInGroup(powers, options, group);
    let reason: SealedExit["reason"] = started.pid === undefined ? "unstarted" : "exit";
    // Once the process has been waited for, its number may be somebody else's: no signal goes there any more.
    let over = false;
    const end = (why: SealedExit["reason"]): void => {
      if (over) return;
      if (reason === "exit") reason = why;
      started.kill(innermostPid());
    };
    const stderr = collectBounded(started.stderr, () => end("flood"));
    const residentBytes = (): number | undefined => powers.residentBytes?.(innermostPid());
    let looksInVain = 0;
    /** It was killed because its memory could not be seen: one that was dying by itself shows none either. */
    // debt("GB-023"): it may have been killed from outside.
    let inDoubt = false;
    // debt("GB-016"): between two looks it may have more.
    const look = (): void => {
      if (powers.residentBytes === undefined) return;
      const bytes = residentBytes();
      // A process whose first thread has ended while others run on shows no memory. Honest ones end as a whole.
      looksInVain = bytes === undefined && innermostPid() !== 0 ? looksInVain + 1 : 0;
      if (looksInVain > LOOKS_IN_VAIN_MAX || (bytes ?? 0) > options.residentBytesMax) {
        inDoubt = bytes === undefined;
        end("memory");
      }
    };
    let timer = setInterval(look, START_WATCH_MS).unref();
    let pace: "start" | "close" | "stopped" = "start";
    let working = true;
    let restsSinceMs = performance.now();
    /** Runs on while calls come and go: a timer is not set for each of them. */
    let rest: NodeJS.Timeout | undefined;
    const stop = (): void => {
      rest = undefined;
      if (working || over || outlivesBroker(options.seal)) return;
      const leftMs = STOP_AFTER_MS - (performance.now() - restsSinceMs);
      if (leftMs > 0) return stopIn(Math.ceil(leftMs));
      clearInterval(timer);
      pace = "stopped";
      started.signal(innermostPid(), "SIGSTOP");
    };
    const stopIn = (durationMs: number): void =>
      void (rest ??= setTimeout(stop, durationMs).unref());
    stopIn(STOP_AFTER_MS);
    const watchClosely = (): void => {
      if (pace === "stopped") started.signal(innermostPid(), "SIGCONT");
      if (pace === "close") return;
      clearInterval(timer);
      pace = "close";
      timer = setInterval(look, CLOSE_WATCH_MS).unref();
    };
    const exited = started.ended.then(async ({ code, signal }): Promise<SealedExit> => {
      // Whoever ended it, for example from outside: nothing of it stays behind.
      started.kill(innermostPid());
      over = true;
      clearInterval(timer);
      clearTimeout(rest);
      if (reason === "exit" && group?.ranOut() === true) reason = "memory";
      const wasKilled = signal === "SIGKILL" || code === KILLED_EXIT;
      if (reason === "memory" && inDoubt && !wasKilled) reason = "exit";
      group?.remove();
      // The last words may still be on their way.
      await new Promise((resolve) =>
        started.stderr.closed ? resolve(undefined) : started.stderr.once("close", resolve),
      );
      return {
        code,
        signal,
        reason: reason === "exit" && code === UNSEALED_EXIT ? "unsealed" : reason,
        stderr: stderr(),
      };
    });
    return {
      channel: started.pipes[0]!,
      exited,
      get pid() {
        return innermostPid();
      },
      watch: (on) => {
        working = on;
        if (over) return;
        watchClosely();
        if (on) return;
        restsSinceMs = performance.now();
        stopIn(STOP_AFTER_MS);
      },
      residentBytes,
      kill: () => end("killed"),
    };
  };
}

/** The kernel does not end it with its broker, and stopped it would not see its channel end. */
const outlivesBroker = (seal: SealName): boolean => seal === "none" || seal === "seatbelt";

/** Where a group can be made, none runs without: `doctor` has said that it is in force. */
function makeGroup(powers: ProcessPowers, options: SealedProcessOptions): Cgroup | undefined {
  try {
    return makeCgroup(powers.cgroups, options.residentBytesMax);
  } catch (cause) {
    throw new SandboxError("ERR_SEAL_UNAVAILABLE", "no cgroup could be made", { cause });
  }
}

function startInGroup(
  powers: ProcessPowers,
  options: SealedProcessOptions,
  group: Cgroup | undefined,
): Behind {
  try {
    return startBehindSeal(powers, options, group);
  } catch (error) {
    group?.remove();
    throw error;
  }
}
