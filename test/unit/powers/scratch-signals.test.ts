// A folder for work that nobody keeps may hold a key: whoever interrupts the work finds nothing of it afterwards.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test, type TestContext } from "node:test";
import { pathToFileURL } from "node:url";
import { makeScratch } from "../../helpers/scratch.ts";

const SCRATCH = pathToFileURL(join(import.meta.dirname, "../../../runtime/powers/scratch.ts")).href;

/** Makes a folder with a file in it, does `more`, says where it is, and waits. */
async function interrupt(t: TestContext, signal: NodeJS.Signals, more = "") {
  const program = `
    import fs from "node:fs";
    import { makeScratchFolder } from ${JSON.stringify(SCRATCH)};
    const scratch = makeScratchFolder("glovebox-test-");
    fs.writeFileSync(scratch.folder + "/author.key", "");
    ${more}
    setInterval(() => {}, 1000);
    console.log(scratch.folder);`;
  const env = { ...process.env, TMPDIR: makeScratch(t) };
  const words = ["--no-warnings", "--input-type=module", "--eval", program];
  const child = spawn(process.execPath, words, { env, stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  const ended = once(child, "exit");
  child.stdout.once("data", () => child.kill(signal));
  const folder = (await text(child.stdout)).trim();
  const [code, by] = await ended;
  return { folder, code, by };
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  test(`${signal} removes it, and ends the process as it would without`, async (t) => {
    const { folder, code, by } = await interrupt(t, signal);
    assert.match(folder, /glovebox-test-/);
    assert.deepEqual([code, by, existsSync(folder)], [null, signal, false]);
  });

test("who hears the signal otherwise ends in its own order", async (t) => {
  const own = 'process.on("SIGTERM", () => { scratch.remove(); process.exit(7); });';
  const { folder, code } = await interrupt(t, "SIGTERM", own);
  assert.deepEqual([code, existsSync(folder)], [7, false]);
});
