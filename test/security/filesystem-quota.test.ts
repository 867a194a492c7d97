import assert from "node:assert/strict";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { parseGrant } from "@glovebox/host-api/filesystem/grant";
import { DEPTH_MAX } from "@glovebox/host-api/filesystem/path";
import {
  contentOf,
  type FilesystemPlugin,
  handleOf,
  makeScratch,
  MECHANISMS,
  openPlugin,
  placeOf,
  refusedAs,
  type Scratch,
} from "../helpers/sandbox-folder.ts";

const QUOTA_BYTES = 1000;
const FILES = 4;
const SMALL = parseGrant({ access: "read-write", quota: "1000B", files_max: FILES });

function openSmall(t: TestContext): FilesystemPlugin & { readonly scratch: Scratch } {
  const scratch = makeScratch(t);
  return { scratch, ...openPlugin(t, scratch, MECHANISMS[0], SMALL) };
}

/** Ways to add 101 bytes to a file `f` that holds 900 of 1000. */
const GROWTHS: Readonly<Record<string, (run: FilesystemPlugin["run"], handle: number) => unknown>> =
  {
    "a new file": (run) => run("writeFile", ["g", "create"], new Uint8Array(101)),
    "a replaced file": (run) => run("writeFile", ["f", "replace"], new Uint8Array(1001)),
    appending: (run) => run("writeFile", ["f", "append"], new Uint8Array(101)),
    "writing at the end": (run, handle) => run("write", [handle, "end"], new Uint8Array(101)),
    "writing across the end": (run, handle) => run("write", [handle, 850], new Uint8Array(151)),
    "writing past the end": (run, handle) => run("write", [handle, 1000], "x"),
    "writing far past the end": (run, handle) =>
      run("write", [handle, Number.MAX_SAFE_INTEGER], "x"),
    "setting the size": (run, handle) => run("setSize", [handle, 1001]),
    "setting an enormous size": (run, handle) => run("setSize", [handle, Number.MAX_SAFE_INTEGER]),
  };

for (const [how, grow] of Object.entries(GROWTHS)) {
  test(`refuses growth past the quota by ${how}, and changes nothing`, (t) => {
    const { run, scratch } = openSmall(t);
    run("writeFile", ["f", "create"], new Uint8Array(900));
    const handle = handleOf(run("open", ["f", ["write"]]));
    assert.throws(() => grow(run, handle), refusedAs(scratch, "quota-exceeded"));
    assert.deepEqual(readdirSync(scratch.box), [path.basename(placeOf(scratch, "f"))]);
    assert.equal(contentOf(scratch, "f").length, 900);
    run("write", [handle, "end"], new Uint8Array(100));
    assert.equal(contentOf(scratch, "f").length, QUOTA_BYTES);
  });
}

test("refuses more files and folders than granted, however they are made", (t) => {
  const { run, scratch } = openSmall(t);
  run("makeDirectory", ["d"]);
  run("writeFile", ["d/a", "create"], "");
  run("open", ["b", ["write", "create"]]);
  run("writeFile", ["c", "append"], "");
  const refused = refusedAs(scratch, "quota-exceeded");
  assert.throws(() => run("makeDirectory", ["e"]), refused);
  assert.throws(() => run("writeFile", ["e", "create"], ""), refused);
  assert.throws(() => run("open", ["e", ["write", "create"]]), refused);
  run("rename", ["b", "c"]);
  run("makeDirectory", ["e"]);
  assert.throws(() => run("makeDirectory", ["g"]), refused);
  assert.equal(readdirSync(scratch.box, { recursive: true }).length, FILES);
});

test("gives room back for what was removed, cut or replaced", (t) => {
  const { run } = openSmall(t);
  for (let round = 0; round < 20; round += 1) {
    run("writeFile", ["f", "create"], new Uint8Array(QUOTA_BYTES));
    run("writeFile", ["f", "replace"], new Uint8Array(10));
    run("writeFile", ["g", "create"], new Uint8Array(990));
    run("rename", ["f", "g"]);
    const handle = handleOf(run("open", ["g", ["write", "truncate"]]));
    run("setSize", [handle, QUOTA_BYTES]);
    run("setSize", [handle, 0]);
    run("close", [handle]);
    run("removeFile", ["g"]);
    run("makeDirectory", ["d"]);
    run("removeDirectory", ["d"]);
  }
});

