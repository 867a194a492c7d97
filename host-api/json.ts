/** Any value that JSON can carry. Values that cross a boundary have this type until a parser narrowed them. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export type JsonObject = { readonly [key: string]: JsonValue };

/** Whether a value is an object, and neither an array nor null. Of its members nothing is known but that JSON carried them. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
