import { test } from "node:test";
import { readTar } from "../../runtime/supply/tar.ts";
import { RAW_END, rawEntry } from "../helpers/raw-tar.ts";
import { assertRefused } from "../helpers/refusals.ts";

/** Offsets of mode, owner, group, size, time, checksum and device numbers in a header. */
const FIELDS = [100, 108, 116, 124, 136, 148, 329, 337];
/** The first bytes of numbers in base 256: too large, negative and too large, and of no meaning. */
const NUMBERS = [
  [0x80, 255, 255, 255, 255, 255, 255, 255],
  [0xff, 0, 0, 0, 0, 0, 0, 0],
  [0x90],
  [0xc3],
];

for (const field of FIELDS)
  test(`refuses a header whose field at ${field} is a number that the library throws at`, () => {
    for (const bytes of NUMBERS) {
      const entry = rawEntry({ name: "plugin.json", body: "{}" });
      entry.set(bytes, field);
      const sum = entry.subarray(0, 512).reduce((total, byte) => total + byte, 0);
      const own = entry.subarray(148, 156).reduce((total, byte) => total + byte, 0);
      if (field !== 148) entry.write(`${(sum - own + 256).toString(8).padStart(6, "0")}\0 `, 148);
      const names = new Map([["plugin.json", 100]]);
      assertRefused(() => readTar(Buffer.concat([entry, RAW_END]), names), "ERR_PACKAGE_INVALID");
    }
  });
