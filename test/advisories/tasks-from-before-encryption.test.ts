// Tasks and approvals that were kept before `encryption` was configured stayed in clear beside what was sealed: neither the
// start nor `tenant encrypt` looked at them, and no erasure found them.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { assertSealed } from "../../runtime/cli/at-rest/assert-sealed.ts";
import { makeFilePowers } from "../../runtime/powers/files.ts";
import { dropPlainRecords } from "../../runtime/powers/keys/plain-records.ts";
import { openStoreFile } from "../../runtime/powers/store-file.ts";
import { StoreError } from "../../runtime/server/store/errors.ts";
import { storeKey } from "../../runtime/server/store/shared-store.ts";
import { makeTenantVault, PLAIN_VAULT } from "../../runtime/server/store/tenant-vault.ts";
import type { Workspace } from "../../runtime/workspace.ts";
import { workspacePaths } from "../../runtime/workspace-paths.ts";
import { filesWith } from "../helpers/find-bytes.ts";
import { atRest, KeyRoom } from "../helpers/key-room.ts";

const WORDS = "what acme has asked, in clear";
const ENDED = "what acme was answered, long ago";

test("tasks and approvals in clear refuse the start, and are gone to the last byte when they were dropped", async () => {
  using room = new KeyRoom();
  const paths = workspacePaths(join(room.root, "glovebox.yaml"));
  const start = (): void => assertSealed({ paths } as unknown as Workspace, makeFilePowers());
  start();
  assert.equal(dropPlainRecords(paths.sharedFile), 0);
  const store = openStoreFile(paths.sharedFile);
  const sealed = makeTenantVault(room.open(), store);
  const ttlMs = 60_000;
  const mark = storeKey("taint", "one");
  await store.put(mark, "a mark", { ttlMs });
  const kept = storeKey("task", "kept");
  await store.put(kept, await sealed.seal("acme", kept, WORDS), { ttlMs });
  start();
  for (const kind of ["task", "approval"]) {
    const key = storeKey(kind, "plain");
    // More than a page, so that deleted pages are left.
    const text = await PLAIN_VAULT.seal("acme", key, `${WORDS} `.repeat(500));
    await store.put(key, text, { ttlMs });
    assert.throws(start, atRest("ERR_AT_REST_PLAIN"));
  }
  // One that has ended by itself is no row any more, and its bytes are there all the same.
  await store.put(storeKey("task", "ended"), `${ENDED} `.repeat(500), { ttlMs });
  await store.delete(storeKey("task", "ended"));
  await store.close();
  assert.notDeepEqual(filesWith(paths.folder, [WORDS]), []);
  assert.equal(dropPlainRecords(paths.sharedFile), 2);
  assert.deepEqual(filesWith(paths.folder, [WORDS, ENDED]), []);
  start();
  const again = openStoreFile(paths.sharedFile);
  assert.equal((await again.get(mark))?.value, "a mark");
  assert.equal(await sealed.open(kept, (await again.get(kept))?.value ?? ""), WORDS);
  await again.close();
});

test("a file that cannot be looked through refuses the start", () => {
  using room = new KeyRoom();
  const paths = workspacePaths(join(room.root, "glovebox.yaml"));
  mkdirSync(dirname(paths.sharedFile), { recursive: true });
  writeFileSync(paths.sharedFile, "no database ".repeat(500));
  assert.throws(
    () => assertSealed({ paths } as unknown as Workspace, makeFilePowers()),
    (error) => error instanceof StoreError && error.code === "ERR_STORE_FILE",
  );
});
