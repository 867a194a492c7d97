import type { JsonValue } from "@glovebox/host-api/json";
import type { Finding } from "../../firewall/scan/finding.ts";
import { scanTools } from "../../firewall/scan/scan-tools.ts";
import {
  invalidLine,
  LAST_LINE_END,
  makeLineReader,
  own,
  type LineOutcome,
} from "../json-lines.ts";
import { readTool } from "./read-tools.ts";

const LINE_BYTES_MAX = 4 * 1024 * 1024;
const CONTEXT_TOOLS_MAX = 2000;

/**
 * Scans lines of JSON, each `{id, tool, context_tools?}` with other keys left alone: one tool, and the tools installed beside it by
 * their names or whole. See `makeLineReader`.
 */
export function* scanLines(
  pieces: Iterable<Uint8Array>,
): Iterable<LineOutcome<{ readonly findings: readonly Finding[] }>> {
  const read = makeLineReader(LINE_BYTES_MAX, (line) => {
    const tool = readTool(own(line, "tool"), "`tool`", {});
    return { findings: scanTools([tool], { others: readContext(own(line, "context_tools")) }) };
  });
  for (const piece of pieces) yield* read(piece);
  yield* read(LAST_LINE_END);
}

function readContext(value: JsonValue | undefined) {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalidLine("`context_tools` is no list");
  const items = value as readonly JsonValue[];
  if (items.length > CONTEXT_TOOLS_MAX)
    throw invalidLine(`more than ${CONTEXT_TOOLS_MAX} tools in \`context_tools\``);
  return items.map((item) =>
    typeof item === "string" ? { name: item } : readTool(item, "a tool of `context_tools`", {}),
  );
}
