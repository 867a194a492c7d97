// What the taking of an image overlooked: a constant that JavaScript cannot read kept a plugin from loading at all, a
// property that took another's place stayed, and a kilobyte of component asked for millions of globals to be restored.
import assert from "node:assert/strict";
import { test } from "node:test";
import { exposeModules } from "../../runtime/plugin/component/expose-state.ts";
import { takeGlueImages } from "../../runtime/sandbox/runner/image/glue-image.ts";
import { NoImage } from "../../runtime/sandbox/runner/image/state-image.ts";
import { fromWat } from "../helpers/component-samples.ts";
import { openResettable } from "../helpers/resettable-guest.ts";
import { runWat } from "../helpers/tools-guest.ts";

const RUN = '(func (export "run") (result i32) (i32.const 0))';

test("a constant vector that a module exports is no image, and no error", async () => {
  const vector = '(global (export "v") v128 (v128.const i64x2 0 0))';
  const guest = await openResettable(await fromWat(runWat(`${vector} ${RUN}`)));
  assert.throws(() => guest.open("reset"), NoImage);
});

test("a property of the binding code that took another's place does not stay", () => {
  const held: Record<string, unknown> = { first: 1, second: 0 };
  const map = new Map([["zero", 0]]);
  const images = takeGlueImages(
    { read: () => [held, map], classes: () => [], variables: () => [], assign: () => {} },
    [],
    new Set(),
  );
  delete held["first"];
  held["left"] = "by a call";
  held["second"] = -0;
  map.set("zero", -0);
  for (const image of images) assert.equal(image.restore(), true);
  // Both are as they were, to the sign of a zero.
  assert.deepEqual(held, { first: 1, second: 0 });
  assert.ok(Object.is(held["second"], 0) && Object.is(map.get("zero"), 0));
});

test("a component with more globals than any toolchain makes is not restored one by one", async () => {
  const module = async (count: number) => ({
    name: "m",
    bytes: await fromWat(`(module ${"(global (mut i32) (i32.const 0))".repeat(count)} ${RUN})`),
  });
  assert.equal(exposeModules([await module(500)]).refused, undefined);
  const halves = [await module(501), await module(500)];
  assert.match(exposeModules(halves).refused ?? "", /globals/);
  assert.deepEqual(exposeModules(halves).modules, halves);
});
