import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { AbortController, AbortSignal } from "../../../sdk-guest/globals/abort.ts";
import { atob, btoa } from "../../../sdk-guest/globals/base64.ts";
import { structuredClone } from "../../../sdk-guest/globals/clone.ts";
import { makeDate } from "../../../sdk-guest/globals/date.ts";
import { TextDecoder, TextEncoder } from "../../../sdk-guest/globals/encoding.ts";
import { formatValue } from "../../../sdk-guest/globals/format-value.ts";
import { Headers } from "../../../sdk-guest/globals/headers.ts";
import { Request } from "../../../sdk-guest/globals/request.ts";
import { Response } from "../../../sdk-guest/globals/response.ts";
import { anyText } from "../../helpers/any-text.ts";

/** What a function gives or the name of what it throws: for comparison with Node's. */
function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return { thrown: (error as Error).name };
  }
}

test("encodes and decodes UTF-8 as Node does", () => {
  fc.assert(
    fc.property(anyText({ maxLength: 200 }), (text) => {
      assert.deepEqual(new TextEncoder().encode(text), new globalThis.TextEncoder().encode(text));
    }),
  );
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 100 }),
      fc.boolean(),
      fc.boolean(),
      (bytes, fatal, ignoreBOM) => {
        const options = { fatal, ignoreBOM };
        for (const label of ["utf-8", "utf-16le", "latin1"]) {
          assert.deepEqual(
            outcome(() => new TextDecoder(label, options).decode(bytes)),
            outcome(() => new globalThis.TextDecoder(label, options).decode(bytes)),
          );
        }
      },
    ),
    { numRuns: 500 },
  );
});

// In pieces Node itself drops a mark that does not stand at the beginning: `ef`, then `ef bb bf`.
test("decodes a stream in pieces as Node decodes the whole", () => {
  const awkward = fc.array(
    fc.constantFrom(0xef, 0xbb, 0xbf, 0xf0, 0x9f, 0x98, 0x80, 0xe2, 0x82, 0xac, 0x41, 0xc3),
    {
      maxLength: 12,
    },
  );
  fc.assert(
    fc.property(fc.array(awkward, { maxLength: 6 }), (pieces) => {
      const [ours, theirs] = [new TextDecoder(), new globalThis.TextDecoder()];
      const decoded = pieces.map((piece) => {
        const bytes = Uint8Array.from(piece);
        const text = ours.decode(bytes, { stream: true });
        const said = theirs.decode(bytes, { stream: true });
        assert.equal(text.replaceAll("\ufeff", ""), said.replaceAll("\ufeff", ""));
        return text;
      });
      assert.equal(
        decoded.join("") + ours.decode(),
        new globalThis.TextDecoder().decode(Uint8Array.from(pieces.flat())),
      );
    }),
    { numRuns: 1000 },
  );
});

test("encodes into a buffer as far as whole characters fit", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 20 }), fc.nat(30), (text, length) => {
      const [ours, theirs] = [new Uint8Array(length), new Uint8Array(length)];
      assert.deepEqual(
        new TextEncoder().encodeInto(text, ours),
        new globalThis.TextEncoder().encodeInto(text, theirs),
      );
      assert.deepEqual(ours, theirs);
    }),
  );
});

test("reads and writes base64 as Node does", () => {
  fc.assert(
    fc.property(anyText({ maxLength: 100 }), (text) => {
      assert.deepEqual(
        outcome(() => btoa(text)),
        outcome(() => globalThis.btoa(text)),
      );
    }),
  );
  const nearly = fc
    .array(fc.constantFrom(...Array.from("ABcd+/=_- \n\t9é")), { maxLength: 12 })
    .map((all) => all.join(""));
  fc.assert(
    fc.property(nearly, (text) => {
      assert.deepEqual(
        outcome(() => atob(text)),
        outcome(() => globalThis.atob(text)),
      );
    }),
    { numRuns: 2000 },
  );
});

test("clones values as Node does", () => {
  const values = fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    withNullPrototype: true,
  });
  fc.assert(
    fc.property(values, (value) => {
      assert.deepEqual(
        outcome(() => structuredClone(value)),
        outcome(() => globalThis.structuredClone(value)),
      );
    }),
    { numRuns: 500 },
  );
});

test("clones cycles, shared parts and errors, and refuses functions", () => {
  const shared = new Uint8Array([1, 2, 3]);
  const value: Record<string, unknown> = {
    a: shared,
    b: shared.subarray(1),
    error: new RangeError("r"),
  };
  value["self"] = value;
  const copy = structuredClone(value) as typeof value;
  assert.equal(copy["self"], copy);
  assert.equal((copy["a"] as Uint8Array).buffer, (copy["b"] as Uint8Array).buffer);
  assert.ok(copy["error"] instanceof RangeError);
  for (const bad of [
    () => {},
    Symbol("s"),
    Promise.resolve(),
    new WeakMap(),
    { deep: [() => {}] },
  ]) {
    assert.throws(() => structuredClone(bad), { name: "DataCloneError" });
  }
});

