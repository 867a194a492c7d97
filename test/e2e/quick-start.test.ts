// README's quick start, command by command, from an empty folder, by the words that stand in it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { GLOVEBOX, runGlovebox } from "../helpers/run-glovebox.ts";
import { makeScratch } from "../helpers/scratch.ts";
import { RawClient } from "../helpers/served-workspace.ts";

const cleanup: (() => void)[] = [];
after(() => cleanup.forEach((act) => act()));
const later = { after: (act: unknown) => void cleanup.push(act as () => void) };

const README = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");
const SECTION = README.slice(
  README.indexOf("\n### Write a plugin"),
  README.indexOf("\n## What a plugin can do"),
);
const COMMANDS = [...SECTION.matchAll(/^glovebox .*$/gm)].map(([line]) => line);

/** What each command's output must say: what happened, and what comes next. */
const SAYS: Readonly<Record<string, readonly RegExp[]>> = {
  new: [/^Made hello: .*src\/plugin\.ts/, /^Next: .*glovebox build hello/m],
  build: [/^Built hello\/dist\/plugin\.wasm: \d+ bytes/, /^Next: `glovebox pack hello`/m],
  pack: [
    /^Packed hello\/dist\/hello-0\.1\.0\.tgz: \d+ bytes, 1 tool\.$/m,
    /^component +sha256:[0-9a-f]{64}$/m,
    /^Next: `glovebox sign hello\/dist\/hello-0\.1\.0\.tgz --key FILE`/m,
  ],
  keygen: [
    /^Wrote author\.key \(keep it secret\) and author\.pub\.$/m,
    /^Next: .*glovebox trust add author\.pub/m,
  ],
  sign: [
    /^Signed hello 0\.1\.0 with sha256:[0-9a-f]{64}\.$/m,
    /^Wrote hello\/dist\/hello-0\.1\.0\.tgz\.sigstore\.json/m,
    /^Next: .*glovebox add hello\/dist\/hello-0\.1\.0\.tgz/m,
  ],
  init: [/^Wrote glovebox\.yaml/, /^Next: .*glovebox trust add/m],
  trust: [
    /^Trusting author \(sha256:[0-9a-f]{64}\) for: hello\.$/m,
    /^Next: `glovebox add SOURCE`/m,
  ],
  add: [
    /^What a person sees, and what the model will read$/m,
    /^ {2}count_words/m,
    /^What it wants, and what it gets$/m,
    /^Approved and pinned as hello\. Tools: hello__count_words\.$/m,
    /^Next: `glovebox call hello__count_words '\{"text":"…"\}'`/m,
  ],
  call: [/^\{"words":6,/],
  serve: [/^Claude Desktop/m, /"mcpServers"/],
};

/** A line as a shell reads it, quotes and all. */
function shell(line: string, cwd: string) {
  const program = `glovebox() { "${process.execPath}" "${GLOVEBOX}" "$@"; }\n${line}`;
  const env = { PATH: process.env["PATH"] ?? "", HOME: cwd };
  return spawnSync("sh", ["-c", program], { cwd, env, encoding: "utf8", input: "" });
}

/** `add` asks on a terminal; a script says `--yes`. */
function unattended(line: string): string {
  return line.startsWith("glovebox add ") ? `${line} --yes` : line;
}

describe("the quick start of README.md", () => {
  const folder = makeScratch(later);

  it("has every step of the whole way", () => {
    assert.deepEqual(
      COMMANDS.map((line) => line.split(" ")[1]),
      Object.keys(SAYS),
    );
  });

  for (const line of COMMANDS) {
    const [, command = ""] = line.split(" ");
    it(`${line}: ends with 0, and says what happened and what comes next`, () => {
      const { status, stdout, stderr } = shell(unattended(line), folder);
      assert.deepEqual({ status, stderr }, { status: 0, stderr: "" });
      for (const pattern of SAYS[command] ?? []) assert.match(stdout, pattern);
    });
  }

  it("leaves a workspace that lists, inspects, verifies and serves", async () => {
    const says = {
      list: /hello +0\.1\.0 +verified +author +none +hello__count_words/,
      "inspect hello": /What a person sees, and what the model will read/,
      verify: /1 plugin verified in development mode/,
      doctor: /ring 5 +ok/,
      debt: /GB-001/,
    };
    for (const [words, pattern] of Object.entries(says)) {
      const { code, stdout, stderr } = await runGlovebox(words.split(" "), { cwd: folder });
      assert.deepEqual({ words, code, stderr }, { words, code: 0, stderr: "" });
      assert.match(stdout, pattern);
    }
    const client = new RawClient({
      folder,
      configFile: join(folder, "glovebox.yaml"),
      command: {
        command: process.execPath,
        args: [GLOVEBOX, "serve", "--config", join(folder, "glovebox.yaml")],
      },
      remove: () => undefined,
    });
    await client.initialize();
    client.call(1, "hello__count_words", { text: "to be" });
    const { result } = await client.answer(1);
    assert.deepEqual(result?.structuredContent?.["words"], 2);
    client.child.stdin.end();
    assert.equal(await client.exited, 0);
    assert.deepEqual(client.strayLines, []);
  });

  it("leaves a plugin whose own test passes without a server", () => {
    const { status, stdout } = spawnSync(process.execPath, ["--test", "test/*.test.ts"], {
      cwd: join(folder, "hello"),
      encoding: "utf8",
      env: { PATH: process.env["PATH"] ?? "" },
    });
    assert.equal(status, 0, stdout);
  });

  it("leaves a plugin whose types are checked by tsc and not by a build", async () => {
    const cwd = join(folder, "hello");
    const tsc = join(import.meta.dirname, "../../node_modules/typescript/bin/tsc");
    const check = () => spawnSync(process.execPath, [tsc, "--noEmit"], { cwd, encoding: "utf8" });
    const right = check();
    assert.equal(right.status, 0, right.stdout);
    appendFileSync(join(cwd, "src/plugin.ts"), 'export const wrong: number = "text";\n');
    assert.match(check().stdout, /TS2322/);
    const built = await runGlovebox(["build", "hello"], { cwd: folder });
    assert.equal(built.code, 0, built.stderr);
  });

  it("tells who built it again to sign it again, once, and nobody to fetch it", async () => {
    const manifest = join(folder, "hello/plugin.json");
    writeFileSync(manifest, readFileSync(manifest, "utf8").replace("Counts", "Tells"));
    const packed = await runGlovebox(["pack", "hello"], { cwd: folder });
    assert.equal(packed.code, 0, packed.stderr);
    for (const words of [["verify"], ["diff", "hello"]]) {
      const { code, stdout, stderr } = await runGlovebox(words, { cwd: folder });
      assert.equal(code, 3, stderr);
      const advice = `${stdout}${stderr}`.match(/glovebox sign \S+ --key FILE|Do not use this/g);
      assert.deepEqual(advice, ["glovebox sign hello/dist/hello-0.1.0.tgz --key FILE"]);
    }
  });
});

describe("the same with --json", () => {
  const folder = makeScratch(later);
  const keys: Readonly<Record<string, readonly string[]>> = {
    "new hello": ["folder", "files"],
    "build hello": ["component", "bytes"],
    "pack hello": ["package", "digest", "digests", "tools"],
    "keygen author": ["private", "public", "key"],
    "sign hello/dist/hello-0.1.0.tgz --key author.key": ["bundle", "key", "digests"],
    init: ["configuration"],
    "trust add author.pub --plugins hello": [
      "name",
      "kind",
      "signer",
      "key",
      "plugins",
      "from",
      "until",
      "cosigners",
    ],
    "add hello/dist/hello-0.1.0.tgz --yes": ["alias", "tools", "locked", "findings", "paths"],
    "approve hello --yes": ["alias", "locked", "findings", "paths"],
    list: ["seal", "plugins"],
    "inspect hello": [
      "alias",
      "manifest",
      "tools",
      "offers",
      "views",
      "findings",
      "grants",
      "limits",
      "default_limits",
      "isolation",
      "locked",
      "unsigned",
    ],
    verify: ["mode", "start", "seal", "verified", "warnings"],
    'call hello__count_words {"text":"a"}': ["content", "structuredContent"],
    doctor: ["checks", "seal", "measures", "denied", "at", "probes"],
    debt: [
      "report_version",
      "view",
      "runtime",
      "posture",
      "digest",
      "filter",
      "items_total",
      "items_left_off",
      "items",
    ],
    "completion bash": ["shell", "script"],
    "remove hello": ["removed", "data"],
  };
  for (const [words, expected] of Object.entries(keys)) {
    it(`glovebox ${words}: one JSON value and nothing else`, async () => {
      const { code, json, stderr } = await runGlovebox([...words.split(" "), "--json"], {
        cwd: folder,
      });
      assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
      assert.deepEqual(Object.keys(json as object), expected);
    });
  }
});
