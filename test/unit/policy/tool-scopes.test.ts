import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  LOCAL_PRINCIPAL,
  makePrincipal,
  missingScopes,
} from "../../../runtime/policy/principal.ts";
import { makeToolScopes, scopeTools, visibleTools } from "../../../runtime/policy/tool-scopes.ts";

const tools = ["files__read", "files__write", "time__now"].map((exposedName) => ({
  exposedName,
  alias: exposedName.split("__")[0] ?? "",
  tool: { name: "x", description: "x", inputSchema: {} },
}));
const configuration = {
  default: ["tools"],
  tools: { files__write: ["files:write", "tools"], time__now: [] },
};
const namesFor = (...scopes: readonly string[]): readonly string[] => {
  const scoped = scopeTools(tools, configuration, []).tools;
  const principal = makePrincipal({ via: "token", tenant: "acme", scopes });
  return visibleTools(scoped, principal).map(({ exposedName }) => exposedName);
};

describe("scopes of tools", () => {
  it("show a principal what it may call and nothing else", () => {
    assert.deepEqual(namesFor(), ["time__now"]);
    assert.deepEqual(namesFor("tools"), ["files__read", "time__now"]);
    assert.deepEqual(namesFor("files:write"), ["time__now"]);
    assert.deepEqual(namesFor("tools", "files:write"), [
      "files__read",
      "files__write",
      "time__now",
    ]);
    assert.deepEqual(namesFor("TOOLS", "tools ", "tool"), ["time__now"]);
  });

  it("are asked of nobody who holds the pipes of this process, and of nobody where none are configured", () => {
    const scoped = scopeTools(tools, configuration, []).tools;
    assert.equal(visibleTools(scoped, LOCAL_PRINCIPAL).length, 3);
    const without = scopeTools(tools, undefined, []).tools;
    const principal = makePrincipal({ via: "key", tenant: "acme", scopes: [] });
    assert.equal(visibleTools(without, principal).length, 3);
  });

  it("that a configuration asks of a tool which does not exist are a problem that names the known one", () => {
    const wrong = { default: [], tools: { files__wrote: ["a"], report_pattern_debt: [] } };
    const { problems } = scopeTools(tools, wrong, ["report_pattern_debt"]);
    assert.deepEqual(
      problems.map(({ code }) => code),
      ["ERR_CONFIG_INVALID"],
    );
    assert.match(problems[0]?.remedy ?? "", /files__write/);
  });

  it("of a name that every object has are those of any other tool", () => {
    const scopes = makeToolScopes(configuration);
    for (const name of ["constructor", "__proto__", "toString"])
      assert.deepEqual(scopes.of(name), ["tools"]);
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
