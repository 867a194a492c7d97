// A streak of refusals was not forgotten when it had led to a suspension: an operator resumed the plugin, and its next refused
// call suspended it again. And for a minute after that a rule was silent, whatever the resumed plugin did.
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeDetector } from "../../runtime/audit/anomalies/detect.ts";
import type { AnomalyRule } from "../../runtime/audit/anomalies/rules.ts";
import { callRecord } from "../helpers/call-record.ts";

const RULE: AnomalyRule = { name: "probing", action: "suspend", kind: "denied", streak: 3 };
const DENIED = { denied: [{ operation: "http.send", tag: "refused-by-policy", reason: "" }] };

for (const stepMs of [10, 90_000])
  test(`a plugin that was resumed has a whole streak again (a call each ${stepMs} ms)`, () => {
    const detect = makeDetector([RULE], { learn: () => false });
    const spoken = Array.from({ length: 9 }, (_, index) =>
      detect(callRecord(DENIED), index * stepMs).length > 0 ? index : -1,
    );
    assert.deepEqual(spoken, [-1, -1, 2, -1, -1, 5, -1, -1, 8]);
  });
