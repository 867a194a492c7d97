import assert from "node:assert/strict";
import { test } from "node:test";
import { GrantError } from "@glovebox/host-api/errors";
import { filesystem } from "@glovebox/host-api/filesystem/capability";

const MIB = 1024 * 1024;

test("reads the short forms with their defaults", () => {
  assert.deepEqual(filesystem.parseGrant("read"), { access: "read", quotaBytes: 0, filesMax: 0 });
  assert.deepEqual(filesystem.parseGrant("read-write"), {
    access: "read-write",
    quotaBytes: 64 * MIB,
    filesMax: 10_000,
  });
});

test("reads the long form", () => {
  assert.deepEqual(filesystem.parseGrant({ access: "read-write", quota: "10MiB", files_max: 5 }), {
    access: "read-write",
    quotaBytes: 10 * MIB,
    filesMax: 5,
  });
  assert.deepEqual(filesystem.parseGrant({ access: "read" }), filesystem.parseGrant("read"));
});

const WRONG: readonly (readonly [string, unknown, readonly string[]])[] = [
  ["an unknown access", "write", ["access"]],
  ["no access", {}, ["access"]],
  ["an access of an unknown case", { access: "READ" }, ["access"]],
  ["an inherited access", Object.create({ access: "read" }), ["access"]],
  ["an unknown key", { access: "read", quotta: "1MiB" }, ["quotta"]],
  ["a prototype key", JSON.parse('{"access":"read","__proto__":{}}'), ["__proto__"]],
  ["a quota without unit", { access: "read-write", quota: 5 }, ["quota"]],
  ["a quota of nothing", { access: "read-write", quota: "0B" }, ["quota"]],
  ["a null quota", { access: "read-write", quota: null }, ["quota"]],
  ["a quota for reading", { access: "read", quota: "1MiB" }, ["quota"]],
  ["a number of files for reading", { access: "read", files_max: 1 }, ["files_max"]],
  ["a broken number of files", { access: "read-write", files_max: 1.5 }, ["files_max"]],
  ["too many files", { access: "read-write", files_max: 1e9 }, ["files_max"]],
  ["a negative number of files", { access: "read-write", files_max: -1 }, ["files_max"]],
  ["a list", ["read"], []],
  ["null", null, []],
  ["true", true, []],
];
for (const [what, value, path] of WRONG) {
  test(`refuses ${what} and says what to write`, () => {
    assert.throws(
      () => filesystem.parseGrant(value),
      (error) => {
        assert.ok(error instanceof GrantError);
        assert.deepEqual(error.path, path);
        assert.notEqual(error.remedy, "");
        return true;
      },
    );
  });
}

test("names the known key for one that is near it", () => {
  assert.throws(
    () => filesystem.parseGrant({ access: "read", quotta: "1MiB" }),
    (error) => error instanceof GrantError && error.remedy.includes("quota"),
  );
});

test("reads the words of a flag as the configuration would say them", () => {
  assert.equal(filesystem.parseFlag("read-write"), "read-write");
  assert.deepEqual(filesystem.parseFlag("read-write,quota=10MiB,files_max=7"), {
    access: "read-write",
    quota: "10MiB",
    files_max: 7,
  });
});

for (const text of [
  "",
  "write",
  "read,quota=1MiB",
  "read-write,quota",
  "read-write,size=1MiB",
  "read-write,access=read",
  "read-write,quota=1MiB,quota=2MiB",
  "read-write,files_max=0x10",
  "read-write,",
  "read-write,__proto__=1",
]) {
  test(`refuses the flag ${JSON.stringify(text)}`, () => {
    assert.throws(() => filesystem.parseFlag(text), GrantError);
  });
}

test("writes a grant for people", () => {
  assert.equal(filesystem.formatGrant(filesystem.parseGrant("read")), "read");
  assert.equal(
    filesystem.formatGrant(filesystem.parseGrant("read-write")),
    "read-write, at most 64 MiB in 10000 files",
  );
});

function grant(value: unknown) {
  return filesystem.parseGrant(value);
}

test("covers what is no wider in access, bytes and files", () => {
  const small = grant({ access: "read-write", quota: "1MiB", files_max: 10 });
  assert.equal(filesystem.covers(grant("read-write"), small), true);
  assert.equal(filesystem.covers(small, small), true);
  assert.equal(filesystem.covers(small, grant("read")), true);
  assert.equal(filesystem.covers(grant("read"), small), false);
  assert.equal(filesystem.covers(small, grant("read-write")), false);
  assert.equal(
    filesystem.covers(small, grant({ access: "read-write", quota: "1MiB", files_max: 11 })),
    false,
  );
  assert.equal(
    filesystem.covers(small, grant({ access: "read-write", quota: "2MiB", files_max: 10 })),
    false,
  );
});
