import assert from "node:assert/strict";
import { test } from "node:test";
import { defineTool } from "@glovebox/sdk";
import { z } from "zod";
import { primeSchemas } from "../../../sdk-guest/guest/prime-zod.ts";

/** What the schema answered when it was tried beforehand; undefined when it was not. */
function tried(schema: z.ZodType): { readonly issues?: unknown } | undefined {
  let seen: { readonly issues?: unknown } | undefined;
  const { validate, ...standard } = schema["~standard"];
  Object.defineProperty(schema, "~standard", {
    value: {
      ...standard,
      validate: (value: unknown) => (seen = validate(value) as NonNullable<typeof seen>),
    },
  });
  primeSchemas([defineTool({ name: "a", description: "d", input: schema, handler: () => 1 })]);
  return seen;
}

const KNOWN: Record<string, z.ZodType> = {
  strings: z.object({ a: z.string(), b: z.string().min(3).max(5), c: z.string().length(2) }),
  numbers: z.object({ a: z.number(), b: z.int().min(5), c: z.number().gt(3).lte(4), d: z.int().max(-2) }), // prettier-ignore
  "the rest of JSON": z.object({ a: z.boolean(), c: z.literal("x"), d: z.enum(["y", "z"]) }),
  arrays: z.object({ a: z.array(z.object({ n: z.int() })).min(2), b: z.array(z.string()).max(0) }),
  "what may be missing": z.object({
    a: z.string().optional(),
    b: z.int().min(1).default(7),
    c: z.boolean().nullable(),
  }),
  "strict objects": z.strictObject({ a: z.string() }),
  "messages of the author's, which nothing asks for": z.object({
    a: z.string({ error: () => assert.fail("called") }).min(1, "at least one"),
  }),
};
for (const [title, schema] of Object.entries(KNOWN)) {
  test(`tries ${title} with a value that passes`, () => {
    const result = tried(schema);
    assert.ok(result);
    assert.equal(result.issues, undefined);
  });
}

const call = (): never => assert.fail("a function of the author's was called");
const HELD: Record<string, z.ZodType> = {
  "a refinement": z.object({ a: z.string().refine(call) }),
  "a refinement of the whole": z.object({ a: z.string() }).refine(call),
  "a refinement of a list": z.object({ a: z.array(z.string()).superRefine(call) }),
  "a refinement of an enum": z.object({ a: z.enum(["x"]).refine(call) }),
  "a check": z.object({ a: z.number().check(call) }),
  "a transformation": z.object({ a: z.string().transform(call) }),
  "a transformation before": z.object({ a: z.preprocess(call, z.string()) }),
  "an overwriting": z.object({ a: z.string().overwrite(call) }),
  "a custom type": z.object({ a: z.custom(call) }),
  "a custom format": z.object({ a: z.stringFormat("mine", call) }),
  "a codec": z.object({ a: z.codec(z.string(), z.string(), { decode: call, encode: call }) }),
  "a later type": z.object({ a: z.lazy(call) }),
  "a substitute": z.object({ a: z.string().catch(call) }),
};
for (const [title, schema] of Object.entries(HELD)) {
  test(`does not try a schema with ${title}`, () => assert.equal(tried(schema), undefined));
}

test("never asks for a default, and leaves what it cannot make a value for", () => {
  assert.ok(tried(z.object({ a: z.string().default(call) })));
  assert.equal(tried(z.object({ a: z.string().min(5).max(2) })), undefined);
  assert.equal(tried(z.object({ a: z.email({ error: call }) })), undefined);
  assert.equal(tried(z.object({ a: z.string().min(1e9) })), undefined);
  const endless: z.ZodType = z.object({
    get next() {
      return z.array(endless);
    },
  });
  assert.equal(tried(endless), undefined);
  let wide: z.ZodType = z.string();
  for (let depth = 0; depth < 8; depth++) wide = z.array(wide).min(60);
  assert.equal(tried(wide), undefined);
});
