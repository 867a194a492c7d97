/** What the value of a keyword must be, and so how it is read. */
export type KeywordKind =
  | "schema"
  | "schemas"
  | "schemaMap"
  | "patternMap"
  | "text"
  | "pattern"
  | "format"
  | "type"
  | "strings"
  | "stringsMap"
  | "count"
  | "number"
  | "positive"
  | "boolean"
  | "any"
  | "values"
  | "ref"
  | "anchor"
  | "header";

/**
 * The keywords of JSON Schema 2020-12 that a tool may use; any other refuses.
 * Left out on purpose: `$id`, `$dynamicRef` and their kin, which let one schema name another's parts (an `$anchor` names
 * its own, and no `$ref` may use it);
 * `$comment`, which the model reads and people do not; `unevaluated*` and `content*`, which cost more than they say.
 */
export const SCHEMA_KEYWORDS: ReadonlyMap<string, KeywordKind> = new Map(
  Object.entries<KeywordKind>({
    $ref: "ref",
    $defs: "schemaMap",
    $anchor: "anchor",
    type: "type",
    enum: "values",
    const: "any",
    title: "text",
    description: "text",
    default: "any",
    examples: "values",
    deprecated: "boolean",
    readOnly: "boolean",
    writeOnly: "boolean",
    properties: "schemaMap",
    patternProperties: "patternMap",
    additionalProperties: "schema",
    propertyNames: "schema",
    required: "strings",
    minProperties: "count",
    maxProperties: "count",
    dependentRequired: "stringsMap",
    dependentSchemas: "schemaMap",
    items: "schema",
    prefixItems: "schemas",
    contains: "schema",
    minContains: "count",
    maxContains: "count",
    minItems: "count",
    maxItems: "count",
    uniqueItems: "boolean",
    minLength: "count",
    maxLength: "count",
    pattern: "pattern",
    format: "format",
    minimum: "number",
    maximum: "number",
    exclusiveMinimum: "number",
    exclusiveMaximum: "number",
    multipleOf: "positive",
    allOf: "schemas",
    anyOf: "schemas",
    oneOf: "schemas",
    not: "schema",
    if: "schema",
    // eslint-disable-next-line unicorn/no-thenable -- JSON Schema's word; nothing awaits this table.
    then: "schema",
    else: "schema",
    // MCP 2026-07-28: which header clients repeat the argument in.
    "x-mcp-header": "header",
  }),
);

export const SCHEMA_TYPES = [
  "array",
  "boolean",
  "integer",
  "null",
  "number",
  "object",
  "string",
] as const;

/**
 * Formats that validators check in linear time, and widths of numbers that none checks.
 * `url` is missing: a widespread validator checks it by an expression that takes exponential time.
 */
export const SCHEMA_FORMATS = [
  "date",
  "time",
  "date-time",
  "duration",
  "email",
  "hostname",
  "ipv4",
  "ipv6",
  "uri",
  "uri-reference",
  "uuid",
  "json-pointer",
  "int32",
  "int64",
  "uint32",
  "uint64",
  "float",
  "double",
] as const;
