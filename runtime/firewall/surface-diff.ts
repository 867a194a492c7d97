import { isJsonObject, type JsonObject, type JsonValue } from "@glovebox/host-api/json";
import { canonicalText } from "../plugin/canonical.ts";
import { diffValue, memberOf, replacedParts } from "./value-diff.ts";
import type { DiffPart } from "./word-diff.ts";
import { joinPath } from "./tool-path.ts";

/** A tool as `tools/list` of any server has it; what a plugin lists is one. */
export interface DiffedTool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema?: JsonValue;
  readonly outputSchema?: JsonValue;
  readonly annotations?: JsonValue;
}

/** One thing that is different for the model. */
export interface SurfaceChange {
  readonly kind:
    | "tool-added"
    | "tool-removed"
    | "tool-renamed"
    | "parameter-added"
    | "parameter-removed"
    | "required"
    | "text"
    | "value";
  /** The tool's name now; the name before, of one that is gone. */
  readonly tool: string;
  /** Path in the tool, such as `inputSchema.properties.x.description`; empty for the tool itself. */
  readonly where: string;
  /** What happened, in words: "is new and required". */
  readonly summary: string;
  /** The texts or values side by side, safe to print; line feeds and tabs are kept. Empty where the summary says all. */
  readonly parts: readonly DiffPart[];
}

const FIELDS = ["title", "description", "inputSchema", "outputSchema", "annotations"] as const;

/**
 * What changed between two tool surfaces, tool by tool in the order of `after`, tools that are gone at the end.
 * Equal surfaces have no changes, and surfaces without changes are equal as data (RFC 8785).
 * A renamed tool is one that is gone and one that is new with the same description or the same schemas.
 */
export function diffSurfaces(
  before: readonly DiffedTool[],
  after: readonly DiffedTool[],
): readonly SurfaceChange[] {
  const old = new Map(before.map((tool) => [tool.name, tool]));
  const now = new Set(after.map(({ name }) => name));
  const gone = new Map([...old].filter(([name]) => !now.has(name)));
  const renamedFrom = findRenamed(
    gone,
    after.filter(({ name }) => !old.has(name)),
  );
  const changes = after.flatMap((tool) => {
    const predecessor = old.get(tool.name) ?? renamedFrom.get(tool.name);
    return [...diffIdentity(tool, predecessor), ...diffTool(predecessor, tool)];
  });
  const kept = new Set([...renamedFrom.values()].map(({ name }) => name));
  for (const name of gone.keys())
    if (!kept.has(name))
      changes.push({ kind: "tool-removed", tool: name, where: "", summary: "is gone", parts: [] });
  return changes;
}

function findRenamed(
  gone: ReadonlyMap<string, DiffedTool>,
  added: readonly DiffedTool[],
): ReadonlyMap<string, DiffedTool> {
  const found = new Map<string, DiffedTool>();
  const left = new Set(gone.values());
  const likenesses = [
    (tool: DiffedTool) => tool.description,
    (tool: DiffedTool) =>
      isJsonObject(tool.inputSchema) && isJsonObject(tool.inputSchema["properties"])
        ? canonicalText(tool.inputSchema)
        : undefined,
  ];
  for (const likenessOf of likenesses) {
    const byLikeness = new Map([...left].map((tool) => [likenessOf(tool), tool]));
    for (const tool of added) {
      const likeness = likenessOf(tool);
      const predecessor = likeness === undefined ? undefined : byLikeness.get(likeness);
      if (!predecessor || found.has(tool.name) || !left.delete(predecessor)) continue;
      found.set(tool.name, predecessor);
    }
  }
  return found;
}

function diffIdentity(tool: DiffedTool, predecessor: DiffedTool | undefined): SurfaceChange[] {
  const at = { tool: tool.name, where: "" };
  if (!predecessor) return [{ kind: "tool-added", ...at, summary: "is new", parts: [] }];
  if (predecessor.name === tool.name) return [];
  const parts = replacedParts(predecessor.name, tool.name);
  return [{ kind: "tool-renamed", ...at, summary: "has another name", parts }];
}

function diffTool(before: DiffedTool | undefined, after: DiffedTool): SurfaceChange[] {
  const [old, now]: JsonObject[] = [{ ...before }, { ...after }];
  const known = new Set<string>(["name", ...FIELDS]);
  const others = Object.keys({ ...old, ...now }).filter((key) => !known.has(key));
  return [...FIELDS, ...others.toSorted()].flatMap((field) =>
    diffValue(memberOf(old ?? {}, field), memberOf(now ?? {}, field), {
      tool: after.name,
      where: joinPath("", field),
      depth: 0,
    }),
  );
}
