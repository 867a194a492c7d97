import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { makeChanges } from "../../runtime/changes.ts";
import type { Change } from "../../runtime/sandbox/sandbox.ts";

const OFFERS = {
  prompts: [],
  resources: [{ alias: "a", resource: { uri: "n://a", name: "a" } }],
  templates: [
    { alias: "a", template: { uriTemplate: "n://{id}/text", name: "t" }, completes: false },
  ],
};
const LISTS: Change = { what: "tools" };

function makeWorld(t: TestContext) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const changes = makeChanges(OFFERS);
  const heard: Change[] = [];
  const stop = changes.listen((change) => void heard.push(change));
  t.after(() => changes.close());
  return { changes, heard, stop, pass: (ms: number) => t.mock.timers.tick(ms) };
}

test("a change is told at once, and again at most once a second", (t) => {
  const { changes, heard, pass } = makeWorld(t);
  for (let index = 0; index < 500; index++) changes.note("a", "local", LISTS);
  assert.deepEqual(heard, [LISTS]);
  pass(1000);
  assert.deepEqual(heard, [LISTS, LISTS]);
  pass(60_000);
  assert.equal(heard.length, 2);
  changes.note("a", "local", LISTS);
  assert.equal(heard.length, 3);
});

test("one plugin's flood does not keep another's word back", (t) => {
  const { changes, heard } = makeWorld(t);
  for (let index = 0; index < 10_000; index++)
    changes.note("a", "local", { what: "updated", uri: `n://${index}/text` });
  assert.equal(heard.length, 100);
  changes.note("b", "local", LISTS);
  assert.equal(heard.length, 101);
});

test("a plugin speaks of its own resources only", (t) => {
  const { changes, heard } = makeWorld(t);
  changes.note("b", "local", { what: "updated", uri: "n://a" });
  changes.note("a", "local", { what: "updated", uri: "n://other" });
  changes.note("a", "local", { what: "updated", uri: "glovebox://debt" });
  assert.deepEqual(heard, []);
  changes.note("a", "local", { what: "updated", uri: "n://a" });
  changes.note("a", "local", { what: "updated", uri: "n://7/text" });
  assert.equal(heard.length, 2);
});

test("whoever has stopped listening hears nothing more", (t) => {
  const { changes, heard, stop } = makeWorld(t);
  stop();
  changes.note("a", "local", LISTS);
  assert.deepEqual(heard, []);
});
