import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { captureOutput } from "../../helpers/made-up-commands.ts";

describe("the output", () => {
  it("lines up the cells of a table and makes them visible", () => {
    const { out, stdout } = captureOutput();
    out.table(["NAME", "X"], [["a\u001B[2Jb", "1"], ["c", "2\n3"], ["d"]]);
    assert.equal(stdout(), "NAME     X\na\\e[2Jb  1\nc        2\\n3\nd\n");
  });

  it("is one JSON value and nothing else for programs", () => {
    const { out, stdout, stderr } = captureOutput({ json: true, terminal: true });
    out.line("words");
    out.table(["A"], [["b"]]);
    out.progress("working");
    out.progressDone();
    out.result({ a: "\u009B\u202E" });
    assert.equal(stdout(), '{\n  "a": "\\u009b\\u202e"\n}\n');
    assert.equal(stderr(), "");
  });

  it("prints no JSON for people", () => {
    const { out, stdout } = captureOutput();
    out.result({ a: 1 });
    assert.equal(stdout(), "");
  });

  it("shows progress on a terminal alone, visible and short", () => {
    const quiet = captureOutput();
    quiet.out.progress("working");
    assert.equal(quiet.stderr(), "");
    const loud = captureOutput({ terminal: true });
    loud.out.progress(`\u202E${"x".repeat(1000)}`);
    loud.out.progressDone();
    assert.ok(loud.stderr().startsWith("\\u{202e}xxx"));
    assert.ok(loud.stderr().length < 130);
    assert.ok(loud.stderr().endsWith("\r\u001B[2K"));
  });

  it("answers no when nobody can be asked", async () => {
    assert.equal(await captureOutput().out.ask("Sure?"), false);
    assert.equal(await captureOutput({ json: true }).out.ask("Sure?"), false);
  });
});
