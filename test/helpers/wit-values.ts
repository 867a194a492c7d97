import fc from "fast-check";
import type { JsonValue } from "@glovebox/host-api/json";
import type { WitType } from "../../runtime/plugin/wit/types.ts";
import { anyText } from "./any-text.ts";

const NAMES = ["a", "b-c", "d2", "URL-path", "e-f-g"];

/** Types up to a depth; records, variants, enums and flags with names that generated code writes in another way. */
export function witType(depth: number): fc.Arbitrary<WitType> {
  const plain = fc.oneof(
    fc.constantFrom<WitType>({ kind: "bool" }, { kind: "char" }, { kind: "string" }),
    fc
      .tuple(fc.constantFrom(8, 16, 32, 64), fc.boolean())
      .map(([bits, signed]): WitType => ({ kind: "integer", bits: bits as 8, signed })),
    fc.constantFrom<WitType>({ kind: "float", bits: 32 }, { kind: "float", bits: 64 }),
    names.chain((chosen) =>
      fc.constantFrom<WitType>({ kind: "enum", names: chosen }, { kind: "flags", names: chosen }),
    ),
  );
  if (depth === 0) return plain;
  const inner = witType(depth - 1);
  const maybe = fc.option(inner, { nil: undefined });
  return fc.oneof(
    plain,
    inner.map((item): WitType => ({ kind: "list", item })),
    // An option of an option has one value that JSON cannot tell from another.
    inner
      .filter(({ kind }) => kind !== "option")
      .map((item): WitType => ({ kind: "option", item })),
    fc
      .array(inner, { minLength: 1, maxLength: 3 })
      .map((items): WitType => ({ kind: "tuple", items })),
    fc
      .tuple(names, fc.array(inner, { minLength: 5, maxLength: 5 }))
      .map(([chosen, types]): WitType => ({
        kind: "record",
        fields: chosen.map((name, index) => ({ name, type: types[index] as WitType })),
      })),
    fc
      .tuple(names, fc.array(maybe, { minLength: 5, maxLength: 5 }))
      .map(([chosen, types]): WitType => ({
        kind: "variant",
        cases: chosen.map((name, index) => ({ name, type: types[index] })),
      })),
    fc.tuple(maybe, maybe).map(([ok, err]): WitType => ({ kind: "result", ok, err })),
  );
}

const names = fc.subarray(NAMES, { minLength: 1 });

/** Values of a type, in JSON as a client sends them. 64-bit integers beyond what a number holds are left out. */
export function jsonOf(type: WitType | undefined): fc.Arbitrary<JsonValue> {
  if (type === undefined) return fc.constant(null);
  switch (type.kind) {
    case "bool":
      return fc.boolean();
    case "integer": {
      const most = Math.min(
        2 ** (type.signed ? type.bits - 1 : type.bits) - 1,
        Number.MAX_SAFE_INTEGER,
      );
      const least = type.signed ? Math.max(-(2 ** (type.bits - 1)), Number.MIN_SAFE_INTEGER) : 0;
      return fc.oneof(fc.constantFrom(least, most), fc.integer({ min: least, max: most }));
    }
    case "float": {
      const options = { noNaN: true, noDefaultInfinity: true };
      // JSON has no negative zero that survives `JSON.stringify`.
      return (type.bits === 32 ? fc.float(options) : fc.double(options)).map(
        (value) => value + 0 || 0,
      );
    }
    case "char":
      return anyText({ minLength: 1, maxLength: 1 }).filter(isWhole);
    case "string":
      return anyText().filter(isWhole);
    case "list":
      return fc.array(jsonOf(type.item), { maxLength: 4 });
    case "option":
      return fc.option(jsonOf(type.item), { nil: null });
    case "tuple":
      return fc.tuple(...type.items.map(jsonOf));
    case "record":
      return fc.record(
        Object.fromEntries(type.fields.map((field) => [field.name, jsonOf(field.type)])),
        { noNullPrototype: true },
      );
    case "variant":
      return fc.oneof(
        ...type.cases.map(({ name, type: payload }) =>
          payload === undefined
            ? fc.constant({ tag: name })
            : jsonOf(payload).map((val) => ({ tag: name, val })),
        ),
      );
    case "enum":
      return fc.constantFrom(...type.names);
    case "flags":
      return fc.subarray([...type.names]);
    default:
      return fc.oneof(
        jsonOf(type.ok).map((ok) => ({ ok })),
        jsonOf(type.err).map((err) => ({ err })),
      );
  }
}

function isWhole(text: string): boolean {
  return text.isWellFormed();
}
