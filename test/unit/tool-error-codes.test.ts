// The guest cannot import the runtime, so the closed list of a tool's error codes stands on both sides of the seal.
import assert from "node:assert/strict";
import { test } from "node:test";
import { TOOL_ERROR_CODES as ofTheSdk } from "@glovebox/sdk/tool/error";
import { TOOL_ERROR_CODES as ofTheRuntime } from "../../runtime/firewall/outcome.ts";

test("the SDK offers exactly the error codes that the runtime passes on", () => {
  assert.deepEqual([...ofTheSdk].toSorted(), [...ofTheRuntime].toSorted());
});
