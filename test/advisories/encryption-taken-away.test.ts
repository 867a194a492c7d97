// A configuration that lost its section `encryption`, by hand or by an older copy that was restored: plugins' files were
// opened as plain ones, so what a tenant wrote from then on lay in clear among what is sealed, below names that are.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { openServedKeys } from "../../runtime/cli/at-rest/open-served-keys.ts";
import type { Machine } from "../../runtime/cli/machine.ts";
import { makeFilePowers } from "../../runtime/powers/files.ts";
import { makeMemoryStore } from "../../runtime/server/store/memory-store.ts";
import type { Workspace } from "../../runtime/workspace.ts";
import { workspacePaths } from "../../runtime/workspace-paths.ts";
import { tenantDigest } from "../../runtime/at-rest/seal.ts";
import { atRest, KeyRoom } from "../helpers/key-room.ts";

test("a workspace that keeps sealed data does not start without the section that seals it", async () => {
  using room = new KeyRoom();
  const paths = workspacePaths(join(room.root, "glovebox.yaml"));
  const workspace = { paths, configuration: {} } as unknown as Workspace;
  const machine = { files: makeFilePowers() } as unknown as Machine;
  const start = () => openServedKeys(workspace, machine, makeMemoryStore());
  assert.equal((await start()).keys, undefined);
  const shelf = room.folder(join(".glovebox", "tenant-keys"));
  await room.open({ folder: shelf }).keyOf("acme");
  await assert.rejects(start(), atRest("ERR_AT_REST_SEALED"));
  // Once the last tenant was erased nothing is left that could be mixed up.
  shelf.remove(tenantDigest("acme"));
  assert.equal((await start()).keys, undefined);
});
