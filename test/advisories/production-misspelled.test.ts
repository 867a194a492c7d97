import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { effectiveMode } from "../../runtime/cli/machine.ts";

function modeUnder(t: TestContext, value: string): string {
  const before = process.env["NODE_ENV"];
  t.after(() => {
    if (before === undefined) delete process.env["NODE_ENV"];
    else process.env["NODE_ENV"] = before;
  });
  process.env["NODE_ENV"] = value;
  return effectiveMode("development");
}

test("starts by the rules of production however NODE_ENV spells it", (t) => {
  for (const value of ["production", "production ", "Production", "PRODUCTION", " production\r\n"])
    assert.equal(modeUnder(t, value), "production", JSON.stringify(value));
});
