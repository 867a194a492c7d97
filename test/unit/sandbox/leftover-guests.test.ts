// What the containment tests run: each guest must show what a run before it left, or a test that uses it shows nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { instantiateGuest, transpileGuest } from "../../helpers/guest-component.ts";
import {
  leftoverGuest,
  LEFTOVER_NAMES,
  sharedLeftoverGuest,
} from "../../helpers/leftover-guests.ts";

const GUESTS = [
  ...LEFTOVER_NAMES.map((name) => [name, () => leftoverGuest(name)] as const),
  ["what another module exports", sharedLeftoverGuest] as const,
];

for (const [name, make] of GUESTS) {
  test(`a guest that remembers in ${name} answers 0 once, in every instance`, async () => {
    const guest = await transpileGuest(await make());
    const open = (): (() => number) =>
      (instantiateGuest(guest, {}) as unknown as { run: () => number }).run;
    const run = open();
    assert.equal(run(), 0);
    let second: number | Error;
    try {
      second = run();
    } catch (error) {
      second = error as Error;
    }
    assert.notEqual(second, 0);
    assert.equal(open()(), 0);
  });
}
