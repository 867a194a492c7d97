import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { makeLog } from "../../../runtime/powers/log.ts";

const LOG = new URL("../../../runtime/powers/log.ts", import.meta.url).href;
const HOSTILE = "line\nfeed \u001B[2J \u202E end";

/** Runs statements that have a `log` on the process's own stderr, which the test then holds. */
function startLogging(statements: string) {
  const program = `
    process.stderr.on("error", () => {});
    const { makeLog } = await import(${JSON.stringify(LOG)});
    const log = await makeLog(process.stderr);
    ${statements}
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once("exit", (code, signal) => resolve(code ?? signal)),
  );
  return { child, ended };
}

test("writes one JSON object on each line where nobody sits", async () => {
  const { child, ended } = startLogging(`
    log.info("3 tools", { tools: 3 });
    log.warn(${JSON.stringify(HOSTILE)});
  `);
  const lines = (await text(child.stderr)).split("\n");
  assert.equal(await ended, 0);
  assert.equal(lines.pop(), "");
  const [first, second, ...more] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(more, []);
  const { time, ...rest } = first ?? {};
  assert.deepEqual(rest, { level: "info", name: "glovebox", tools: 3, msg: "3 tools" });
  assert.match(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.equal(second?.["level"], "warn");
  assert.equal(second["msg"], "line\\nfeed \\e[2J \\u{202e} end");
});

test("writes lines for people on a terminal, with nothing in them that the terminal would obey", async () => {
  const stderr = Object.assign(new PassThrough(), { isTTY: true });
  const log = await makeLog(stderr);
  log.info("3 tools", { tools: 3 });
  log.warn(HOSTILE);
  assert.equal(
    await text(stderr.end()),
    "glovebox: 3 tools\nglovebox: line\\nfeed \\e[2J \\u{202e} end\n",
  );
});

test("cuts a text that a stranger made long", async () => {
  const stderr = Object.assign(new PassThrough(), { isTTY: true });
  (await makeLog(stderr)).warn("\u202E".repeat(1_000_000));
  assert.ok((await text(stderr.end())).length < 2000);
});

test("waits for nobody who does not read it, and keeps no more than a little for them", async () => {
  const { child, ended } = startLogging(`
    for (let count = 0; count < 20_000; count += 1) log.info("x".repeat(200));
    process.stdout.write(String(process.memoryUsage().rss < 2 ** 28));
    process.exit(0);
  `);
  child.stderr.pause();
  assert.equal(await text(child.stdout), "true");
  assert.equal(await ended, 0);
  child.stderr.destroy();
});

test("outlives its reader", async () => {
  const { child, ended } = startLogging(`
    setTimeout(() => {
      for (let count = 0; count < 100; count += 1) log.warn("gone");
      process.stdout.write("still here");
    }, 200);
  `);
  child.stderr.destroy();
  assert.equal(await text(child.stdout), "still here");
  assert.equal(await ended, 0);
});
