import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { exposedNameOf, exposeTools, type PluginTools } from "../../../runtime/policy/expose.ts";
import { anyText } from "../../helpers/any-text.ts";

function plugin(alias: string, names: readonly string[], tools?: readonly string[]): PluginTools {
  const surface = names.map((name) => ({ name, description: "x", inputSchema: {} }));
  return { alias, surface, configuration: tools === undefined ? {} : { tools } };
}

function namesOf(...plugins: PluginTools[]): readonly string[] {
  return exposeTools(plugins).tools.map((tool) => tool.exposedName);
}

function codesOf(...plugins: PluginTools[]): readonly string[] {
  return exposeTools(plugins).problems.map(({ code }) => code);
}

describe("the exposed tools", () => {
  it("are named by plugin and tool, in one order whatever the configuration's is", () => {
    const plugins = [plugin("time", ["now", "convert"]), plugin("acme-files", ["read"])];
    const names = ["acme_files__read", "time__convert", "time__now"];
    assert.deepEqual(namesOf(...plugins), names);
    assert.deepEqual(namesOf(...plugins.toReversed()), names);
  });

  it("are those that the operator chose", () => {
    assert.deepEqual(namesOf(plugin("a", ["x", "y"], ["y"])), ["a__y"]);
    assert.deepEqual(namesOf(plugin("a", ["x", "y"], [])), []);
  });

  it("refuse a choice that does not exist, each", () => {
    const { problems, tools } = exposeTools([plugin("a", ["read"], ["raed", "read", "x"])]);
    assert.deepEqual(
      problems.map(({ code }) => code),
      ["ERR_CONFIG_INVALID", "ERR_CONFIG_INVALID"],
    );
    assert.equal(problems[0]?.place?.path, "plugins.a.tools");
    assert.ok(problems[0]?.remedy.includes('"read"'));
    assert.equal(tools.length, 1);
  });

  it("refuse two that would have one name", () => {
    assert.deepEqual(codesOf(plugin("a", ["b_c"]), plugin("a-", ["b_c"]), plugin("a_", ["b_c"])), [
      "ERR_TOOL_NAME_COLLISION",
    ]);
    assert.deepEqual(codesOf(plugin("a", ["b-c", "b_c"])), ["ERR_TOOL_NAME_COLLISION"]);
    assert.deepEqual(codesOf(plugin("a", ["b"]), plugin("a", ["b"])), ["ERR_TOOL_NAME_COLLISION"]);
  });

  it("refuse a name that some client would not accept", () => {
    const alias = "x".repeat(40);
    assert.deepEqual(codesOf(plugin(alias, ["y".repeat(22)])), []);
    assert.deepEqual(codesOf(plugin(alias, ["y".repeat(23)])), ["ERR_TOOL_NAME_TOO_LONG"]);
    assert.deepEqual(codesOf(plugin(alias, ["y".repeat(23)], ["z"])), ["ERR_CONFIG_INVALID"]);
  });

  it("never collide between valid aliases and tools", () => {
    const word = fc.constantFrom("a", "b", "a-b", "a-b-a", "b1");
    const tool = fc.constantFrom("a", "b", "a_b", "a__b", "b_", "b__a");
    fc.assert(
      fc.property(word, tool, word, tool, (alias, name, otherAlias, otherName) => {
        const same = exposedNameOf(alias, name) === exposedNameOf(otherAlias, otherName);
        assert.equal(same, alias === otherAlias && name === otherName);
      }),
    );
  });

  it("keep the hyphens of the tool's own name, and may be the operator's", () => {
    const { tools, problems } = exposeTools([
      {
        alias: "my-api",
        surface: plugin("x", ["long_get-it", "other"]).surface,
        configuration: { tools: ["long_get-it"], toolNames: { "long_get-it": "get" } },
      },
      plugin("y", ["get-it"]),
    ]);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      tools.map(({ exposedName, tool }) => [exposedName, tool.name]),
      [
        ["my_api__get", "long_get-it"],
        ["y__get-it", "get-it"],
      ],
    );
  });

  it("have letters, digits, _ and - alone", () => {
    fc.assert(
      fc.property(anyText(), anyText(), (alias, name) => {
        assert.match(exposedNameOf(alias, name), /^[A-Za-z0-9_-]+$/);
      }),
    );
  });
});
