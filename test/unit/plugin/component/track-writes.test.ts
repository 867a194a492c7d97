import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fromWat } from "../../../helpers/component-samples.ts";
import { wasm } from "../../../helpers/wasm.ts";
import { openTracked, track, type TrackedModule } from "../../../helpers/tracked-module.ts";

const RUNS = 300;
const PAGES = 3;
const SIZE = PAGES * 65_536;

/** Every instruction that writes to a place of its own, how many bytes, and a value for it. */
const STORES: readonly (readonly [name: string, bytes: number, value: string])[] = [
  ["i32.store", 4, "i32.const -1"],
  ["i32.store8", 1, "i32.const -1"],
  ["i32.store16", 2, "i32.const -1"],
  ["i64.store", 8, "i64.const -1"],
  ["i64.store8", 1, "i64.const -1"],
  ["i64.store16", 2, "i64.const -1"],
  ["i64.store32", 4, "i64.const -1"],
  ["f32.store", 4, "f32.const -nan"],
  ["f64.store", 8, "f64.const -nan"],
  ["v128.store", 16, "v128.const i64x2 -1 -1"],
];
const LANES: readonly (readonly [name: string, bytes: number])[] = [
  ["v128.store8_lane", 1],
  ["v128.store16_lane", 2],
  ["v128.store32_lane", 4],
  ["v128.store64_lane", 8],
];
const OFFSETS = [0, 1, 64, 1008, 1009, 1010, 1020, 1024, 4095, 65_535, 100_000];
const PLACES = [0, 1, 4081, 4088, 4092, 4095, 4096, 8191, 16_383, 65_535, 65_536, SIZE - 4096];

const memoryAnd = (...functions: readonly string[]): string =>
  `(memory (export "memory") ${PAGES}) (data $d "${"\\ff".repeat(9000)}") ${functions.join("\n")}`;

const storeAt = (name: string, offset: number, value: string, lane = ""): string =>
  `(func (export "${name} ${offset}") (param i32) (${name} offset=${offset} ${lane} (local.get 0) (${value})))`;

/** Undefined where it was taken back; that nothing was written is a mistake of the test's own. */
function leftBy(guest: TrackedModule, write: () => void): number | undefined {
  const before = guest.content();
  write();
  assert.ok(!guest.content().equals(before), "nothing was written");
  return guest.firstLeft();
}

test("every store is told, at every place of a page and over its end, and no page but its own and the next", async () => {
  const functions = OFFSETS.flatMap((offset) => [
    ...STORES.map(([name, , value]) => storeAt(name, offset, value)),
    ...LANES.map(([name]) => storeAt(name, offset, "v128.const i64x2 -1 -1", "0")),
  ]);
  const guest = await openTracked(memoryAnd(...functions));
  let tried = 0;
  for (const [name, bytes] of [...STORES, ...LANES])
    for (const offset of OFFSETS)
      for (const place of PLACES.flatMap((at) => [at - offset, at])) {
        if (place < 0 || place + offset + bytes > SIZE) continue;
        const what = `${name} ${offset}`;
        assert.equal(
          leftBy(guest, () => guest.exports[what]!(place)),
          undefined,
          `${what} at ${place}`,
        );
        guest.exports[what]!(place);
        assert.equal(guest.told(), 1);
        tried += 1;
        guest.firstLeft();
      }
  assert.ok(tried > 1500, `${tried} tried`);
});

const BULK = memoryAnd(
  '(func (export "fill") (param i32 i32 i32) (memory.fill (local.get 0) (local.get 1) (local.get 2)))',
  '(func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))',
  '(func (export "init") (param i32 i32 i32) (memory.init $d (local.get 0) (local.get 1) (local.get 2)))',
);

test("bulk instructions tell all their pages, to the last byte of the memory", async () => {
  const guest = await openTracked(BULK);
  for (const bytes of [1, 2, 4095, 4096, 4097, 8192, 9000, 65_536, SIZE])
    for (const place of [0, 1, 4095, 4096, 65_535, SIZE - bytes]) {
      if (place + bytes > SIZE) continue;
      const { fill, copy, init } = guest.exports;
      assert.equal(
        leftBy(guest, () => fill!(place, 0xaa, bytes)),
        undefined,
      );
      guest.exports["fill"]!(0, 0xbb, SIZE);
      copy!(place, 0, bytes);
      assert.equal(guest.firstLeft(), undefined);
      if (bytes <= 9000)
        assert.equal(
          leftBy(guest, () => init!(place, 0, bytes)),
          undefined,
        );
    }
  // Of nothing, where nothing can be any more.
  guest.exports["fill"]!(SIZE, 1, 0);
  guest.exports["copy"]!(SIZE, SIZE, 0);
  assert.equal(guest.firstLeft(), undefined);
});

