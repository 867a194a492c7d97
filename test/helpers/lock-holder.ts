// Takes a lock in a process of its own, says so, and holds it until it is told to let go or is killed.
import { once } from "node:events";
import { makeFilePowers } from "../../runtime/powers/files.ts";

const [lockFile = ""] = process.argv.slice(2);
await makeFilePowers().withLock(lockFile, async () => {
  process.stdout.write("held\n");
  await once(process.stdin, "data");
});
process.stdout.write("free\n");
process.exit();
