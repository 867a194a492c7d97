// Each session keeps what its streams sent, so that a broken connection loses nothing: four million characters, in a thousand
// sessions at once. Twenty clients with a chatty tool could have had gigabytes kept, and ended the process for all.
import assert from "node:assert/strict";
import { test } from "node:test";
import { EventBudget, EventLog } from "../../runtime/server/http/event-log.ts";

const TEXT = "x".repeat(100);

test("what all sessions keep is bounded, and one's own is forgotten for it", () => {
  const budget = new EventBudget(1000);
  const logs = Array.from({ length: 20 }, () => new EventLog({ budget }));
  const last = logs.map((log) => [log.add("r1", TEXT), log.add("r1", TEXT)] as const);
  assert.ok(budget.chars <= 1000, `${budget.chars} characters are kept`);
  const [early] = logs;
  assert.equal(early?.after(last[0]?.[0] ?? "")?.missed.length, 1, "others' is not forgotten");
  const late = logs.at(-1);
  assert.equal(late?.after(last.at(-1)?.[0] ?? ""), undefined, "and what is missing is said");
});

test("a session that ends gives back what it kept", () => {
  const budget = new EventBudget(1000);
  const logs = Array.from({ length: 20 }, () => new EventLog({ budget }));
  for (const log of logs) log.add("r1", TEXT);
  for (const log of logs) log.clear();
  assert.equal(budget.chars, 0);
});
