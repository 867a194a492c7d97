import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  LOCAL_PRINCIPAL,
  makePrincipal,
  missingScopes,
} from "../../../runtime/policy/principal.ts";
import { findUnknownScopes, makeToolScopes } from "../../../runtime/policy/tool-scopes.ts";

const configuration = {
  default: ["tools"],
  tools: { files__write: ["files:write", "tools"], time__now: [] },
};

describe("scopes of tools", () => {
  it("are those of the tool where it has some, none included, and else the usual ones", () => {
    const scopes = makeToolScopes(configuration);
    assert.deepEqual(scopes.of("files__write"), ["files:write", "tools"]);
    assert.deepEqual(scopes.of("time__now"), []);
    for (const name of ["files__read", "test://a", "constructor", "__proto__", "toString", ""])
      assert.deepEqual(scopes.of(name), ["tools"], name);
  });

  it("are none where none are configured", () => {
    assert.deepEqual(makeToolScopes(undefined).of("files__write"), []);
  });

  it("that a configuration asks of a tool which does not exist are a problem that names the known one", () => {
    const wrong = { default: [], tools: { files__wrote: ["a"], report_pattern_debt: [] } };
    const problems = findUnknownScopes(wrong, ["files__write", "report_pattern_debt"]);
    assert.deepEqual(
      problems.map(({ code }) => code),
      ["ERR_CONFIG_INVALID"],
    );
    assert.match(problems[0]?.remedy ?? "", /files__write/);
    assert.deepEqual(findUnknownScopes(undefined, []), []);
  });
});

describe("a principal", () => {
  it("has an id of its own for every tenant, user, client and way to be known, whatever their names hold", () => {
    const made = [
      { via: "key", tenant: "a", subject: "b" },
      { via: "key", tenant: "a", client: "b" },
      { via: "key", tenant: "a" },
      { via: "token", tenant: "a" },
      { via: "key", tenant: "a", subject: "b", client: "c" },
      { via: "key", tenant: "a", subject: 'b","c' },
      { via: "key", tenant: 'a","b', client: "c" },
      { via: "key", tenant: "A" },
    ] as const;
    const ids = made.map((known) => makePrincipal({ ...known, scopes: [] }).id);
    assert.equal(new Set(ids).size, made.length);
    for (const id of ids) assert.match(id, /^(key|token):[A-Za-z0-9_-]{22}$/);
  });

  it("is the same with other scopes and another key", () => {
    const [one, other] = ["k1", "k2"].map(
      (credential) =>
        makePrincipal({ via: "key", tenant: "a", client: "c", credential, scopes: [credential] })
          .id,
    );
    assert.equal(one, other);
  });

  it("lacks every scope that it does not hold, in their order", () => {
    const principal = makePrincipal({ via: "key", tenant: "a", scopes: ["b"] });
    assert.deepEqual(missingScopes(principal, ["c", "b", "a"]), ["c", "a"]);
    assert.deepEqual(missingScopes(LOCAL_PRINCIPAL, ["c"]), []);
  });
});
