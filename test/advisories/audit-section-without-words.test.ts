// The gate `audit` asks whether the configuration says what is kept of calls, and `audit: {}` was taken for an answer.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseData } from "../helpers/policy-files.ts";

test("an audit section that says nothing is refused", () => {
  assert.throws(() => parseData({ version: 1, audit: {} }), /says nothing/);
});
