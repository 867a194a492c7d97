import type { JsonObject } from "@glovebox/host-api/json";
import type { AskRequest } from "../capabilities/ask.ts";
import {
  CAPABILITY_OF,
  CapabilityError,
  type HostInterface,
  type LogLevel,
  type PluginHost,
} from "../host/host.ts";
import { makeMemoryFiles } from "./memory-files.ts";

type Contents = string | Uint8Array;

/** What the test grants. A capability that is left out answers `not-permitted`, as in production. */
export interface TestGrants {
  /** Files of the plugin's folder by path; `{}` is an empty folder. */
  readonly files?: Readonly<Record<string, Contents>>;
  /** Whether the folder may only be read. */
  readonly filesReadOnly?: boolean;
  readonly kv?: Readonly<Record<string, Contents>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Stands for the network: every request that the plugin sends comes here. */
  readonly fetch?: (request: Request) => Response | Promise<Response>;
  /** The instant at which the test's clock begins. It stands still but for sleeps. */
  readonly clock?: Date | number;
  /** Whether questions may be asked. What they are answered is said with each call. */
  readonly ask?: true;
  /** Seed of the test's randomness: the same seed gives the same bytes. */
  readonly random?: number;
}

export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
}

/** What the plugin left, for assertions. */
export interface TestState {
  readonly files: Map<string, Uint8Array>;
  readonly kv: Map<string, Uint8Array>;
  readonly logs: LogLine[];
  readonly progress: {
    readonly done: number;
    readonly total?: number;
    readonly message?: string;
  }[];
  /** What the plugin said has changed: a listing, or the address of a resource. */
  readonly changes: string[];
}

/** The call has ended at a question that is not answered. */
export class NotAnswered extends Error {
  override readonly name = "NotAnswered";
  readonly needs: Readonly<Record<string, AskRequest>>;
  constructor(needs: Readonly<Record<string, AskRequest>>) {
    super("The call ended at a question that is not answered");
    this.needs = needs;
  }
}

/** The host's `ask` with the answers of one call. */
export function makeAsk(
  answers: Readonly<Record<string, JsonObject>>,
  onMissing: (needs: NotAnswered) => void,
): PluginHost["ask"] {
  return {
    request(text) {
      const requests = JSON.parse(text) as Readonly<Record<string, AskRequest>>;
      const missing = Object.entries(requests).filter(([key]) => !Object.hasOwn(answers, key));
      if (missing.length > 0) {
        const error = new NotAnswered(Object.fromEntries(missing));
        onMissing(error);
        throw error;
      }
      return JSON.stringify(
        Object.fromEntries(Object.keys(requests).map((key) => [key, answers[key]])),
      );
    },
  };
}

/** Makes an in-memory host, and the state behind it. */
export function makeMemoryHost(grants: TestGrants): {
  readonly host: PluginHost;
  readonly state: TestState;
} {
  const state: TestState = {
    files: toMap(grants.files),
    kv: toMap(grants.kv),
    logs: [],
    progress: [],
    changes: [],
  };
  const startMs = Number(grants.clock ?? 0);
  let nowMs = startMs;
  const host: PluginHost = {
    getContext: () => "{}",
    writeLog: (level, message) => void state.logs.push({ level, message }),
    reportProgress: (done, total, message) =>
      void state.progress.push({
        done,
        ...(total !== undefined && { total }),
        ...(message !== undefined && { message }),
      }),
    listChanged: (listing) => void state.changes.push(listing),
    resourceUpdated: (uri) => void state.changes.push(uri),
    ask: makeAsk({}, () => {}),
    clock: {
      now: () => nowMs,
      monotonic: () => nowMs - startMs,
      sleep: (milliseconds) => void (nowMs += milliseconds),
    },
    random: makeSeededRandom(grants.random ?? 0),
    env: {
      getValue: (name) =>
        grants.env && Object.hasOwn(grants.env, name) ? grants.env[name] : undefined,
      names: () => Object.keys(grants.env ?? {}).toSorted(),
    },
    kv: {
      getValue: (key) => state.kv.get(key)?.slice(),
      setValue: (key, value) => void state.kv.set(key, value.slice()),
      deleteValue: (key) => state.kv.delete(key),
      listKeys: (prefix, after) =>
        [...state.kv.keys()]
          .filter((key) => key.startsWith(prefix) && (after === undefined || key > after))
          .toSorted()
          .slice(0, 1000),
    },
    files: makeMemoryFiles(state.files, {
      readOnly: grants.filesReadOnly === true,
      nowMs: () => nowMs,
    }),
    http: makeHttp(grants.fetch),
  };
  return { host: withGrants(host, grants), state };
}

/** Replaces each interface that was not granted by one whose every function refuses. */
function withGrants(host: PluginHost, grants: TestGrants): PluginHost {
  const guarded: Record<string, unknown> = { ...host };
  const granted: Record<HostInterface, unknown> = {
    clock: grants.clock,
    random: grants.random,
    env: grants.env,
    kv: grants.kv,
    files: grants.files,
    http: grants.fetch,
    ask: grants.ask,
  };
  for (const name of Object.keys(granted) as HostInterface[]) {
    if (granted[name] !== undefined) continue;
    const refuse = (operation: string) => (): never => {
      throw new CapabilityError("not-permitted", CAPABILITY_OF[name], `${name}.${operation}`);
    };
    guarded[name] = Object.fromEntries(
      Object.keys(host[name]).map((operation) => [operation, refuse(operation)]),
    );
  }
  return guarded as unknown as PluginHost;
}

function makeHttp(answer: TestGrants["fetch"]): PluginHost["http"] {
  return {
    async send(method, url, headers, body) {
      const request = new Request(url, {
        method,
        headers: JSON.parse(headers) as [string, string][],
        ...(body && { body: body as Uint8Array<ArrayBuffer> }),
      });
      const response = await answer!(request);
      return {
        status: response.status,
        url: response.url || url,
        headers: JSON.stringify([...response.headers]),
        body: await response.bytes(),
      };
    },
  };
}

/** xorshift32: repeatable, and nothing more. */
function makeSeededRandom(seed: number): PluginHost["random"] {
  let state = (seed ^ 0x9e37_79b9) | 1;
  return {
    getBytes: (length) =>
      Uint8Array.from({ length }, () => {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        return state & 0xff;
      }),
  };
}

function toMap(contents: Readonly<Record<string, Contents>> = {}): Map<string, Uint8Array> {
  const encoder = new TextEncoder();
  return new Map(
    Object.entries(contents).map(([name, value]) => [
      name,
      typeof value === "string" ? encoder.encode(value) : value.slice(),
    ]),
  );
}
