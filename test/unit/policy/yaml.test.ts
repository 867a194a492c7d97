import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { collectProblems } from "../../../runtime/plugin/problems.ts";
import { parseYaml } from "../../../runtime/policy/yaml.ts";
import { parseText } from "../../helpers/policy-files.ts";
import { assertRefused, errorsOf } from "../../helpers/refusals.ts";

function read(text: string): unknown {
  return collectProblems((problems) => parseYaml(text, "glovebox.yaml", problems).value);
}

const laughs = Array.from(
  { length: 12 },
  (_, index) => `a${index + 1}: &a${index + 1} [${`*a${index},`.repeat(9)}]`,
);

const HORRORS: Readonly<Record<string, string>> = {
  "an alias": "a: 1\nb: *a",
  "an anchor": "a: &a 1",
  "an anchor on a mapping": "&a\nb: 1",
  "an anchor on a key": "&a b: 1",
  "a billion laughs": ["a0: &a0 lol", ...laughs].join("\n"),
  "an alias to itself": "a: &a [*a]",
  "a merge key with an alias": "a: &a {b: 1}\nc:\n  <<: *a",
  "a custom tag": "a: !foo 1",
  "a tag of a language": "a: !!python/object/apply:os.system [id]",
  "a tag of YAML's own": "a: !!str 1",
  "the binary tag": "a: !!binary aGk=",
  "the set tag": "a: !!set {b}",
  "the non-specific tag": "a: ! 1",
  "a tag on a mapping": "!!map {a: 1}",
  "a tag on a key": "!!str a: 1",
  "a verbatim tag": "a: !<tag:yaml.org,2002:str> 1",
  "a tag directive": "%TAG ! tag:x,2:\n---\na: !b 1",
  "YAML 1.1": "%YAML 1.1\n---\na: yes",
  "YAML 3.0": "%YAML 3.0\n---\na: yes",
  "an unknown directive": "%FOO bar\n---\na: 1",
  "a duplicate key": "a: 1\na: 2",
  "a duplicate key, once in quotes": 'a: 1\n"a": 2',
  "a duplicate key, once escaped": 'a: 1\n"\\x61": 2',
  "a duplicate key in braces": "{a: 1, a: 2}",
  "a duplicate key within": "a:\n  b: 1\n  b: 1",
  "two documents": "a: 1\n---\na: 2",
  "a document after an end": "a: 1\n...\n---\na: 2",
  "not a number": "a: .nan",
  infinity: "a: -.inf",
  "a number that overflows": "a: 1e999",
  "a whole number that cannot be held": "a: 9007199254740993",
  "an octal number": "a: 0o17",
  "what was an octal number in YAML 1.1": "a: 017",
  "a hexadecimal number": "a: 0x1F",
  "a number with a plus": "a: +1",
  "a number without its end": "a: 1.",
  "a number without its start": "a: .5",
  "a number as a key": "1: a",
  "true as a key": "true: a",
  "null as a key": "~: a",
  "no key": ": a",
  "a list as a key": "? [a]\n: b",
  "a mapping as a key": "{ {a: 1}: b }",
  __proto__: "__proto__: {polluted: true}",
  "__proto__, escaped": '"\\x5f_proto__": 1',
  constructor: "a: {constructor: {prototype: 1}}",
  "a tab for indentation": "a:\n\tb: 1",
  "an open quote": 'a: "b',
  "an open bracket": "a: [1, 2",
  "bad indentation": "a:\n  b: 1\n c: 2",
  "a value after a value": "a: b: c",
  "a NUL": "a: \0",
  "a byte order mark": "\uFEFFa: 1",
  "a byte order mark within": "a: \uFEFF1",
  "what was not UTF-8": Buffer.from([0x61, 0x3a, 0x20, 0xff, 0xfe]).toString("utf8"),
  "UTF-16": Buffer.from("a: 1", "utf16le").toString("latin1"),
  "a lone surrogate": "a: \uD800",
  "a lone surrogate, escaped": 'a: "\\uD800"',
  "a right-to-left override": "a: x\u202Ey",
  "a right-to-left override in a comment": "a: 1 # \u202E",
  "a right-to-left override, escaped": 'a: "\\u202e"',
  "a zero-width space in a key": "a\u200B: 1",
  "a zero-width space in a key, escaped": '"a\\u200b": 1',
  "a tag character": "a: b\u{E0041}",
  "an escape of a terminal": 'a: "\\e[2J"',
  "a carriage return alone": "a: 1\rb: 2",
  "a next line": "a: 1 \u0085b: 2",
  "a line separator": "a: 1 # \u2028b: 2",
  "17 lists within each other": `${"[".repeat(17)}${"]".repeat(17)}`,
  "17 mappings within each other": Array.from(
    { length: 18 },
    (_, index) => `${" ".repeat(index)}a:`,
  ).join("\n"),
  "100,000 open brackets": "[".repeat(100_000),
  "100,000 lists within each other": "- ".repeat(100_000),
  "100,000 open braces": "{a: ".repeat(60_000),
  "10,001 values": `[${"1,".repeat(10_000)}]`,
  "20,000 keys": Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join("\n"),
  "a file too large": `a: "${"x".repeat(256 * 1024)}"`,
  "a file too large in bytes alone": `a: "${"é".repeat(200 * 1024)}"`,
  WebAssembly: "\0asm\u0001\0\0\0",
  "a merge conflict": "<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> other\n",
};

