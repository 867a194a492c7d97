// One host was in two regions where one plugin named it, and another reached it by a wildcard of another label: a tenant
// that is bound to `eu` was let to the host that the configuration says is in `us`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { reasonsOf } from "../../runtime/errors.ts";
import { parseData } from "../helpers/policy-files.ts";

function problemsOf(grants: Readonly<Record<string, unknown>>): string {
  const plugins = Object.entries(grants).map(([alias, http]) => [
    alias,
    { source: "./p.tgz", grants: { http } },
  ]);
  try {
    parseData({
      version: 1,
      plugins: Object.fromEntries(plugins) as object,
      server: { regions: ["eu", "us"] },
    });
    return "";
  } catch (error) {
    return reasonsOf(error)
      .map(({ message }) => message)
      .join("\n");
  }
}

test("a host is in one place also where one plugin names it and another means it", () => {
  const words = /api\.a\.example is in us for the plugin two, and in eu here by a wildcard/;
  assert.match(problemsOf({ one: "*.a.example@eu", two: "api.a.example@us" }), words);
  assert.match(problemsOf({ two: "api.a.example@us", one: "*.a.example@eu" }), words);
  assert.match(problemsOf({ one: "*.a.example@eu", two: "*.b.a.example@us" }), /\*\.b\.a\.example/);
  for (const fine of [
    { one: ["*.a.example@eu", "api.a.example@us"], two: "api.a.example@us" },
    { one: "*.a.example@eu", two: "api.a.example@eu" },
    { one: "*.a.example@eu", two: "a.example@us" },
    { one: "*.a.example", two: "api.a.example@us" },
  ])
    assert.equal(problemsOf(fine), "", JSON.stringify(fine));
});
