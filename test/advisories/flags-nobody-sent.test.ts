// Flags are an object of names in generated code, and an array in JSON: an empty one of three characters was held against 32 names,
// each turned into its other spelling again. An answer of 1 MB held the broker for 12 s; arguments of 300 kB became a gigabyte.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { makeCalling, type Calling } from "../../runtime/calling.ts";
import { inspectComponent } from "../../runtime/plugin/component/inspect.ts";
import { deriveSurface } from "../../runtime/plugin/wit/derive-tools.ts";
import type { ToolDefinition } from "../../runtime/plugin/formats.ts";
import { dummyComponent } from "../helpers/component-samples.ts";

const names = Array.from({ length: 32 }, (_, index) => `f${index}-${"a".repeat(400)}`).join(", ");
const WIT = `package a:b; interface i {
  flags wide { ${names} }
  turn: func(all: list<wide>) -> list<wide>;
} world w { export i; }`;
const TURN = "a_b_i_turn";

let calling: Calling;
let tool: ToolDefinition;
before(async () => {
  const component = await dummyComponent(WIT);
  calling = makeCalling("wit", () => component);
  [tool] = deriveSurface(inspectComponent(component)) as [ToolDefinition];
});

const read = (count: number) =>
  calling.readOutcome(TURN, {
    value: JSON.stringify({ ok: Array.from({ length: count }, () => ({})) }),
    durationMs: 1,
    hostCalls: 0,
    logBytesDropped: 0,
  });
const issuesOf = (count: number) =>
  calling.validatorOf(tool)({ all: Array.from({ length: count }, () => []) });

test("many flags in an answer are too many values", () => {
  assert.deepEqual(read(1)?.structuredContent, { result: [[]] });
  assert.match(read(20_000)?.error?.message ?? "", /too many values/);
});

test("many flags in arguments are too many values", () => {
  assert.deepEqual(issuesOf(100), []);
  assert.equal(issuesOf(5000).length, 1);
});
