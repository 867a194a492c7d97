import { isJsonObject, type JsonObject, type JsonValue } from "@glovebox/host-api/json";
import type { RequestHeaders } from "./exchange.ts";

/** One argument that a tool wants repeated in a header: `x-mcp-header` in its input schema (specification of 2026-07-28). */
export interface HeaderParameter {
  readonly path: readonly string[];
  /** In lower case. */
  readonly header: string;
  readonly isNumber: boolean;
}

const DEPTH_MAX = 32;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const DECIMAL = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;
const BASE64 = /^=\?base64\?((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)\?=$/;
const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** What a tool declares, along chains of `properties` only: elsewhere the specification knows no such declaration. */
export function headerParametersOf(schema: unknown): readonly HeaderParameter[] {
  return isJsonObject(schema) ? visit(schema, []) : [];
}

function visit(schema: JsonObject, path: readonly string[]): readonly HeaderParameter[] {
  const { properties } = schema;
  if (!isJsonObject(properties) || path.length >= DEPTH_MAX) return [];
  return Object.entries(properties).flatMap(([key, child]) => {
    if (!isJsonObject(child)) return [];
    const below = [...path, key];
    const name = child["x-mcp-header"];
    const { type } = child;
    const own =
      typeof name === "string" && TOKEN.test(name)
        ? [
            {
              path: below,
              header: `mcp-param-${name.toLowerCase()}`,
              isNumber: type === "integer" || type === "number",
            },
          ]
        : [];
    return [...own, ...visit(child, below)];
  });
}

/**
 * What is wrong with the headers beside the arguments, or undefined. A proxy decides by the one and the tool by the
 * other, so they must say the same. An argument that is not there wants no header.
 */
export function findHeaderMismatch(
  parameters: readonly HeaderParameter[],
  args: JsonValue,
  headers: RequestHeaders,
): string | undefined {
  for (const { path, header, isNumber } of parameters) {
    const text = textOf(valueAt(args, path));
    if (text === undefined) continue;
    const sent = headers[header];
    if (sent === undefined) return `the header ${header} is missing`;
    const decoded = decodeHeaderText(sent);
    if (decoded === undefined) return `the header ${header} is not well encoded`;
    const isSame =
      isNumber && DECIMAL.test(decoded) ? Number(decoded) === Number(text) : decoded === text;
    if (!isSame) return `the header ${header} and the argument differ`;
  }
  return undefined;
}

/** A header's text: as it stands, or base64 of UTF-8 between `=?base64?` and `?=`. Undefined for what is ill encoded. */
export function decodeHeaderText(sent: string): string | undefined {
  if (!sent.startsWith("=?base64?") || !sent.endsWith("?=")) return sent;
  const match = BASE64.exec(sent);
  if (match === null) return undefined;
  try {
    return UTF8.decode(Buffer.from(match[1] ?? "", "base64"));
  } catch {
    return undefined;
  }
}

function valueAt(value: JsonValue, path: readonly string[]): JsonValue | undefined {
  let found: JsonValue | undefined = value;
  for (const key of path)
    found = isJsonObject(found) && Object.hasOwn(found, key) ? found[key] : undefined;
  return found;
}

function textOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "boolean" || typeof value === "number" ? String(value) : undefined;
}
