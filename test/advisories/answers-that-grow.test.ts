// A record's optional fields are left out of what the runner sends, and written out, with their names, for the client.
// A list of empty records, which the component's author pays three bytes each for, was written as gigabytes by the broker.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { makeCalling, type Calling } from "../../runtime/calling.ts";
import { dummyComponent } from "../helpers/component-samples.ts";

const label = (index: number) => `f${index}-${"a".repeat(400)}`;
const fields = Array.from({ length: 40 }, (_, index) => `${label(index)}: option<bool>`).join(", ");
const WIT = `package a:b; interface i {
  record wide { ${fields} }
  many: func() -> list<wide>;
  trouble: func() -> result<_, list<wide>>;
} world w { export i; }`;

let calling: Calling;
before(async () => {
  const component = await dummyComponent(WIT);
  calling = makeCalling("wit", () => component);
});

const read = (tool: string, value: unknown) =>
  calling.readOutcome(`a_b_i_${tool}`, {
    value: JSON.stringify(value),
    durationMs: 1,
    hostCalls: 0,
    logBytesDropped: 0,
  });
const empty = (count: number) => Array.from({ length: count }, () => ({}));

test("a short answer does not become a long one by the names of its type", () => {
  for (const [tool, ending] of [
    ["many", "ok"],
    ["trouble", "err"],
  ] as const) {
    const outcome = read(tool, { [ending]: empty(2000) });
    assert.equal(outcome?.content.length, 0);
    assert.match(outcome?.error?.message ?? "", /too long/);
  }
});

test("a few such records are read", () => {
  const [block] = read("many", { ok: empty(3) })?.content ?? [];
  const text = block?.type === "text" ? block.text : "";
  assert.equal(text.match(/null/g)?.length, 120);
});
