import type { JsonObject } from "@glovebox/host-api/json";
import type { WitField, WitFunction, WitType } from "./types.ts";

/** JSON Schema of a function's arguments, by the rules that Wassette made usual. */
export function inputSchemaOf({ params }: WitFunction): JsonObject {
  return objectOf(params);
}

/** JSON Schema of what it answers, `{ result: … }`. Undefined where it answers nothing. */
export function outputSchemaOf({ result }: WitFunction): JsonObject | undefined {
  return result && objectOf([{ name: "result", type: result }]);
}

function objectOf(fields: readonly WitField[]): JsonObject {
  return {
    type: "object",
    properties: Object.fromEntries(fields.map(({ name, type }) => [name, schemaOf(type)])),
    required: fields.map(({ name }) => name),
  };
}

/** The schema of one value. A missing type, as in `result<_, string>`, is null. */
// debt("GB-036"): 64-bit integers are of the type number.
export function schemaOf(type: WitType | undefined): JsonObject {
  if (type === undefined) return { type: "null" };
  switch (type.kind) {
    case "bool":
      return { type: "boolean" };
    case "integer":
    case "float":
      return { type: "number" };
    case "char":
      return { type: "string", description: "1 unicode codepoint" };
    case "string":
      return { type: "string" };
    case "list":
      return { type: "array", items: schemaOf(type.item) };
    case "option":
      return { anyOf: [{ type: "null" }, schemaOf(type.item)] };
    case "tuple": {
      const { length } = type.items;
      return {
        type: "array",
        prefixItems: type.items.map(schemaOf),
        minItems: length,
        maxItems: length,
      };
    }
    case "record":
      return objectOf(type.fields);
    case "variant":
      return { oneOf: type.cases.map(({ name, type: payload }) => caseOf(name, payload)) };
    case "enum":
      return { type: "string", enum: type.names };
    case "flags":
      return { type: "array", items: { type: "string", enum: type.names } };
    default:
      return { oneOf: [memberOf("ok", type.ok), memberOf("err", type.err)] };
  }
}

function caseOf(name: string, payload: WitType | undefined): JsonObject {
  const tag = { const: name };
  return payload === undefined
    ? { type: "object", properties: { tag }, required: ["tag"] }
    : { type: "object", properties: { tag, val: schemaOf(payload) }, required: ["tag", "val"] };
}

function memberOf(name: string, type: WitType | undefined): JsonObject {
  return { type: "object", properties: { [name]: schemaOf(type) }, required: [name] };
}
