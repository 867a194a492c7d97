import type { JsonValue } from "@glovebox/host-api/json";

const DEPTH_MAX = 64;
const NODES_MAX = 200_000;
/** `\ud83d`: half a character, unless the other half follows. */
const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;

/**
 * The value of a JSON text that a plugin answered, in time linear in its length. Undefined when it is not JSON, or when
 * two readers could read it differently: nested deeply, `__proto__`, numbers that JSON has not.
 */
export function parsePlainJson(text: string): JsonValue | undefined {
  try {
    const value = JSON.parse(text.toWellFormed()) as JsonValue;
    if (!isPlainData(value)) return undefined;
    // A second reading, and only where it is needed: it takes ten times as long.
    return SURROGATE_ESCAPE.test(text) ? (JSON.parse(text, mend) as JsonValue) : value;
  } catch {
    return undefined;
  }
}

/** Tools that cut a text often cut an emoji in half: the rest of their answer is still good. */
function mend(_key: string, value: unknown): unknown {
  return typeof value === "string" ? value.toWellFormed() : value;
}

/**
 * Whether every reader of the value reads the same: not nested deeply, only numbers that JSON has (`1e999` is Infinity
 * here and null once it is written again), no half characters in keys, no `__proto__`.
 */
function isPlainData(value: JsonValue): boolean {
  let nodes = 0;
  const isPlain = (part: JsonValue, depth: number): boolean => {
    nodes += 1;
    if (depth > DEPTH_MAX || nodes > NODES_MAX) return false;
    if (typeof part === "number") return Number.isFinite(part);
    if (typeof part !== "object" || part === null) return true;
    if (!Array.isArray(part) && !Object.keys(part).every(isPlainKey)) return false;
    return Object.values(part).every((inner) => isPlain(inner, depth + 1));
  };
  return isPlain(value, 0);
}

function isPlainKey(key: string): boolean {
  return key !== "__proto__" && key.isWellFormed();
}
