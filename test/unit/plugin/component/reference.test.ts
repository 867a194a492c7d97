import assert from "node:assert/strict";
import { test } from "node:test";
import { inspectComponent } from "../../../../runtime/plugin/component/inspect.ts";
import {
  REFERENCED_INTERFACES,
  referenceOf,
} from "../../../../runtime/plugin/component/reference.ts";
import { dummyComponent, publishedWit } from "../../../helpers/component-samples.ts";

test("the reference equals host-api/wit/glovebox.wit, member by member", async () => {
  const { imports, exports } = inspectComponent(await dummyComponent(publishedWit(), "plugin"));
  const items = [...imports, ...exports];
  for (const item of items) {
    assert.deepEqual(
      Object.fromEntries(referenceOf(item.name) ?? []),
      Object.fromEntries(item.members),
      item.name,
    );
  }
  const own = [...REFERENCED_INTERFACES].filter((name) => name.startsWith("glovebox:"));
  assert.deepEqual(own.toSorted(), items.map((item) => item.name).toSorted());
});

test("every name in the reference stands for a text", () => {
  for (const name of REFERENCED_INTERFACES) {
    for (const [member, text] of referenceOf(name) ?? [])
      assert.ok(!text.includes("@{") && text !== "", `${name} ${member}`);
  }
});
