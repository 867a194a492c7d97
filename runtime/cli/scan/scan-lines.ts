import { isJsonObject, type JsonObject, type JsonValue } from "@glovebox/host-api/json";
import { GloveboxError } from "../../errors.ts";
import type { Finding } from "../../firewall/scan/finding.ts";
import { scanTools } from "../../firewall/scan/scan-tools.ts";
import type { JsonLimits } from "../../plugin/json.ts";
import { LineSplitter } from "../../server/stdio/line-splitter.ts";
import { CliError } from "../errors.ts";
import { parseReadable, readTool } from "./read-tools.ts";

/** What one line came to: the findings in its tool, or why it could not be read. */
export type LineResult =
  | { readonly id: string | number; readonly findings: readonly Finding[] }
  | {
      readonly id: string | number | null;
      readonly line: number;
      readonly error: { readonly code: string; readonly message: string };
    };

const LINE_BYTES_MAX = 4 * 1024 * 1024;
const LIMITS: JsonLimits = { bytesMax: LINE_BYTES_MAX, depthMax: 64, nodesMax: 500_000 };
const CONTEXT_TOOLS_MAX = 2000;

/**
 * Scans lines of JSON, each `{id, tool, context_tools?}` with other keys left alone: one tool, and the tools installed beside it by
 * their names or whole. Holds one line at a time, however long the input; a line that cannot be read is answered with its error.
 */
export function* scanLines(pieces: Iterable<Uint8Array>): Iterable<LineResult> {
  const splitter = new LineSplitter(LINE_BYTES_MAX);
  let number = 0;
  for (const piece of withLastLine(pieces))
    for (const line of splitter.push(piece)) {
      number++;
      if (line === "too long" || line.length > 0) {
        const result = scanLine(line, number);
        if (result) yield result;
      }
    }
}

/** The last line may have no end of its own. An empty one more is skipped. */
function* withLastLine(pieces: Iterable<Uint8Array>): Iterable<Uint8Array> {
  yield* pieces;
  yield Uint8Array.of(0x0a);
}

const BLANK = /^[\t\r ]*$/;

function scanLine(line: Uint8Array | "too long", number: number): LineResult | undefined {
  let id: string | number | null = null;
  try {
    if (line === "too long") throw invalid(`more than ${LINE_BYTES_MAX} bytes on one line`);
    if (line.length < 64 && BLANK.test(Buffer.from(line).toString("latin1"))) return undefined;
    const { value } = parseReadable(line, LIMITS, undefined);
    if (!isJsonObject(value)) throw invalid("the line is no object");
    id = readId(value);
    const tool = readTool(own(value, "tool"), "`tool`", {});
    const findings = scanTools([tool], { others: readContext(own(value, "context_tools")) });
    return { id, findings };
  } catch (error) {
    if (!(error instanceof GloveboxError)) throw error;
    return { id, line: number, error: { code: error.code, message: error.message } };
  }
}

function readId(record: JsonObject): string | number {
  const id = own(record, "id");
  if (typeof id === "string" || typeof id === "number") return id;
  throw invalid("the line has no `id`");
}

function readContext(value: JsonValue | undefined) {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalid("`context_tools` is no list");
  const items = value as readonly JsonValue[];
  if (items.length > CONTEXT_TOOLS_MAX)
    throw invalid(`more than ${CONTEXT_TOOLS_MAX} tools in \`context_tools\``);
  return items.map((item) =>
    typeof item === "string" ? { name: item } : readTool(item, "a tool of `context_tools`", {}),
  );
}

function invalid(message: string): CliError {
  return new CliError("ERR_SCAN_INPUT", message);
}

function own(value: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}
