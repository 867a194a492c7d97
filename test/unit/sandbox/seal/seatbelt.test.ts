// The profile's text and the command line only: no machine of this project could run them (debt GB-005).
import assert from "node:assert/strict";
import { test } from "node:test";
import { tryThroughLibc } from "../../../../runtime/sandbox/launch/libc-attempts.ts";
import { seatbeltArgs, seatbeltProfile } from "../../../../runtime/sandbox/seal/seatbelt.ts";

const ORDER = {
  node: "/opt/node/bin/node",
  nodeArgs: ["--permission"],
  program: "/opt/glovebox/runner.cjs",
  programArgs: ["1"],
  libraries: ["/opt/homebrew/lib/libuv.dylib"],
  readable: ["/opt/glovebox/modules"],
};
const profileOf = (args: readonly string[]): string => args[args.indexOf("-p") + 1]!;

/** The operations that a profile allows, by rule. */
function allowedBy(profile: string): readonly string[] {
  return [...profile.matchAll(/\(allow ([^()"]+?)\s*[()]/g)].flatMap(([, names]) =>
    names!.split(/\s+/),
  );
}

test("denies what it does not name, and names nothing but reading, its own process and facts of the machine", () => {
  const profile = profileOf(seatbeltArgs(ORDER));
  assert.ok(profile.startsWith("(version 1)\n(deny default)\n"));
  assert.deepEqual(
    new Set(allowedBy(profile)),
    new Set([
      "process-exec",
      "process-info*",
      "signal",
      "dynamic-code-generation",
      "sysctl-read",
      "file-read*",
      "file-map-executable",
      "file-read-metadata",
      "file-read-data",
    ]),
  );
  for (const word of [
    "network",
    "mach-lookup",
    "file-write",
    "process-fork",
    "ipc-posix",
    "iokit",
    "import",
  ])
    assert.ok(!profile.includes(word), word);
});

test("executes Node and nothing else, and signals nobody else", () => {
  const profile = profileOf(seatbeltArgs(ORDER));
  assert.deepEqual(profile.match(/\(allow process-exec .*/g), [
    '(allow process-exec (literal (param "NODE")))',
  ]);
  assert.deepEqual(profile.match(/\(allow signal .*/g), ["(allow signal (target self))"]);
});

for (const path of [
  '/tmp/"))(allow default)("',
  "/tmp/line\n(allow default)\n",
  "/tmp/back\\slash",
  "/tmp/semi;colon #|comment|#",
  "/tmp/NODE=/bin/sh",
  '/tmp/(param "NODE")',
]) {
  test(`a path cannot write into the profile: ${JSON.stringify(path)}`, () => {
    const hostile = { ...ORDER, node: path, program: path, libraries: [path], readable: [path] };
    const args = seatbeltArgs(hostile);
    const [folders] = args.filter((arg) => arg.startsWith("FOLDER_")).slice(-1);
    const profile = profileOf(args);
    const count = Number(folders!.slice("FOLDER_".length, folders!.indexOf("="))) + 1;
    // The text depends on how many paths there are, never on what they are.
    assert.equal(profile, seatbeltProfile({ libraries: 1, readable: 1, folders: count }));
    assert.equal(/^[\x20-\x7e\n]*$/.test(profile), true);
    for (const name of ["NODE", "PROGRAM", "LIBRARY_0", "READABLE_0"])
      assert.ok(args.includes(`${name}=${path}`), name);
    // What follows the parameters is the command.
    assert.deepEqual(args.slice(-4), [path, "--permission", path, "1"]);
  });
}

test("parentheses are even, and every parameter of the text is given, and none twice", () => {
  const args = seatbeltArgs(ORDER);
  const profile = profileOf(args);
  assert.equal(profile.split("(").length, profile.split(")").length);
  const named = new Set([...profile.matchAll(/\(param "(\w+)"\)/g)].map(([, name]) => name));
  const given = args.filter((_, index) => args[index - 1] === "-D").map((arg) => arg.split("=")[0]);
  assert.deepEqual(new Set(given), named);
  assert.equal(new Set(given).size, given.length);
});

test("the folders above a file may be looked at, and nothing beside them", () => {
  const folders = seatbeltArgs(ORDER).filter((arg) => arg.startsWith("FOLDER_"));
  assert.deepEqual(
    folders.map((arg) => arg.split("=")[1]),
    ["/opt", "/opt/node", "/opt/node/bin", "/opt/glovebox", "/opt/homebrew", "/opt/homebrew/lib"],
  );
});

if (process.platform === "linux") {
  test("what the probe tries there gets through where there is no seal", () => {
    const tried = tryThroughLibc(process.pid);
    assert.deepEqual(
      Object.keys(tried).filter((name) => !tried[name]),
      [],
    );
  });
}
