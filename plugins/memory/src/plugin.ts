import { defineTool } from "@glovebox/sdk";
import { z } from "zod";
import { addObservations, requireEntity, searchEntities, toGraph } from "./graph.ts";
import { openStore } from "./store.ts";

const changes = { readOnlyHint: false, destructiveHint: false, openWorldHint: false };
const deletes = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: true,
  openWorldHint: false,
};
const reads = { readOnlyHint: true, openWorldHint: false };

const name = z.string().min(1).max(200);
const observation = z.string().min(1).max(2000);
const observations = z.array(observation).max(100);
const entity = z.object({
  name: name.describe("Unique name"),
  type: z.string().min(1).max(100).describe("What it is: person, project, place"),
  observations: observations.default([]).describe("Facts, one in each"),
});
const relation = z.object({
  from: name.describe("Name of an entity"),
  to: name.describe("Name of an entity"),
  type: z.string().min(1).max(100).describe("Active voice: works at, is part of"),
});
const graph = z.object({
  entities: z.array(
    z.object({ name: z.string(), type: z.string(), observations: z.array(z.string()) }),
  ),
  relations: z.array(z.object({ from: z.string(), to: z.string(), type: z.string() })),
});
const manyMax = 100;

const createEntities = defineTool({
  name: "create_entities",
  title: "Create entities",
  description:
    "Creates entities in the knowledge graph. Of one that exists already, only new observations are added.",
  input: z.object({ entities: z.array(entity).min(1).max(manyMax) }),
  output: z.object({ created: z.array(z.string()), existing: z.array(z.string()) }),
  annotations: { ...changes, idempotentHint: true },
  async handler({ entities }) {
    const store = openStore();
    const created: string[] = [];
    const existing: string[] = [];
    for (const { name: entityName, type, observations: facts } of entities) {
      const found = await store.get(entityName);
      const stored = found ?? { name: entityName, type, observations: [], relations: [] };
      addObservations(stored, facts);
      await store.put(stored);
      (found ? existing : created).push(entityName);
    }
    await store.save();
    return { created, existing };
  },
});

const createRelations = defineTool({
  name: "create_relations",
  title: "Create relations",
  description:
    "Relates entities of the knowledge graph to each other. Both must exist. Relations that exist stay as they are.",
  input: z.object({ relations: z.array(relation).min(1).max(manyMax) }),
  output: z.object({ created: z.array(relation) }),
  annotations: { ...changes, idempotentHint: true },
  async handler({ relations }) {
    const store = openStore();
    const created = [];
    for (const { from, to, type } of relations) {
      const source = await requireEntity(store, from);
      await requireEntity(store, to);
      if (source.relations.some((one) => one.to === to && one.type === type)) continue;
      source.relations.push({ type, to });
      await store.put(source);
      created.push({ from, to, type });
    }
    await store.save();
    return { created };
  },
});

const addObservationsTool = defineTool({
  name: "add_observations",
  title: "Add observations",
  description: "Adds facts to entities that exist.",
  input: z.object({
    additions: z
      .array(z.object({ name, observations: observations.min(1) }))
      .min(1)
      .max(manyMax),
  }),
  output: z.object({
    added: z.array(z.object({ name: z.string(), observations: z.array(z.string()) })),
  }),
  annotations: { ...changes, idempotentHint: true },
  async handler({ additions }) {
    const store = openStore();
    const added = [];
    for (const addition of additions) {
      const stored = await requireEntity(store, addition.name);
      added.push({
        name: addition.name,
        observations: addObservations(stored, addition.observations),
      });
      await store.put(stored);
    }
    await store.save();
    return { added };
  },
});

