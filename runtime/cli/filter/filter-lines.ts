import type { JsonValue } from "@glovebox/host-api/json";
import type { OutputFinding } from "../../audit/output-finding.ts";
import { compilePolicy, type CompiledPolicy } from "../../firewall/filter/compile-policy.ts";
import { filterErrorText, isErrorText } from "../../firewall/filter/error-text.ts";
import { Filtering } from "../../firewall/filter/filter-value.ts";
import type { FilterPolicy } from "../../firewall/filter/policy.ts";
import {
  invalidLine,
  LAST_LINE_END,
  makeLineReader,
  own,
  type LineOutcome,
} from "../json-lines.ts";

/** A text as it would leave, and what was found in it. */
interface FilteredText {
  readonly findings: readonly OutputFinding[];
  readonly text: string;
}

export type FilteredLine = LineOutcome<FilteredText>;

const LINE_BYTES_MAX = 16 * 1024 * 1024;
/** What a line may say that its text is. */
const ERROR_KINDS: ReadonlySet<JsonValue | undefined> = new Set(["error", "error-message"]);

/**
 * Filters lines of JSON, each `{id, text}` with other keys left alone, as the runtime filters what a tool answers. A text that
 * is the message of an error, by its `kind` or its form, is filtered as one. See `makeLineReader`.
 */
export async function* filterLines(
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  policy: FilterPolicy,
): AsyncIterable<FilteredLine> {
  const compiled = compilePolicy(policy);
  const read = makeLineReader(LINE_BYTES_MAX, (line) => {
    const text = own(line, "text");
    if (typeof text !== "string") throw invalidLine("the line has no `text`");
    return filterOne(text, own(line, "kind"), compiled);
  });
  for await (const piece of pieces) yield* read(piece);
  yield* read(LAST_LINE_END);
}

function filterOne(
  text: string,
  kind: JsonValue | undefined,
  policy: CompiledPolicy,
): FilteredText {
  const filtering = new Filtering(policy);
  const isError = ERROR_KINDS.has(kind) || (kind === undefined && isErrorText(text));
  const cleaned = isError ? filterErrorText(text, "text", policy, filtering) : text;
  const filtered = filtering.text(cleaned, "text");
  return { findings: filtering.findings, text: filtering.isBlocked ? "" : filtered };
}
