import type { JsonValue } from "@glovebox/host-api/json";
import { currentHost } from "../host/host.ts";
import { decodeText, encodeText } from "./text.ts";

/** A durable store of the plugin's own, under a quota. Needs the `kv` capability. */
export const kv = {
  async get(key: string): Promise<string | undefined> {
    const value = currentHost().kv.getValue(key);
    return value && decodeText(value);
  },
  async getBytes(key: string): Promise<Uint8Array | undefined> {
    return currentHost().kv.getValue(key);
  },
  async getJson(key: string): Promise<JsonValue | undefined> {
    const value = currentHost().kv.getValue(key);
    return value && (JSON.parse(decodeText(value)) as JsonValue);
  },
  async set(key: string, value: string | Uint8Array): Promise<void> {
    currentHost().kv.setValue(key, typeof value === "string" ? encodeText(value) : value);
  },
  async setJson(key: string, value: JsonValue): Promise<void> {
    currentHost().kv.setValue(key, encodeText(JSON.stringify(value)));
  },
  /** Answers whether the key was there. */
  async delete(key: string): Promise<boolean> {
    return currentHost().kv.deleteValue(key);
  },
  /** Keys that begin with `prefix`, in order, after `after`: at most 1000, so ask again after the last one. */
  async list(prefix = "", after?: string): Promise<readonly string[]> {
    return currentHost().kv.listKeys(prefix, after);
  },
} as const;
