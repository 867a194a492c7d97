import { HOST_ERROR_TAGS, type HostErrorTag } from "@glovebox/host-api/errors";
import {
  CAPABILITY_OF,
  CapabilityError,
  type FileStat,
  type HostInterface,
  type HttpReply,
  type Listing,
  type LogLevel,
  type PluginHost,
  type WriteMode,
} from "../host/host.ts";

type WitFunction = (...args: unknown[]) => unknown;

/** The WIT imports of the component's own world, by interface. What the manifest does not request is not there. */
export type WitImports = Readonly<
  Record<string, Readonly<Record<string, WitFunction>> | undefined>
>;

const uint32Max = 0xffff_ffff;

/** Makes the SDK's host from the WIT imports. All arguments are brought to their WIT types here: a wrong one traps. */
export function makeWitHost(imports: WitImports): PluginHost {
  const call = (name: HostInterface, operation: string, ...args: unknown[]): unknown => {
    const label = `${name}.${operation}`;
    const target = imports[name]?.[operation];
    if (!target) {
      const words = `the plugin does not ask for \`${CAPABILITY_OF[name]}\` in its plugin.json`;
      throw new CapabilityError("not-permitted", CAPABILITY_OF[name], label, words);
    }
    try {
      return target(...args);
    } catch (thrown) {
      throw new CapabilityError(tagOf(thrown), CAPABILITY_OF[name], label);
    }
  };
  return {
    getContext: () => imports["context"]!["getContext"]!() as string,
    writeLog: (level, message) =>
      void imports["log"]?.["write"]?.(parseLevel(level), string(message)),
    reportProgress: (done: unknown, total: unknown, message: unknown) =>
      void imports["progress"]?.["report"]?.(
        Number(done),
        total === undefined ? undefined : Number(total),
        message === undefined ? undefined : string(message),
      ),
    listChanged: (listing) => void imports["notify"]?.["listChanged"]?.(parseListing(listing)),
    resourceUpdated: (uri) => void imports["notify"]?.["resourceUpdated"]?.(string(uri)),
    ask: { request: (requests) => call("ask", "request", string(requests)) as string },
    clock: {
      now: () => call("clock", "now") as number,
      monotonic: () => call("clock", "monotonic") as number,
      sleep: (milliseconds) => void call("clock", "sleep", uint32(milliseconds)),
    },
    random: { getBytes: (length) => call("random", "getBytes", uint32(length)) as Uint8Array },
    env: {
      getValue: (name) => optional(call("env", "getValue", string(name))) as string | undefined,
      names: () => call("env", "names") as string[],
    },
    kv: {
      getValue: (key) => optional(call("kv", "getValue", string(key))) as Uint8Array | undefined,
      setValue: (key, value) => void call("kv", "setValue", string(key), bytes(value)),
      deleteValue: (key) => call("kv", "deleteValue", string(key)) as boolean,
      listKeys: (prefix, after) =>
        call(
          "kv",
          "listKeys",
          string(prefix),
          after === undefined ? undefined : string(after),
        ) as string[],
    },
    files: makeFiles((operation, ...args) => call("files", operation, ...args)),
    http: {
      send: (method, url, headers, body) =>
        call(
          "http",
          "send",
          string(method),
          string(url),
          string(headers),
          body === undefined ? undefined : bytes(body),
        ) as HttpReply,
    },
  };
}

function makeFiles(call: (operation: string, ...args: unknown[]) => unknown): PluginHost["files"] {
  return {
    readFile: (path) => call("readFile", string(path)) as Uint8Array,
    writeFile: (path, contents, mode) =>
      void call("writeFile", string(path), bytes(contents), parseMode(mode)),
    statPath: (path) => {
      const { kind, size, modifiedMs } = call("statPath", string(path)) as {
        kind: FileStat["kind"];
        size: bigint | number;
        modifiedMs: number;
      };
      return { kind, sizeBytes: Number(size), modifiedMs };
    },
    listDirectory: (path) => call("listDirectory", string(path)) as string,
    makeDirectory: (path) => void call("makeDirectory", string(path)),
    removeFile: (path) => void call("removeFile", string(path)),
    removeDirectory: (path) => void call("removeDirectory", string(path)),
    renamePath: (oldPath, newPath) => void call("renamePath", string(oldPath), string(newPath)),
  };
}

/** Both engines throw an error whose `payload` is the WIT enum's case. */
function tagOf(thrown: unknown): HostErrorTag {
  const payload = (thrown as { readonly payload?: unknown } | null)?.payload;
  return HOST_ERROR_TAGS.find((tag) => tag === payload) ?? "internal";
}

function string(value: unknown): string {
  return String(value).toWellFormed();
}

function bytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new TypeError("contents must be a string or a Uint8Array");
}

function uint32(value: unknown): number {
  return Math.min(uint32Max, Math.max(0, Math.trunc(Number(value)) || 0));
}

/** A WIT option is null in QuickJS and undefined in SpiderMonkey. */
function optional(value: unknown): unknown {
  return value === null ? undefined : value;
}

function parseLevel(level: LogLevel): LogLevel {
  return level === "debug" || level === "warn" || level === "error" ? level : "info";
}

function parseListing(listing: Listing): Listing {
  if (listing === "tools" || listing === "prompts" || listing === "resources") return listing;
  throw new TypeError('what changed must be "tools", "prompts" or "resources"');
}

function parseMode(mode: WriteMode): WriteMode {
  if (mode === "create" || mode === "append" || mode === "replace") return mode;
  throw new TypeError('the write mode must be "create", "replace" or "append"');
}
