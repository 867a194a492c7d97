// A line of a plugin's log that the audit trail refused was taken for a runner that died: the record said so, its runner was
// killed, and after three of them in a row everybody's calls of the plugin were turned away, disk or no disk.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { AuditError } from "../../runtime/audit/errors.ts";
import type { AuditRecord } from "../../runtime/audit/record.ts";
import { codeOf, makeWorld, recordOf } from "../helpers/call-world.ts";
import { makeTerms } from "../helpers/hostile-channel.ts";
import { frameOf, openLoaded, openSocketRoom, type SocketRoom } from "../helpers/socket-channel.ts";

let room: SocketRoom;
before(async () => {
  room = await openSocketRoom();
});
after(() => room.close());

test("a call whose log cannot be recorded is not answered, and its runner goes on", async (t) => {
  const { channel, runner } = await openLoaded(room, t);
  const records: AuditRecord[] = [];
  const { run } = makeWorld((call) => channel.call(call, makeTerms({}, { deadlineMs: 20_000 })), {
    write(record) {
      if (record.kind === "guest-log")
        throw new AuditError("ERR_AUDIT_UNWRITABLE", "The audit trail cannot be written: ENOSPC.");
      records.push(record);
    },
  });
  const heard: string[] = [];
  const answer = run({ onLog: (_level, message) => heard.push(message) });
  runner.write(frameOf({ t: "note", id: 1, op: "log", args: ["info", "unseen"] }));
  runner.write(frameOf({ t: "result", id: 1, value: '{"content":[]}' }));
  assert.equal(codeOf(await answer), "UNAVAILABLE");
  assert.match(recordOf({ records }).reason ?? "", /^ERR_AUDIT_UNWRITABLE/);
  assert.deepEqual(heard, []);
  assert.equal(channel.state, "idle");
});
