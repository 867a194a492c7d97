import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { JsonObject } from "@glovebox/host-api/json";
import { testPlugin, type TestPlugin } from "@glovebox/sdk/testing";
import { tools } from "../src/plugin.ts";

let plugin: TestPlugin;
beforeEach(async () => {
  plugin = testPlugin(tools, { kv: {} });
  await call("create_entities", {
    entities: [
      { name: "Ada", type: "person", observations: ["wrote the first program"] },
      { name: "Charles", type: "person", observations: ["designed the engine"] },
      { name: "Analytical Engine", type: "machine", observations: [] },
    ],
  });
  await call("create_relations", {
    relations: [
      { from: "Charles", to: "Analytical Engine", type: "designed" },
      { from: "Ada", to: "Charles", type: "worked with" },
    ],
  });
});

async function call(name: string, args: JsonObject): Promise<Record<string, unknown>> {
  const { structuredContent, error } = await plugin.call(name, args);
  return (structuredContent ?? { error: error?.error_code }) as Record<string, unknown>;
}

test("remembers across calls, and finds by words anywhere", async () => {
  const found = await call("search", { query: "PROGRAM first" });
  assert.deepEqual(found["entities"], [
    { name: "Ada", type: "person", observations: ["wrote the first program"] },
  ]);
  assert.deepEqual((await call("search", { query: "program engine" }))["entities"], []);
});

test("answers the relations among what it found, and no others", async () => {
  const graph = await call("open_entities", { names: ["Ada", "Charles", "Nobody"] });
  assert.deepEqual(graph["relations"], [{ from: "Ada", to: "Charles", type: "worked with" }]);
});

test("creates nothing twice", async () => {
  const again = await call("create_entities", {
    entities: [
      { name: "Ada", type: "ignored", observations: ["wrote the first program", "born 1815"] },
    ],
  });
  assert.deepEqual(again, { created: [], existing: ["Ada"] });
  const [ada] = (await call("open_entities", { names: ["Ada"] }))["entities"] as {
    type: string;
    observations: string[];
  }[];
  assert.deepEqual(
    [ada?.type, ada?.observations],
    ["person", ["wrote the first program", "born 1815"]],
  );
  const relation = { from: "Ada", to: "Charles", type: "worked with" };
  assert.deepEqual(await call("create_relations", { relations: [relation] }), { created: [] });
});

test("deletes an entity with every relation to it", async () => {
  assert.deepEqual(await call("delete_entities", { names: ["Charles", "Nobody"] }), {
    deleted: ["Charles"],
  });
  const { entities, relations } = await call("read_graph", {});
  assert.deepEqual(
    (entities as { name: string }[]).map((one) => one.name),
    ["Ada", "Analytical Engine"],
  );
  assert.deepEqual(relations, []);
});

test("deletes observations and relations that are there, and counts them", async () => {
  assert.deepEqual(
    await call("delete_observations", {
      deletions: [{ name: "Ada", observations: ["wrote the first program", "x"] }],
    }),
    { deleted: 1 },
  );
  const relations = [
    { from: "Ada", to: "Charles", type: "worked with" },
    { from: "Ada", to: "Charles", type: "x" },
  ];
  assert.deepEqual(await call("delete_relations", { relations }), { deleted: 1 });
});

test("refuses what relates to or adds to nothing, and changes nothing then", async () => {
  const before = [...plugin.kv].toString();
  const relations = [
    { from: "Ada", to: "Analytical Engine", type: "programmed" },
    { from: "Ada", to: "Nobody", type: "x" },
  ];
  assert.deepEqual(await call("create_relations", { relations }), { error: "NOT_FOUND" });
  const additions = [{ name: "Nobody", observations: ["x"] }];
  assert.deepEqual(await call("add_observations", { additions }), { error: "NOT_FOUND" });
  assert.equal([...plugin.kv].toString(), before);
});

test("reads the graph in pages", async () => {
  const first = await call("read_graph", { limit: 2 });
  assert.deepEqual(
    (first["entities"] as { name: string }[]).map((one) => one.name),
    ["Ada", "Analytical Engine"],
  );
  assert.equal(first["total"], 3);
  const rest = await call("read_graph", { after: "Analytical Engine" });
  assert.deepEqual(
    (rest["entities"] as { name: string }[]).map((one) => one.name),
    ["Charles"],
  );
});

test("keeps awkward names apart", async () => {
  const names = ["__proto__", "constructor", "é", "e\u0301", " ", "a/b", "💩"];
  await call("create_entities", { entities: names.map((name) => ({ name, type: "t" })) });
  for (const name of names) {
    const { entities } = await call("open_entities", { names: [name] });
    assert.deepEqual(
      (entities as { name: string }[]).map((one) => one.name),
      [name],
    );
  }
});

test("refuses more observations than one entity may have", async () => {
  for (let round = 0; round < 10; round++) {
    const facts = Array.from({ length: 100 }, (_, index) => `${round}/${index}`);
    await call("add_observations", {
      additions: [{ name: "Analytical Engine", observations: facts }],
    });
  }
  const additions = [{ name: "Analytical Engine", observations: ["one more"] }];
  assert.deepEqual(await call("add_observations", { additions }), { error: "CONFLICT" });
});

test("needs the store", async () => {
  const { error } = await testPlugin(tools).call("read_graph", {});
  assert.equal(error?.error_code, "PERMISSION_DENIED");
});
