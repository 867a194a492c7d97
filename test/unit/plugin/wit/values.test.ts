import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { JsonValue } from "@glovebox/host-api/json";
import { compileValidator } from "../../../../runtime/plugin/schema/validator.ts";
import { decodeValue, NotOfType } from "../../../../runtime/plugin/wit/decode-values.ts";
import { encodeArguments } from "../../../../runtime/plugin/wit/encode-values.ts";
import { inputSchemaOf, outputSchemaOf } from "../../../../runtime/plugin/wit/schema-of.ts";
import type { WitFunction, WitType } from "../../../../runtime/plugin/wit/types.ts";
import { reviveValue, writePart } from "../../../../runtime/sandbox/runner/typed-values.ts";
import { jsonOf, witType } from "../../../helpers/wit-values.ts";

const LONG: WitType = { kind: "integer", bits: 64, signed: false };
const taking = (type: WitType): WitFunction => ({ params: [{ name: "v", type }], result: type });

/** What the runner makes of an argument when the function gives it back. */
function travel(type: WitType, value: JsonValue): JsonValue {
  const { args, issues } = encodeArguments(taking(type), { v: value });
  assert.deepEqual(issues, undefined);
  return JSON.parse(JSON.stringify(reviveValue(args?.[0] ?? null), writePart) ?? "null");
}

const issuesOf = (type: WitType, value: JsonValue) =>
  (encodeArguments(taking(type), { v: value }).issues ?? []).map(
    ({ path, message }) => `${path}: ${message}`,
  );

const anyTyped = witType(3).chain((type) =>
  fc.record({ type: fc.constant(type), value: jsonOf(type) }),
);

