// Replaces two files together, again and again, until it is told to stop: for tests that read them meanwhile without a lock.
import { makeFilePowers } from "../../runtime/powers/files.ts";
import { changeRecord, workspacePaths } from "../../runtime/workspace-paths.ts";

const paths = workspacePaths(process.argv[2] ?? "");
const files = makeFilePowers();
const told = new AbortController();
process.stdin.once("data", () => told.abort());
await files.withLock(paths.busyFile, async () => {
  process.stdout.write("begun\n");
  for (let count = 1; !told.signal.aborted; count += 1) {
    // Of different lengths, so that half of one would be seen too.
    const bytes = String(count).repeat(1 + (count % 50));
    files.replaceTogether(
      [paths.configFile, paths.lockFile].map((path) => ({ path, bytes })),
      changeRecord(paths),
    );
    await new Promise(setImmediate);
  }
});
process.exit();