const deleteEntities = defineTool({
  name: "delete_entities",
  title: "Delete entities",
  description: "Deletes entities with their observations, and all relations from and to them.",
  input: z.object({ names: z.array(name).min(1).max(manyMax) }),
  output: z.object({ deleted: z.array(z.string()) }),
  annotations: deletes,
  async handler({ names }) {
    const store = openStore();
    const deleted: string[] = [];
    for (const one of new Set(names)) if (await store.delete(one)) deleted.push(one);
    for (const stored of await store.all()) {
      const left = stored.relations.filter(({ to }) => !deleted.includes(to));
      if (left.length === stored.relations.length) continue;
      stored.relations = left;
      await store.put(stored);
    }
    await store.save();
    return { deleted };
  },
});

const deleteObservations = defineTool({
  name: "delete_observations",
  title: "Delete observations",
  description: "Deletes facts from entities. What is not there is skipped.",
  input: z.object({
    deletions: z
      .array(z.object({ name, observations: observations.min(1) }))
      .min(1)
      .max(manyMax),
  }),
  output: z.object({ deleted: z.int() }),
  annotations: deletes,
  async handler({ deletions }) {
    const store = openStore();
    let deleted = 0;
    for (const deletion of deletions) {
      const stored = await requireEntity(store, deletion.name);
      const left = stored.observations.filter((text) => !deletion.observations.includes(text));
      deleted += stored.observations.length - left.length;
      stored.observations = left;
      await store.put(stored);
    }
    await store.save();
    return { deleted };
  },
});

const deleteRelations = defineTool({
  name: "delete_relations",
  title: "Delete relations",
  description: "Deletes relations between entities. What is not there is skipped.",
  input: z.object({ relations: z.array(relation).min(1).max(manyMax) }),
  output: z.object({ deleted: z.int() }),
  annotations: deletes,
  async handler({ relations }) {
    const store = openStore();
    let deleted = 0;
    for (const { from, to, type } of relations) {
      const stored = await store.get(from);
      const left = stored?.relations.filter((one) => one.to !== to || one.type !== type);
      if (!stored || !left || left.length === stored.relations.length) continue;
      stored.relations = left;
      deleted++;
      await store.put(stored);
    }
    await store.save();
    return { deleted };
  },
});

const readGraph = defineTool({
  name: "read_graph",
  title: "Read the whole graph",
  description:
    "Reads the knowledge graph, by name, at most 1000 entities at once: ask again after the last name for more.",
  input: z.object({
    after: z.string().max(200).optional().describe("Leave out for the first ones"),
    limit: z.int().min(1).max(1000).default(200),
  }),
  output: graph.extend({ total: z.int().describe("Entities in the whole graph") }),
  annotations: reads,
  async handler({ after, limit }) {
    const entities = await openStore().all();
    const chosen = entities
      .filter((one) => after === undefined || one.name > after)
      .slice(0, limit);
    return { ...toGraph(chosen), total: entities.length };
  },
});

const search = defineTool({
  name: "search",
  title: "Search the graph",
  description:
    "Finds entities that have all words of a query in their name, type or observations, and the relations among them.",
  input: z.object({
    query: z.string().min(1).max(500),
    limit: z.int().min(1).max(200).default(20),
  }),
  output: graph,
  annotations: reads,
  handler: async ({ query, limit }) =>
    toGraph(searchEntities(await openStore().all(), query, limit)),
});

const openEntities = defineTool({
  name: "open_entities",
  title: "Open entities by name",
  description:
    "Reads entities by their exact names, and the relations among them. Names that do not exist are skipped.",
  input: z.object({ names: z.array(name).min(1).max(manyMax) }),
  output: graph,
  annotations: reads,
  async handler({ names }) {
    const store = openStore();
    const found = [];
    for (const one of new Set(names)) {
      const stored = await store.get(one);
      if (stored) found.push(stored);
    }
    return toGraph(found);
  },
});

export const tools = [
  createEntities,
  createRelations,
  addObservationsTool,
  deleteEntities,
  deleteObservations,
  deleteRelations,
  readGraph,
  search,
  openEntities,
];
