// What a script is told by the exit code of `call`: 4 is for a tool that answered, and never for what the runtime refused.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  answerWithError,
  RUNTIME_ERROR_CODES,
  type ClientErrorCode,
} from "../../../runtime/answer.ts";
import { exitOfAnswer } from "../../../runtime/cli/call-exit.ts";
import { TOOL_ERROR_CODES } from "../../../runtime/firewall/outcome.ts";

const exitOf = (error_code: ClientErrorCode): number =>
  exitOfAnswer(answerWithError({ error_code, message: "" }));

test("an answer is 0, and a tool's own error 4", () => {
  assert.equal(exitOfAnswer({ content: [] }), 0);
  assert.equal(exitOfAnswer({ content: [], isError: true }), 4);
  const theirs = TOOL_ERROR_CODES.filter((code) => code !== "MEMORY_LIMIT");
  for (const code of theirs) assert.equal(exitOf(code), 4, code);
});

test("whatever is the runtime's alone is anything but 4", () => {
  const ours = RUNTIME_ERROR_CODES.filter(
    (code) => code === "MEMORY_LIMIT" || !TOOL_ERROR_CODES.some((theirs) => theirs === code),
  );
  assert.equal(ours.length, RUNTIME_ERROR_CODES.length - 1);
  for (const code of ours) assert.ok([1, 2, 3].includes(exitOf(code)), code);
});

test("what was refused is 3, arguments that do not fit are 2, and what failed or was stopped is 1", () => {
  for (const code of [
    "FLOW_HELD",
    "APPROVAL_REQUIRED",
    "APPROVAL_DECLINED",
    "OUTPUT_BLOCKED",
  ] as const)
    assert.equal(exitOf(code), 3, code);
  for (const code of ["INVALID_ARGUMENTS", "UNKNOWN_TOOL"] as const)
    assert.equal(exitOf(code), 2, code);
  for (const code of ["CANCELLED", "INTERNAL", "TIMEOUT", "MEMORY_LIMIT", "PLUGIN_FAILED"] as const)
    assert.equal(exitOf(code), 1, code);
});
