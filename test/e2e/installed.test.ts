// The packages as they are published, installed in a user's folder: JavaScript, and nothing of this tree around them.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { buildPackages } from "../helpers/build-packages.ts";
import { type InstalledSite, makeInstalledSite, runProgram } from "../helpers/installed-site.ts";
import { connectNew } from "../helpers/mcp-clients.ts";

const NAMES = ["@glovebox/host-api", "@glovebox/sdk", "glovebox"];
const TSC = join(import.meta.dirname, "../../node_modules/typescript/bin/tsc");

let site: InstalledSite;
before(async () => void (site = await makeInstalledSite()));
after(() => site?.remove());

/** Runs one command line, which must succeed, and answers its stdout. */
async function succeed(line: string): Promise<string> {
  const { code, stdout, stderr } = await site.run(...line.split(" "));
  assert.equal(code, 0, `${line}: ${stdout}${stderr}`);
  return stdout;
}

test("says its version and helps", async () => {
  const { version }: { version: string } = JSON.parse(readFileSync("runtime/package.json", "utf8"));
  assert.equal(await succeed("--version"), `${version}\n`);
  assert.match(await succeed("--help"), /\n {2}serve /);
});

test(
  "finds its sealed programs, and the seal holds",
  { skip: process.platform !== "linux" },
  async () => {
    const { denied }: { denied: string[] } = JSON.parse(await succeed("doctor --json"));
    assert.ok(denied.includes("read a host file"));
  },
);

test("goes the whole way of the README, from a new plugin to its answer over MCP", async () => {
  for (const line of [
    "new hello",
    "build hello",
    "pack hello",
    "keygen author",
    "sign hello/dist/hello-0.1.0.tgz --key author.key",
    "init",
    "trust add author.pub --plugins hello",
    "add hello/dist/hello-0.1.0.tgz --yes",
    "verify",
  ])
    await succeed(line);
  const answer = await succeed('call hello__count_words {"text":"to_be"}');
  assert.equal(JSON.parse(answer).characters, 5);

  const configFile = join(site.folder, "glovebox.yaml");
  const client = await connectNew(
    {
      folder: site.folder,
      configFile,
      command: { command: process.execPath, args: [site.program, "serve", "--config", configFile] },
      remove: () => {},
    },
    "auto",
  );
  try {
    const { tools } = await client.listTools();
    assert.deepEqual(tools.map(({ name }) => name).toSorted(), [
      "hello__count_words",
      "report_pattern_debt",
    ]);
    const called = await client.call("hello__count_words", { text: "to be or not to be" });
    assert.equal(called.structuredContent?.["words"], 6);
  } finally {
    await client.close();
  }

  const tests = await runProgram(["--test", "test/plugin.test.ts"], join(site.folder, "hello"));
  assert.equal(tests.code, 0, tests.stdout);
});

test("gives a plugin's author types", async () => {
  const settings = { extends: "./hello/tsconfig.json", include: ["hello/src"] };
  writeFileSync(join(site.folder, "tsconfig.json"), JSON.stringify(settings));
  const { code, stdout } = await runProgram([TSC, "--project", "tsconfig.json"], site.folder);
  assert.equal(code, 0, stdout);
  writeFileSync(
    join(site.folder, "hello/src/wrong.ts"),
    'import { parseGrant } from "@glovebox/host-api/http/grant";\nimport { parseManifest } from "glovebox/plugin/manifest";\nexport const wrong: [number, number] = [parseGrant("a.example"), parseManifest];\n',
  );
  const wrong = await runProgram([TSC, "--project", "tsconfig.json"], site.folder);
  assert.deepEqual(wrong.stdout.match(/TS\d+/g), ["TS2322", "TS2322"]);
});

test("ships JavaScript with its types, and of other files only what is read when it runs", () => {
  for (const name of NAMES) {
    const files = site.filesOf(name);
    const modules = new Set(
      files.filter((file) => file.endsWith(".js")).map((file) => file.slice(0, -3)),
    );
    const types = new Set(
      files.filter((file) => file.endsWith(".d.ts")).map((file) => file.slice(0, -5)),
    );
    assert.deepEqual(types, modules, name);
    const others = files.filter((file) => !/\.js$|\.d\.ts$/.test(file));
    assert.deepEqual(
      others.filter(
        (file) => !/^(LICENSE|README\.md|package\.json|dist\/cli\/[\w.-]+\.mjs)$/.test(file),
      ),
      OTHERS[name],
      name,
    );
  }
});

