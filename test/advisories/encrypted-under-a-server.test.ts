// `glovebox tenant encrypt` ran beside a server that was started before `encryption` was configured: that server went on in
// clear, beside what was sealed. And `tenant erase` said that no server used the tenant's data any more while one did.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { holdServing, whileNoneServes } from "../../runtime/cli/at-rest/presence.ts";
import { openServedKeys } from "../../runtime/cli/at-rest/open-served-keys.ts";
import type { Machine } from "../../runtime/cli/machine.ts";
import { makeFilePowers } from "../../runtime/powers/files.ts";
import { makeMemoryStore } from "../../runtime/server/store/memory-store.ts";
import type { Workspace } from "../../runtime/workspace.ts";
import { workspacePaths } from "../../runtime/workspace-paths.ts";
import { atRest, KeyRoom } from "../helpers/key-room.ts";

const files = makeFilePowers();

test("who serves keeps others from encrypting, and who encrypts keeps others from serving", async () => {
  using room = new KeyRoom();
  const paths = workspacePaths(join(room.root, "glovebox.yaml"));
  const workspace = { paths, configuration: {} } as unknown as Workspace;
  const machine = { files } as unknown as Machine;
  const start = () => openServedKeys(workspace, machine, makeMemoryStore());
  const [one, two] = [await start(), await start()];
  const encrypt = () => whileNoneServes(paths, files, ["plain", "sealed"], async () => "done");
  const erase = () => whileNoneServes(paths, files, ["plain"], async () => "done");
  await assert.rejects(encrypt(), atRest("ERR_AT_REST_IN_USE"));
  await one.close();
  await assert.rejects(erase(), atRest("ERR_AT_REST_IN_USE"));
  await two.close();
  // What serves with keys drops one that is erased by itself.
  const release = await holdServing(paths, files, "sealed");
  assert.equal(await erase(), "done");
  await assert.rejects(encrypt(), atRest("ERR_AT_REST_IN_USE"));
  release();
  release();
  const order: string[] = [];
  const startLate = async (): Promise<void> => {
    const served = await start();
    order.push("started");
    await served.close();
  };
  let late: Promise<void> | undefined;
  await whileNoneServes(paths, files, ["plain", "sealed"], async () => {
    late = startLate();
    await new Promise((resolve) => setTimeout(resolve, 200));
    order.push("encrypted");
  });
  await late;
  assert.deepEqual(order, ["encrypted", "started"]);
  // What fails inside is what the caller hears.
  const boom = new TypeError("boom");
  await assert.rejects(
    whileNoneServes(paths, files, ["plain"], () => Promise.reject(boom)),
    boom,
  );
});
