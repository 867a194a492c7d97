import assert from "node:assert/strict";
import { test } from "node:test";
import { noteInstances } from "../../../runtime/cli/note-instances.ts";
import type { Transpiled } from "../../../runtime/sandbox/sandbox.ts";

function noted(fresh?: string): { readonly lines: readonly string[]; readonly same: boolean } {
  const lines: string[] = [];
  const transpiled = {
    files: {},
    ...(fresh === undefined ? {} : { fresh }),
  } as unknown as Transpiled;
  const answered = noteInstances(transpiled, { line: (text = "") => void lines.push(text) });
  return { lines, same: answered === transpiled };
}

test("says which part of a component makes every call pay for an instance", () => {
  const { lines, same } = noted("table.grow in module 2");
  assert.match(lines[0]!, /cannot be restored \(table\.grow in module 2\)/);
  assert.ok(same);
});

test("says nothing where instances are restored", () => {
  assert.deepEqual(noted(), { lines: [], same: true });
});
