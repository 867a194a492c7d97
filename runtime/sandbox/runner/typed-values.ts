import { Buffer } from "node:buffer";
import type { JsonValue } from "@glovebox/host-api/json";

/**
 * Arguments as generated code takes them: the broker made them by the component's types and wrote what JSON cannot hold
 * as `{ "$int": "123" }`, which no record can be mistaken for, since no label has a `$`.
 */
export function reviveValue(value: JsonValue): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(reviveValue);
  if ("$int" in value && typeof value["$int"] === "string") return BigInt(value["$int"]);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, reviveValue(item)]));
}

/** How a function ended, for the broker to read by the component's types: `{ "ok": … }`, `{ "err": … }` or `{ "exit": 0 }`. */
export function writeEnded(
  ended: { readonly ok: unknown } | { readonly err: unknown } | { readonly exit: 0 },
): Buffer {
  return Buffer.from(JSON.stringify(ended, writePart));
}

/** 64-bit integers and what JSON has no number for become strings, typed arrays lists, and nothing null. */
export function writePart(_key: string, item: unknown): unknown {
  if (typeof item === "bigint") return item.toString();
  if (typeof item === "number" && !Number.isFinite(item)) return String(item);
  if (ArrayBuffer.isView(item) && !(item instanceof DataView))
    return Array.from(item as Uint8Array);
  return item;
}