test("keeps headers as Node does", () => {
  const name = fc.constantFrom(
    "A",
    "a",
    "b-C",
    "Set-Cookie",
    "set-cookie",
    "x y",
    "",
    "é",
    "content-type",
  );
  const value = fc.constantFrom("1", " two ", "", "a\tb", "a\nb", "é", "€", "\0");
  const step = fc.tuple(fc.constantFrom("append", "set", "delete", "get", "has"), name, value);
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const [ours, theirs] = [new Headers(), new globalThis.Headers()];
      for (const [method, key, text] of steps) {
        const run = (headers: object) =>
          (headers as Record<string, (a: string, b: string) => unknown>)[method]!(key, text);
        assert.deepEqual(
          outcome(() => run(ours)),
          outcome(() => run(theirs)),
        );
      }
      assert.deepEqual([...ours], [...theirs]);
      assert.deepEqual(ours.getSetCookie(), theirs.getSetCookie());
    }),
    { numRuns: 500 },
  );
});

test("makes requests as the standard says", async () => {
  const request = new Request("https://example.com/a b", {
    method: "post",
    body: "text",
    headers: { "X-A": "1" },
  });
  assert.equal(request.url, "https://example.com/a%20b");
  assert.equal(request.method, "POST");
  assert.equal(request.headers.get("content-type"), "text/plain;charset=UTF-8");
  assert.equal(await request.clone().text(), "text");
  assert.throws(() => new Request("https://user:pw@example.com/"), TypeError);
  assert.throws(() => new Request("/relative"), TypeError);
  const bodyOnly = { body: "x" };
  assert.throws(() => new Request(new Request("https://example.com/"), bodyOnly), TypeError);
  assert.throws(() => new Request("https://example.com/", { method: "CONNECT" }), TypeError);
  assert.throws(() => new Request("https://example.com/", { redirect: "manual" }), TypeError);
});

test("reads a response once", async () => {
  const response = Response.json({ a: [1] }, { status: 201 });
  const copy = response.clone();
  assert.deepEqual(await response.json(), { a: [1] });
  assert.equal(response.bodyUsed, true);
  await assert.rejects(response.text(), TypeError);
  assert.throws(() => response.clone(), TypeError);
  assert.equal(await copy.text(), '{"a":[1]}');
  assert.equal(copy.headers.get("content-type"), "application/json");
  assert.throws(() => new Response("x", { status: 204 }), TypeError);
  assert.throws(() => new Response("x", { status: 99 }), RangeError);
});

test("aborts once, tells every listener, and carries the reason on", () => {
  const controller = new AbortController();
  const both = AbortSignal.any([controller.signal, new AbortController().signal]);
  const heard: string[] = [];
  controller.signal.addEventListener("abort", () => heard.push("once"), { once: true });
  both.addEventListener("abort", () => heard.push("any"));
  controller.abort("why");
  controller.abort("again");
  assert.deepEqual(heard, ["once", "any"]);
  assert.equal(both.reason, "why");
  assert.throws(
    () => both.throwIfAborted(),
    (reason) => reason === "why",
  );
  assert.equal((AbortSignal.abort().reason as Error).name, "AbortError");
  assert.throws(() => new AbortSignal(), TypeError);
});

test("takes the time from the clock it was given, and keeps the rest of Date", () => {
  const Fixed = makeDate(() => 86_400_000.7);
  assert.equal(Fixed.now(), 86_400_000);
  assert.equal(new Fixed().toISOString(), "1970-01-02T00:00:00.000Z");
  assert.equal(new Fixed(2020, 0, 1).getTime(), new Date(2020, 0, 1).getTime());
  assert.equal(new Fixed("2020-01-01").getTime(), Date.parse("2020-01-01"));
  assert.ok(new Fixed() instanceof Date);
  assert.equal(typeof Fixed(), "string");
  class Later extends Fixed {}
  assert.ok(new Later() instanceof Later);
  const denied = makeDate(() => {
    throw new RangeError("denied");
  });
  assert.throws(() => new denied(), RangeError);
  assert.equal(new denied(5).getTime(), 5);
});

test("prints any value for the log without throwing", () => {
  fc.assert(
    fc.property(
      fc.anything({ withBigInt: true, withMap: true, withNullPrototype: true }),
      (value) => {
        assert.equal(typeof formatValue(value), "string");
      },
    ),
  );
  const cycle: unknown[] = [];
  cycle.push(cycle);
  assert.equal(formatValue(cycle), "[[circular]]");
  const hostile = new Proxy({}, { ownKeys: () => assert.fail("a trap that throws") });
  assert.equal(formatValue(hostile), "[unprintable]");
});
