import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findHiddenCharacter, quoteText } from "../../../runtime/plugin/text.ts";

const LINES = { lines: true };
const ONE_LINE = { lines: false };

describe("findHiddenCharacter", () => {
  it("finds what a reader would not see", () => {
    const hidden = [
      0x00, 0x08, 0x0d, 0x1b, 0x7f, 0x85, 0x9b, 0xad, 0x34f, 0x61c, 0x115f, 0x1160, 0x17b4, 0x180b,
      0x180e, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2060,
      0x2061, 0x2066, 0x2069, 0x206f, 0x2800, 0x3164, 0xe000, 0xf8ff, 0xfe00, 0xfe0f, 0xfeff,
      0xffa0, 0xfff9, 0xfffb, 0xfffe, 0xfdd0, 0x1d173, 0xe0001, 0xe0020, 0xe0041, 0xe007f, 0xe0100,
      0xe01ef, 0xf0000, 0x10fffd, 0x10ffff,
    ];
    for (const codePoint of hidden) {
      const found = findHiddenCharacter(`ab${String.fromCodePoint(codePoint)}c`, LINES);
      const name = `U+${codePoint.toString(16).toUpperCase().padStart(4, "0")}`;
      assert.deepEqual(found, { index: 2, name });
    }
    assert.equal(findHiddenCharacter("a\ud800", LINES)?.name, "U+D800");
  });

  it("takes line feed and tab only where a text may have lines", () => {
    assert.equal(findHiddenCharacter("a\n\tb", LINES), undefined);
    assert.equal(findHiddenCharacter("a\nb", ONE_LINE)?.index, 1);
    assert.equal(findHiddenCharacter("a\r\nb", LINES)?.name, "U+000D");
  });

  it("takes the writing of people", () => {
    const texts = [
      "naïve café – “quoted” … € ½",
      "Größe",
      "日本語の説明、カタカナ",
      "한국어 설명",
      "Русский текст",
      "العربية",
      "עברית",
      "می\u200cخواهم",
      "क्\u200dष",
      "ශ්\u200dරී",
      "ไทย",
      "Tiếng Việt",
      "e\u0301",
      "∑ ∀x ∈ ℝ",
      "→ • ✓",
    ];
    for (const text of texts) assert.equal(findHiddenCharacter(text, ONE_LINE), undefined, text);
  });

  it("takes whole emoji with what joins them", () => {
    const emoji = ["👨‍👩‍👧‍👦", "🏳️‍🌈", "❤️", "❤︎", "👍🏽", "1️⃣", "🇩🇪", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👩🏿‍💻"];
    for (const text of emoji)
      assert.equal(findHiddenCharacter(`a ${text} b`, ONE_LINE), undefined, text);
  });

  it("finds joiners, tags and selectors where no emoji or script needs them", () => {
    const texts = [
      "a\u200db",
      "a\u200cb",
      "😀\u200d😀",
      "😀\u200da",
      "می\u200c\u200cخ",
      "م\u200ca",
      "\u200cم",
      "م\u200c",
      "1\ufe0f",
      "a\ufe0f",
      "😀\ufe0f\ufe0f",
      "😀\u{e0041}\u{e0042}",
      "🏴\u{e0041}\u{e007f}",
      "❤\ufe01",
      "😀\u{e0101}",
    ];
    for (const text of texts)
      assert.ok(findHiddenCharacter(text, LINES) !== undefined, JSON.stringify(text));
  });

  it("stays quick on a large text", () => {
    const text = "م\u200cم❤️ ".repeat(50_000);
    assert.equal(findHiddenCharacter(text, ONE_LINE), undefined);
  });
});

describe("quoteText", () => {
  it("lets nothing through that a terminal obeys", () => {
    const quoted = quoteText('\u001b[31m\u009b\u202e"\u{e0041}\n');
    assert.match(quoted, /^[\x20-\x7e]*$/);
    assert.equal(quoteText("plain"), '"plain"');
  });

  it("keeps a message short", () => {
    assert.ok(quoteText("x".repeat(1_000_000)).length < 100);
  });
});