describe("YAML", () => {
  for (const [name, text] of Object.entries(HORRORS)) {
    it(`refuses ${name}`, () => {
      assertRefused(() => read(text), "ERR_CONFIG_UNREADABLE");
      for (const { place } of errorsOf(() => read(text)))
        assert.equal(place?.file, "glovebox.yaml");
    });
  }

  it("reads what everyone reads alike", () => {
    const values: Readonly<Record<string, unknown>> = {
      "a: yes\nb: no\nc: on\nd: NO": { a: "yes", b: "no", c: "on", d: "NO" },
      "a: ~\nb: null\nc:": { a: null, b: null, c: null },
      "a: true\nb: False": { a: true, b: false },
      "a: 0\nb: -1\nc: 1.5\nd: 1e3": { a: 0, b: -1, c: 1.5, d: 1000 },
      "a: 2027-01-31\nb: 1_000\nc: 1:30": { a: "2027-01-31", b: "1_000", c: "1:30" },
      "a: '017'\nb: \"0x1f\"": { a: "017", b: "0x1f" },
      "a: |\n  x\n  y\nb: >-\n  x\n  y": { a: "x\ny\n", b: "x y" },
      "a: [1, {b: c}]": { a: [1, { b: "c" }] },
      "---\na: 1\n...\n": { a: 1 },
      "%YAML 1.2\n---\na: 1": { a: 1 },
      "a: 1\r\nb: 2 # c\r\n": { a: 1, b: 2 },
      "a:\t1": { a: 1 },
      "<<: 1": { "<<": 1 },
      "a: \u{1F468}\u200D\u{1F469}\u200D\u{1F467} caf\u00E9": {
        a: "\u{1F468}\u200D\u{1F469}\u200D\u{1F467} café",
      },
      "": null,
      "# only a comment\n": null,
    };
    for (const [text, value] of Object.entries(values)) assert.deepEqual(read(text), value, text);
  });

  it("says where each thing stands, also after carriage returns", () => {
    const [error] = errorsOf(() => read("a: 1\r\nb:\r\n  - x\r\n  - &c y\r\n"));
    assert.deepEqual([error?.place?.line, error?.place?.column], [4, 8]);
  });

  it("says everything it can read past at once", () => {
    assert.equal(errorsOf(() => read("a: &a 1\nb: *a\nc: !!str d\na: 010\n")).length, 5);
  });

  it("leaves an empty file to be refused for what it lacks", () => {
    for (const text of ["", "\n\n", "# nothing\n", "---\n", "null"])
      assert.match(errorsOf(() => parseText(text))[0]?.message ?? "", /empty/);
    for (const text of ["[]", "1", "x", '"version: 1"', "true"])
      assertRefused(() => parseText(text), "ERR_CONFIG_INVALID");
  });
});
