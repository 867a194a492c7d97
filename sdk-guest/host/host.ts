import type { HostErrorTag } from "@glovebox/host-api/errors";

export type LogLevel = "debug" | "info" | "warn" | "error";
/** What clients may have read and should read again. */
export type Listing = "tools" | "prompts" | "resources";
export type WriteMode = "create" | "replace" | "append";

export interface FileStat {
  readonly kind: "file" | "directory" | "other";
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

export interface HttpReply {
  readonly status: number;
  readonly url: string;
  /** A JSON array of `[name, value]`. */
  readonly headers: string;
  readonly body: Uint8Array;
}

/**
 * The functions of `glovebox:plugin` as the SDK calls them: every argument already has its WIT type, because in QuickJS
 * a wrong type traps the instance. A refusal is thrown as `CapabilityError`.
 * In a component the generated entry registers the WIT imports (`guest/wit-host.ts`); in Node `testing.ts` registers
 * an in-memory host.
 */
export interface PluginHost {
  getContext(): string;
  writeLog(level: LogLevel, message: string): void;
  reportProgress(progress: number, total: number | undefined, message: string | undefined): void;
  listChanged(listing: Listing): void;
  resourceUpdated(uri: string): void;
  readonly ask: {
    /** JSON of requests by key → JSON of answers by key. Does not come back where an answer is missing. */
    request(requests: string): string;
  };
  readonly clock: {
    now(): number;
    monotonic(): number;
    sleep(milliseconds: number): void;
  };
  readonly random: { getBytes(lengthBytes: number): Uint8Array };
  readonly env: { getValue(name: string): string | undefined; names(): readonly string[] };
  readonly kv: {
    getValue(key: string): Uint8Array | undefined;
    setValue(key: string, value: Uint8Array): void;
    deleteValue(key: string): boolean;
    listKeys(prefix: string, after: string | undefined): readonly string[];
  };
  readonly files: {
    readFile(path: string): Uint8Array;
    writeFile(path: string, contents: Uint8Array, mode: WriteMode): void;
    statPath(path: string): FileStat;
    /** A JSON array of `{name, kind}`. */
    listDirectory(path: string): string;
    makeDirectory(path: string): void;
    removeFile(path: string): void;
    removeDirectory(path: string): void;
    renamePath(oldPath: string, newPath: string): void;
  };
  readonly http: {
    /** Blocks in a component; a test's stand-in for the network may take its time. */
    send(
      method: string,
      url: string,
      headers: string,
      body: Uint8Array | undefined,
    ): HttpReply | Promise<HttpReply>;
  };
}

/** The names of the host's interfaces that need a capability. */
export type HostInterface = Exclude<
  keyof PluginHost,
  "getContext" | "writeLog" | "reportProgress" | "listChanged" | "resourceUpdated"
>;

/** What a plugin may ask for in `plugin.json`, for each interface that needs asking. */
export const CAPABILITY_OF: Readonly<Record<HostInterface, string>> = {
  clock: "clock",
  random: "random",
  env: "env",
  kv: "kv",
  files: "filesystem",
  http: "http",
  ask: "ask",
};

/** The host refused an operation. `tag` is the WIT error: `not-permitted`, `not-found`, `quota-exceeded`, … */
export class CapabilityError extends Error {
  override readonly name = "CapabilityError";
  readonly tag: HostErrorTag;
  /** The capability by its name in `plugin.json`: `filesystem`, `kv`, … */
  readonly capability: string;
  constructor(tag: HostErrorTag, capability: string, operation: string, words?: string) {
    super(`${operation}: ${words ?? explain(tag, capability)}`);
    this.tag = tag;
    this.capability = capability;
  }
}

function explain(tag: HostErrorTag, capability: string): string {
  return tag === "not-permitted"
    ? `not within what the operator granted as \`${capability}\``
    : tag;
}

let findHost: (() => PluginHost) | undefined;

/** Says where the host is. The generated entry calls it once; `testing.ts` gives one host per call. */
export function registerHost(find: () => PluginHost): void {
  findHost = find;
}

/** The host of the running call. Throws outside a call: while modules load there is nobody to ask. */
export function currentHost(): PluginHost {
  if (!findHost) {
    throw new Error(
      "No host here: use capabilities inside a tool's handler, and testPlugin() of @glovebox/sdk/testing in tests",
    );
  }
  return findHost();
}
