// Of a tenant that had folders or keys but no record, an erasure removed the record too that the tenant's first call had made
// meanwhile. What that call kept, and all that came after, did not open any more after a restart.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openValue, sealValue, tenantDigest } from "../../runtime/at-rest/seal.ts";
import { eraseTenant } from "../../runtime/cli/at-rest/erase-tenant.ts";
import type { AtRest } from "../../runtime/cli/at-rest/open-at-rest.ts";
import { makeFilePowers } from "../../runtime/powers/files.ts";
import { workspacePaths } from "../../runtime/workspace-paths.ts";
import { KeyRoom } from "../helpers/key-room.ts";

test("a tenant that first calls while what was left of it is erased keeps its new key", async () => {
  for (const isShared of [false, true]) {
    using room = new KeyRoom();
    const tenant = tenantDigest("acme");
    const place = { tenant, store: "kv", name: "colour" };
    const shared = isShared ? { shared: room.shared } : {};
    const paths = workspacePaths(join(room.root, "glovebox.yaml"));
    mkdirSync(join(paths.tenantFolder("acme"), "data"), { recursive: true });
    await room.provider.create(`${tenant}-${"0".repeat(32)}`);
    let sealed: Uint8Array = new Uint8Array();
    const sleep = async (): Promise<void> => {
      const key = await room.open(shared).keyOf("acme");
      sealed = sealValue(key.bytes(), Buffer.from("blue"), place);
    };
    const setting = { provider: room.provider, folder: room.folder(), ...shared, sleep };
    const atRest = { provider: room.provider, erasure: setting } as unknown as AtRest;
    const parts = { atRest, paths, store: room.store, files: makeFilePowers() };
    const erased = await eraseTenant(parts, "acme", () => undefined);
    assert.deepEqual([erased.destroyed, erased.records, erased.foldersDeleted], [1, 0, 1]);
    const later = await room.open(shared).keyOf("acme");
    assert.equal(Buffer.from(openValue(later.bytes(), sealed, place)).toString(), "blue");
    // Erased with nobody in between, nothing stays.
    const calm = { ...atRest, erasure: { ...setting, sleep: async () => undefined } };
    await eraseTenant({ ...parts, atRest: calm }, "acme", () => undefined);
    assert.deepEqual(room.folder().list(), []);
    assert.equal(await room.shared.read(tenant), undefined);
  }
});
