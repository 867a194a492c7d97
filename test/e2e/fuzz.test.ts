// Random command lines and randomly damaged files: whatever comes of them, it was foreseen.
import assert from "node:assert/strict";
import { chdir, cwd } from "node:process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { after, describe, it } from "node:test";
import fc from "fast-check";
import { parseLockfile } from "../../runtime/plugin/lockfile.ts";
import { COMMAND_NAMES, loadCommands } from "../../runtime/cli/commands/table.ts";
import { COMMON_OPTIONS } from "../../runtime/cli/parse-command-line.ts";
import { anyText } from "../helpers/any-text.ts";
import { installForSuite, type TestWorkspace } from "../helpers/installed-workspace.ts";
import { runInProcess, type Ended } from "../helpers/run-glovebox.ts";
import { APPROVED, AUTHOR } from "../helpers/signed-package.ts";

const suite = installForSuite((workspace) =>
  writeFileSync(workspace.path("author.pub"), AUTHOR.publicKey.text),
);
const home = cwd();
const cleanup: (() => void)[] = [];
const later = { after: (act: unknown) => void cleanup.push(act as () => void) };
after(() => {
  chdir(home);
  for (const act of cleanup) act();
});

/** Whatever happened: an exit code of the list, errors with codes that were foreseen, no stack, and JSON where it was asked for. */
function assertForeseen(ended: Ended, what: string): void {
  assert.ok([0, 1, 2, 3, 4].includes(ended.code), `${what}: ${ended.code}`);
  assert.doesNotMatch(ended.stderr, /ERR_INTERNAL|^ {4}at /m, what);
  assert.doesNotMatch(ended.stdout, /ERR_INTERNAL/, what);
  if (ended.code > 0 && ended.code < 4)
    assert.ok(ended.codes.length > 0, `${what} ended with ${ended.code} and no reason`);
}

