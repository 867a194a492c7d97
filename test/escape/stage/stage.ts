import { randomBytes } from "node:crypto";
import { mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { makeProcessPowers } from "../../../runtime/powers/process.ts";
import { openSandbox } from "../../../runtime/sandbox/open-sandbox.ts";
import { SEALED_FOLDER } from "../../../runtime/sandbox/programs.ts";
import type { Sandbox, SealName } from "../../../runtime/sandbox/sandbox.ts";
import type { ProcessPowers } from "../../../runtime/sandbox/seal/process-powers.ts";
import {
  makeSpawner,
  type SealedProcess,
  type SealedProcessOptions,
} from "../../../runtime/sandbox/seal/sealed-process.ts";
import { escaped, stopped, type Outcome } from "../attack.ts";
import { call } from "../inside/system.ts";
import { openCanaries, type Canaries, type Makers, type Watch } from "./canaries.ts";
import { differences, lookAtAttacker } from "./observe.ts";
import { converse, nakedPowers, type Conversation } from "./processes.ts";
import type { Programs } from "./programs.ts";

const GIB = 1024 ** 3;
const LOAD_MS_MAX = 2000;
export type Form = Exclude<SealName, "none"> | "unsealed";

/** Where attacks are made: behind one form of seal with every check in place, or with all of it taken away. */
export interface Stage {
  readonly form: Form;
  /** False: nothing protects, and an attack has to succeed. */
  readonly guarded: boolean;
  readonly programs: Programs;
  readonly canaries: Canaries;
  readonly sandbox: Sandbox;
  /** The same with a runner that leaves JavaScript as it is: ring 5 alone is between it and the host. */
  unlocked(): Promise<Sandbox>;
  /** Starts a program where a runner would stand. */
  start(
    program: string,
    args: readonly string[],
    limits?: Partial<SealedProcessOptions>,
  ): SealedProcess;
  /** Lets native code act in a runner's place. */
  native(act: string, options?: NativeOptions): Promise<Outcome>;
  /** Runs an act whose every trace is looked for; what it returns is what it brought home. `by` says what stopped it, if something did. */
  judge(act: () => Promise<Brought>): Promise<Outcome>;
  /** Made once, ended with the stage. */
  shared<Thing>(name: string, make: () => Promise<Thing>): Promise<Thing>;
  onClose(end: () => unknown): void;
  close(): Promise<void>;
}

export interface Brought {
  readonly home: string;
  readonly by: string;
  /** Looks where only this attack could leave a trace. */
  readonly traces?: () => readonly string[];
  /** Ends the attacker, after its traces were looked for. */
  readonly close?: () => Promise<void>;
}

export interface NativeOptions {
  readonly target?: "victim" | "runner";
  /** In a process of its own, because it changes that process or ends it. */
  readonly alone?: boolean;
  readonly waitMs?: number;
  /** With `alone`: what the watchdog allows it, where there is one. */
  readonly residentBytesMax?: number;
}

export async function openStage(form: Form, programs: Programs): Promise<Stage> {
  const mark = `canary-${randomBytes(9).toString("hex")}`;
  const leaked = leakDescriptor(mark);
  const real = makeProcessPowers(SEALED_FOLDER);
  const guarded = form !== "unsealed";
  const naked = nakedPowers(real, {
    leaked,
    programOf: (program) => (program.endsWith("/runner.cjs") ? programs.nakedRunner : program),
  });
  const powers: ProcessPowers = !guarded
    ? naked
    : form === "landlock"
      ? { ...real, findProgram: () => undefined }
      : real;
  process.env[`GLOVEBOX_CANARY_OF_${form}`] = `${mark}-env`;
  const sandbox = await openSandbox(powers, {
    spareRunners: 1,
    loadMsMax: guarded ? LOAD_MS_MAX : 60_000,
  });
  if (sandbox.seal.name !== (guarded ? form : "none"))
    throw new Error(`${form} cannot be had here: ${sandbox.seal.remarks.join("; ")}`);
  const spawn = makeSpawner(powers);
  const seal: SealName = guarded ? form : "none";
  const start: Stage["start"] = (program, programArgs, limits) =>
    spawn({
      seal,
      program,
      programArgs,
      dataBytesMax: GIB,
      residentBytesMax: guarded ? GIB / 2 : 64 * GIB,
      ...limits,
    });
  const canaries = await openCanaries(
    mark,
    makeVictims(real, programs, leaked, start),
    guarded ? 0 : 50,
  );
  const ends: (() => unknown)[] = [];
  const things = new Map<string, Promise<unknown>>();
  const shared: Stage["shared"] = <Thing>(name: string, make: () => Promise<Thing>) => {
    if (!things.has(name)) things.set(name, make());
    return things.get(name) as Promise<Thing>;
  };
  const startNative = async (
    residentBytesMax = guarded ? GIB / 2 : 64 * GIB,
  ): Promise<Conversation> => {
    const args = guarded ? [] : ["untightened"];
    const conversation = converse(start(programs.native, args, { residentBytesMax }));
    const { end } = await conversation.ask();
    if (end !== undefined) throw new Error(`the attacker did not start: ${end}`);
    // It may speak before bubblewrap has told its number, and nobody can be looked at without one.
    for (let waits = 0; conversation.pid === 0; waits += 1) {
      if (waits >= 1000) throw new Error("the attacker has no number");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return conversation;
  };
  let attacker: Conversation | undefined;
  const judgeHome = async (
    watch: Watch,
    home: string,
    by: string,
    more?: () => readonly string[],
  ): Promise<Outcome> => {
    const traces = await watch(home, more);
    // What an unprotected attacker read of this machine is nobody's to print.
    return traces.length > 0 ? escaped(traces.join("; ")) : stopped(by, guarded ? home : "");
  };
  return {
    form,
    guarded,
    programs,
    canaries,
    sandbox,
    start,
    async native(act, { target = "victim", alone = false, waitMs = 0, residentBytesMax } = {}) {
      const watch = await canaries.watch();
      const current = alone
        ? await startNative(guarded ? residentBytesMax : undefined)
        : (attacker ??= await startNative());
      const before = lookAtAttacker(current.pid);
      const world = canaries.world;
      const { said, end } = await current.ask({ act, target, world });
      // Some acts bear fruit only when the broker says something more.
      if (end === undefined && alone) await current.ask({ act: "nothing", target, world });
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      const after = end === undefined ? lookAtAttacker(current.pid) : before;
      const home = typeof said?.["home"] === "string" ? said["home"] : (end ?? "");
      const changed = after["root"] === "" ? [] : differences("itself", before, after);
      const outcome = await judgeHome(watch, home, nameOf(form, home), () => changed);
      if (alone || end !== undefined) await current.close();
      if (!alone && end !== undefined) attacker = undefined;
      return outcome;
    },
    async judge(act) {
      const watch = await canaries.watch();
      const { home, by, traces, close } = await act();
      const outcome = await judgeHome(watch, home, by, traces);
      await close?.();
      return outcome;
    },
    shared,
    unlocked: () =>
      shared("unlocked", async () => {
        if (!guarded) return sandbox;
        const realPath = (path: string): string =>
          path.endsWith("/runner.cjs") ? programs.unlockedRunner : powers.realPath(path);
        const opened = await openSandbox({ ...powers, realPath });
        ends.push(() => opened.close());
        return opened;
      }),
    onClose: (end) => void ends.push(end),
    async close() {
      await attacker?.close();
      for (const end of ends.toReversed()) await end();
      await sandbox.close();
      await canaries.close();
      rmSync(dirname(leaked), { recursive: true });
    },
  };
}

/** A file with a secret that this process has open, and does not close on exec: as whoever started the broker may have left it. */
function leakDescriptor(mark: string): string {
  const file = join(mkdtempSync(join(tmpdir(), "glovebox-leaked-")), "held");
  writeFileSync(file, `${mark}-leaked`);
  call("dup", openSync(file, "r"));
  return file;
}

function makeVictims(
  real: ProcessPowers,
  programs: Programs,
  leaked: string,
  start: Stage["start"],
): Makers {
  return {
    startVictim(wish, env, cwd) {
      let opened = false;
      const spawn = makeSpawner(
        nakedPowers(real, {
          leaked,
          cwd,
          env: { ...env, NODE_OPTIONS: "--inspect-port=0" },
          onStderr: (chunk) => (opened ||= chunk.includes("Debugger")),
        }),
      );
      const options = { program: programs.victim, programArgs: [JSON.stringify(wish)] };
      const limits = { dataBytesMax: GIB, residentBytesMax: GIB };
      const conversation = converse(spawn({ seal: "none", ...options, ...limits }));
      return { conversation, debuggerOpened: () => opened };
    },
    startRunner(wish) {
      const conversation = converse(start(programs.victim, [JSON.stringify(wish)]));
      return { conversation, debuggerOpened: () => false };
    },
  };
}

const ERRNO: Readonly<Record<string, string>> = {
  1: "EPERM",
  2: "ENOENT",
  3: "ESRCH",
  9: "EBADF",
  13: "EACCES",
  38: "ENOSYS",
};

function nameOf(form: Form, home: string): string {
  const [, number = ""] = /^errno (\d+)$/.exec(home) ?? [];
  if (number !== "") return `${form} and seccomp: ${ERRNO[number] ?? `errno ${number}`}`;
  return /SIG[A-Z]+|code|\b159\b/.test(home)
    ? `${form} and seccomp: killed`
    : `${form} and seccomp`;
}
