import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { CapabilityBroker, HostAnswer } from "@glovebox/host-api/capability";
import { HostError, type HostErrorTag } from "@glovebox/host-api/errors";
import { makeBroker } from "@glovebox/host-api/filesystem/broker";
import { type FilesystemGrant, parseGrant } from "@glovebox/host-api/filesystem/grant";
import type { JsonValue } from "@glovebox/host-api/json";
import type { Mechanism } from "../../runtime/powers/beneath/mechanism.ts";
import { nofollowAny } from "../../runtime/powers/beneath/nofollow-any.ts";
import { openBeneath } from "../../runtime/powers/beneath/open-beneath.ts";
import { loadOpenat2 } from "../../runtime/powers/beneath/openat2.ts";
import { procWalk } from "../../runtime/powers/beneath/proc-walk.ts";

/** Every mechanism that this machine has: each must hold every promise. */
export const MECHANISMS: readonly Mechanism[] =
  process.platform === "darwin"
    ? [nofollowAny]
    : [loadOpenat2(), procWalk].filter((one) => one !== undefined);

export const SECRET = "the host's own secret";

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
  t.after(() => rmSync(base, { recursive: true, force: true }));
  const scratch = { base, box: join(base, "files"), outside: join(base, "files2") };
  mkdirSync(scratch.box);
  mkdirSync(scratch.outside);
  writeFileSync(join(scratch.outside, "secret.txt"), SECRET);
  return scratch;
}

export interface FilesystemPlugin {
  readonly broker: CapabilityBroker;
  /** Runs one operation as a hostile runner would: arguments of any shape. */
  run(operation: string, args: readonly JsonValue[], body?: Uint8Array | string): HostAnswer;
  runAs(
    callId: string,
    operation: string,
    args: readonly JsonValue[],
    body?: Uint8Array | string,
  ): HostAnswer;
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
      openBeneath: (folder, options) => openBeneath(folder, options, mechanism),
      nowMs: () => Date.now(),
      monotonicMs: () => performance.now(),
    },
  );
  t.after(() => broker.close?.());
  const { signal } = new AbortController();
  const runAs: FilesystemPlugin["runAs"] = (callId, operation, args, body = "") => {
    const run = broker.operations[`filesystem.${operation}`];
    if (run === undefined) throw new Error(`no operation ${operation}`);
    const request = { args, body: typeof body === "string" ? Buffer.from(body) : body };
    return run(request, { callId, plugin: "p", tool: "t", signal }) as HostAnswer;
  };
  return { broker, runAs, run: (operation, args, body) => runAs("call-1", operation, args, body) };
}

/** The handle in the answer of `filesystem.open`. */
export function handleOf(answer: HostAnswer): number {
  return (answer.value as { handle: number }).handle;
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
