import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { makeFilePowers } from "../../../runtime/powers/files.ts";
import { changeRecord, workspacePaths } from "../../../runtime/workspace-paths.ts";
import { makeScratch } from "../../helpers/scratch.ts";

const WRITER = join(import.meta.dirname, "../../helpers/pair-writer.ts");
const CHANGES_SEEN = 100;

it("whoever reads without the lock never sees one file new and the other old", async (t) => {
  const paths = workspacePaths(join(makeScratch(t), "glovebox.yaml"));
  for (const file of [paths.configFile, paths.lockFile]) writeFileSync(file, "0");
  const writer = spawn(process.execPath, [WRITER, paths.configFile], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { NODE_NO_WARNINGS: "1" },
  });
  t.after(() => writer.kill("SIGKILL"));
  await once(writer.stdout, "data");
  const files = makeFilePowers();
  const reads = [paths.configFile, paths.lockFile].map((path) => ({ path, bytesMax: 1000 }));
  const seen = new Set<string>();
  while (seen.size < CHANGES_SEEN) {
    assert.equal(writer.exitCode, null);
    const [one, other] = files.readTogether(reads, changeRecord(paths));
    assert.equal(Buffer.from(one!).toString(), Buffer.from(other!).toString());
    seen.add(Buffer.from(one!).toString());
  }
  writer.stdin.write("stop");
  assert.deepEqual(await once(writer, "close"), [0, null]);
});
