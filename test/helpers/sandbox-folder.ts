import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { CapabilityBroker, HostAnswer } from "@glovebox/host-api/capability";
import { HostError, type HostErrorTag } from "@glovebox/host-api/errors";
import { makeBroker } from "@glovebox/host-api/filesystem/broker";
import { statOf } from "@glovebox/host-api/filesystem/answers";
import { type FilesystemGrant, parseGrant } from "@glovebox/host-api/filesystem/grant";
import type { JsonValue } from "@glovebox/host-api/json";
import type { BeneathStat, SealOptions } from "@glovebox/host-api/powers";
import type { Mechanism } from "../../runtime/powers/beneath/mechanism.ts";
import { nofollowAny } from "../../runtime/powers/beneath/nofollow-any.ts";
import { openBeneath } from "../../runtime/powers/beneath/open-beneath.ts";
import { loadOpenat2 } from "../../runtime/powers/beneath/openat2.ts";
import { procWalk } from "../../runtime/powers/beneath/proc-walk.ts";
import { makeFolderKeys } from "../../runtime/powers/beneath/sealed-keys.ts";
import { Names } from "../../runtime/powers/beneath/sealed-name.ts";

/** Every mechanism that this machine has: each must hold every promise. */
export const MECHANISMS: readonly Mechanism[] =
  process.platform === "darwin"
    ? [nofollowAny]
    : [loadOpenat2(), procWalk].filter((one) => one !== undefined);

export const SECRET = "the host's own secret";

/** The key of a tenant that exists in tests alone. */
export function makeSeal(store = "files of p", fill = 7): SealOptions {
  return { key: { tenant: "t", id: "1", bytes: () => new Uint8Array(32).fill(fill) }, store };
}

/** What `openPlugin` seals the folder with: nothing, unless a test file says so for all of its tests. */
let seal: SealOptions | undefined;
export function sealFolders(): void {
  seal = makeSeal();
}

/** Where the host keeps what a guest calls `names`. */
export function placeOf(scratch: Scratch, ...names: readonly string[]): string {
  const sealed = seal ? new Names(makeFolderKeys(seal)).seal(names) : names;
  return join(scratch.box, ...sealed);
}

/** What a file holds, as its guest would read it. */
export function contentOf(scratch: Scratch, ...names: readonly string[]): Buffer {
  const folder = openBeneath(scratch.box, { writable: false, ...(seal ? { seal } : {}) });
  try {
    const file = folder.open(names, { read: true, write: false, create: false });
    try {
      return Buffer.from(file.read(0, file.stat().sizeBytes));
    } finally {
      file.close();
    }
  } finally {
    folder.close();
  }
}

export interface Scratch {
  /** Absolute. Everything below it goes away with the test. */
  readonly base: string;
  /** The folder that guests may use. */
  readonly box: string;
  /** A folder beside it, with `secret.txt` inside. */
  readonly outside: string;
}

export function makeScratch(t: TestContext): Scratch {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "glovebox-fs-")));
  // Cleanups run in the order in which they are registered, and an attacker may still be renaming: tried again until it is gone.
  t.after(() => removeWhenQuiet(base));
  const scratch = { base, box: join(base, "files"), outside: join(base, "files2") };
  mkdirSync(scratch.box);
  mkdirSync(scratch.outside);
  writeFileSync(join(scratch.outside, "secret.txt"), SECRET);
  return scratch;
}

async function removeWhenQuiet(folder: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    try {
      rmSync(folder, { recursive: true, force: true });
      return;
    } catch {
      await sleep(20);
    }
  }
}

type Run<Answer> = (
  operation: string,
  args: readonly JsonValue[],
  body?: Uint8Array | string,
) => Answer;

export interface FilesystemPlugin {
  readonly broker: CapabilityBroker;
  /** Runs one operation as a hostile runner would: arguments of any shape. */
  readonly run: Run<HostAnswer>;
  /** The same for another call than the first. */
  readonly runAs: (callId: string, ...request: Parameters<Run<HostAnswer>>) => HostAnswer;
  /** The same for an operation that may take its time. */
  readonly start: Run<HostAnswer | Promise<HostAnswer>>;
}

/** A broker over `scratch.box`, without a runner in between. */
export function openPlugin(
  t: TestContext,
  scratch: Scratch,
  mechanism: Mechanism | undefined = MECHANISMS[0],
  grant: FilesystemGrant = parseGrant("read-write"),
): FilesystemPlugin {
  const broker = makeBroker(
    grant,
    { plugin: "p", folder: scratch.base },
    {
      openBeneath: (folder, options) =>
        openBeneath(folder, { ...options, ...(seal ? { seal } : {}) }, mechanism),
      nowMs: () => Date.now(),
      monotonicMs: () => performance.now(),
    },
  );
  t.after(() => broker.close?.());
  const { signal } = new AbortController();
  const startAs = (callId: string, ...[operation, args, body = ""]: Parameters<Run<unknown>>) => {
    const run = broker.operations[`filesystem.${operation}`];
    assert.ok(run !== undefined, `no operation ${operation}`);
    const request = { args, body: typeof body === "string" ? Buffer.from(body) : body };
    return run(request, { callId, plugin: "p", tool: "t", signal });
  };
  const runAs: FilesystemPlugin["runAs"] = (callId, ...request) => {
    const answer = startAs(callId, ...request);
    assert.ok(!(answer instanceof Promise));
    return answer;
  };
  return {
    broker,
    runAs,
    run: (...request) => runAs("call-1", ...request),
    start: (...request) => startAs("call-1", ...request),
  };
}

/** What the answer of `filesystem.stat` says. */
export function statIn(answer: HostAnswer): BeneathStat {
  return statOf({ value: answer.value, body: new Uint8Array(0) });
}

/** The handle in the answer of `filesystem.open`. */
export function handleOf(answer: HostAnswer): number {
  assert.ok(typeof answer.value === "number");
  return answer.value;
}

/** For `assert.throws`: a refusal with one of these tags, whose words name no host path. */
export function refusedAs(
  scratch: Scratch | undefined,
  ...tags: readonly HostErrorTag[]
): (error: unknown) => boolean {
  return (error) => {
    if (!(error instanceof HostError)) throw error;
    if (!tags.includes(error.tag))
      throw new Error(`refused as ${error.tag}, not ${tags.join(" or ")}`, { cause: error });
    return scratch === undefined || !error.message.includes(scratch.base);
  };
}

/** The tag of what `operation` threw, or `undefined` when it went through. */
export function tagOf(operation: () => unknown): HostErrorTag | undefined {
  try {
    operation();
    return undefined;
  } catch (error) {
    if (error instanceof HostError) return error.tag;
    throw error;
  }
}
