import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { packPackage, readPackage } from "../../runtime/supply/package.ts";
import { PACKAGE } from "../helpers/plugin-files.ts";
import { RAW_END as END, rawEntry as entry } from "../helpers/raw-tar.ts";
import type { RawEntry } from "../helpers/raw-tar.ts";
import { assertRefused, codesOf } from "../helpers/refusals.ts";

const GOOD: readonly RawEntry[] = [
  { name: "plugin.json", body: "{}" },
  { name: "tools.json", body: "[]" },
  { name: "LICENSE", body: "MIT" },
  { name: "plugin.wasm", body: "\0asm" },
];

function archive(...entries: readonly RawEntry[]): Buffer {
  return Buffer.concat([...entries.map(entry), END]);
}

function assertArchiveRefused(bytes: Buffer, code: string): void {
  assertRefused(() => readPackage(gzipSync(bytes)), code);
}

describe("a package's entries", () => {
  it("are read when they are plain", () => {
    assert.equal(readPackage(gzipSync(archive(...GOOD))).license.length, 3);
    assert.equal(readPackage(gzipSync(archive(...GOOD.toReversed()))).license.length, 3);
    assert.equal(
      readPackage(gzipSync(archive(...GOOD.map((one) => ({ ...one, type: "\0" }))))).license.length,
      3,
    );
  });

  const names = [
    "evil.js",
    "../plugin.json",
    "./plugin.json",
    "/plugin.json",
    "plugin.json/",
    "package/plugin.json",
    "Plugin.json",
    "PLUGIN.JSON",
    "plugin.json ",
    " plugin.json",
    "plugin.json\n",
    "plugin．json",
    "..",
    ".",
    "/",
    "",
    "C:\\x",
    "README",
    "license",
    "constructor",
    "__proto__",
    "toString",
  ];
  for (const name of names) {
    it(`refuse the name ${JSON.stringify(name)}`, () => {
      assertArchiveRefused(archive(...GOOD, { name, body: "x" }), "ERR_PACKAGE_ENTRY");
    });
  }

  it("refuse a name that hides another behind its end, or has none", () => {
    const unclear = [
      "README.md\0/../../evil",
      "README.md\0\0x",
      "README.md".padEnd(100, "/"),
      "x".repeat(100),
      `README.md${"\0".repeat(90)}x`,
    ];
    for (const name of unclear) {
      assertArchiveRefused(archive(...GOOD, { name }), "ERR_PACKAGE_INVALID");
    }
  });

  it("refuse a name that is there twice", () => {
    for (const good of GOOD) assertArchiveRefused(archive(...GOOD, good), "ERR_PACKAGE_ENTRY");
  });

  it("refuse to be without a file that must be there", () => {
    for (const left of GOOD) {
      assertArchiveRefused(archive(...GOOD.filter((one) => one !== left)), "ERR_PACKAGE_ENTRY");
    }
    assertArchiveRefused(END, "ERR_PACKAGE_ENTRY");
  });

  it("refuse every type but a file: links, folders, devices, pax, GNU and unknown ones", () => {
    for (const type of "123456789xgLKSDMNVAIXaZ \xff") {
      const pax = "22 path=../../evil.js\n";
      assertArchiveRefused(
        archive({ name: "README.md", type, body: pax }, ...GOOD),
        "ERR_PACKAGE_ENTRY",
      );
      assertArchiveRefused(
        archive({ name: "PaxHeader/README.md", type, body: pax }, ...GOOD),
        "ERR_PACKAGE_ENTRY",
      );
    }
  });

  it("refuse a file that names a link or a prefix, or is of another format", () => {
    const entries: readonly RawEntry[] = [
      { name: "README.md", link: "/etc/passwd" },
      { name: "README.md", prefix: ".." },
      { name: "README.md", prefix: "a".repeat(150) },
      { name: "README.md", magic: "\0\0\0\0\0\0\0\0" },
      { name: "README.md", magic: "ustar\x0000", prefix: `${"\0".repeat(131)}x` },
      { name: "README.md", magic: "ustar  \0", prefix: `${"\0".repeat(163)}tar` },
    ];
    for (const one of entries) assertArchiveRefused(archive(...GOOD, one), "ERR_PACKAGE_ENTRY");
  });

  it("refuse a size that is not plain octal", () => {
    const sizes = [
      Buffer.from("800000000000000000000003", "hex"),
      Buffer.from("ffffffffffffffffffffffff", "hex"),
      "-0000000001\0",
      "0x000000003\0",
      "           3\0".slice(0, 12),
      "00000000009\0",
      "3\0\0\0\0\0\0\0\0\0\0\0",
      "0000000000\x003",
      "\0\0\0\0\0\0\0\0\0\0\0\0",
    ];
    for (const size of sizes) {
      assertArchiveRefused(
        archive(...GOOD, { name: "README.md", body: "abc", size }),
        "ERR_PACKAGE_INVALID",
      );
    }
  });

  it("refuse a size beyond the file's cap before reading a byte of it", () => {
    for (const size of ["77777777777\0", "00004000001\0"]) {
      assertArchiveRefused(archive(...GOOD, { name: "README.md", size }), "ERR_PACKAGE_TOO_LARGE");
    }
  });

  it("refuse a wrong checksum, and bytes in a padding", () => {
    assertArchiveRefused(
      archive(...GOOD, { name: "README.md", checksumOff: 1 }),
      "ERR_PACKAGE_INVALID",
    );
    assertArchiveRefused(
      archive(...GOOD, { name: "README.md", body: "x", padding: "y" }),
      "ERR_PACKAGE_INVALID",
    );
  });
});

