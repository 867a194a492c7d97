import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { digestPackage, packPackage, readPackage } from "../../../runtime/supply/package.ts";
import { readGzip, writeGzip } from "../../../runtime/supply/gzip.ts";
import { writeTar } from "../../../runtime/supply/tar.ts";
import { PACKAGE, toBytes } from "../../helpers/plugin-files.ts";
import { assertRefused } from "../../helpers/refusals.ts";

describe("packPackage", () => {
  it("writes what readPackage reads", () => {
    for (const files of [PACKAGE, { ...PACKAGE, readme: toBytes("# Time") }]) {
      const read = readPackage(packPackage(files));
      assert.deepEqual(Object.keys(read).toSorted(), Object.keys(files).toSorted());
      for (const [name, bytes] of Object.entries(read)) {
        assert.equal(
          Buffer.compare(bytes as Buffer, files[name as keyof typeof files] ?? Buffer.of()),
          0,
          name,
        );
      }
    }
  });

  it("writes the same bytes on every machine, on every day", () => {
    const digest = createHash("sha256").update(packPackage(PACKAGE)).digest("hex");
    assert.equal(digest, "7a318f90d3b4c6fe4bbc0dce767d2103c7377a983460b7c5e3261f1809ef347d");
  });

  it("refuses files over their caps", () => {
    const license = new Uint8Array(1024 * 1024 + 1);
    assertRefused(() => packPackage({ ...PACKAGE, license }), "ERR_PACKAGE_TOO_LARGE");
  });
});

describe("readPackage", () => {
  it("reads an archive that a common tool compressed and named", () => {
    const files = {
      "plugin.json": PACKAGE.manifest,
      "tools.json": PACKAGE.surface,
      LICENSE: PACKAGE.license,
      "plugin.wasm": PACKAGE.component,
    };
    const archive = writeTar(Object.entries(files).map(([name, bytes]) => ({ name, bytes })));
    const padded = Buffer.concat([archive, Buffer.alloc(10_240 - (archive.length % 10_240))]);
    const packed = gzipSync(padded, { level: 9 });
    const named = Buffer.concat([
      packed.subarray(0, 10),
      Buffer.from("x.tar\0"),
      packed.subarray(10),
    ]);
    named.writeUInt8(8, 3);
    for (const bytes of [packed, named]) {
      assert.equal(Buffer.compare(readPackage(bytes).component, PACKAGE.component), 0);
    }
  });
});

describe("digestPackage", () => {
  it("sees a changed component, manifest and tool, but not how tools.json is laid out", () => {
    const digests = digestPackage(PACKAGE);
    const tools: unknown = JSON.parse(Buffer.from(PACKAGE.surface).toString());
    const surface = toBytes(JSON.stringify(tools, null, 2));
    assert.deepEqual(digestPackage({ ...PACKAGE, surface }), digests);
    const manifest = toBytes(`${Buffer.from(PACKAGE.manifest).toString()} `);
    assert.notEqual(digestPackage({ ...PACKAGE, manifest }).manifest, digests.manifest);
    assert.equal(digestPackage({ ...PACKAGE, manifest }).component, digests.component);
  });
});

describe("gzip", () => {
  it("reads back what it wrote, at every size around a block's", () => {
    for (const size of [0, 1, 65_534, 65_535, 65_536, 131_070, 131_071]) {
      const bytes = Buffer.alloc(size, "ab");
      assert.equal(Buffer.compare(readGzip(writeGzip(bytes), 200_000), bytes), 0);
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        assert.equal(Buffer.compare(readGzip(writeGzip(bytes), 2000), bytes), 0);
      }),
    );
  });
});
