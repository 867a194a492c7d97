import type { HiddenRun } from "./folded-text.ts";
import type { SpanList } from "./span.ts";

/** One or two belong to emoji and to some scripts; so many in a row spell something. */
const RUN_MIN = 4;
/** So many between the letters of words keep words from being found. */
const BETWEEN_MIN = 4;
const OVERRIDES = /[\u202D\u202E]/;

/** What of the invisible characters of a text is there to hide something. */
export function judgeHidden(text: string, hidden: readonly HiddenRun[], list: SpanList): void {
  const between: HiddenRun[] = [];
  for (const run of hidden) {
    const { start, end, count, kind } = run;
    if (kind === "control") list.add("terminal", "control", "low", start, end);
    else if (kind === "bidi") {
      if (OVERRIDES.test(text.slice(start, end)))
        list.add("invisible", "direction", "medium", start, end);
    } else if (kind === "tags" ? !isFlag(text, start, count) : count >= RUN_MIN)
      list.add("invisible", kind, "high", start, end);
    else if (kind === "zero-width" && isLetter(text, start - 1) && isLetter(text, end))
      between.push(run);
  }
  if (between.length < BETWEEN_MIN) return;
  for (const { start, end } of between)
    list.add("invisible", "between-letters", "high", start, end);
}

/** The flags of England, Scotland and Wales: a black flag and tags. */
function isFlag(text: string, start: number, count: number): boolean {
  return count <= 7 && text.startsWith("\u{1F3F4}", start - 2);
}

function isLetter(text: string, index: number): boolean {
  const code = text.charCodeAt(index) | 0x20;
  return code >= 0x61 && code <= 0x7a;
}
