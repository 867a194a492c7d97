import assert from "node:assert/strict";
import { before, test } from "node:test";
import { ComponentError } from "../../../../runtime/plugin/component/errors.ts";
import { verifyComponent } from "../../../../runtime/plugin/component/verify-component.ts";
import type { ComponentRules } from "../../../../runtime/plugin/component/verify-component.ts";
import { Refusals } from "../../../../runtime/errors.ts";
import { assertRefused, dummyComponent, publishedWit } from "../../../helpers/component-samples.ts";

const RULES: ComponentRules = {
  known: new Set(["glovebox:plugin/errors", "glovebox:plugin/clock", "glovebox:plugin/kv"]),
  capabilityOf: (name) =>
    name === "glovebox:plugin/clock" ? "clock" : name === "glovebox:plugin/kv" ? "kv" : undefined,
};
const want = { want: true, reason: "to tell the time" };

let component: Uint8Array;
before(async () => {
  const world = "world small { import clock; import kv; export tools; }";
  component = await dummyComponent(`${publishedWit()}\n${world}`, "small");
});

test("passes a component that imports what is served and requested", () => {
  const { shape } = verifyComponent(component, { capabilities: { clock: want, kv: want } }, RULES);
  assert.equal(shape, "glovebox");
});

test("refuses with the one problem itself", () => {
  assertRefused(
    () => verifyComponent(component, { capabilities: { kv: want } }, RULES),
    "ERR_COMPONENT_CAPABILITY",
  );
});

test("refuses with every problem at once when there are several", () => {
  assert.throws(
    () => verifyComponent(component, { capabilities: {} }, RULES),
    (error) =>
      error instanceof Refusals &&
      error.reasons.length === 2 &&
      error.reasons.every((reason) => reason instanceof ComponentError),
  );
});

test("does not take an inherited name for a requested capability", () => {
  const capabilities: object = Object.create({ clock: want, kv: want });
  assert.throws(() => verifyComponent(component, { capabilities }, RULES), Refusals);
});
