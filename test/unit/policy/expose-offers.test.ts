import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { NO_OFFERS, type Offers } from "../../../runtime/plugin/formats.ts";
import { exposeOffers, type PluginOffers } from "../../../runtime/policy/expose-offers.ts";

function plugin(
  alias: string,
  offers: Partial<Offers>,
  configuration: PluginOffers["configuration"] = {},
): PluginOffers {
  return { alias, offers: { ...NO_OFFERS, ...offers }, configuration };
}

const prompts = (...names: readonly string[]) => ({ prompts: names.map((name) => ({ name })) });
const resources = (...uris: readonly string[]) => ({
  resources: uris.map((uri) => ({ uri, name: uri })),
});
const templates = (...list: readonly string[]) => ({
  templates: list.map((uriTemplate) => ({ uriTemplate, name: uriTemplate })),
});

function codesOf(...plugins: readonly PluginOffers[]): readonly string[] {
  return exposeOffers(plugins).problems.map(({ code }) => code);
}

test("prompts are named as tools are, resources keep their address", () => {
  const { offers, problems } = exposeOffers([
    plugin("my-notes", { ...prompts("sum_up"), ...resources("notes://b", "notes://a") }),
    plugin("b", prompts("ask"), { promptNames: { ask: "question" } }),
    plugin("c", prompts("plain"), { plainNames: true }),
  ]);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    offers.prompts.map(({ exposedName }) => exposedName),
    ["b__question", "my_notes__sum_up", "plain"],
  );
  assert.deepEqual(
    offers.resources.map(({ resource }) => resource.uri),
    ["notes://a", "notes://b"],
  );
});

test("the operator chooses which to expose", () => {
  const { offers } = exposeOffers([
    plugin(
      "a",
      { ...prompts("x", "y"), ...resources("n://a", "n://b"), ...templates("n://{id}/t") },
      { prompts: ["y"], resources: ["n://b"] },
    ),
  ]);
  assert.deepEqual(
    [offers.prompts.length, offers.resources.length, offers.templates.length],
    [1, 1, 0],
  );
  const all = exposeOffers([plugin("a", resources("n://a", "n://b"), {})]).offers;
  const none = exposeOffers([plugin("a", resources("n://a", "n://b"), { resources: [] })]).offers;
  assert.deepEqual([all.resources.length, none.resources.length], [2, 0]);
  assert.deepEqual(codesOf(plugin("a", prompts("x"), { prompts: ["z"] })), ["ERR_CONFIG_INVALID"]);
  assert.deepEqual(codesOf(plugin("a", resources("n://a"), { resources: ["n://c"] })), [
    "ERR_CONFIG_INVALID",
  ]);
});

describe("two plugins with one address do not start together", () => {
  const pairs: readonly (readonly [Partial<Offers>, Partial<Offers>, boolean])[] = [
    [resources("n://a"), resources("n://a"), true],
    [resources("n://a"), resources("n://A"), true],
    [resources("n://a"), resources("n://b"), false],
    [templates("n://{id}/text"), resources("n://7/text"), true],
    [templates("n://{id}/text"), resources("n://7/other"), false],
    [templates("n://{id}/text"), templates("n://{name}/text"), true],
    [templates("n://{id}/text"), templates("n://x/{part}"), true],
    [templates("n://{id}/text"), templates("n://{id}/other"), false],
    [templates("n://{id}/text"), templates("m://{id}/text"), false],
  ];
  for (const [one, other, isShared] of pairs) {
    test(JSON.stringify([one, other]), () => {
      const codes = codesOf(plugin("a", one), plugin("b", other));
      assert.deepEqual(codes, isShared ? ["ERR_RESOURCE_COLLISION"] : []);
      assert.deepEqual(codesOf(plugin("a", one)), []);
    });
  }

  test("and neither do prompts of one name", () => {
    const plain = { plainNames: true } as const;
    assert.deepEqual(codesOf(plugin("a", prompts("x"), plain), plugin("b", prompts("x"), plain)), [
      "ERR_TOOL_NAME_COLLISION",
    ]);
  });
});
