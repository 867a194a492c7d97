// A client that closed its end of standard output, or was killed with answers unread, had the server exit within the next
// write: what its calls had done stood in no audit trail, and the trail had no end.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  FIXTURE,
  makeServedWorkspace,
  RawClient,
  type ServedWorkspace,
} from "../helpers/served-workspace.ts";

let workspace: ServedWorkspace;
before(async () => (workspace = await makeServedWorkspace([FIXTURE])));
after(() => workspace?.remove());

interface Line {
  readonly kind: string;
  readonly event?: string;
  readonly tool_name?: string;
  readonly status?: string;
}

function trail(): readonly Line[] {
  const text = readFileSync(join(workspace.folder, ".glovebox/audit.jsonl"), "utf8");
  const lines = text.trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as Line);
}

test("a call of a client that no longer reads is written down, and so is the end", async () => {
  const client = new RawClient(workspace);
  await client.initialize();
  client.call(1, "fixture__wait", { steps: 100, stepMs: 90 }, { progressToken: 1 });
  await client.find((message) => message.method === "notifications/progress");
  const before = trail().length;
  client.child.stdout.destroy();
  client.send({ id: 2, method: "ping" });
  assert.equal(await client.exited, 0);
  const [call, stop, checkpoint] = trail().slice(before);
  assert.deepEqual(
    [call?.kind, call?.tool_name, call?.status],
    ["call", "fixture__wait", "failed"],
  );
  assert.equal(stop?.event, "stop");
  assert.equal(checkpoint?.kind, "checkpoint");
});
