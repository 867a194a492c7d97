// The cap on log volume counted a line's text only: 20,000 empty lines in each call were 20,000 audit records of 200 bytes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeCall, makeTerms, startHostile } from "../helpers/hostile-channel.ts";

test("counts empty log lines against the log's volume, since each is a record", async (t) => {
  const { channel } = await startHostile(
    t,
    `const { id } = receive();
    for (let count = 0; count < 5000; count += 1) send(log(id, "info", ""));
    send(result(id, "logged"));
    receive();`,
  );
  let lines = 0;
  const call = makeCall("a", { onLog: () => void (lines += 1) });
  const { logBytesDropped } = await channel.call(call, makeTerms({}, { logBytes: 64 * 1024 }));
  assert.ok(lines > 100 && lines < 1000, String(lines));
  assert.ok(logBytesDropped > 0);
});
