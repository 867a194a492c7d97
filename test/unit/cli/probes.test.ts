// That probes and mutations fit each other, read from the data alone: what the mutations do is for `npm run test:probes`.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { PROBES } from "../../../runtime/cli/probes/run-probes.ts";
import { MUTATIONS } from "../../probes/mutations/table.ts";

const ROOT = join(import.meta.dirname, "../../..");
/** Probes of what no line of ours could be taken out to break. */
const UNBROKEN: Readonly<Record<string, string>> = {
  "call.stack": "the engine itself ends what goes too deep",
};
const MUTATIONS_MIN = 70;

test(`there are at least ${MUTATIONS_MIN} mutations, each with a name of its own, in every ring that probes can reach`, () => {
  const names = MUTATIONS.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  assert.ok(names.length >= MUTATIONS_MIN, `${names.length}`);
  const rings = new Set(MUTATIONS.map(({ ring }) => ring));
  for (const ring of [0, 1, 2, 3, 5, null] as const) assert.ok(rings.has(ring), `${ring}`);
});

test("each mutation's text stands once where the mutation says, and it changes something", () => {
  for (const { name, changes } of MUTATIONS) {
    assert.ok(changes.length > 0, name);
    for (const { file, from, to } of changes) {
      const found = readFileSync(join(ROOT, file), "utf8").split(from).length - 1;
      assert.equal(found, 1, `${name}: ${file}: ${from}`);
      assert.notEqual(from, to, name);
    }
  }
});

test("each probe has an id of its own and a mutation that it must catch, and no mutation asks for a probe that is not there", () => {
  const ids = PROBES.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  const red = new Set(MUTATIONS.flatMap((mutation) => mutation.red));
  const unbroken = ids.filter((id) => !red.has(id));
  assert.deepEqual(unbroken, Object.keys(UNBROKEN));
  assert.deepEqual(
    [...red].filter((id) => id !== "seal" && !ids.includes(id)),
    [],
  );
});
