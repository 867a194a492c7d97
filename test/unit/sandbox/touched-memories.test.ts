import assert from "node:assert/strict";
import { test } from "node:test";
import { VIEWS } from "../../../runtime/sandbox/touched.ts";
import { openTracked, type TrackedModule } from "../../helpers/tracked-module.ts";

const SIZE = 3 * 65_536;
const open = (): Promise<TrackedModule> =>
  openTracked(
    `(memory (export "memory") 3 8) (func (export "grow") (param i32) (drop (memory.grow (local.get 0))))`,
  );

type Views = Readonly<Record<(typeof VIEWS)[number], new (...args: unknown[]) => never>>;
const viewsOf = (guest: TrackedModule): Views =>
  Object.fromEntries(VIEWS.map((name, index) => [name, guest.touched.makeViews()[index]])) as Views;

function assertTakenBack(guest: TrackedModule, write: () => void): void {
  const before = guest.content();
  write();
  assert.ok(!guest.content().equals(before), "nothing was written");
  assert.equal(guest.firstLeft(), undefined);
}

test("the views are all that the language has", () => {
  const all = Object.getOwnPropertyNames(globalThis).filter((name) =>
    /^(DataView|.+Array)$/.test(name),
  );
  assert.deepEqual(all.filter((name) => name !== "Array").toSorted(), [...VIEWS].toSorted());
});

test("whatever is set through a DataView is told, wherever it is", async () => {
  const guest = await open();
  const { DataView: TellingView } = viewsOf(guest);
  const setters = Object.getOwnPropertyNames(DataView.prototype).filter((name) =>
    name.startsWith("set"),
  );
  assert.ok(setters.length >= 10);
  for (const start of [0, 1, 5000])
    for (const setter of setters)
      for (const place of [0, 4089, 4095, 4096, 20_000, SIZE - 5000 - 8]) {
        const view = new TellingView(guest.memory.buffer, start) as DataView;
        const value = setter.includes("Big") ? -2n : setter.includes("Float") ? Number.NaN : -2;
        assertTakenBack(guest, () =>
          Reflect.apply(Reflect.get(view, setter) as never, view, [place, value, true]),
        );
      }
  // A view says nothing before it is written through.
  Reflect.construct(TellingView, [guest.memory.buffer]);
  assert.equal(guest.told(), 0);
});

test("offsets that are no numbers are told as the number that they are taken for", async () => {
  const guest = await open();
  const view = new (viewsOf(guest).DataView)(guest.memory.buffer, 4096) as {
    setUint8(offset: unknown, value: number): void;
  };
  for (const offset of [
    "8192",
    Number.NaN,
    undefined,
    null,
    4095.9,
    true,
    [12_288],
    { valueOf: () => 9000 },
  ]) {
    let flips = 0;
    const changing = { valueOf: () => (flips++ === 0 ? 0 : 40_000) };
    assertTakenBack(guest, () => view.setUint8(offset, 3));
    assertTakenBack(guest, () => view.setUint8(changing, 3));
  }
  for (const offset of [-1, SIZE, Number.POSITIVE_INFINITY * -1 - 1, "-4096"])
    if (offset !== Number.NEGATIVE_INFINITY)
      assert.throws(() => view.setUint8(offset, 1), RangeError);
});

test("what a typed array shows is told when it is made, and so is what is cut from it", async () => {
  const guest = await open();
  const views = viewsOf(guest);
  for (const name of VIEWS) {
    if (name === "DataView") continue;
    const make = (start: number, length: number) =>
      new views[name](guest.memory.buffer, start, length) as Uint8Array;
    const value = (name.startsWith("Big") ? 1n : 1) as number;
    for (const start of [0, 4088, 8192, 65_528]) {
      assertTakenBack(guest, () => make(start, 600).fill(value));
      assertTakenBack(guest, () => void (make(start, 3)[2] = value));
      assertTakenBack(guest, () => make(start, 900).set([value, value], 700));
      assertTakenBack(guest, () => make(start, 900).subarray(10, 800).fill(value));
      assertTakenBack(guest, () => void make(start, 9000).copyWithin(0, 5000));
    }
  }
  const bytes = new views.Uint8Array(guest.memory.buffer, 4090, 40) as Uint8Array<ArrayBuffer>;
  assertTakenBack(guest, () => void new TextEncoder().encodeInto("ä quick brown fox", bytes));
  // The whole memory, and arrays that are no memory's.
  assertTakenBack(
    guest,
    () => void (new views.Uint8Array(guest.memory.buffer) as Uint8Array).fill(9),
  );
  assert.equal((new views.Uint8Array([1, 2, 3]) as Uint8Array).slice(1).length, 2);
  assert.equal((new views.Uint8Array(new ArrayBuffer(8)) as Uint8Array).length, 8);
  assert.equal(guest.told(), 0);
});

test("a memory that grew by nothing has another buffer, and is told of all the same", async () => {
  const guest = await open();
  const { Uint8Array: Bytes, DataView: TellingView } = viewsOf(guest);
  const old = guest.memory.buffer;
  assertTakenBack(guest, () => (new Bytes(old, 9000, 10) as Uint8Array).fill(7));
  guest.exports["grow"]!(0);
  assert.notEqual(guest.memory.buffer, old);
  assertTakenBack(guest, () => (new Bytes(guest.memory.buffer, 9000, 10) as Uint8Array).fill(7));
  assertTakenBack(guest, () =>
    (new TellingView(guest.memory.buffer) as DataView).setInt8(50_000, 7),
  );
});

test("no image is good for a memory that has grown", async () => {
  const guest = await open();
  guest.exports["grow"]!(1);
  assert.throws(() => guest.firstLeft(), /has grown/);
});
