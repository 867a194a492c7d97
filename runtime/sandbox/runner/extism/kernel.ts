import type { CurrentPlugin } from "extism";
import { GuestRefusal, type GuestSetting } from "@glovebox/host-api/guest";
import { sendOverChannel } from "@glovebox/host-api/http/channel";
import type { JsonValue } from "@glovebox/host-api/json";
import type { Blocks } from "./blocks.ts";
import type { CallState } from "./call-state.ts";
import { KernelFull, ToolFailure } from "./tool-failure.ts";

/** As Extism's own default. Names count too. */
const VARIABLE_BYTES_MAX = 1024 * 1024;

export type HostFunction = (
  plugin: CurrentPlugin,
  ...args: readonly bigint[]
) => bigint | number | void;

/**
 * The functions of `extism:host/env` that hold authority, remember something or need a bound: they take the place of Extism's
 * own. Those that only move bytes in and out of blocks (`load_u8`, `store_u64`, `length`, `free`, …) stay Extism's.
 * `config_get` is the `env` capability and `http_request` the `http` capability; a secret is no configuration.
 */
export function makeKernelFunctions(
  setting: GuestSetting,
  blocks: Blocks,
  state: () => CallState,
): Record<string, HostFunction> {
  return {
    alloc: (plugin, lengthBytes = 0n) => blocks.alloc(plugin, lengthBytes),
    output_set(plugin, address = 0n, lengthBytes = 0n) {
      // Nothing is a block only when nothing is said.
      if (lengthBytes !== 0n && blocks.read(plugin, address, lengthBytes) === undefined)
        throw new ToolFailure("FAILED", "The plugin's answer lies outside of its memory.");
      state().output = { plugin, address, lengthBytes };
    },
    error_set(plugin, address = 0n) {
      state().error = address === 0n ? undefined : { plugin, address };
    },
    error_get: () => state().error?.address ?? 0n,
    config_get(plugin, key = 0n) {
      const value = readConfiguration(setting, blocks.text(plugin, key));
      return value === undefined ? 0n : blocks.put(plugin, value);
    },
    var_get(plugin, key = 0n) {
      const value = state().variables.get(blocks.text(plugin, key) ?? "");
      return value === undefined ? 0n : blocks.put(plugin, value);
    },
    var_set(plugin, key = 0n, value = 0n) {
      const name = blocks.text(plugin, key);
      if (name !== undefined) setVariable(state(), name, blocks.read(plugin, value));
    },
    http_request(plugin, request = 0n, body = 0n) {
      const { bytes, status, headers } = send(
        setting,
        blocks.text(plugin, request),
        blocks.read(plugin, body),
      );
      state().httpStatus = status;
      state().httpHeaders = headers;
      return blocks.put(plugin, bytes);
    },
    http_status_code: () => state().httpStatus,
    http_headers: (plugin) => blocks.put(plugin, state().httpHeaders),
  };
}

/** Without the grant, or while no call runs, nothing is configured. */
function readConfiguration(
  { channel, granted }: GuestSetting,
  key: string | undefined,
): string | undefined {
  if (key === undefined || !granted.has("env")) return undefined;
  try {
    const { value } = channel.call("env.get", [key]);
    return typeof value === "string" ? value : undefined;
  } catch (error) {
    if (error instanceof GuestRefusal) return undefined;
    throw error;
  }
}

function setVariable(state: CallState, name: string, value: Uint8Array | undefined): void {
  const old = state.variables.get(name);
  const without = state.variableBytes - (old === undefined ? 0 : name.length + old.length);
  const bytes = value === undefined ? without : without + name.length + value.length;
  if (bytes > VARIABLE_BYTES_MAX) throw new KernelFull();
  state.variableBytes = bytes;
  if (value === undefined) state.variables.delete(name);
  else state.variables.set(name, value);
}

interface HttpAnswer {
  readonly bytes: Uint8Array;
  readonly status: number;
  /** A JSON object of lower-case names. */
  readonly headers: string;
}

/** Extism ends a call whose request is refused, and so do we: the plugin has no way to hear of it. */
function send(
  { channel, granted }: GuestSetting,
  request: string | undefined,
  body: Uint8Array | undefined,
): HttpAnswer {
  if (!granted.has("http")) throw refusedRequest("not-permitted");
  const { method, url, headers } = parseRequest(request);
  const sent = method === "GET" || method === "HEAD" ? undefined : body;
  try {
    const answer = sendOverChannel(channel, method, url, headers, sent);
    return { bytes: answer.body, status: answer.status, headers: joinHeaders(answer.headers) };
  } catch (error) {
    throw error instanceof GuestRefusal ? refusedRequest(error.tag) : error;
  }
}

/**
 * `{ "url", "method", "headers" }`, the last also called `header`. What stands in it is the broker's to judge, but for half
 * characters: the channel may not carry what JSON text can say.
 */
function parseRequest(text: string | undefined): {
  readonly method: string;
  readonly url: string;
  readonly headers: JsonValue;
} {
  const request = parseObject(text);
  const { url, method = "GET" } = request ?? {};
  if (typeof url !== "string" || typeof method !== "string")
    throw refusedRequest("invalid-argument");
  const headers: unknown = request?.["headers"] ?? request?.["header"] ?? {};
  const pairs = Object.entries(headers as object).map(([name, value]) => [
    name.toWellFormed(),
    String(value).toWellFormed(),
  ]);
  return {
    method: method.toUpperCase().toWellFormed(),
    url: url.toWellFormed(),
    headers: pairs,
  };
}

export function parseObject(text: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // As with anything else that is no object.
  }
  return undefined;
}

function joinHeaders(headers: readonly (readonly [string, string])[]): string {
  const joined = new Map<string, string>();
  for (const [name, value] of headers) {
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return JSON.stringify(Object.fromEntries(joined));
}

const UNAVAILABLE: readonly string[] = ["timed-out", "unreachable", "internal"];

function refusedRequest(tag: string): ToolFailure {
  const code = UNAVAILABLE.includes(tag) ? "UNAVAILABLE" : "PERMISSION_DENIED";
  return new ToolFailure(code, `The plugin's HTTP request was refused: ${tag}.`);
}
