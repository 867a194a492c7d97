import { digestOf } from "./canonical.ts";
import type { ToolDefinition, ToolSurface } from "./formats.ts";

const PARTS = ["title", "description", "inputSchema", "outputSchema", "annotations"] as const;
/** A hostile surface may have 128 tools, all changed; the full difference is shown elsewhere. */
const NAMED_MAX = 5;

/** Which tools differ and in what part, in a few words: "`add` has another description, `steal` is new". */
export function describeChangedTools(before: ToolSurface, after: ToolSurface): string {
  const [old, now] = [before, after].map(
    (tools) => new Map(tools.map((tool) => [tool.name, tool])),
  );
  const names = [...new Set([...after, ...before].map(({ name }) => name))];
  const words = names.flatMap((name) => describeTool(name, old?.get(name), now?.get(name)) ?? []);
  const more = words.length > NAMED_MAX ? [`and ${words.length - NAMED_MAX} more`] : [];
  return [...words.slice(0, NAMED_MAX), ...more].join(", ");
}

function describeTool(
  name: string,
  before: ToolDefinition | undefined,
  after: ToolDefinition | undefined,
): string | undefined {
  if (!before) return `\`${name}\` is new`;
  if (!after) return `\`${name}\` is gone`;
  const parts = PARTS.filter(
    (part) => digestOf(before[part] ?? null) !== digestOf(after[part] ?? null),
  );
  return parts.length > 0 ? `\`${name}\` has another ${parts.join(" and ")}` : undefined;
}
