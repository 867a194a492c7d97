import { compilePolicy } from "../../../runtime/firewall/filter/compile-policy.ts";
import { filterErrorText, isErrorText } from "../../../runtime/firewall/filter/error-text.ts";
import { Filtering } from "../../../runtime/firewall/filter/filter-value.ts";
import { DEFAULT_FILTER } from "../../../runtime/firewall/filter/policy.ts";

/** A message of an error, with what of it must go and what must stay. */
export interface ErrorRecord {
  readonly id: string;
  readonly text: string;
  readonly must_remove: readonly string[];
  readonly must_keep: readonly string[];
}

export interface ErrorFigures {
  readonly count: number;
  readonly toRemove: number;
  readonly removed: number;
  readonly toKeep: number;
  readonly kept: number;
  /** How many are known for errors by their form alone. */
  readonly known: number;
  /** What went wrong: the record and the span. */
  readonly wrong: readonly string[];
}

const POLICY = compilePolicy(DEFAULT_FILTER);

export function measureErrors(records: readonly ErrorRecord[]): ErrorFigures {
  let [toRemove, toKeep, known] = [0, 0, 0];
  const [left, lost]: [string[], string[]] = [[], []];
  for (const { id, text, must_remove, must_keep } of records) {
    const filtering = new Filtering(POLICY);
    const cleaned = filtering.text(filterErrorText(text, "text", POLICY, filtering), "text");
    toRemove += must_remove.length;
    toKeep += must_keep.length;
    known += isErrorText(text) ? 1 : 0;
    left.push(
      ...must_remove.filter((span) => cleaned.includes(span)).map((span) => `${id}: left ${span}`),
    );
    lost.push(
      ...must_keep.filter((span) => !cleaned.includes(span)).map((span) => `${id}: lost ${span}`),
    );
  }
  return {
    count: records.length,
    toRemove,
    removed: toRemove - left.length,
    toKeep,
    kept: toKeep - lost.length,
    known,
    wrong: [...left, ...lost],
  };
}
