// The public key that an auditor named counted beside the one that lies next to the trail. Who wrote a trail anew, and its key
// with it, was believed: the named key, kept elsewhere for exactly this, vouched for nothing.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { readAuditKey } from "../../runtime/powers/audit/audit-key.ts";
import { TrailRoom } from "../helpers/audit-trail.ts";
import { runInProcess, type Ended } from "../helpers/run-glovebox.ts";
import { makeScratch } from "../helpers/scratch.ts";

/** A workspace whose trail was written, thrown away with its key, and written anew. */
function rewrittenTrail(t: TestContext): {
  readonly before: string;
  readonly now: string;
  readonly audit: (...words: string[]) => Promise<Ended>;
} {
  const folder = makeScratch(t);
  const configFile = join(folder, "glovebox.yaml");
  writeFileSync(configFile, "version: 1\n");
  const room = new TrailRoom(join(folder, ".glovebox"));
  const keyOf = (): string => readAuditKey(room.path("audit.key"))?.publicText ?? "";
  room.write(1, 3);
  const before = keyOf();
  rmSync(room.folder, { recursive: true });
  mkdirSync(room.folder);
  room.write(1, 3);
  assert.notEqual(keyOf(), before);
  assert.ok(readFileSync(room.file, "utf8").includes("record 3"));
  return {
    before,
    now: keyOf(),
    audit: (...words) => runInProcess(["audit", ...words, "--config", configFile]),
  };
}

test("a trail is held against the key that is named, and no other", async (t) => {
  const { before, now, audit } = rewrittenTrail(t);
  assert.equal((await audit("verify")).code, 0);
  assert.equal((await audit("verify", "--public-key", now)).code, 0);
  const { code, json } = await audit("verify", "--public-key", before, "--json");
  const { problems } = json as { readonly problems: readonly { readonly code: string }[] };
  assert.equal(code, 3);
  assert.deepEqual([...new Set(problems.map((problem) => problem.code))], ["bad-signature"]);
});

test("nor is a head or a list of destinations told of such a trail", async (t) => {
  const { before, audit } = rewrittenTrail(t);
  for (const verb of ["head", "destinations"])
    assert.deepEqual((await audit(verb, "--public-key", before)).codes, ["ERR_AUDIT_TAMPERED"]);
});

test("who names both, because the key was changed, has both believed", async (t) => {
  const { before, now, audit } = rewrittenTrail(t);
  assert.equal((await audit("verify", "--public-key", before, "--public-key", now)).code, 0);
});
