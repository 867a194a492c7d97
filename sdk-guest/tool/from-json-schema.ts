import type { JsonObject } from "@glovebox/host-api/json";
import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";

/**
 * A schema written as JSON Schema. It checks nothing in the component: the host has validated arguments against the
 * pinned schema before a call reaches it. So it costs no time and no memory there, for tools that must be quick.
 * Defaults are not filled in. `testPlugin` validates as the host does.
 */
export function fromJsonSchema<T>(
  schema: JsonObject,
): StandardSchemaV1<T, T> & StandardJSONSchemaV1<T, T> {
  return {
    "~standard": {
      version: 1,
      vendor: "glovebox",
      validate: (value) => ({ value: value as T }),
      jsonSchema: { input: () => schema, output: () => schema },
    },
  };
}