test("what trapped still traps", async () => {
  const guest = await openTracked(
    memoryAnd(
      storeAt("i32.store", 0, "i32.const 1"),
      storeAt("v128.store", 100_000, "v128.const i64x2 1 1"),
    ),
  );
  const bulk = await openTracked(BULK);
  const out = /out of bounds/;
  for (const place of [SIZE - 3, SIZE, 2 ** 31, 2 ** 32 - 1, 2 ** 32 - 4])
    assert.throws(() => guest.exports["i32.store 0"]!(place), out);
  // The sum is over 32 bits, and would be a good place without what it is over.
  for (const place of [2 ** 32 - 100_000, 2 ** 32 - 1])
    assert.throws(() => guest.exports["v128.store 100000"]!(place), out);
  for (const name of ["fill", "copy", "init"])
    for (const [place, bytes] of [
      [0, SIZE + 1],
      [SIZE, 1],
      [SIZE + 1, 0],
      [1, 2 ** 32 - 1],
      [2 ** 32 - 1, 2 ** 32 - 1],
    ])
      assert.throws(() => bulk.exports[name]!(place!, 0, bytes!), out, `${name} ${place} ${bytes}`);
});

test("modules that share a memory tell of it in one place", async () => {
  const other = `(import "first" "memory" (memory 1)) (func (export "other") (param i32)
    (i64.store (local.get 0) (i64.const -1)) (memory.fill (i32.const 70000) (i32.const 1) (i32.const 20000)))`;
  const guest = await openTracked(
    memoryAnd(storeAt("i32.store", 0, "i32.const 1")),
    other,
    '(func (export "none"))',
  );
  assert.equal(
    leftBy(guest, () => guest.exports["other"]!(4094)),
    undefined,
  );
  assert.equal(
    leftBy(guest, () => {
      guest.exports["i32.store 0"]!(150_000);
      guest.exports["other"]!(12_288);
    }),
    undefined,
  );
});

const BOTH = "(i32.store (local.get $a) (i32.const 1))";
const FAR = "(local.set $a (i32.const 90000))";

/** Two ways to a store, or another value of the local that held its address: what was told for the one is not for the other. */
const WAYS: Readonly<Record<string, string>> = {
  "the other branch": `(if (local.get $i) (then ${BOTH}) (else ${BOTH}))`,
  "behind a branch": `(if (local.get $i) (then) (else ${BOTH})) ${BOTH}`,
  "behind a block that was left": `(block (br_if 0 (local.get $i)) ${BOTH}) ${BOTH}`,
  "the next round": `(loop ${BOTH} ${FAR} (local.set $i (i32.sub (local.get $i) (i32.const 1))) (br_if 0 (i32.eqz (local.get $i))))`,
  "another value": `${BOTH} ${FAR} ${BOTH}`,
  "another value on the stack": `${BOTH} (i32.store (local.get $a) (local.tee $a (i32.const 90000))) ${BOTH}`,
  "a value set between": `${BOTH} (local.get $a) ${FAR} (i32.const 5) (i32.store) (i32.store offset=4 (local.get $a) (i32.const 5))`,
  "the value's local":
    "(i32.store (local.get $a) (local.get $b)) (i32.store (local.get $b) (i32.const 5))",
  "the address's local":
    "(i32.store (i32.const 90000) (local.get $a)) (i32.store (local.get $a) (local.get $b))",
  "one of two":
    "(i32.store (select (local.get $a) (local.get $b) (local.get $i)) (i32.const 5)) (i32.store (local.get $b) (i32.const 5))",
  "behind a call": `${BOTH} (i32.store (local.get $a) (call $far)) (i32.store (call $far) (local.get $a))`,
};

for (const [way, text] of Object.entries(WAYS))
  test(`a store that was told for on one way is told for on another: ${way}`, async () => {
    const guest = await openTracked(
      memoryAnd(
        "(func $far (result i32) (i32.const 120000))",
        `(func (export "run") (param $i i32) (local $a i32) (local $b i32)
          (local.set $a (i32.const 8190)) (local.set $b (i32.const 50000)) ${text})`,
      ),
    );
    for (const argument of [0, 1])
      assert.equal(
        leftBy(guest, () => guest.exports["run"]!(argument)),
        undefined,
        `${argument}`,
      );
  });

/**
 * Statements over four locals that hold addresses: stores at known and worked-out places, near and far, in blocks, branches
 * and loops that change those locals, so that a store which was told for on one way is come to on another.
 */
