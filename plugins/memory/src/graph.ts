import { ToolError } from "@glovebox/sdk";
import type { Store, StoredEntity } from "./store.ts";

export interface Entity {
  name: string;
  type: string;
  observations: string[];
}

/** `from` and `to` are names of entities; `type` is a verb: `works at`. */
export interface Relation {
  from: string;
  to: string;
  type: string;
}

export interface Graph {
  entities: Entity[];
  relations: Relation[];
}

const observationsMax = 1000;

/** The entity, or `NOT_FOUND` with its name. */
export async function requireEntity(store: Store, name: string): Promise<StoredEntity> {
  const entity = await store.get(name);
  if (entity) return entity;
  throw new ToolError({
    error_code: "NOT_FOUND",
    message: `No entity is named "${name}"`,
    suggestion: "Use search to find the name, or create_entities to make it.",
  });
}

/** Adds what is not there yet, and answers what was added. */
export function addObservations(entity: StoredEntity, observations: readonly string[]): string[] {
  const added = [...new Set(observations)].filter((text) => !entity.observations.includes(text));
  if (entity.observations.length + added.length > observationsMax) {
    throw new ToolError({
      error_code: "CONFLICT",
      message: `"${entity.name}" would have more than ${observationsMax} observations`,
      suggestion: "Delete old observations, or make a second entity and relate the two.",
    });
  }
  entity.observations.push(...added);
  return added;
}

/** The chosen entities, and the relations that begin and end among them. */
export function toGraph(entities: readonly StoredEntity[]): Graph {
  const names = new Set(entities.map((entity) => entity.name));
  return {
    entities: entities.map(({ name, type, observations }) => ({ name, type, observations })),
    relations: entities.flatMap(({ name, relations }) =>
      relations.filter(({ to }) => names.has(to)).map(({ to, type }) => ({ from: name, to, type })),
    ),
  };
}

/** Entities with all words of the query in their name, type or observations; most hits first. */
export function searchEntities(
  entities: readonly StoredEntity[],
  query: string,
  limit: number,
): StoredEntity[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const scored = entities.map((entity) => {
    const [name, rest] = [
      `${entity.name}\n${entity.type}`.toLowerCase(),
      entity.observations.join("\n").toLowerCase(),
    ];
    const scores = words.map(
      (word) => (name.includes(word) ? 2 : 0) + (rest.includes(word) ? 1 : 0),
    );
    return {
      entity,
      score: scores.includes(0) ? 0 : scores.reduce((sum, score) => sum + score, 0),
    };
  });
  return scored
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ entity }) => entity);
}
