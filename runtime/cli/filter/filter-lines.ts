import { isJsonObject, type JsonObject, type JsonValue } from "@glovebox/host-api/json";
import type { OutputFinding } from "../../audit/output-finding.ts";
import { GloveboxError } from "../../errors.ts";
import { compilePolicy, type CompiledPolicy } from "../../firewall/filter/compile-policy.ts";
import { filterErrorText, isErrorText } from "../../firewall/filter/error-text.ts";
import { Filtering } from "../../firewall/filter/filter-value.ts";
import type { FilterPolicy } from "../../firewall/filter/policy.ts";
import type { JsonLimits } from "../../plugin/json.ts";
import { LineSplitter } from "../../server/stdio/line-splitter.ts";
import { CliError } from "../errors.ts";
import { parseReadable } from "../scan/read-tools.ts";

/** What one line came to: its text as it would leave and what was found in it, or why it could not be read. */
export type FilteredLine =
  | {
      readonly id: string | number;
      readonly findings: readonly OutputFinding[];
      readonly text: string;
    }
  | {
      readonly id: string | number | null;
      readonly line: number;
      readonly error: { readonly code: string; readonly message: string };
    };

const LINE_BYTES_MAX = 16 * 1024 * 1024;
const LIMITS: JsonLimits = { bytesMax: LINE_BYTES_MAX, depthMax: 64, nodesMax: 500_000 };
const BLANK = /^[\t\r ]*$/;
/** What a line may say that its text is. */
const ERROR_KINDS: ReadonlySet<JsonValue | undefined> = new Set(["error", "error-message"]);

/**
 * Filters lines of JSON, each `{id, text}` with other keys left alone, as the runtime filters what a tool answers. A text that
 * is the message of an error, by its `kind` or its form, is filtered as one. Holds one line at a time, however long the input.
 */
export async function* filterLines(
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  policy: FilterPolicy,
): AsyncIterable<FilteredLine> {
  const splitter = new LineSplitter(LINE_BYTES_MAX);
  const compiled = compilePolicy(policy);
  let number = 0;
  for await (const piece of withLastLine(pieces))
    for (const line of splitter.push(piece)) {
      number++;
      const result = filterLine(line, number, compiled);
      if (result) yield result;
    }
}

/** The last line may have no end of its own. */
async function* withLastLine(
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  yield* pieces;
  yield Uint8Array.of(0x0a);
}

function filterLine(
  line: Uint8Array | "too long",
  number: number,
  policy: CompiledPolicy,
): FilteredLine | undefined {
  let id: string | number | null = null;
  try {
    if (line === "too long") throw invalid(`more than ${LINE_BYTES_MAX} bytes on one line`);
    if (line.length < 64 && BLANK.test(Buffer.from(line).toString("latin1"))) return undefined;
    const { value } = parseReadable(line, LIMITS, undefined);
    if (!isJsonObject(value)) throw invalid("the line is no object");
    id = readId(value);
    const text = own(value, "text");
    if (typeof text !== "string") throw invalid("the line has no `text`");
    return { id, ...filterOne(text, own(value, "kind"), policy) };
  } catch (error) {
    if (!(error instanceof GloveboxError)) throw error;
    return { id, line: number, error: { code: error.code, message: error.message } };
  }
}

function filterOne(
  text: string,
  kind: JsonValue | undefined,
  policy: CompiledPolicy,
): { readonly findings: readonly OutputFinding[]; readonly text: string } {
  const filtering = new Filtering(policy);
  const isError = ERROR_KINDS.has(kind) || (kind === undefined && isErrorText(text));
  const cleaned = isError ? filterErrorText(text, "text", policy, filtering) : text;
  const filtered = filtering.text(cleaned, "text");
  return { findings: filtering.findings, text: filtering.isBlocked ? "" : filtered };
}

function readId(record: JsonObject): string | number {
  const id = own(record, "id");
  if (typeof id === "string" || typeof id === "number") return id;
  throw invalid("the line has no `id`");
}

function invalid(message: string): CliError {
  return new CliError("ERR_SCAN_INPUT", message);
}

function own(value: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}