describe("a command line", async () => {
  const commands = await loadCommands();
  const options = [
    ...new Set(
      commands.flatMap((command) => Object.keys({ ...command.options, ...COMMON_OPTIONS })),
    ),
  ];
  // The demonstration builds for a while, a server waits for its client, and a build compiles: they have tests of their own.
  const names = COMMAND_NAMES.filter((name) => !["demo", "serve", "build"].includes(name));
  const words = fc.oneof(
    fc.constantFrom(
      ...options.map((name) => `--${name}`),
      "--",
      "-",
      "-x",
      "--=",
      "--config=",
      "--as=x",
      "--key=author.pub",
    ),
    fc.constantFrom(
      "echo",
      "echo.tgz",
      "author.pub",
      "glovebox.yaml",
      "add",
      "echo__say",
      "kv=1MiB",
      "clock",
      "..",
      ".",
      "x.wasm",
      "{}",
      '{"a":1}',
      "*",
      "bash",
    ),
    anyText({ maxLength: 12 }).filter((word) => !/[\0/]/.test(word)),
  );

  it("of random words never fails in a way that was not foreseen", async () => {
    let round = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          { weight: 9, arbitrary: fc.constantFrom(...names) },
          { weight: 1, arbitrary: words },
        ),
        fc.array(words, { maxLength: 6 }),
        async (name, rest) => {
          const workspace = suite.installed.copy(later);
          // Words may name files to write: two levels up is still the test's own.
          const inner = workspace.path(`a/b${(round += 1)}`);
          mkdirSync(inner, { recursive: true });
          chdir(inner);
          const config = rest.some((word) => word.startsWith("--config"))
            ? []
            : ["--config", workspace.configFile];
          assertForeseen(
            await runInProcess([name, ...config, ...rest], suite.machine),
            JSON.stringify([name, ...rest]),
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** Bytes with some of them changed, removed, doubled or put in between. */
function damaged(bytes: Uint8Array): fc.Arbitrary<Buffer> {
  const at = fc.nat(Math.max(0, bytes.length - 1));
  const whole = Buffer.from(bytes);
  const tokens = [
    "{",
    "}",
    "[",
    "]",
    '"',
    ":",
    ",",
    "\n",
    "  ",
    "- ",
    "null",
    "true",
    "-1",
    "1e999",
    "\\u0000",
    "*",
    "&a ",
    "!!js ",
    "<<: ",
    "__proto__",
    "#",
  ];
  return fc
    .array(
      fc.oneof(
        fc.tuple(fc.constant("set" as const), at, fc.nat(255)),
        fc.tuple(fc.constant("cut" as const), at, fc.nat(40)),
        fc.tuple(fc.constant("double" as const), at, fc.nat(40)),
        fc.tuple(fc.constant("insert" as const), at, fc.nat(tokens.length - 1)),
        fc.tuple(fc.constant("end" as const), at, fc.constant(0)),
      ),
      { minLength: 1, maxLength: 4 },
    )
    .map((edits) =>
      edits.reduce((now, [edit, index, amount]) => {
        const [head, tail] = [now.subarray(0, index), now.subarray(index)];
        if (edit === "set") return Buffer.concat([head, Buffer.of(amount), tail.subarray(1)]);
        if (edit === "cut") return Buffer.concat([head, tail.subarray(amount)]);
        if (edit === "double") return Buffer.concat([head, tail.subarray(0, amount), tail]);
        if (edit === "insert")
          return Buffer.concat([head, Buffer.from(tokens[amount] ?? ""), tail]);
        return head;
      }, whole),
    )
    .filter((result) => !result.equals(whole));
}

describe("a file that is damaged at random", () => {
  async function damage(
    file: (workspace: TestWorkspace) => string,
    words: (workspace: TestWorkspace) => string[],
    judge: (ended: Ended, bytes: Buffer, workspace: TestWorkspace) => void,
  ): Promise<void> {
    const workspace = suite.installed.copy(later);
    const path = file(workspace);
    await fc.assert(
      fc.asyncProperty(damaged(readFileSync(path)), async (bytes) => {
        writeFileSync(path, bytes);
        const ended = await runInProcess(
          [...words(workspace), "--config", workspace.configFile],
          suite.machine,
        );
        assertForeseen(ended, bytes.toString("latin1").slice(0, 2000));
        judge(ended, bytes, workspace);
      }),
      { numRuns: 150 },
    );
  }

  const verify = (): string[] => ["verify"];
  const refused = (ended: Ended): void => assert.equal(ended.code, 3);

  it("is refused, when it is the stored package", () =>
    damage((workspace) => workspace.stored(".tgz"), verify, refused));
  it("is refused, when it is the package at the source", () =>
    damage((workspace) => workspace.path("echo.tgz"), verify, refused));

  const bundle = JSON.stringify(JSON.parse(Buffer.from(APPROVED.bundle).toString()));
  const places = {
    "in the store": (workspace: TestWorkspace) => workspace.stored(".sigstore.json"),
    "at the source": (workspace: TestWorkspace) => workspace.path("echo.tgz.sigstore.json"),
  };
  for (const [where, file] of Object.entries(places)) {
    it(`is refused or says the same, when it is the signature ${where}`, () =>
      damage(file, verify, ({ code }, bytes) => {
        if (code === 0) assert.equal(JSON.stringify(JSON.parse(bytes.toString())), bundle);
        else assert.equal(code, 3);
      }));
  }

  it("is refused or says the same, when it is the lockfile", () => {
    const before = JSON.stringify(parseLockfile(readFileSync(suite.installed.lockFile), "lock"));
    return damage(
      ({ lockFile }) => lockFile,
      verify,
      ({ code }, bytes) => {
        if (code === 0) assert.equal(JSON.stringify(parseLockfile(bytes, "lock")), before);
        else assert.equal(code, 3);
      },
    );
  });

  it("grants no more than before, when it is the configuration", () =>
    damage(
      ({ configFile }) => configFile,
      () => ["list", "--json"],
      (ended) => {
        if (ended.code !== 0) return;
        const { plugins } = ended.json as {
          plugins: { name: string; state: string; grants: string[] }[];
        };
        for (const { state, grants } of plugins)
          if (state === "verified") assert.deepEqual(grants, ["kv: keep at most 1 MiB"]);
      },
    ));

  it("is refused, when it is a package that is added", () =>
    damage(
      (workspace) => workspace.path("echo.tgz"),
      (workspace) => ["add", workspace.path("echo.tgz"), "--as", "second"],
      refused,
    ));

  it("is refused or is the key, when it is a public key", () =>
    damage(
      (workspace) => workspace.path("author.pub"),
      (workspace) => ["trust", "add", workspace.path("author.pub"), "--plugins", "echo"],
      (ended, bytes) => {
        if (ended.code === 0) assert.equal(bytes.toString().trim(), AUTHOR.publicKey.text);
      },
    ));
});