const OTHERS: Readonly<Record<string, readonly string[]>> = {
  "@glovebox/host-api": ["wit/glovebox.wit"],
  "@glovebox/sdk": ["plugin.schema.json"],
  glovebox: [
    "cli/demo/hostile/plugin.json",
    "cli/demo/hostile/src/plugin.ts",
    ...[
      "files/plugin.json",
      "files/src/contents.ts",
      "files/src/glob.ts",
      "files/src/plugin.ts",
      "files/src/walk.ts",
      "memory/plugin.json",
      "memory/src/graph.ts",
      "memory/src/plugin.ts",
      "memory/src/store.ts",
      "time/plugin.json",
      "time/src/arithmetic.ts",
      "time/src/local-time.ts",
      "time/src/plugin.ts",
      "time/src/zones-data.ts",
      "time/src/zones.ts",
    ].map((file) => `cli/demo/plugins/${file}`),
    "cli/glovebox.mjs",
    "debt/advisories.json",
    "debt/debt-report.schema.json",
    "dist/cli/LICENSES.txt",
    "dist/cli/built-with.json",
    "dist/cli/components.json",
    "dist/probes/plugin.json",
    "dist/probes/plugin.wasm",
    "dist/sealed/LICENSES.txt",
    "dist/sealed/built-with.json",
    "dist/sealed/components.json",
    "dist/sealed/extism.cjs",
    "dist/sealed/hostile.cjs",
    "dist/sealed/landlock.cjs",
    "dist/sealed/probe.cjs",
    "dist/sealed/runner.cjs",
    "dist/sealed/transpile.cjs",
    "plugin/component/reference.json",
    "plugin/schemas/lockfile.schema.json",
    "plugin/schemas/plugin.schema.json",
    "policy/glovebox.schema.json",
    "powers/built-program.mjs",
    "supply/signatures/trusted-root.json",
  ],
};

test("publishes exact dependencies, and nothing that only the tree needs", () => {
  for (const name of NAMES) {
    const manifest = readManifest(name);
    for (const key of ["private", "workspaces", "scripts", "devDependencies"])
      assert.ok(!(key in manifest), `${name}: ${key}`);
    for (const [dependency, version] of Object.entries(manifest.dependencies))
      assert.match(version, /^\d+\.\d+\.\d+$/, `${name}: ${dependency}`);
    assert.doesNotMatch(JSON.stringify(manifest.exports), /(?<!\.d)\.ts"/);
    assert.equal(manifest.engines.node, ">=26");
  }
  assert.ok(!("@bytecodealliance/jco-transpile" in readManifest("glovebox").dependencies));
});

interface PublishedManifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly exports: unknown;
  readonly engines: { readonly node: string };
}

function readManifest(name: string): PublishedManifest {
  return JSON.parse(readFileSync(join(site.folder, "node_modules", name, "package.json"), "utf8"));
}

test("builds the same bytes from the same sources", async () => {
  const again = mkdtempSync(join(tmpdir(), "glovebox-again-"));
  try {
    await buildPackages((folder) => join(again, folder));
    for (const [name, folder] of [
      ["@glovebox/host-api", "host-api"],
      ["@glovebox/sdk", "sdk-guest"],
      ["glovebox", "runtime"],
    ] as const)
      for (const file of site.filesOf(name))
        assert.equal(
          digestOf(join(again, folder, file)),
          digestOf(join(site.folder, "node_modules", name, file)),
          file,
        );
  } finally {
    rmSync(again, { recursive: true, force: true });
  }
});

function digestOf(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

// Last: it leaves what it built where the plugin is.
test("builds the plugins of its demonstration from where they are installed", async () => {
  await succeed("build node_modules/glovebox/cli/demo/plugins/memory");
});
