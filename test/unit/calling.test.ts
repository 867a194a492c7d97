import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { makeCalling, type Calling } from "../../runtime/calling.ts";
import type { PluginAnswer } from "../../runtime/sandbox/sandbox.ts";
import { dummyComponent } from "../helpers/component-samples.ts";

const WIT = `package a:b; interface i {
  variant trouble { missing, broken(u8) }
  text: func() -> string;
  maybe: func() -> result<u64, string>;
  nothing: func() -> result<_, trouble>;
  silent: func() -> result;
  run: func();
  half: func() -> f64;
} world w { export i; }`;

const answering = (value: unknown): PluginAnswer => ({
  value: typeof value === "string" ? value : JSON.stringify(value),
  durationMs: 1,
  hostCalls: 0,
  logBytesDropped: 0,
});

describe("the answers of exported functions", () => {
  let calling: Calling;
  const read = (tool: string, value: unknown) =>
    calling.readOutcome(`a_b_i_${tool}`, answering(value));

  before(async () => {
    const component = await dummyComponent(WIT);
    calling = makeCalling("wit", () => component);
  });

  it("are the bare value as text, and the value in an envelope", () => {
    assert.deepEqual(read("text", { ok: "hi" }), {
      content: [{ type: "text", text: "hi" }],
      structuredContent: { result: "hi" },
    });
    assert.deepEqual(read("maybe", { ok: "18446744073709551615" }), {
      content: [{ type: "text", text: '{"ok":18446744073709551615}' }],
      structuredContent: { result: { ok: 18446744073709552000 } },
    });
    assert.deepEqual(read("nothing", {}), {
      content: [{ type: "text", text: '{"ok":null}' }],
      structuredContent: { result: { ok: null } },
    });
    assert.deepEqual(read("run", {}), { content: [] });
  });

  it("are whole where a program exited with success, and owed no value", () => {
    assert.deepEqual(read("silent", { exit: 0 })?.structuredContent, { result: { ok: null } });
    assert.deepEqual(read("run", { exit: 0 }), { content: [] });
    for (const tool of ["text", "maybe"]) assert.equal(read(tool, { exit: 0 }), undefined);
  });

  it("are errors of the call where the function answered err", () => {
    const failures = [
      ["maybe", { err: "no such thing" }, "no such thing"],
      ["maybe", { err: "" }, "The tool failed."],
      ["maybe", { err: "x".repeat(5000) }, "x".repeat(4000)],
      ["nothing", { err: { tag: "missing" } }, '{"tag":"missing"}'],
      ["nothing", { err: { tag: "broken", val: 3 } }, '{"tag":"broken","val":3}'],
      ["silent", { err: null }, "The tool failed."],
    ] as const;
    for (const [tool, value, message] of failures)
      assert.deepEqual(read(tool, value), {
        content: [],
        error: { error_code: "FAILED", message },
      });
  });

  it("are nobody's when the runner sends anything else", () => {
    const nonsense: readonly (readonly [string, unknown])[] = [
      ["text", "not json"],
      ["text", "["],
      ["text", "[".repeat(1_000_000)],
      ["text", []],
      ["text", "null"],
      ["text", {}],
      ["text", { ok: 1 }],
      ["text", { err: "text cannot fail" }],
      ["run", { err: null }],
      ["maybe", { ok: 1 }],
      ["maybe", { ok: "18446744073709551616" }],
      ["nothing", { err: "missing" }],
      ["nothing", { err: { tag: "broken", val: 256 } }],
      ["half", { ok: null }],
    ];
    for (const [tool, value] of nonsense) {
      assert.equal(read(tool, value), undefined, `${tool} ${JSON.stringify(value).slice(0, 40)}`);
    }
    const value = calling.readOutcome("a_b_i_text", { ...answering(""), value: 7 });
    assert.equal(value, undefined);
  });

  it("say so when they are no number of JSON", () => {
    assert.equal(read("half", { ok: "NaN" })?.error?.error_code, "FAILED");
  });

  it("are of pinned functions only", () => {
    assert.throws(() => calling.begin("other", {}));
  });
});
