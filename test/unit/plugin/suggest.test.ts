import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { remedyForUnknown, suggestWord } from "../../../runtime/plugin/suggest.ts";

const KNOWN = ["filesystem", "http", "kv", "env", "clock", "random", "log"];

describe("suggestWord", () => {
  it("finds the word that was meant", () => {
    assert.equal(suggestWord("filesytem", KNOWN), "filesystem");
    assert.equal(suggestWord("HTTP", KNOWN), "http");
    assert.equal(suggestWord("htpt", KNOWN), "http");
    assert.equal(suggestWord("clocks", KNOWN), "clock");
  });

  it("finds nothing for a word that is near to none", () => {
    for (const word of ["", "zzz", "network", "x".repeat(1_000_000)]) {
      assert.equal(suggestWord(word, KNOWN), undefined);
    }
  });
});

describe("remedyForUnknown", () => {
  it("names the likely word, or all words", () => {
    assert.match(remedyForUnknown("htp", KNOWN), /"http"/);
    assert.match(remedyForUnknown("network", KNOWN), /filesystem, http/);
  });
});
