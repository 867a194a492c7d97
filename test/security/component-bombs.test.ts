import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as fc from "fast-check";
import { ComponentError } from "../../runtime/plugin/component/errors.ts";
import {
  COMPONENT_LIMITS,
  inspectComponent,
  stripDocs,
} from "../../runtime/plugin/component/inspect.ts";
import { limitModule } from "../../runtime/plugin/component/rewrite-limits.ts";
import {
  TOOLS_WAT,
  assertRefused,
  fromWat,
  quickjsComponent,
} from "../helpers/component-samples.ts";

const HEADER = [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0];

function leb(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...leb(Math.floor(value / 128))];
}

/** A component of the given sections; no tool checks it. */
function raw(...sections: readonly (readonly [id: number, body: readonly number[]])[]): Uint8Array {
  return Uint8Array.from([
    ...HEADER,
    ...sections.flatMap(([id, body]) => [id, ...leb(body.length), ...body]),
  ]);
}

/** Lifts one function whose parameter is the last of `types`. */
function lifting(types: string, last: string): string {
  return `(component
    (core module $m (memory (export "m") 1) (func (export "f") (param i32 i32))
      (func (export "r") (param i32 i32 i32 i32) (result i32) i32.const 0))
    (core instance $i (instantiate $m))
    (alias core export $i "m" (core memory $mem)) (alias core export $i "f" (core func $f)) (alias core export $i "r" (core func $r))
    ${types}
    (func (param "x" (list ${last})) (canon lift (core func $f) (memory (core memory $mem)) (realloc (core func $r)))))`;
}

function doubling(levels: number, next: (inner: string) => string): string {
  const types = Array.from(
    { length: levels },
    (_, level) => `(type $t${level + 1} ${next(`$t${level}`)})`,
  );
  return lifting(`(type $t0 (list string)) ${types.join(" ")}`, `$t${levels}`);
}

describe("bytes that are no component", () => {
  test("WAT text, core modules, empty and short files are refused by their first bytes", async () => {
    const module = await fromWat("(module)");
    for (const bytes of [
      Buffer.from("(component)"),
      Buffer.from(""),
      Buffer.from("\0asm"),
      module,
      new Uint8Array(8),
    ]) {
      assertRefused(() => inspectComponent(bytes), "ERR_COMPONENT_NOT_COMPONENT");
      assertRefused(() => stripDocs(bytes), "ERR_COMPONENT_NOT_COMPONENT");
    }
  });

  test("a file over the size cap is refused before it is read", () => {
    const bytes = new Uint8Array(COMPONENT_LIMITS.sizeBytesMax + 1);
    bytes.set(HEADER);
    assertRefused(() => inspectComponent(bytes), "ERR_COMPONENT_TOO_LARGE");
  });
});

