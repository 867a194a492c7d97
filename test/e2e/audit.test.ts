// The audit trail of the real server: under load and killed in the middle, by several servers at once, on a full disk, and
// read by the command line.
import assert from "node:assert/strict";
import {
  appendFileSync,
  chmodSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { after, before, describe, test, type TestContext } from "node:test";
import { digestOf } from "../../runtime/plugin/canonical.ts";
import { copyWorkspace } from "../helpers/copy-workspace.ts";
import { readAudit, readCalls, readEvents } from "../helpers/audit-lines.ts";
import { runGlovebox as run, runInProcess, type Ended } from "../helpers/run-glovebox.ts";
import { makeScratch } from "../helpers/scratch.ts";
import {
  FIXTURE,
  GLOVEBOX,
  makeServedWorkspace,
  RawClient,
  type ServedWorkspace,
} from "../helpers/served-workspace.ts";

const TOOL = "fixture__echo";

interface Report {
  readonly ok: boolean;
  readonly chains: readonly { readonly chain: string; readonly files: readonly string[] }[];
  readonly problems: readonly { readonly code: string }[];
  readonly notes: readonly { readonly code: string }[];
}

let installed: ServedWorkspace;
before(async () => {
  installed = await makeServedWorkspace([FIXTURE], "\naudit: { checkpoint: { records: 20 } }\n");
});
after(() => installed?.remove());

/** A copy of the workspace in which nothing was called yet. */
function copy(t: TestContext, settings = ""): ServedWorkspace {
  const folder = makeScratch(t);
  copyWorkspace(installed.folder, folder);
  const configFile = join(folder, "glovebox.yaml");
  if (settings !== "") {
    const text = readFileSync(configFile, "utf8").replace(/^audit: .*$/m, "");
    writeFileSync(configFile, `${text}\n${settings}\n`);
  }
  const args = [GLOVEBOX, "serve", "--config", configFile];
  return { folder, configFile, command: { command: process.execPath, args }, remove: () => {} };
}

const audit = ({ folder }: ServedWorkspace, ...words: string[]): Promise<Ended> =>
  run(["audit", ...words], { cwd: folder });

async function verify(workspace: ServedWorkspace, ...words: string[]): Promise<Report> {
  return (await audit(workspace, "verify", "--json", ...words)).json as Report;
}

const codesIn = (list: readonly { readonly code: string }[]): string[] =>
  [...new Set(list.map(({ code }) => code))].toSorted();

async function connect(t: TestContext, workspace: ServedWorkspace): Promise<RawClient> {
  const client = new RawClient(workspace);
  t.after(() => client.child.kill("SIGKILL"));
  await client.initialize();
  return client;
}

const argumentsOf = (id: number | string) => ({ text: `call ${id}` });

async function callMany(client: RawClient, from: number, count: number): Promise<void> {
  const ids = Array.from({ length: count }, (_, index) => from + index);
  for (const id of ids) {
    client.call(id, TOOL, argumentsOf(id));
    if (id % 10 === 0) await client.answer(id);
  }
  await Promise.all(ids.map((id) => client.answer(id)));
}

async function leave(client: RawClient): Promise<void> {
  client.child.stdin.end();
  await client.exited;
}

/** Ids of calls that were answered without an error. */
function answeredBy(client: RawClient): (number | string)[] {
  return client.messages.flatMap(({ id, result }) =>
    typeof id === "number" && result && result.isError !== true ? id : [],
  );
}

function assertRecorded(workspace: ServedWorkspace, ids: readonly (number | string)[]): void {
  const digests = new Set(readCalls(workspace.folder).map((call) => call.arguments_digest));
  const missing = ids.filter((id) => !digests.has(digestOf(argumentsOf(id))));
  assert.deepEqual(missing, [], "answered and not recorded");
}

test("says who called what, on whose behalf, behind which seal, and what was used", async (t) => {
  const workspace = copy(t);
  const client = await connect(t, workspace);
  // One after another: of calls at once, the one that ends first is recorded first.
  for (const id of [1, 2, 3]) await callMany(client, id, 1);
  client.call(4, "fixture__wait", { ms: 1 });
  await client.answer(4);
  await leave(client);
  const calls = readCalls(workspace.folder);
  assert.equal(calls.length, 4);
  assert.partialDeepStrictEqual(calls[0], {
    kind: "call",
    principal: "local",
    tenant: "local",
    client_id: null,
    session_id: "local",
    tool_name: TOOL,
    alias: "fixture",
    plugin: "fixture",
    status: "success",
    arguments_digest: digestOf(argumentsOf(1)),
    result_tokens: Math.ceil((calls[0]?.result_chars ?? 0) / 4),
  });
  assert.match(calls[0]?.component ?? "", /^sha256:[0-9a-f]{64}$/);
  assert.equal("arguments" in (calls[0] ?? {}), false);
  const events = readEvents(workspace.folder);
  assert.deepEqual(
    events.map(({ event }) => event),
    ["start", "stop"],
  );
  assert.partialDeepStrictEqual(events[0]?.detail, {
    mode: "development",
    plugins: [{ alias: "fixture", signed: true }],
  });
  assert.deepEqual(await verify(workspace).then(({ ok, notes }) => [ok, notes]), [true, []]);
});

test("a start that is refused is written down with its reasons", async (t) => {
  const workspace = copy(t);
  const store = join(workspace.folder, ".glovebox/store");
  for (const name of readdirSync(store)) rmSync(join(store, name));
  const { code } = await run(["call", TOOL, "{}"], { cwd: workspace.folder });
  assert.equal(code, 3);
  const [refused] = readEvents(workspace.folder);
  assert.equal(refused?.event, "start-refused");
  assert.match(JSON.stringify(refused.detail), /"ERR_PACKAGE_MISSING"/);
});

describe("killed in the middle of a load", () => {
  for (const round of [1, 2, 3])
    test(`loses nothing that was answered, and the next server goes on (${round})`, async (t) => {
      const workspace = copy(t);
      const client = await connect(t, workspace);
      // It never ends: the server dies in the middle.
      callMany(client, 1, 5000).catch(() => undefined);
      await client.answer(40 * round + 3);
      client.child.kill("SIGKILL");
      await client.exited;
      const answered = answeredBy(client);
      assert.ok(answered.length > 20, `${answered.length} answers`);
      const killed = await verify(workspace);
      assert.deepEqual(killed.problems, []);
      // What came after the last checkpoint is named as such, and what a write left half done too.
      for (const { code } of killed.notes) assert.match(code, /^(unsigned|torn)$/);
      assertRecorded(workspace, answered);
      const next = await connect(t, workspace);
      await callMany(next, 10_000, 30);
      await leave(next);
      const after = await verify(workspace);
      assert.deepEqual(after.problems, []);
      assert.equal(after.chains.length, 1);
      assertRecorded(workspace, [...answered, ...answeredBy(next)]);
    });

  test("a line that was cut short stays as it is, and the next file says so", async (t) => {
    const workspace = copy(t);
    const client = await connect(t, workspace);
    await callMany(client, 1, 5);
    client.child.kill("SIGKILL");
    await client.exited;
    const file = join(workspace.folder, ".glovebox/audit.jsonl");
    appendFileSync(file, '{"seq":7,"prev":"0123');
    assert.deepEqual(codesIn((await verify(workspace)).notes), ["torn", "unsigned"]);
    const next = await connect(t, workspace);
    await callMany(next, 10, 5);
    await leave(next);
    const report = await verify(workspace);
    assert.deepEqual([report.ok, codesIn(report.notes)], [true, ["torn"]]);
    assert.equal(report.chains[0]?.files.length, 2);
    assert.match(readFileSync(file, "utf8"), /"why":"torn"/);
  });
});

test("several servers of one workspace write at once, each a chain of its own, and nothing is lost", async (t) => {
  const workspace = copy(t);
  const clients = await Promise.all([1, 2, 3].map(() => connect(t, workspace)));
  await Promise.all(clients.map((client, index) => callMany(client, 1000 * index, 100)));
  const whileRunning = await verify(workspace);
  assert.deepEqual([whileRunning.problems, whileRunning.chains.length], [[], 3]);
  await Promise.all(clients.map(leave));
  const report = await verify(workspace);
  assert.deepEqual([report.problems, report.notes, report.chains.length], [[], [], 3]);
  assertRecorded(workspace, clients.flatMap(answeredBy));
  assert.equal(readCalls(workspace.folder).length, 300);
  // Those who come later take the places of those who left.
  const later = await connect(t, workspace);
  await callMany(later, 5000, 5);
  await leave(later);
  assert.equal((await verify(workspace)).chains.length, 3);
});

test("a full disk refuses calls, and what was answered is recorded", async (t) => {
  const workspace = copy(t, "audit: { checkpoint: { records: 5 } }");
  // The system cuts this process's files at a size and says so by EFBIG, as a full disk would by ENOSPC.
  const limited = `trap "" XFSZ; ulimit -f 160; exec "$0" "$@"`;
  const { command, args } = workspace.command;
  const client = new RawClient({
    ...workspace,
    command: { command: "sh", args: ["-c", limited, command, ...args] },
  });
  t.after(() => client.child.kill("SIGKILL"));
  await client.initialize();
  await callMany(client, 1, 400);
  const answered = answeredBy(client);
  assert.ok(answered.length > 50 && answered.length < 400, `${answered.length} answered`);
  const { result } = await client.answer(400);
  assert.equal(result?.structuredContent?.["error_code"], "UNAVAILABLE");
  const told = client.stderr.split("\n").filter((line) => line.includes("ERR_AUDIT_UNWRITABLE"));
  assert.equal(told.length, 1, client.stderr);
  assert.match(told[0] ?? "", /"level":"warn".*(EFBIG|no room)/);
  client.child.kill("SIGKILL");
  await client.exited;
  assertRecorded(workspace, answered);
  assert.deepEqual((await verify(workspace)).problems, []);
});

test("old lines are put aside as they are, and their digest stands in the new trail", async (t) => {
  const workspace = copy(t);
  const folder = join(workspace.folder, ".glovebox");
  for (const name of readdirSync(folder)) if (name.startsWith("audit")) rmSync(join(folder, name));
  writeFileSync(join(folder, "audit.jsonl"), '{"kind":"call","time":"2026-01-01"}\n'.repeat(100));
  const client = await connect(t, workspace);
  await callMany(client, 1, 3);
  await leave(client);
  assert.deepEqual(codesIn((await verify(workspace)).notes), ["old-format"]);
  const old = readdirSync(folder).find((name) => name.includes("old-format")) ?? "";
  appendFileSync(join(folder, old), '{"kind":"call"}\n');
  assert.deepEqual(codesIn((await verify(workspace)).problems), ["not-whole"]);
});

describe("the command line", () => {
  test("finds a changed line, says where, and exits 3", async (t) => {
    const workspace = copy(t);
    const client = await connect(t, workspace);
    await callMany(client, 1, 30);
    await leave(client);
    const { stdout: head } = await audit(workspace, "head");
    const { stdout: key } = await audit(workspace, "key");
    const whole = await audit(
      workspace,
      "verify",
      "--from",
      head.trim(),
      "--public-key",
      key.trim(),
    );
    assert.equal(whole.code, 0, whole.stderr);
    const file = join(workspace.folder, ".glovebox/audit.jsonl");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace('"status":"success"', '"status":"refused"'));
    const { code, stdout } = await audit(workspace, "verify");
    assert.equal(code, 3);
    assert.match(stdout, /changed {2}audit\.jsonl:\d+: record/);
    assert.equal((await audit(workspace, "head")).code, 3);
    // The same file elsewhere, with nothing but the key.
    writeFileSync(join(workspace.folder, "copy.jsonl"), text);
    writeFileSync(join(workspace.folder, "audit.pub"), key);
    const elsewhere = ["verify", "copy.jsonl", "--public-key", "audit.pub"];
    assert.equal((await audit(workspace, ...elsewhere)).code, 0);
    assert.equal((await audit(workspace, ...elsewhere, "--from", head.trim())).code, 0);
  });

  test("refuses what is no head, no key, no trail and no word of its own", async (t) => {
    const workspace = copy(t);
    await run(["call", TOOL, '{"text":"once"}'], { cwd: workspace.folder });
    for (const words of [
      ["verify", "--from", "nothing"],
      ["verify", "--public-key", "nothing"],
      ["verify", "nothing.jsonl"],
      ["head", "--from", "1:2"],
      ["heads"],
      ["key", "x"],
    ]) {
      const ended = await runInProcess(["audit", ...words, "--config", workspace.configFile]);
      assert.deepEqual([ended.code, ended.codes.length], [2, 1], words.join(" "));
    }
  });

  // The trail names a key itself: one that was written anew, with another key, would be as good.
  test("is not held against itself where the workspace's key is gone", async (t) => {
    const workspace = copy(t);
    await run(["call", TOOL, '{"text":"once"}'], { cwd: workspace.folder });
    const { stdout: key } = await audit(workspace, "key");
    rmSync(join(workspace.folder, ".glovebox/audit.key"));
    for (const words of [["verify"], ["head"]]) {
      const ended = await runInProcess(["audit", ...words, "--config", workspace.configFile]);
      assert.deepEqual([ended.code, ended.codes], [3, ["ERR_AUDIT_TAMPERED"]], words.join(" "));
    }
    assert.equal((await audit(workspace, "verify", "--public-key", key.trim())).code, 0);
  });

  test("takes all heads at once, and misses a trail of which nothing is left", async (t) => {
    const workspace = copy(t);
    const clients = [await connect(t, workspace), await connect(t, workspace)];
    for (const client of clients) await callMany(client, 1, 1);
    for (const client of clients) await leave(client);
    const { stdout: heads } = await audit(workspace, "head");
    assert.ok(heads.trim().split("\n").length >= 2, heads);
    assert.equal((await audit(workspace, "verify", "--from", heads)).code, 0);
    const inOneLine = heads.trim().replaceAll("\n", " ");
    assert.equal((await audit(workspace, "verify", "--from", inOneLine)).code, 0);
    for (const wrong of [" \n", `${heads}nothing`])
      assert.deepEqual((await audit(workspace, "verify", "--from", wrong)).codes, [
        "ERR_AUDIT_UNREADABLE",
      ]);
    rmSync(join(workspace.folder, ".glovebox"), { recursive: true });
    for (const verb of ["verify", "head"]) {
      const ended = await audit(workspace, verb, "--from", heads);
      assert.deepEqual([ended.code, ended.codes], [3, ["ERR_AUDIT_TAMPERED"]], verb);
    }
    const unsaid = await audit(workspace, "verify", "--from", "nothing");
    assert.deepEqual(unsaid.codes, ["ERR_AUDIT_UNREADABLE"]);
  });

  test("says that there is no trail yet", async (t) => {
    const workspace = copy(t);
    for (const name of readdirSync(join(workspace.folder, ".glovebox")))
      if (name.startsWith("audit")) rmSync(join(workspace.folder, ".glovebox", name));
    for (const verb of ["verify", "head", "key"])
      assert.deepEqual((await audit(workspace, verb)).codes, ["ERR_AUDIT_UNREADABLE"]);
  });
});

test("a trail that cannot be written refuses the start", async (t) => {
  const workspace = copy(t, "audit: { checkpoint: { folder: /proc/nowhere } }");
  const client = new RawClient(workspace);
  t.after(() => client.child.kill("SIGKILL"));
  assert.notEqual(await client.exited, 0);
  assert.match(client.stderr, /ERR_WORKSPACE_NOT_WRITABLE/);
  assert.deepEqual(
    readAudit(workspace.folder).filter(({ kind }) => kind === "call"),
    [],
  );
});

test("a key that others may read refuses the start", async (t) => {
  const workspace = copy(t);
  await run(["call", TOOL, '{"text":"once"}'], { cwd: workspace.folder });
  chmodSync(join(workspace.folder, ".glovebox/audit.key"), 0o644);
  const client = new RawClient(workspace);
  t.after(() => client.child.kill("SIGKILL"));
  assert.equal(await client.exited, 3);
  assert.match(client.stderr, /ERR_AUDIT_KEY/);
});