describe("a package's ends", () => {
  const good = archive(...GOOD);

  it("refuse an archive that is cut off anywhere", () => {
    for (let length = 0; length < good.length; length += 64) {
      assertArchiveRefused(good.subarray(0, length), "ERR_PACKAGE_INVALID");
    }
  });

  it("refuse bytes behind the archive's end", () => {
    assertArchiveRefused(Buffer.concat([good, Buffer.from("x")]), "ERR_PACKAGE_INVALID");
    assertArchiveRefused(Buffer.concat([good, good]), "ERR_PACKAGE_INVALID");
    const single = Buffer.concat([good.subarray(0, -512), entry({ name: "README.md" }), END]);
    assertArchiveRefused(single, "ERR_PACKAGE_INVALID");
  });

  it("refuse gzip that is cut off anywhere", () => {
    const packed = gzipSync(good);
    for (let length = 0; length < packed.length; length++) {
      assertRefused(() => readPackage(packed.subarray(0, length)), "ERR_PACKAGE_INVALID");
    }
  });

  it("refuse a second gzip member, and any byte behind the first", () => {
    const packed = gzipSync(good);
    for (const more of [
      gzipSync(good),
      gzipSync(""),
      Buffer.from("x"),
      Buffer.alloc(1),
      Buffer.alloc(512),
    ]) {
      assertRefused(() => readPackage(Buffer.concat([packed, more])), "ERR_PACKAGE_INVALID");
    }
    const [head, tail] = [gzipSync(good.subarray(0, 700)), gzipSync(good.subarray(700))];
    assertRefused(() => readPackage(Buffer.concat([head, tail])), "ERR_PACKAGE_INVALID");
  });

  it("refuse other formats, and gzip headers with more than a name", () => {
    const packed = gzipSync(good);
    for (const flags of [1, 2, 4, 12, 16, 32, 64, 128, 255]) {
      const changed = Buffer.from(packed);
      changed.writeUInt8(flags, 3);
      assertRefused(() => readPackage(changed), "ERR_PACKAGE_INVALID");
    }
    for (const bytes of [
      good,
      Buffer.from("PK\x03\x04"),
      Buffer.from("BZh9"),
      Buffer.of(0x28, 0xb5, 0x2f, 0xfd),
    ]) {
      assertRefused(() => readPackage(bytes), "ERR_PACKAGE_INVALID");
    }
  });
});

describe("a package's size", () => {
  it("refuses a bomb before it has unpacked", () => {
    const zeros = gzipSync(Buffer.alloc(80 * 1024 * 1024), { level: 9 });
    assertRefused(() => readPackage(zeros), "ERR_PACKAGE_TOO_LARGE");
    const small = gzipSync(Buffer.alloc(8 * 1024 * 1024), { level: 9 });
    assertRefused(() => readPackage(small), "ERR_PACKAGE_TOO_LARGE");
  });

  it("refuses more packed bytes than are ever unpacked", () => {
    assertRefused(() => readPackage(Buffer.alloc(64 * 1024 * 1024 + 1)), "ERR_PACKAGE_TOO_LARGE");
  });
});

describe("a package that was changed", () => {
  const packed = Buffer.from(packPackage({ ...PACKAGE, component: Uint8Array.of(0, 1, 2) }));

  it("is refused for any one byte that differs, or holds the same files", () => {
    const before = readPackage(packed);
    for (let index = 0; index < packed.length; index++) {
      const changed = Buffer.from(packed);
      changed.writeUInt8((changed.readUInt8(index) ^ (1 << (index % 8))) & 0xff, index);
      // The time, level and system of the gzip header are not looked at.
      if (index >= 4 && index < 10) assert.deepEqual(readPackage(changed), before);
      else codesOf(() => readPackage(changed));
    }
  });

  it("fails with foreseen errors alone, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2048 }), fc.boolean(), (bytes, asArchive) => {
        codesOf(() => readPackage(asArchive ? gzipSync(bytes) : bytes));
      }),
    );
  });
});
