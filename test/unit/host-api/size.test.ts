import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { GrantError } from "@glovebox/host-api/errors";
import { formatSize, parseSize, SIZE_BYTES_MAX } from "@glovebox/host-api/size";

test("reads sizes in powers of 1024", () => {
  assert.equal(parseSize("1B"), 1);
  assert.equal(parseSize("10KiB"), 10_240);
  assert.equal(parseSize("64MiB"), 67_108_864);
  assert.equal(parseSize("64 MiB"), 67_108_864);
  assert.equal(parseSize("1024GiB"), SIZE_BYTES_MAX);
});

test("writes a size so that it is read back exactly", () => {
  assert.equal(formatSize(64 * 1024 * 1024), "64 MiB");
  assert.equal(formatSize(1500), "1500 B");
  assert.equal(formatSize(0), "0 B");
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: SIZE_BYTES_MAX }),
      (bytes) => parseSize(formatSize(bytes)) === bytes,
    ),
  );
});

const WRONG = [
  "",
  "0B",
  "64",
  64,
  "64MB",
  "64mib",
  "1.5MiB",
  "-1MiB",
  "1e3B",
  "1025GiB",
  "99999999999999B",
  " 1MiB",
  "1MiB ",
  "1MiB\n",
  "1  MiB",
  "٣MiB",
  "0x10B",
  Number.NaN,
  null,
  undefined,
  {},
  ["1MiB"],
];

for (const value of WRONG) {
  test(`refuses ${JSON.stringify(value) ?? "nothing"} as a size`, () => {
    assert.throws(
      () => parseSize(value, ["quota"]),
      (error) => error instanceof GrantError && error.path[0] === "quota" && error.remedy !== "",
    );
  });
}
