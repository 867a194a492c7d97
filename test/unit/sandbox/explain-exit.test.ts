import assert from "node:assert/strict";
import { test } from "node:test";
import { explainExit } from "../../../runtime/sandbox/explain-exit.ts";

const END = { code: null, signal: null, reason: "exit", stderr: "" } as const;

test("a process that was killed from outside while it loaded is no fault of the component", () => {
  for (const exit of [
    { ...END, signal: "SIGKILL" },
    { ...END, code: 137 },
  ]) {
    assert.equal(explainExit("loading", exit).code, "ERR_RUNNER_DIED");
    assert.equal(explainExit("calling", exit).code, "ERR_RUNNER_DIED");
    assert.equal(explainExit("starting", exit).code, "ERR_RUNNER_START");
  }
  // That was us, because it hung up.
  const hungUp = { ...END, signal: "SIGKILL", reason: "killed" } as const;
  assert.equal(explainExit("loading", hungUp).code, "ERR_COMPONENT_LOAD");
  assert.equal(explainExit("loading", { ...END, code: 1 }).code, "ERR_COMPONENT_LOAD");
  assert.equal(explainExit("loading", { ...END, signal: "SIGTRAP" }).code, "ERR_CALL_MEMORY");
});
