import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { formatVisibleJson, makeVisible } from "../../../runtime/firewall/visible.ts";
import { anyCharacter, anyText } from "../../helpers/any-text.ts";

/** Written down again here: the test must not believe the class that it tests. */
const HIDDEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\p{Variation_Selector}]/u;

const ATTACKS: Readonly<Record<string, readonly [text: string, shown: string]>> = {
  "an escape that clears the screen": ["\u001B[2J", "\\e[2J"],
  "an escape that sets the title": ["\u001B]0;x\u0007", "\\e]0;x\\u{7}"],
  "a hyperlink of a terminal": ["\u001B]8;;http://evil\u001B\\x", "\\e]8;;http://evil\\e\\x"],
  "the 8-bit escape": ["\u009B31m", "\\u{9b}31m"],
  "a backspace": ["a\bb", "a\\u{8}b"],
  "a carriage return that overwrites the line": ["ok\rno", "ok\\rno"],
  "a line feed that forges a log line": ["x\ny", "x\\ny"],
  "a right-to-left override": ["a\u202Eb", "a\\u{202e}b"],
  "a bidi isolate": ["\u2066x\u2069", "\\u{2066}x\\u{2069}"],
  "an Arabic letter mark": ["\u061C", "\\u{61c}"],
  "a zero-width space": ["a\u200Bb", "a\\u{200b}b"],
  "a zero-width joiner": ["a\u200Db", "a\\u{200d}b"],
  "a soft hyphen": ["a\u00ADb", "a\\u{ad}b"],
  "a byte order mark": ["\uFEFFa", "\\u{feff}a"],
  "a hidden message in tags": ["\u{E0068}\u{E0069}", "\\u{e0068}\\u{e0069}"],
  "a hidden message in variation selectors": ["a\uFE01\u{E0101}", "a\\u{fe01}\\u{e0101}"],
  "a Mongolian variation selector": ["\u180B\u180E\u180F", "\\u{180b}\\u{180e}\\u{180f}"],
  "a combining grapheme joiner": ["a\u034F", "a\\u{34f}"],
  "Hangul fillers": ["\u115F\u1160\u3164\uFFA0", "\\u{115f}\\u{1160}\\u{3164}\\u{ffa0}"],
  "a blank of Braille": ["\u2800", "\\u{2800}"],
  "a line separator": ["a\u2028b\u2029", "a\\u{2028}b\\u{2029}"],
  "a next line": ["a\u0085b", "a\\u{85}b"],
  "a private character": ["\uE000\u{F0000}", "\\u{e000}\\u{f0000}"],
  "a noncharacter": ["\uFFFE\u{10FFFF}", "\\u{fffe}\\u{10ffff}"],
  "a NUL": ["a\0b", "a\\u{0}b"],
  "a lone surrogate": ["a\uD800b", "a\uFFFDb"],
  "half an emoji": ["\u{1F600}".slice(0, 1), "\uFFFD"],
};

describe("a stranger's text", () => {
  for (const [name, [text, shown]] of Object.entries(ATTACKS)) {
    it(`shows ${name}`, () => assert.equal(makeVisible(text), shown));
  }

  it("stays as it is when it hides nothing", () => {
    for (const text of [
      "",
      "plain",
      "naïve café",
      "日本語",
      "العربية",
      "\u{1F600}",
      "a\u00A0b",
      "\\n",
      "\\u{202e}",
    ])
      assert.equal(makeVisible(text), text);
  });

  it("may keep its lines and tabs, and nothing else", () => {
    assert.equal(makeVisible("a\n\tb\r\u0085", { newlines: true }), "a\n\tb\\r\\u{85}");
  });

  it("never hides anything afterwards", () => {
    fc.assert(
      fc.property(anyText(), fc.boolean(), (text, newlines) => {
        const shown = makeVisible(text, { newlines });
        assert.equal(HIDDEN.test(newlines ? shown.replaceAll(/[\n\t]/g, "") : shown), false);
        assert.ok(shown.isWellFormed());
        assert.ok(shown.length <= 8 * text.length);
      }),
      { numRuns: 1000 },
    );
  });

  it("never hides any character of Unicode", () => {
    let all = "";
    for (let code = 0; code <= 0x10ffff; code += 1)
      if (code < 0xd800 || code > 0xdfff) all += String.fromCodePoint(code);
    assert.equal(HIDDEN.test(makeVisible(all)), false);
  });
});

describe("JSON for programs", () => {
  it("is the same data, without anything that a terminal would obey", () => {
    for (const [text] of Object.values(ATTACKS)) {
      const json = formatVisibleJson({ [text]: [text] });
      assert.equal(HIDDEN.test(json.replaceAll("\n", "")), false);
      assert.deepEqual(JSON.parse(json), { [text]: [text] });
    }
  });

  it("is the same data, whatever the data", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: anyCharacter }), (value) => {
        const json = formatVisibleJson(value);
        assert.equal(HIDDEN.test(json.replaceAll("\n", "")), false);
        assert.equal(JSON.stringify(JSON.parse(json)), JSON.stringify(value));
      }),
    );
  });
});
