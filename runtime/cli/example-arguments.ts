import { isJsonObject, type JsonObject, type JsonValue } from "@glovebox/host-api/json";

/** Arguments of the right shape for a first try, on the command line: what a schema requires, with a stand-in for each. */
export function exampleArguments(schema: JsonObject): string {
  const required = Array.isArray(schema["required"]) ? (schema["required"] as JsonValue[]) : [];
  const properties = isJsonObject(schema["properties"]) ? schema["properties"] : {};
  const names = required.filter((name) => typeof name === "string");
  return JSON.stringify(Object.fromEntries(names.map((name) => [name, standIn(properties[name])])));
}

function standIn(schema: JsonValue | undefined): JsonValue {
  if (!isJsonObject(schema)) return "…";
  const [choice] = Array.isArray(schema["enum"]) ? (schema["enum"] as JsonValue[]) : [];
  if (choice !== undefined) return choice;
  const standIns: Readonly<Record<string, JsonValue>> = {
    integer: 1,
    number: 1,
    boolean: true,
    array: [],
    object: {},
    null: null,
  };
  const type = typeof schema["type"] === "string" ? schema["type"] : "string";
  return Object.hasOwn(standIns, type) ? (standIns[type] ?? null) : "…";
}
