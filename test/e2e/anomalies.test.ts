// Rules of anomalies, telemetry and kept arguments in the real server.
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { readCalls, readEvents } from "../helpers/audit-lines.ts";
import { runGlovebox as run } from "../helpers/run-glovebox.ts";
import {
  FIXTURE,
  makeServedWorkspace,
  RawClient,
  type ServedWorkspace,
} from "../helpers/served-workspace.ts";

const TOOL = "fixture__echo";
const PORT = 20_000 + (process.pid % 20_000);

let workspace: ServedWorkspace;
before(async () => {
  workspace = await makeServedWorkspace(
    [FIXTURE],
    `
audit: { arguments: redacted }
telemetry: { metrics: { prometheus: { listen: "127.0.0.1:${PORT}" } } }
anomalies: { rules: [{ name: flood, kind: burst, calls: 3, within: 60s, action: suspend }] }
`,
  );
});
after(() => workspace?.remove());

async function connect(t: TestContext): Promise<RawClient> {
  const client = new RawClient(workspace);
  t.after(() => client.child.kill("SIGKILL"));
  await client.initialize();
  return client;
}

let lastId = 0;

async function codeOf(client: RawClient, text = "x"): Promise<unknown> {
  const id = ++lastId;
  client.call(id, TOOL, { text });
  const { result } = await client.answer(id);
  return result?.isError === true ? result.structuredContent?.["error_code"] : "ok";
}

const eventsOf = (name: string) =>
  readEvents(workspace.folder).filter(({ event }) => event === name);

test("a plugin that a rule suspends stays so over a restart, until an operator resumes it", async (t) => {
  const client = await connect(t);
  for (let count = 1; count <= 4; count += 1) assert.equal(await codeOf(client), "ok");
  assert.equal(await codeOf(client), "PLUGIN_SUSPENDED");
  assert.match(client.stderr, /plugin fixture suspended/);
  assert.equal(readCalls(workspace.folder).at(-1)?.status, "refused");
  assert.partialDeepStrictEqual(eventsOf("anomaly")[0], {
    alias: "fixture",
    tool_name: TOOL,
    detail: { rule: "flood" },
  });
  assert.equal(eventsOf("plugin-suspended").length, 1);
  const metrics = await (await fetch(`http://127.0.0.1:${PORT}/metrics`)).text();
  assert.match(metrics, /glovebox_plugins_suspended\{.*plugin="fixture".*\} 1/);
  client.child.stdin.end();
  await client.exited;

  const next = await connect(t);
  assert.equal(await codeOf(next), "PLUGIN_SUSPENDED");
  const listed = await run(["audit", "suspended"], { cwd: workspace.folder });
  assert.match(listed.stdout, /fixture .* flood/);
  const resumed = await run(["audit", "resume", "fixture"], { cwd: workspace.folder });
  assert.equal(resumed.code, 0, resumed.stderr);
  // A running server looks at the list every second.
  let code = await codeOf(next);
  for (let tries = 0; code !== "ok" && tries < 50; tries += 1) {
    await sleep(200);
    code = await codeOf(next);
  }
  assert.equal(code, "ok");
  assert.equal(eventsOf("plugin-resumed").length, 1);
  const again = await run(["audit", "resume", "fixtures"], { cwd: workspace.folder });
  assert.deepEqual([again.code, again.codes], [2, ["ERR_USAGE"]]);
  next.child.stdin.end();
  await next.exited;
  const { code: verified } = await run(["audit", "verify"], { cwd: workspace.folder });
  assert.equal(verified, 0);
  rmSync(join(workspace.folder, ".glovebox/suspended.json"), { force: true });
});

test("arguments are kept with secrets taken out", async (t) => {
  const client = await connect(t);
  // Made here, so that no key stands in the tree.
  const token = `ghp_${"a1B2c3D4e5F6".repeat(3)}`;
  assert.equal(await codeOf(client, `my key is ${token}`), "ok");
  client.child.stdin.end();
  await client.exited;
  const kept = readCalls(workspace.folder).at(-1)?.arguments as { text: string };
  assert.match(kept.text, /^my key is /);
  assert.equal(kept.text.includes(token), false);
});

test("a damaged list of suspended plugins refuses the start", async () => {
  writeFileSync(join(workspace.folder, ".glovebox/suspended.json"), "{");
  const ended = await run(["call", TOOL, '{"text":"x"}'], { cwd: workspace.folder });
  assert.deepEqual([ended.code, ended.codes], [3, ["ERR_SUSPENDED_UNREADABLE"]]);
  rmSync(join(workspace.folder, ".glovebox/suspended.json"));
});