const { statements } = fc.letrec<{ statement: string; statements: string }>((tie) => {
  const local = fc.constantFrom("$a", "$b", "$c", "$d");
  const place = fc.nat(SIZE - 40_000).map((at) => `(i32.const ${at})`);
  const address = fc.oneof(
    { weight: 3, arbitrary: local.map((name) => `(local.get ${name})`) },
    { weight: 1, arbitrary: place },
    fc.tuple(local, place).map(([name, at]) => `(local.tee ${name} ${at})`),
    fc
      .tuple(local, local)
      .map(([left, right]) => `(select (local.get ${left}) (local.get ${right}) (local.get $i))`),
  );
  const value = fc.oneof(
    fc.nat(255).map((number) => `(i32.const ${number})`),
    local.map((name) => `(i32.load8_u (local.get ${name}))`),
    fc
      .tuple(local, place)
      .map(([name, at]) => `(i32.and (local.tee ${name} ${at}) (i32.const 255))`),
    local.map(
      (name) =>
        `(if (result i32) (local.get $i) (then (local.set ${name} (i32.const 9)) (i32.const 1)) (else (i32.const 2)))`,
    ),
    fc.constant("(call $one)"),
    local.map((name) => `(local.get ${name})`),
  );
  const store = fc
    .tuple(
      fc.constantFrom("i32.store", "i32.store8", "i32.store16"),
      fc.constantFrom(0, 4, 900, 1008, 1009, 5000),
      address,
      value,
    )
    .map(([name, offset, at, stored]) => `(${name} offset=${offset} ${at} ${stored})`);
  const nested = tie("statements");
  return {
    statement: fc.oneof(
      { depthSize: "small" },
      { weight: 6, arbitrary: store },
      {
        weight: 2,
        arbitrary: fc.tuple(local, place).map(([name, at]) => `(local.set ${name} ${at})`),
      },
      {
        weight: 1,
        arbitrary: fc
          .tuple(local, local)
          .map(([to, from]) => `(local.set ${to} (local.get ${from}))`),
      },
      {
        weight: 1,
        arbitrary: fc
          .tuple(address, fc.nat(3000))
          .map(([at, bytes]) => `(memory.fill ${at} (i32.const 3) (i32.const ${bytes}))`),
      },
      {
        weight: 1,
        arbitrary: fc
          .tuple(fc.boolean(), nested, nested)
          .map(
            ([out, first, rest]) =>
              `(block ${first} (br_if 0 (i32.eq (local.get $i) (i32.const ${Number(out)}))) ${rest})`,
          ),
      },
      {
        weight: 1,
        arbitrary: fc
          .tuple(nested, nested)
          .map(([then, otherwise]) => `(if (local.get $i) (then ${then}) (else ${otherwise}))`),
      },
      {
        weight: 1,
        arbitrary: nested.map(
          (body) =>
            `(loop ${body} (local.set $n (i32.add (local.get $n) (i32.const 1))) (local.set $i (i32.xor (local.get $i) (i32.const 1))) (br_if 0 (i32.lt_u (local.get $n) (i32.const 12))))`,
        ),
      },
    ),
    statements: fc.array(tie("statement"), { maxLength: 4 }).map((all) => all.join("\n")),
  };
});

test("a function does what it did: on random programs both leave the same, and what was told takes it back", async () => {
  let written = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(statements, { minLength: 2, maxLength: 5 }),
      fc.nat(1),
      async (parts, argument) => {
        const locals =
          "(local $a i32) (local $b i32) (local $c i32) (local $d i32) (local $n i32) (local $kept i64)";
        const text = memoryAnd(
          "(func $one (result i32) (i32.const 1))",
          `(func (export "run") (param $i i32) (result i64) ${locals} (local.set $b (i32.const 4090)) (local.set $c (i32.const 70000))
          (local.set $kept (i64.const 77)) ${parts.join("\n")} (i64.add (local.get $kept) (i64.extend_i32_u (local.get $a))))`,
        );
        const guest = await openTracked(text);
        const before = guest.content();
        const plain = new wasm.Instance<{
          run(value: number): bigint;
          memory: { buffer: ArrayBuffer };
        }>(new wasm.Module(await fromWat(`(module ${text})`))).exports;
        Buffer.from(plain.memory.buffer).set(before);
        assert.equal(guest.exports["run"]!(argument), plain.run(argument));
        const after = guest.content();
        assert.ok(after.equals(Buffer.from(plain.memory.buffer)));
        written += Number(!after.equals(before));
        assert.equal(guest.firstLeft(), undefined);
      },
    ),
    { numRuns: RUNS },
  );
  assert.ok(written > RUNS / 2, `${written} wrote something`);
});

test("modules without a memory stay as they are", async () => {
  const [bytes] = (await track('(func (export "run") (result i32) (i32.const 1))')) ?? [];
  assert.ok(!Buffer.from(bytes!).includes("touched"));
});

test("what would become too large for an engine is not rewritten", async () => {
  const store = "(i32.store8 (i32.const 1) (i32.const 1))";
  const full = (locals: number): string =>
    memoryAnd(`(func (export "f") (local ${"i32 ".repeat(locals)}) ${store})`);
  assert.equal(await track(full(49_999)), undefined);
  const [tracked] = (await track(full(40_000))) ?? [];
  assert.ok(wasm.validate(tracked!));
  // Nothing but stores: it would be four times as large.
  const stores = memoryAnd(`(func (export "f") ${store.repeat(50_000)})`);
  assert.equal(await track(stores), undefined);
  assert.equal(await track(memoryAnd(), stores.replace("(memory", "(memory $own")), undefined);
});
