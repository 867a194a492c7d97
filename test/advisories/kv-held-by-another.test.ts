// A plugin that wrote in a loop in one server kept its store locked, and each of its writes in another server of the same
// workspace made that whole server wait for up to two seconds: other plugins' calls and deadlines too.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { CallScope } from "@glovebox/host-api/capability";
import { HostError } from "@glovebox/host-api/errors";
import { makeKvBroker } from "@glovebox/host-api/kv/broker";
import type { Powers } from "@glovebox/host-api/powers";
import { openKeyValue } from "../../runtime/powers/key-value.ts";

test("other work goes on while a store is held by another process, and the write is done when it is free", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "glovebox-kv-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const broker = makeKvBroker({ quotaBytes: 1000 }, { plugin: "p", folder }, {
    openKeyValue,
  } as Partial<Powers> as Powers);
  t.after(() => broker.close?.());
  const run = (operation: string, signal = new AbortController().signal) => {
    const scope: CallScope = { callId: "1", plugin: "p", tool: "t", signal };
    return broker.operations[operation]!({ args: ["k"], body: new Uint8Array(0) }, scope);
  };
  await run("kv.delete");
  const other = new DatabaseSync(join(folder, "kv.sqlite"));
  other.exec("BEGIN EXCLUSIVE");
  let turns = 0;
  const turn = setInterval(() => (turns += 1), 1);
  const controller = new AbortController();
  const written = run("kv.set");
  const given = run("kv.get", controller.signal);
  setTimeout(() => controller.abort(), 300);
  await assert.rejects(
    async () => given,
    (error) => error instanceof HostError && error.tag === "timed-out",
  );
  assert.ok(turns > 10, String(turns));
  other.exec("ROLLBACK");
  other.close();
  assert.deepEqual(await written, { value: null });
  clearInterval(turn);
});
