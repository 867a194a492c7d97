// oxlint-disable no-control-regex -- escape sequences are meant
import assert from "node:assert/strict";
import { test } from "node:test";
import { captureOutput } from "../helpers/made-up-commands.ts";

/** A file's name may hold all of it, and commands print the names of files. */
const NAME = "a\u001B]0;title\u0007\u009B2J\u202Eb\rc";

test("a name in a line of output drives no terminal, with colours or without", () => {
  for (const terminal of [false, true]) {
    const { out, stdout } = captureOutput({ terminal });
    out.line(`Wrote ${out.style("bold", NAME)}\tand\nmore.`);
    const plain = stdout().replaceAll(/\u001B\[\d+m/g, "");
    assert.equal(plain, "Wrote a\\e]0;title\\u{7}\\u{9b}2J\\u{202e}b\\rc\tand\nmore.\n");
  }
});

test("a name conceals nothing on a terminal that shows colours", () => {
  const { out, stdout } = captureOutput({ terminal: true });
  out.line(`Wrote a\u001B[8m and b\u001B[5m${out.style("red", "!")}`);
  assert.equal(stdout(), "Wrote a\\e[8m and b\\e[5m\u001B[31m!\u001B[39m\n");
});
