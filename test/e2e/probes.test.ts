// A measure of each ring that a probe can reach, switched off together in a copy of the tree: one run instead of many (about
// eight seconds of processor time). One by one, and all of them: `npm run test:probes`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { attackItself } from "../probes/attack-itself.ts";
import { decideMissed, decideUnsound } from "../probes/judge.ts";
import { copyTree } from "../probes/mutated-tree.ts";
import { MUTATIONS } from "../probes/mutations/table.ts";

const CHOSEN = [
  "a signature is not verified",
  "capabilities need not be asked for",
  "links are followed",
  "host calls are not counted",
  "the tight filter of system calls is not installed",
  "calls are not recorded",
];

test("doctor is green in a copy of the tree, and with a measure of each ring switched off it is red for each, and for nothing else", async (t) => {
  const tree = copyTree();
  t.after(() => tree.remove());
  assert.equal(decideUnsound(await attackItself(tree.folder)), undefined);
  const chosen = MUTATIONS.filter(({ name }) => CHOSEN.includes(name));
  assert.equal(chosen.length, CHOSEN.length);
  const together = {
    changes: chosen.flatMap(({ changes }) => changes),
    programs: [...new Set(chosen.flatMap(({ programs = [] }) => programs))],
    red: chosen.flatMap(({ red }) => red),
  };
  const attack = await tree.under(together, () => attackItself(tree.folder));
  assert.equal(decideMissed(together, attack), undefined);
});
