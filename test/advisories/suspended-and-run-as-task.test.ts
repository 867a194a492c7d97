// A suspended plugin was only not admitted. A task is admitted when it is begun and runs later, as it does again after each
// answer of its client's: tasks of a suspended plugin went on running for as long as they are kept.
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatSuspended } from "../../runtime/audit/anomalies/suspensions.ts";
import { makeCallTool, PLAIN_STEPS } from "../../runtime/call.ts";
import { openWatch } from "../../runtime/cli/audit/open-watch.ts";
import { suspendedFile } from "../../runtime/cli/audit/suspended-plugins.ts";
import { makeMachine } from "../../runtime/cli/make-machine.ts";
import { readWorkspace } from "../../runtime/workspace.ts";
import { ALICE, makeConsentWorld } from "../helpers/consent-world.ts";
import { makeScratchWorkspace } from "../helpers/scratch-workspace.ts";
import { CALM } from "../helpers/debt-postures.ts";

test("runs no task of a suspended plugin", async (t) => {
  const machine = makeMachine();
  const workspace = readWorkspace(makeScratchWorkspace(t).configFile, machine.files);
  const world = makeConsentWorld({ shop: { grants: {} } });
  machine.files.makeFolder(workspace.paths.folder);
  const suspension = { since: new Date().toISOString(), rule: "flood", what: "calls", call_id: "" };
  machine.files.writeFile(
    suspendedFile(workspace.paths),
    formatSuspended({ shop: suspension }),
    0o600,
  );
  const audit = { write: () => {}, close: () => {} };
  const watch = await openWatch(workspace, machine, audit, { posture: () => CALM });
  t.after(() => watch.close());
  const callTool = makeCallTool({
    tools: world.callables,
    seal: "landlock",
    audit,
    steps: watch.guard(PLAIN_STEPS),
  });
  for (const task of [undefined, { kind: "run", deadlineMs: 1000 }] as const) {
    const { error } = await callTool({
      name: "shop__do",
      arguments: {},
      caller: ALICE,
      signal: t.signal,
      ...(task ? { task } : {}),
    });
    assert.equal(error?.error_code, "PLUGIN_SUSPENDED");
  }
  assert.deepEqual(world.ran, []);
});
