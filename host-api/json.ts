/** Any value that JSON can carry. Values that cross a boundary have this type until a parser narrowed them. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export type JsonObject = { readonly [key: string]: JsonValue };
