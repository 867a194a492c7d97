// Of two names of one server that are drawn alike, none was found: the first thing that looks like a name is the name itself.
import assert from "node:assert/strict";
import { test } from "node:test";
import { scanTools } from "../../runtime/firewall/scan/scan-tools.ts";

const twinsIn = (...names: readonly string[]) =>
  scanTools(
    names.map((name) => ({ name })),
    { others: [] },
  ).filter(({ id, severity }) => id === "twin-names" && severity === "high").length;

test("names of one server that are drawn alike are found", () => {
  assert.equal(twinsIn("modern_files", "modem_files"), 2);
  assert.equal(twinsIn("list_items", "1ist_items"), 2);
  assert.equal(twinsIn("read_file", "r\u0435ad_file"), 2);
  assert.equal(twinsIn("read_file", "write_file", "list_files"), 0);
});

test("no number of other twins keeps one from being found", () => {
  const many = Array.from({ length: 20 }, (_, index) =>
    Array.from("modern_files")
      .map((letter, at) => ((index >> at) & 1 ? letter.toUpperCase() : letter))
      .join(""),
  );
  assert.ok(twinsIn(...many, "modem_files") >= 1);
});
