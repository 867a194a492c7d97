import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseLockfile } from "../../runtime/plugin/lockfile.ts";
import { parseManifest } from "../../runtime/plugin/manifest.ts";
import { parseSurface } from "../../runtime/plugin/surface.ts";
import { parseBundle } from "../../runtime/supply/signatures/bundle.ts";
import { parseStatement } from "../../runtime/supply/signatures/statement.ts";
import { GRANT_PARSERS, MANIFEST, TOOLS } from "../helpers/plugin-files.ts";
import { assertRefused, codesOf } from "../helpers/refusals.ts";

const PARSERS: Readonly<Record<string, (input: Uint8Array | string) => unknown>> = {
  ERR_MANIFEST_INVALID: (input) => parseManifest(input, "plugin.json", GRANT_PARSERS),
  ERR_SURFACE_INVALID: (input) => parseSurface(input),
  ERR_LOCKFILE_INVALID: (input) => parseLockfile(input, "glovebox.lock.json"),
  ERR_BUNDLE_MALFORMED: (input) => parseBundle(Buffer.from(input)),
  ERR_STATEMENT_MALFORMED: (input) => parseStatement(Buffer.from(input)),
};

const HORRORS: Readonly<Record<string, Uint8Array | string>> = {
  "an empty file": "",
  "white space alone": " \n\t",
  "a byte order mark": "\uFEFF{}",
  "UTF-16": Buffer.from('{"a":1}', "utf16le"),
  "a NUL": "\0",
  "invalid UTF-8": Uint8Array.of(0x22, 0xc0, 0xaf, 0x22),
  "an encoded surrogate": Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22),
  "UTF-8 that is cut off": Uint8Array.of(0x22, 0xe2, 0x82),
  "a lone surrogate in an escape": '{"a":"\\ud800"}',
  "a lone surrogate in a key": '{"\\udc00":1}',
  "100,000 open brackets": "[".repeat(100_000),
  "100,000 open objects": '{"a":'.repeat(100_000),
  "a million values": `[${"0,".repeat(1_000_000)}0]`,
  "five megabytes of one string": `"${"a".repeat(5_000_000)}"`,
  "a duplicate key": '{"a":1,"a":2}',
  "a duplicate key, once escaped": '{"a":1,"\\u0061":2}',
  __proto__: '{"__proto__":{"manifest_version":1}}',
  "__proto__, escaped": '{"\\u005f_proto__":{}}',
  "constructor within": '{"a":{"constructor":{"prototype":1}}}',
  "a number that overflows": '{"a":1e999}',
  "another root: null": "null",
  "another root: number": "1",
  "another root: string": '"x"',
  "an array within an array": "[[]]",
  "an empty array": "[]",
  "an empty object": "{}",
  "an array of null": "[null]",
  WebAssembly: Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
  gzip: Uint8Array.of(0x1f, 0x8b, 8, 0),
  "merge conflict": "<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> other\n",
};

describe("every JSON file", () => {
  for (const [code, parse] of Object.entries(PARSERS)) {
    for (const [name, input] of Object.entries(HORRORS)) {
      it(`refuses ${name} with ${code}`, () => assertRefused(() => parse(input), code));
    }
  }

  it("never gets a polluted prototype in", () => {
    for (const parse of Object.values(PARSERS))
      codesOf(() => parse('{"__proto__":{"polluted":1}}'));
    assert.equal(Reflect.get({}, "polluted"), undefined);
  });

  it("fails with foreseen errors alone, whatever the bytes", () => {
    const valid = [JSON.stringify(MANIFEST), JSON.stringify(TOOLS)];
    const mutated = fc.tuple(
      fc.constantFrom(...valid),
      fc.array(
        fc.tuple(
          fc.nat(),
          fc.constantFrom(...Array.from('{}[]",:0\\u-e'), "\u200b", "null", '"a":1'),
        ),
        {
          minLength: 1,
          maxLength: 4,
        },
      ),
    );
    const input = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json(),
      mutated.map(([text, edits]) => {
        let edited = text;
        for (const [at, insert] of edits) {
          const index = at % edited.length;
          edited = edited.slice(0, index) + insert + edited.slice(index + (at % 3));
        }
        return edited;
      }),
    );
    fc.assert(
      fc.property(input, (sample) => {
        for (const parse of Object.values(PARSERS)) {
          try {
            parse(sample);
          } catch {
            // Again, by the helper that lets unforeseen errors through.
            codesOf(() => parse(sample));
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