describe("values of a component's types", () => {
  it("come back as the JSON that went in", () => {
    fc.assert(
      fc.property(anyTyped, ({ type, value }) => {
        assert.deepEqual(JSON.parse(decodeValue(type, travel(type, value))), value);
      }),
      { numRuns: 500 },
    );
  });

  it("are those that the tool's schemas allow", () => {
    fc.assert(
      fc.property(anyTyped, ({ type, value }) => {
        const signature = taking(type);
        assert.deepEqual(compileValidator(inputSchemaOf(signature))({ v: value }), []);
        const output = outputSchemaOf(signature) ?? {};
        assert.deepEqual(compileValidator(output)({ result: value }), []);
      }),
      { numRuns: 300 },
    );
  });

  it("are never more than the schema allows, but for 64-bit integers in digits", () => {
    const anyJson = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>;
    fc.assert(
      fc.property(witType(2), anyJson, (type, value) => {
        if (JSON.stringify(type).includes('"bits":64')) return;
        const signature = taking(type);
        const isTaken = encodeArguments(signature, { v: value }).issues === undefined;
        if (isTaken) assert.deepEqual(compileValidator(inputSchemaOf(signature))({ v: value }), []);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("arguments", () => {
  it("keep every digit of a 64-bit integer, given as digits", () => {
    const type: WitType = { kind: "list", item: LONG };
    const sent = travel(type, ["18446744073709551615", "9007199254740993", 7]);
    assert.equal(decodeValue(type, sent), "[18446744073709551615,9007199254740993,7]");
  });

  it("are refused where they do not fit, and told where", () => {
    const cases: readonly (readonly [WitType, JsonValue, string])[] = [
      [{ kind: "integer", bits: 8, signed: true }, 128, "v: must be from -128 to 127"],
      [{ kind: "integer", bits: 32, signed: false }, -1, "v: must be from 0 to 4294967295"],
      [{ kind: "integer", bits: 32, signed: false }, 1.5, "v: must be a whole number"],
      [{ kind: "integer", bits: 32, signed: false }, "1", "v: must be a whole number"],
      [LONG, 2 ** 53, "v: is a number too large to arrive exactly: send it as a string of digits"],
      [LONG, "18446744073709551616", "v: must be from 0 to 18446744073709551615"],
      [LONG, "007", "v: must be a whole number"],
      [LONG, "1e3", "v: must be a whole number"],
      [{ kind: "float", bits: 32 }, 1e39, "v: is out of the range of 32-bit numbers"],
      [{ kind: "char" }, "ab", "v: must be a string of one character"],
      [{ kind: "char" }, "", "v: must be a string of one character"],
      [{ kind: "char" }, "\ud83d", "v: must be a string of one character"],
      [{ kind: "enum", names: ["a", "b"] }, "c", 'v: must be one of "a", "b"'],
      [{ kind: "flags", names: ["a", "b"] }, ["a", "c"], 'v[1]: must be one of "a", "b"'],
      [{ kind: "flags", names: ["a", "b"] }, { a: true }, "v: must be an array of names"],
      [
        { kind: "result", ok: LONG, err: undefined },
        { ok: 1, err: null },
        'v: must have either "ok" or "err"',
      ],
      [{ kind: "result", ok: LONG, err: undefined }, {}, 'v: must have either "ok" or "err"'],
      [{ kind: "result", ok: LONG, err: undefined }, { err: 1 }, "v.err: must be null"],
      [{ kind: "variant", cases: [{ name: "x", type: LONG }] }, { tag: "x" }, "v.val: is missing"],
      [
        { kind: "variant", cases: [{ name: "x", type: LONG }] },
        { tag: "y" },
        'v.tag: must be one of "x"',
      ],
      [{ kind: "record", fields: [{ name: "b-c", type: LONG }] }, { bC: 1 }, "v.b-c: is missing"],
      [{ kind: "tuple", items: [LONG, LONG] }, [1], "v: must be an array of 2 values"],
    ];
    for (const [type, value, issue] of cases) assert.deepEqual(issuesOf(type, value), [issue]);
    assert.deepEqual(encodeArguments(taking(LONG), []).issues, [
      { path: "", message: "must be an object" },
    ]);
  });

  it("are not taken from a prototype", () => {
    const type: WitType = {
      kind: "record",
      fields: [{ name: "constructor", type: { kind: "string" } }],
    };
    assert.deepEqual(issuesOf(type, {}), ["v.constructor: is missing"]);
  });

  it("stop being looked at after ten issues, or a hundred thousand values", () => {
    const type: WitType = { kind: "list", item: LONG };
    assert.equal(
      issuesOf(
        type,
        Array.from({ length: 50_000 }, () => "x"),
      ).length,
      10,
    );
    const flood = Array.from({ length: 1_000_000 }, () => 1);
    assert.deepEqual(issuesOf(type, flood), [
      "v[99999]: must not have more than 100000 values in all",
    ]);
  });
});

describe("answers", () => {
  it("are refused when they are of another type, whatever a runner sends", () => {
    const anyJson = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>;
    fc.assert(
      fc.property(witType(2), anyJson, (type, value) => {
        let text: string;
        try {
          text = decodeValue(type, value);
        } catch (error) {
          assert.ok(error instanceof NotOfType);
          return;
        }
        const signature = taking(type);
        assert.deepEqual(
          compileValidator(outputSchemaOf(signature) ?? {})({ result: JSON.parse(text) }),
          [],
        );
      }),
      { numRuns: 1000 },
    );
  });

  it("with NaN or an infinity say so, since JSON has none", () => {
    const type: WitType = { kind: "list", item: { kind: "float", bits: 64 } };
    const sent = JSON.parse(JSON.stringify([1, Number.NaN], writePart));
    assert.throws(
      () => decodeValue(type, sent),
      (error) => error instanceof NotOfType && error.words !== undefined,
    );
  });

  it("lose what the type does not have, and mend half characters", () => {
    const type: WitType = { kind: "record", fields: [{ name: "a", type: { kind: "string" } }] };
    assert.equal(decodeValue(type, { a: "\ud83d!", b: 1, ["__proto__"]: 2 }), '{"a":"\ufffd!"}');
  });
});
