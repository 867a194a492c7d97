import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { findLookAlike, OWN_PLUGINS } from "../../../runtime/policy/look-alike.ts";

const KNOWN = ["files", "memory", "time", "web", "acme-calendar", "github"];

describe("a name that could be taken for another", () => {
  for (const [name, other] of [
    ["fi1es", "files"],
    ["flles", "files"],
    ["f-iles", "files"],
    ["file", "files"],
    ["rnemory", "memory"],
    ["memroy", "memory"],
    ["memor", "memory"],
    ["memoryy", "memory"],
    ["memery", "memory"],
    ["t1me", "time"],
    ["time-official", "time"],
    ["mcp-time-server", "time"],
    ["the-real-time", "time"],
    ["vveb", "web"],
    ["acmecalendar", "acme-calendar"],
    ["acme-calender", "acme-calendar"],
    ["g1thub", "github"],
    ["github-tools", "github"],
  ])
    it(`${name} looks like ${other}`, () => assert.equal(findLookAlike(name ?? "", KNOWN), other));
});

describe("a name of its own", () => {
  for (const name of "files time weather webhooks team dime wed timer mail memo acme-contacts gitlab file-search time-zones web-search tools a pro".split(
    " ",
  ))
    it(`${name} is taken for nothing else`, () =>
      assert.equal(findLookAlike(name, KNOWN), undefined));
});

it("knows the plugins that come with Glovebox", () => {
  const names = globSync("plugins/*/plugin.json").map(
    (file) => (JSON.parse(readFileSync(file, "utf8")) as { name: string }).name,
  );
  assert.deepEqual(OWN_PLUGINS, names.toSorted());
});
