import type { JsonValue } from "@glovebox/host-api/json";
import type { OutputAction, OutputKind } from "../../audit/output-finding.ts";
import type { CompiledPolicy } from "./compile-policy.ts";
import { findSpans, mergeSpans } from "./find-spans.ts";
import type { Span } from "./span.ts";

export interface FilteredText {
  /** The very text where nothing was to be changed. */
  readonly text: string;
  /** What was found in the text as it was written. */
  readonly spans: readonly Span[];
}

/** How a text that is JSON is filtered: as the value it holds. */
export type FilterJson = (value: JsonValue) => JsonValue;

const ROUNDS_MAX = 4;
const NOTHING: readonly Span[] = [];

/**
 * Takes out of `text` what the policy says. Filtering the result again changes nothing: what is left when something was taken
 * out may read as something else, so it is read again, and what does not come to rest goes as a whole.
 */
export function filterText(
  text: string,
  policy: CompiledPolicy,
  filterJson?: FilterJson,
): FilteredText {
  const first = findSpans(text, policy.personal);
  if (first.spans.length === 0) return { text, spans: NOTHING };
  const spans = first.spans.filter(({ kind }) => policy.actions[kind] !== undefined);
  let closing = toRedact(spans, policy);
  if (closing.length === 0) return { text, spans };
  if (filterJson && looksLikeJson(text)) {
    const written = filterJsonText(text, filterJson);
    if (written !== undefined) return { text: settleJson(written, policy), spans };
  }
  let filtered = text;
  if (first.isFull) return { text: markOf(spans[0]?.kind ?? "secrets"), spans };
  for (let round = 0; round < ROUNDS_MAX; round++) {
    filtered = redact(filtered, closing);
    closing = toRedact(findSpans(filtered, policy.personal).spans, policy);
    if (closing.length === 0) return { text: filtered, spans };
  }
  return { text: markOf(closing[0]?.kind ?? "secrets"), spans };
}

function toRedact(spans: readonly Span[], { actions }: CompiledPolicy): readonly Span[] {
  return spans.filter(({ kind }) => actions[kind] === "redact" || actions[kind] === "block");
}

function redact(text: string, spans: readonly Span[]): string {
  let [filtered, from] = ["", 0];
  for (const { kind, id, start, end } of mergeSpans(spans)) {
    filtered += text.slice(from, start) + (leavesNoMark(id) ? "" : markOf(kind));
    from = end;
  }
  return filtered + text.slice(from);
}

/** What shows as nothing leaves nothing, where words would fall apart or a terminal is spoken to. */
function leavesNoMark(id: string): boolean {
  return (
    id.startsWith("terminal.") || id === "invisible.between-letters" || id === "invisible.direction"
  );
}

const MARK_NAMES: Readonly<Record<OutputKind, string>> = {
  secrets: "secret",
  cards: "card",
  ssn: "ssn",
  fields: "field",
  instructions: "instruction",
  invisible: "invisible",
  terminal: "terminal",
  exfiltration: "link",
  internals: "internal",
  email: "email",
  phone: "phone",
  iban: "iban",
  ip: "ip",
};

/** What stands in the place of what was taken out: its kind, and nothing of it. */
export function markOf(kind: OutputKind): string {
  return `[redacted:${MARK_NAMES[kind]}]`;
}

/** The gravest action that the policy has for any of these. */
export function gravestOf(
  spans: readonly Span[],
  { actions }: CompiledPolicy,
): OutputAction | undefined {
  const found = new Set(spans.map(({ kind }) => actions[kind]));
  return (["block", "redact", "annotate", "pass"] as const).find((action) => found.has(action));
}

function looksLikeJson(text: string): boolean {
  const first = /^\s{0,40}([[{])/.exec(text);
  return first !== null;
}

/** The text again with its value filtered, or undefined where it is no JSON. Numbers keep all their digits. */
function filterJsonText(text: string, filterJson: FilterJson): string | undefined {
  try {
    const value = JSON.parse(text, keepDigits) as JsonValue;
    const indent = /^[[{]\r?\n([ \t]{1,8})/.exec(text.trimStart())?.[1];
    return JSON.stringify(filterJson(value), undefined, indent);
  } catch {
    return undefined;
  }
}

interface RawJson {
  rawJSON(source: string): unknown;
}

function keepDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== "number" || context?.source === undefined) return value;
  return String(value) === context.source
    ? value
    : (JSON as unknown as RawJson).rawJSON(context.source);
}

/** What reaches over more than one value of it: then it is no value any more, and still JSON. */
function settleJson(written: string, policy: CompiledPolicy): string {
  const left = toRedact(findSpans(written, policy.personal).spans, policy);
  return left.length === 0 ? written : JSON.stringify(markOf(left[0]?.kind ?? "secrets"));
}
