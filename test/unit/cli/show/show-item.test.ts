// One gap as people read it. Costs no process.
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { makeOutput } from "../../../../runtime/cli/output.ts";
import { showItem } from "../../../../runtime/cli/show/show-item.ts";
import { BUILT_IN_ITEMS } from "../../../../runtime/debt/built-in-items.ts";
import type { Evidence } from "../../../../runtime/debt/items.ts";

test("whatever shows a gap stands apart from the word that says what it is", async () => {
  const [item] = BUILT_IN_ITEMS;
  assert.ok(item);
  const kinds: readonly Evidence["kind"][] = ["test", "probe", "configuration", "advisory"];
  const evidence = kinds.map((kind) => ({ kind, what: "encryption" }));
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  showItem({ ...item, evidence }, makeOutput({ stdin, stdout, stderr }, false));
  const shown = await text(stdout.end());
  for (const kind of kinds) assert.match(shown, new RegExp(`^${kind} {2,}encryption$`, "m"));
});
