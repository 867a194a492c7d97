// Whoever is refused at the door leaves a trace: in the trail, counted, and without what they sent.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { makeApiKey } from "../../runtime/server/auth/api-key.ts";
import { readAudit, readEvents } from "../helpers/audit-lines.ts";
import { postModern, until } from "../helpers/http-server.ts";
import { runInProcess } from "../helpers/run-glovebox.ts";
import { serveWorkspace } from "../helpers/served-http.ts";
import { FIXTURE, makeServedWorkspace, type ServedWorkspace } from "../helpers/served-workspace.ts";

interface Group {
  readonly reason: string;
  readonly status: number;
  readonly address: string;
  readonly key?: string;
  readonly principal?: string;
  readonly count: number;
}

interface Made {
  readonly key: string;
  readonly id: string;
}

const SETTINGS = `
server:
  auth: { mode: keys }
  scopes: { default: [tools], tools: { fixture__echo: [echo] } }
`;
const ECHO = { name: "fixture__echo", arguments: { text: "hello" } };

let workspace: ServedWorkspace;
before(async () => void (workspace = await makeServedWorkspace([FIXTURE], SETTINGS)));
after(() => workspace?.remove());

const eventsOf = (event: string) =>
  readEvents(workspace.folder).filter((one) => one.event === event);
const groups = (): Group[] =>
  eventsOf("auth-refused").flatMap(({ detail }) => detail?.["refusals"] as unknown as Group[]);

async function key(...words: string[]): Promise<Made> {
  const { code, json, stderr } = await runInProcess([
    "key",
    ...words,
    "--config",
    workspace.configFile,
    "--json",
  ]);
  assert.equal(code, 0, stderr);
  return json as Made;
}

test("keys that are made and revoked are events, without the key", async () => {
  const made = await key("new", "ci", "--tenant", "acme", "--scope", "a:b");
  await key("revoke", made.id);
  const [first, second] = eventsOf("key-changed");
  assert.partialDeepStrictEqual(first, {
    tenant: "acme",
    detail: { action: "new", key: made.id, name: "ci", scopes: ["a:b"] },
  });
  assert.partialDeepStrictEqual(second, {
    tenant: "acme",
    detail: { action: "revoke", key: made.id, name: "ci" },
  });
  assert.ok(!JSON.stringify(readAudit(workspace.folder)).includes(made.key));
});

test("every refusal at the door is counted in the trail, a flood in few lines", async (t) => {
  const revoked = await key("new", "old", "--tenant", "acme");
  await key("revoke", revoked.id);
  const narrow = await key("new", "narrow", "--tenant", "acme");
  const server = await serveWorkspace(workspace);
  t.after(() => server.stop());
  const ask = async (headers: Record<string, string> = {}): Promise<number> => {
    const response = await postModern(server, "tools/call", ECHO, headers);
    await response.text();
    return response.status;
  };
  const bearer = (text: string) => ({ authorization: `Bearer ${text}` });
  const madeUp = makeApiKey();

  assert.equal(await ask(), 401);
  // Nobody waits for a second to learn of the first.
  assert.partialDeepStrictEqual(groups(), [
    { reason: "no-credentials", status: 401, address: "127.0.0.1", count: 1 },
  ]);
  assert.equal(await ask(bearer(revoked.key)), 401);
  assert.equal(await ask(bearer(madeUp.text)), 401);
  assert.equal(await ask(bearer(narrow.key)), 403);
  assert.equal(await ask({ origin: "https://elsewhere.example" }), 403);
  await until(() => groups().length >= 5, "the second record");
  const find = (reason: string, known = false): Group | undefined =>
    groups().find((one) => one.reason === reason && known === (one.key !== undefined));
  assert.partialDeepStrictEqual(find("invalid_token", true), { status: 401, key: revoked.id });
  assert.partialDeepStrictEqual(find("invalid_token"), { status: 401, count: 1 });
  const scope = find("insufficient_scope", true);
  assert.partialDeepStrictEqual(scope, { status: 403, key: narrow.id });
  assert.match(scope?.principal ?? "", /^key:/);
  assert.partialDeepStrictEqual(find("wrong-origin"), { status: 403, address: "127.0.0.1" });

  let refused = 5;
  let tooMany = 0;
  for (let turn = 0; turn < 300; turn += 1) {
    const status = await ask();
    if (status === 401) refused += 1;
    if (status === 429) tooMany += 1;
  }
  assert.equal(await server.stop(), 0);
  const countOf = (isCounted: (reason: string) => boolean): number =>
    groups().reduce((sum, { reason, count }) => (isCounted(reason) ? sum + count : sum), 0);
  assert.equal(
    countOf((reason) => reason !== "too-many"),
    refused,
  );
  // Those that were not even looked at are counted too, and by their address.
  assert.ok(tooMany > 0);
  assert.equal(
    countOf((reason) => reason === "too-many"),
    tooMany,
  );
  assert.partialDeepStrictEqual(find("too-many"), { status: 429, address: "127.0.0.1" });
  assert.ok(eventsOf("auth-refused").length < 20);
  assert.match(server.stderr(), /auth-refused/);
  const kept = JSON.stringify(readAudit(workspace.folder)) + server.stderr();
  for (const text of [revoked.key, narrow.key, madeUp.text, madeUp.id])
    assert.ok(!kept.includes(text), "a credential in the trail or in the log");
});
