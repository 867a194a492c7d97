// Findings of the filter name places by the plugin's own keys: deep and wide enough, a hundred of them made a record longer than a
// line of the audit trail may be, so that its verification failed from then on.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonValue } from "@glovebox/host-api/json";
import { LINE_BYTES_MAX } from "../../runtime/audit/chain/lines.ts";
import { makeAnswerFilter } from "../../runtime/filter-answer.ts";
import { DEFAULT_FILTER } from "../../runtime/firewall/filter/policy.ts";
import { logRecord, TrailRoom } from "../helpers/audit-trail.ts";
import { madeText } from "../helpers/made-secrets.ts";
import { makeScratch } from "../helpers/scratch.ts";

test("keeps the places of findings short", () => {
  const key = `ghp_${madeText(36)}`;
  const wide = "\u5B57".repeat(56);
  let value: JsonValue = Object.fromEntries(
    Array.from({ length: 120 }, (_, index) => [`${wide}${index}`, key]),
  );
  for (let depth = 0; depth < 60; depth += 1) value = { [wide]: value };
  const tool = { name: "t", description: "", inputSchema: { type: "object" } } as const;
  const answer = makeAnswerFilter(DEFAULT_FILTER)(
    { content: [], structuredContent: value },
    { tool, validateResult: undefined },
  );
  const chars = JSON.stringify(answer.findings).length;
  // Each may become six bytes in the trail.
  assert.ok(chars * 6 < LINE_BYTES_MAX / 2, String(chars));
});

test("refuses a record that nobody could read again", (t) => {
  const room = new TrailRoom(makeScratch(t));
  const audit = room.open();
  audit.write(logRecord("before"));
  assert.throws(() => audit.write(logRecord("x".repeat(LINE_BYTES_MAX))), /longer/);
  audit.write(logRecord("after"));
  audit.close();
  room.write(1, 1);
  assert.deepEqual(room.verify().problems, []);
  assert.deepEqual(room.messages, ["before", "after", "record 1"]);
});
