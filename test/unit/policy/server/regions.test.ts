// `server.regions` and `server.tenants`. Costs no process.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { reasonsOf } from "../../../../runtime/errors.ts";
import { regionsOfTenant } from "../../../../runtime/policy/server/regions.ts";
import { parseData } from "../../../helpers/policy-files.ts";

const OAUTH = {
  mode: "oauth",
  issuer: "https://login.example.com",
  resource: "https://tools.example.com/mcp",
};
const CLAIM = { ...OAUTH, tenant: { claim: "tenant" } };
const TENANTS = { acme: { regions: ["eu"] }, "*": { regions: "any" } };

const parse = (server: object, plugins: Record<string, unknown> = {}) =>
  parseData({
    version: 1,
    plugins: Object.fromEntries(
      Object.entries(plugins).map(([alias, http]) => [
        alias,
        { source: "./p.tgz", grants: { http } },
      ]),
    ),
    server,
  }).server.residency;

/** Every problem and what to do about it, as one text. */
function problemsOf(server: object, plugins?: Record<string, unknown>): string {
  try {
    parse(server, plugins);
    return "";
  } catch (error) {
    return reasonsOf(error)
      .map(({ code, message, remedy }) => `${code} ${message} ${remedy}`)
      .join("\n");
  }
}

describe("regions of tenants", () => {
  it("bind who is named, and everybody else as `*` says", () => {
    const bound = parse({
      auth: CLAIM,
      regions: ["eu", "us"],
      tenants: { ...TENANTS, local: { regions: [] }, "*": { regions: ["us"] } },
    });
    const of = (name: string) => regionsOfTenant(bound, name);
    assert.deepEqual(
      [of("acme"), of("local"), of("other"), of("Acme"), of("__proto__")],
      [["eu"], [], ["us"], ["us"], ["us"]],
    );
    assert.equal(regionsOfTenant(parse({}), "acme"), undefined);
    assert.equal(
      regionsOfTenant(parse({ auth: CLAIM, regions: ["eu"], tenants: TENANTS }), "x"),
      undefined,
    );
  });

  it("do not leave open what holds for the others", () => {
    const server = { auth: CLAIM, regions: ["eu"], tenants: { acme: { regions: ["eu"] } } };
    assert.match(problemsOf(server), /every other tenant.*"\*": \{ regions: any \}/);
    assert.match(problemsOf({ ...server, tenants: {} }), /0 tenants/);
  });

  it("are names that somebody has said, and the nearest is named", () => {
    const server = { auth: CLAIM, regions: ["eu-west"], tenants: TENANTS };
    assert.match(
      problemsOf({ ...server, tenants: { "*": { regions: ["eu-wset"] } } }),
      /Did you mean "eu-west"\?/,
    );
    assert.match(problemsOf({ auth: CLAIM, tenants: TENANTS }), /regions: \[eu\]/);
    assert.match(problemsOf({ regions: ["eu-west"] }, { a: "a.example@eu-wst" }), /"eu-west"/);
    assert.match(problemsOf({}, { a: "a.example@eu" }), /Name the regions first/);
    for (const regions of [[], ["EU"], ["any thing"], "eu", [1]])
      assert.notEqual(problemsOf({ regions }), "", JSON.stringify(regions));
  });

  it("are of tenants that there can be", () => {
    const server = { regions: ["eu"], tenants: TENANTS };
    const missing = problemsOf(server);
    assert.match(missing, /"acme" is no tenant of this server: without `server.auth` .*`local`/);
    assert.match(missing, /Write `server.auth`.* or bind `local`/);
    const near = { locl: { regions: [] }, "*": { regions: "any" } };
    assert.match(problemsOf({ auth: { mode: "none" }, tenants: near }), /Did you mean "local"\?/);
    const stated = { ...server, auth: { ...OAUTH, tenant: { value: "acmee" } } };
    assert.match(problemsOf(stated), /Did you mean "acmee"\?/);
    assert.equal(problemsOf({ ...server, auth: { ...OAUTH, tenant: { value: "acme" } } }), "");
    assert.equal(problemsOf({ ...server, auth: { mode: "keys" } }), "");
    for (const entry of [
      {},
      { region: ["eu"] },
      { regions: "all" },
      { regions: null },
      ["eu"],
      "eu",
    ])
      assert.notEqual(
        problemsOf({ ...server, tenants: { "*": entry } }),
        "",
        JSON.stringify(entry),
      );
  });

  it("put one host in one place, whichever plugin goes there", () => {
    const regions = ["eu", "us"];
    const plugins = { one: "a.example@eu", two: ["a.example:8443@us"] };
    assert.match(problemsOf({ regions }, plugins), /is in us here, and in eu for the plugin one/);
    assert.equal(problemsOf({ regions }, { one: "a.example@eu", two: "a.example@eu" }), "");
    assert.equal(problemsOf({ regions }, { one: "a.example@eu", two: "a.example" }), "");
  });
});
