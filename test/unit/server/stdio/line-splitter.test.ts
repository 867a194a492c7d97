import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { LineSplitter } from "../../../../runtime/server/stdio/line-splitter.ts";

const toText = (line: Uint8Array | "too long"): string =>
  line === "too long" ? "(too long)" : Buffer.from(line).toString();

test("cuts the same lines however the bytes arrive", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ maxLength: 12 }).map((text) => text.replaceAll("\n", ""))),
      fc.array(fc.nat({ max: 9 })),
      (lines, cuts) => {
        const splitter = new LineSplitter(100);
        let rest = Buffer.from(lines.map((line) => `${line}\n`).join(""));
        const seen: string[] = [];
        for (const cut of cuts) {
          seen.push(...splitter.push(rest.subarray(0, cut)).map(toText));
          rest = rest.subarray(cut);
        }
        seen.push(...splitter.push(rest).map(toText));
        assert.deepEqual(seen, lines);
      },
    ),
  );
});

test("skips exactly the line that is too long, and takes one of the longest length", () => {
  const splitter = new LineSplitter(4);
  assert.deepEqual(splitter.push(Buffer.from("1234\n12345\n1\n12")).map(toText), [
    "1234",
    "(too long)",
    "1",
  ]);
  assert.deepEqual(splitter.push(Buffer.from("345")).map(toText), []);
  assert.deepEqual(splitter.push(Buffer.from("678\nok\n")).map(toText), ["(too long)", "ok"]);
});
