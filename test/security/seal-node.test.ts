// Ring 4: what Node itself refuses to JavaScript in a sealed process, flag by flag. Each is tried by the code that it would serve.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import type { SealName } from "../../runtime/sandbox/sandbox.ts";
import { nodeFlags } from "../../runtime/sandbox/seal/node-flags.ts";
import { openSealBench } from "../helpers/seals.ts";

const bench = await openSealBench();
const limits = { dataBytesMax: 1024 ** 3, residentBytesMax: 1024 ** 3 };

/** Each names the flag that refuses it. */
const TRIES: Readonly<Record<string, readonly string[]>> = {
  "--permission": [
    'fs.readFileSync("/etc/hosts")',
    `fs.writeFileSync("${bench.folder}/written", "")`,
    'require("node:child_process").spawnSync("/bin/true").pid || fail()',
    'new (require("node:worker_threads").Worker)("1", { eval: true })',
    'new (require("node:wasi").WASI)({ version: "preview1" })',
    'require("node:inspector").open(0)',
    'process.permission.has("net") || fail()',
    'process.permission.has("fs.write") || fail()',
    'process.permission.has("inspector") || fail()',
  ],
  "--no-experimental-sqlite": ['require("node:sqlite")'],
  "--no-experimental-websocket": ["WebSocket"],
  "--no-experimental-webstorage": ["sessionStorage.setItem(1, 1)"],
  "--disallow-code-generation-from-strings": [
    'eval("1")',
    'new Function("return 1")()',
    '(async () => {}).constructor("1")()',
  ],
  "--no-addons": ['process.dlopen({ exports: {} }, "/nonexistent.node")'],
  "--no-global-search-paths": ['require("module").globalPaths.length > 0 || fail()'],
  "--disable-proto=delete": ['"__proto__" in Object.prototype || fail()'],
};
/** These are tried by the tests below, or serve something else. */
const ELSEWHERE = [
  "--no-warnings",
  "--allow-ffi",
  "--disable-sigusr1",
  "--openssl-config=/dev/null",
];

test("each flag of a sealed Node is tried", () => {
  assert.deepEqual(new Set(nodeFlags(true, [])), new Set([...Object.keys(TRIES), ...ELSEWHERE]));
});

const program = `${bench.folder}/tries.cjs`;
writeFileSync(
  program,
  `const fs = require("node:fs"); const fail = () => { throw new Error(); };
  const through = (attempt) => { try { attempt(); return true; } catch { return false; } };
  const tries = { ${Object.entries(TRIES)
    .map(
      ([flag, attempts]) =>
        `${JSON.stringify(flag)}: [${attempts.map((code) => `() => { ${code} }`).join()}]`,
    )
    .join()} };
  fs.writeSync(3, JSON.stringify(Object.entries(tries).flatMap(([flag, attempts]) =>
    attempts.filter(through).map((attempt) => flag + " " + attempt))));
  process.exit(0);`,
);

for (const seal of [...bench.seals, "none"] as const) {
  test(`${seal}: JavaScript is refused what its flags refuse`, async () => {
    assert.deepEqual(await reportOf(seal, program), []);
  });

  test(`${seal}: a signal that would open the inspector ends the process, or is nothing to it`, async () => {
    const waiting = `${bench.folder}/waiting.cjs`;
    writeFileSync(waiting, 'require("node:fs").writeSync(3, "[]"); setInterval(() => {}, 1000);');
    const sealed = bench.spawn({ seal, program: waiting, ...limits });
    await once(sealed.channel, "data");
    process.kill(sealed.pid, "SIGUSR1");
    const ending = setTimeout(() => sealed.kill(), 1000);
    const { stderr } = await sealed.exited;
    clearTimeout(ending);
    // A Node that opens its inspector says so.
    assert.equal(stderr, "");
  });
}

test("the control: without its flags Node lets all of it pass, and opens the inspector", () => {
  const { output, stderr } = spawnSync(process.execPath, ["--no-warnings", program], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
    env: {},
    encoding: "utf8",
  });
  const through = JSON.parse(output[3]!) as readonly string[];
  const flags = new Set(through.map((attempt) => attempt.split(" ")[0]!));
  // process.permission is missing without it, and an addon that is not there cannot be loaded by anybody.
  const silent = Object.keys(TRIES).filter((flag) => !flags.has(flag));
  assert.deepEqual(silent, ["--no-addons"], stderr);
});

for (const seal of bench.seals) {
  test(`${seal}: what the broker's environment says to Node and to the loader reaches no sealed process`, () => {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ["--no-warnings", `${bench.folder}/broker.cjs`, bench.folder, seal, "report"],
      {
        env: {
          NODE_OPTIONS: "--title=leaked --expose-gc",
          NODE_EXTRA_CA_CERTS: "/etc/hosts",
          LD_PRELOAD: "/nonexistent/leaked.so",
          LD_LIBRARY_PATH: "/nonexistent",
          TZ: "Asia/Tokyo",
        },
        encoding: "utf8",
      },
    );
    assert.equal(status, 0, stderr);
    const { report } = JSON.parse(stdout) as { report: Record<string, unknown> };
    const { PWD: _, ...env } = report["env"] as Record<string, string>;
    assert.deepEqual(env, {});
    const { title, gc } = report["options"] as { title: string; gc: boolean };
    assert.ok(title !== "leaked" && !gc, title);
  });
}

async function reportOf(seal: SealName, program: string): Promise<unknown> {
  const sealed = bench.spawn({ seal, program, ...limits });
  let text = "";
  sealed.channel.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
  const { stderr } = await sealed.exited;
  assert.notEqual(text, "", stderr);
  return JSON.parse(text);
}