describe("bombs of types", () => {
  test("doubled tuples and results, a few hundred bytes for megabytes of code", async () => {
    for (const next of [
      (t: string) => `(tuple ${t} ${t})`,
      (t: string) => `(result ${t} (error ${t}))`,
    ]) {
      const bytes = await fromWat(doubling(12, next));
      assert.ok(bytes.length < 400);
      assertRefused(() => inspectComponent(bytes), "ERR_COMPONENT_TOO_LARGE");
    }
  });

  test("a type of 2^1000 nodes costs nothing to refuse", async () => {
    const types = Array.from({ length: 1000 }, (_, at) => [0x6f, 2, ...leb(at), ...leb(at)]);
    const bytes = raw([7, [...leb(1001), 0x73, ...types.flat()]]);
    assertRefused(() => inspectComponent(bytes), "ERR_COMPONENT_TOO_LARGE");
  });

  test("lists nested deeper than anyone writes", async () => {
    const bytes = await fromWat(doubling(40, (inner) => `(list ${inner})`));
    assertRefused(() => inspectComponent(bytes), "ERR_COMPONENT_TOO_LARGE");
  });

  test("many exports of one wide function", async () => {
    const fields = Array.from({ length: 500 }, (_, at) => `(param "p${at}" u32)`).join(" ");
    const exports = Array.from({ length: 100 }, (_, at) => `(export "f${at}" (func $f))`).join(" ");
    const bytes = await fromWat(`(component (import "f" (func $f ${fields})) ${exports})`);
    assertRefused(() => inspectComponent(bytes), "ERR_COMPONENT_TOO_LARGE");
  });

  test("half a megabyte of labels, written out a thousand times", async () => {
    const labels = Array.from({ length: 900 }, (_, at) => `"l${at}-${"x".repeat(480)}"`).join(" ");
    const params = Array.from({ length: 900 }, (_, at) => `(param "p${at}" $e)`).join(" ");
    const bytes = await fromWat(
      `(component (import "i" (instance (type $t (enum ${labels})) (export "e" (type $e (eq $t))) (export "f" (func ${params})))))`,
    );
    assertRefused(() => inspectComponent(bytes), "ERR_COMPONENT_TOO_LARGE");
  });

  test("an instance type of many resources, imported again and again", async () => {
    const members = Array.from(
      { length: 900 },
      (_, at) => `(export "r${at}" (type (sub resource)))`,
    ).join(" ");
    const imports = Array.from(
      { length: 900 },
      (_, at) => `(import "a:b/c${at}" (instance (type $t)))`,
    ).join(" ");
    const bytes = await fromWat(`(component (type $t (instance ${members})) ${imports})`);
    assertRefused(() => inspectComponent(bytes), "ERR_COMPONENT_TOO_LARGE");
  });
});

/** A component that says `text` many times; `$m` is a core module. */
function repeated(count: number, text: string): string {
  return `(component (core module $m) ${text.repeat(count)})`;
}

describe("bombs of instances", () => {
  test("2^15 instantiations in a kilobyte of nested components", async () => {
    const levels = Array.from(
      { length: 15 },
      (_, at) =>
        `(component $c${at + 1} (alias outer 1 $c${at} (component $x)) (instance (instantiate $x)) (instance (instantiate $x)))`,
    );
    const bytes = await fromWat(
      `(component (component $c0 (core module $m) (core instance (instantiate $m))) ${levels.join(" ")} (instance (instantiate $c15)))`,
    );
    assert.ok(bytes.length < 1100);
    assertRefused(() => inspectComponent(bytes), "ERR_COMPONENT_TOO_LARGE");
  });

  test("more core instances, core modules and components than any toolchain makes", async () => {
    for (const wat of [
      repeated(501, "(core instance (instantiate $m))"),
      repeated(101, "(core module)"),
      repeated(201, "(component)"),
    ]) {
      const bytes = await fromWat(wat);
      assertRefused(() => inspectComponent(bytes), "ERR_COMPONENT_TOO_LARGE");
    }
  });

  test("components nested a million deep", () => {
    let body: number[] = [...HEADER];
    for (let depth = 0; depth < 12; depth += 1) body = [...HEADER, 4, ...leb(body.length), ...body];
    assertRefused(() => inspectComponent(Uint8Array.from(body)), "ERR_COMPONENT_TOO_LARGE");
  });

  test("instance types nested a million deep", () => {
    const deep = Array.from({ length: 1_000_000 }, () => [0x42, 1, 1]).flat();
    assertRefused(() => inspectComponent(raw([7, [1, ...deep]])), "ERR_COMPONENT_FEATURE");
  });
});