test("counts a removed file for as long as it is open", (t) => {
  const { run, runAs, broker, scratch } = openSmall(t);
  const handle = handleOf(run("open", ["f", ["write", "create"]]));
  run("write", [handle, 0], new Uint8Array(QUOTA_BYTES));
  run("removeFile", ["f"]);
  const grow = () => runAs("call-2", "writeFile", ["g", "create"], "x");
  assert.throws(grow, refusedAs(scratch, "quota-exceeded"));
  assert.throws(() => run("write", [handle, 0], "x"), refusedAs(scratch, "not-permitted"));
  assert.throws(() => run("setSize", [handle, 0]), refusedAs(scratch, "not-permitted"));
  broker.endCall?.("call-1");
  grow();
});

test("counts a replaced file for as long as it is open, through two handles", (t) => {
  const { run, scratch } = openSmall(t);
  const first = handleOf(run("open", ["f", ["write", "create"]]));
  const second = handleOf(run("open", ["f", ["write"]]));
  run("write", [first, 0], new Uint8Array(QUOTA_BYTES));
  run("writeFile", ["g", "create"], "");
  run("rename", ["g", "f"]);
  const grow = () => run("writeFile", ["h", "create"], "x");
  assert.throws(grow, refusedAs(scratch, "quota-exceeded"));
  run("close", [first]);
  assert.throws(grow, refusedAs(scratch, "quota-exceeded"));
  run("close", [second]);
  grow();
});

test("counts what another program put into the folder", (t) => {
  const scratch = makeScratch(t);
  writeFileSync(path.join(scratch.box, "theirs"), new Uint8Array(950));
  const { run } = openPlugin(t, scratch, MECHANISMS[0], SMALL);
  assert.throws(
    () => run("writeFile", ["f", "create"], new Uint8Array(51)),
    refusedAs(scratch, "quota-exceeded"),
  );
  run("writeFile", ["f", "create"], new Uint8Array(50));
});

test("sees within seconds that another program made room", async (t) => {
  const { run, scratch } = openSmall(t);
  run("writeFile", ["f", "create"], new Uint8Array(QUOTA_BYTES));
  rmSync(placeOf(scratch, "f"));
  const startMs = performance.now();
  for (;;) {
    try {
      run("writeFile", ["g", "replace"], "x");
      break;
    } catch (error) {
      assert.ok(
        refusedAs(scratch, "quota-exceeded")(error) && performance.now() - startMs < 30_000,
      );
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
});

function chain(top: string, depth: number): string {
  return [top, ...Array<string>(depth - 1).fill("d")].join("/");
}

test("lets no folder become deeper than a path can say, by moving one into another", (t) => {
  const scratch = makeScratch(t);
  const { run } = openPlugin(t, scratch);
  for (let depth = 1; depth <= DEPTH_MAX; depth += 1) {
    run("makeDirectory", [chain("a", depth)]);
    run("makeDirectory", [chain("b", depth)]);
  }
  const refused = refusedAs(scratch, "invalid-argument");
  assert.throws(() => run("rename", ["b", `${chain("a", DEPTH_MAX - 1)}/b`]), refused);
  assert.throws(() => run("rename", ["b", "a/b"]), refused);
  run("removeDirectory", [chain("b", DEPTH_MAX)]);
  run("rename", ["b", "a/b"]);
  run("writeFile", [`a/${chain("b", DEPTH_MAX - 2)}/f`, "create"], "");
  run("rename", ["a/b", "c"]);
});

test("a read-only grant refuses every write and still reads", (t) => {
  const scratch = makeScratch(t);
  openPlugin(t, scratch).run("writeFile", ["f", "create"], "text");
  const { run } = openPlugin(t, scratch, MECHANISMS[0], parseGrant("read"));
  const refused = refusedAs(scratch, "not-permitted");
  for (const mode of ["create", "replace", "append"]) {
    assert.throws(() => run("writeFile", ["f", mode], ""), refused);
    assert.throws(() => run("writeFile", ["g", mode], "x"), refused);
  }
  for (const flags of [
    ["write"],
    ["read", "create"],
    ["read", "truncate"],
    ["read", "write", "create", "exclusive"],
  ])
    for (const name of ["f", "g"]) assert.throws(() => run("open", [name, flags]), refused);
  assert.throws(() => run("makeDirectory", ["d"]), refused);
  assert.throws(() => run("removeFile", ["f"]), refused);
  assert.throws(() => run("removeDirectory", ["f"]), refused);
  assert.throws(() => run("rename", ["f", "g"]), refused);
  const handle = handleOf(run("open", ["f", ["read"]]));
  assert.throws(() => run("write", [handle, 0], "x"), refused);
  assert.throws(() => run("setSize", [handle, 0]), refused);
  assert.throws(() => run("setTimes", [handle, 0, 0]), refused);
  assert.equal(Buffer.from(run("readFile", ["f"]).body ?? []).toString(), "text");
  assert.deepEqual(readdirSync(scratch.box), [path.basename(placeOf(scratch, "f"))]);
});
