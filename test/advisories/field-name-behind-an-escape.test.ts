// A field whose name said that it is secret, but for an escape sequence in it, was shown with its value: the sequence was
// taken out of the name, and what was left of it was not looked at again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { filteredValue } from "../helpers/filtered.ts";

for (const hidden of ["secret=\u001B[31m", "pass\u001B[31mword", "api\u200B_key"]) {
  test(`the value of ${JSON.stringify(hidden)} does not leave`, () => {
    const { value } = filteredValue({ [hidden]: ["correct horse"], deep: { [hidden]: "battery" } });
    assert.doesNotMatch(JSON.stringify(value), /horse|battery/);
    assert.deepEqual(filteredValue(value).value, value);
  });
}