describe("lies about sizes", () => {
  const LIES: Readonly<Record<string, Uint8Array>> = {
    "a section longer than the file": Uint8Array.from([...HEADER, 7, 100, 0]),
    "a section of 4 GiB": Uint8Array.from([...HEADER, 7, 0xff, 0xff, 0xff, 0xff, 0x0f]),
    "a number of six bytes": Uint8Array.from([...HEADER, 7, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00]),
    "a number of 33 bits": Uint8Array.from([...HEADER, 7, 0xff, 0xff, 0xff, 0xff, 0x1f]),
    "four billion types in three bytes": raw([7, [0xff, 0xff, 0x03]]),
    "bytes after the last entry": raw([7, [0, 0]]),
    "a name that ends after its section": raw([10, [1, 0, 100, 0x61]]),
    "an index into nothing": raw([8, [1, 2, 9]]),
    "a negative type index": raw([7, [1, 0x70, 0xff, 0x7f]]),
    "a module that is none": raw([1, [0, 0x61, 0x73, 0x6d, 2, 0, 0, 0]]),
    "an alias beyond the outermost component": raw([6, [1, 4, 2, 200, 1, 0]]),
  };
  for (const [title, bytes] of Object.entries(LIES)) {
    test(`refuses ${title}`, () => {
      assert.throws(
        () => inspectComponent(bytes),
        (error) =>
          error instanceof ComponentError &&
          /^ERR_COMPONENT_(?:MALFORMED|TOO_LARGE)$/u.test(error.code),
      );
    });
  }

  test("2^32 groups of locals and elements end at the end of the bytes", async () => {
    const bodies = [10, 14, 1, 12, 0xff, 0xff, 0x02, ...Array.from({ length: 9 }, () => 0x7f)];
    const module = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...bodies];
    assert.throws(() => inspectComponent(raw([1, module])), ComponentError);
  });
});

/** Runs everything that reads hostile bytes; only a `ComponentError` may come of it. */
function survives(bytes: Uint8Array): void {
  for (const read of [inspectComponent, stripDocs]) {
    try {
      read(bytes);
    } catch (error) {
      assert.ok(
        error instanceof ComponentError,
        `${String(error)} for ${Buffer.from(bytes).toString("hex").slice(0, 400)}`,
      );
      assert.notEqual(error.message, "");
    }
  }
}

describe("damaged components", () => {
  let small: Uint8Array;
  let large: Uint8Array;
  before(async () => {
    small = await fromWat(TOOLS_WAT);
    large = await quickjsComponent({ stubWasi: false });
  });

  test("cut at every offset are refused or read, never worse", () => {
    for (let length = 0; length < small.length; length += 1) survives(small.subarray(0, length));
  });

  test("with any one byte changed to any value are refused or read", () => {
    for (let at = 8; at < small.length; at += 1) {
      for (const value of [0x00, 0x01, 0x42, 0x7f, 0x80, 0xff]) survives(small.with(at, value));
    }
  });

  test("with random bytes changed, inserted and removed are refused or read", () => {
    const edit = fc.record({
      at: fc.nat(),
      remove: fc.nat(8),
      insert: fc.uint8Array({ maxLength: 8 }),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 5 }), (edits) => {
        let bytes = Buffer.from(small);
        for (const { at, remove, insert } of edits) {
          const start = at % bytes.length;
          bytes = Buffer.concat([bytes.subarray(0, start), insert, bytes.subarray(start + remove)]);
        }
        survives(bytes);
      }),
      { numRuns: 3000 },
    );
  });

  test("that are large and real, with random bytes changed, are refused or read", () => {
    // The types and names of a component stand in its first and last kilobytes; half of the edits go there.
    const place = fc.oneof(
      fc.nat(20_000),
      fc.nat(large.length - 1),
      fc.nat(20_000).map((at) => large.length - 1 - at),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (edits) => {
          const bytes = large.slice();
          for (const [at, value] of edits) bytes[at] = value;
          survives(bytes);
        },
      ),
      { numRuns: 150 },
    );
  });

  test("as core modules are limited or refused", async () => {
    const module = await fromWat(`(module (memory 1 2) (table 3 funcref) (func (export "f")))`);
    const cap = { memoryPagesMax: 4, tableEntriesMax: 4 };
    for (let at = 0; at < module.length; at += 1) {
      for (let value = 0; value < 256; value += 1) {
        try {
          limitModule(module.with(at, value), cap);
        } catch (error) {
          assert.ok(error instanceof ComponentError);
        }
      }
    }
  });
});
