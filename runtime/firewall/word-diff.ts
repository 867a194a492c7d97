/** One piece of two texts laid side by side. `elided` stands for so many unchanged words that nobody needs to read. */
export type DiffPart =
  | { readonly kind: "same" | "removed" | "added"; readonly text: string }
  | { readonly kind: "elided"; readonly words: number };

export interface TextDiff {
  readonly parts: readonly DiffPart[];
  /** Too much changed to match words with words: what is marked is all there is between the first difference and the last. */
  readonly coarse: boolean;
}

interface Run {
  readonly kind: "same" | "removed" | "added";
  readonly tokens: readonly string[];
}

const WORDS = /[\p{L}\p{N}\p{M}_]+|\s+|[^\p{L}\p{N}\p{M}_\s]/gu;
const LINES = /[^\n]*\n|[^\n]+/g;
/** Words that may differ before words are no longer matched: the time and the memory grow with its square. */
const DIFFERENCES_MAX = 800;
/** Unchanged text no longer than this between two changes is shown as changed: single words that happen to stay tear a sentence apart. */
const ISLAND_CHARS_MAX = 8;
const CONTEXT_WORDS = 8;

/**
 * What was removed from one text and added to get the other, by words, with unchanged text elided but for some words around each change.
 * All that changed is in the parts, whole, however long: a change must not hide behind another one.
 * Takes time linear in the texts and a bounded share for matching (Myers 1986, ended after `DIFFERENCES_MAX` differences).
 */
export function diffWords(before: string, after: string): TextDiff {
  const byWords = diffTokens(before.match(WORDS) ?? [], after.match(WORDS) ?? []);
  const runs = byWords ?? diffLines(before, after);
  return { parts: elide(joinIslands(runs)), coarse: byWords === undefined };
}

/** Lines that stay, and between them the words before the first that differs and after the last. */
function diffLines(before: string, after: string): Run[] {
  const [left, right] = [before.match(LINES) ?? [], after.match(LINES) ?? []];
  const lines = joinIslands(diffTokens(left, right) ?? trimmed(left, right, replaced));
  return lines.flatMap(({ kind, tokens }, index) => {
    const next = lines[index + 1];
    if (kind === "added" && lines[index - 1]?.kind === "removed") return [];
    if (kind !== "removed" || next?.kind !== "added") return [{ kind, tokens: wordsOf(tokens) }];
    return trimmed(wordsOf(tokens), wordsOf(next.tokens), replaced);
  });
}

function wordsOf(lines: readonly string[]): readonly string[] {
  return lines.join("").match(WORDS) ?? [];
}

/** The runs of tokens that make `after` of `before`; undefined when too many differ. */
function diffTokens(before: readonly string[], after: readonly string[]): Run[] | undefined {
  let isTooMuch = false;
  const runs = trimmed(before, after, (left, right) => {
    const between =
      left.length === 0 || right.length === 0 ? replaced(left, right) : match(left, right);
    isTooMuch = between === undefined;
    return between ?? [];
  });
  return isTooMuch ? undefined : runs;
}

/** Most changes stand at one place: what is equal before and after it needs no matching. */
function trimmed(
  before: readonly string[],
  after: readonly string[],
  between: (left: readonly string[], right: readonly string[]) => Run[],
): Run[] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return [
    { kind: "same" as const, tokens: before.slice(0, start) },
    ...between(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    { kind: "same" as const, tokens: before.slice(before.length - end) },
  ].filter(({ tokens }) => tokens.length > 0);
}

function replaced(left: readonly string[], right: readonly string[]): Run[] {
  return [
    { kind: "removed", tokens: left },
    { kind: "added", tokens: right },
  ];
}

/** Myers' greedy algorithm. `reached[d][k + d]` is how far into `left` a path with `d` differences comes on diagonal `k`. */
function match(left: readonly string[], right: readonly string[]): Run[] | undefined {
  const reached: Int32Array[] = [];
  for (let differences = 0; differences <= DIFFERENCES_MAX; differences++) {
    const last = reached.at(-1);
    const row = new Int32Array(2 * differences + 1);
    reached.push(row);
    for (let diagonal = -differences; diagonal <= differences; diagonal += 2) {
      let x = last ? stepOnto(last, differences, diagonal).x : 0;
      while (x < left.length && x - diagonal < right.length && left[x] === right[x - diagonal]) x++;
      row[diagonal + differences] = x;
      if (x >= left.length && x - diagonal >= right.length) return walkBack(reached, left, right);
    }
  }
  return undefined;
}

/** The better way onto a diagonal with one difference more: a removal (from the diagonal before) or an addition (from the one after). */
function stepOnto(
  last: Int32Array,
  differences: number,
  diagonal: number,
): { readonly x: number; readonly isRemoval: boolean } {
  const removed = diagonal > -differences ? (last[diagonal - 1 + differences - 1] ?? -1) + 1 : -1;
  const added = diagonal < differences ? (last[diagonal + 1 + differences - 1] ?? -1) : -1;
  return removed > added ? { x: removed, isRemoval: true } : { x: added, isRemoval: false };
}

function walkBack(
  reached: readonly Int32Array[],
  left: readonly string[],
  right: readonly string[],
): Run[] {
  const steps: { kind: Run["kind"]; from: number; to: number }[] = [];
  let [x, y] = [left.length, right.length];
  for (let differences = reached.length - 1; differences >= 0; differences--) {
    const diagonal = x - y;
    const last = reached[differences - 1];
    const step = last ? stepOnto(last, differences, diagonal) : { x: 0, isRemoval: false };
    if (x > step.x) steps.push({ kind: "same", from: step.x, to: x });
    x = step.x;
    if (!last) break;
    if (step.isRemoval) steps.push({ kind: "removed", from: x - 1, to: x-- });
    y = x - (diagonal + (step.isRemoval ? -1 : 1));
    if (!step.isRemoval) steps.push({ kind: "added", from: y, to: y + 1 });
  }
  return steps.toReversed().map(({ kind, from, to }) => ({
    kind,
    tokens: (kind === "added" ? right : left).slice(from, to),
  }));
}

/** Puts neighbouring changes together: first all that was removed there, then all that was added. */
function joinIslands(runs: readonly Run[]): Run[] {
  const joined: Run[] = [];
  let removed: string[] = [];
  let added: string[] = [];
  const flush = (): void => {
    if (removed.length > 0) joined.push({ kind: "removed", tokens: removed });
    if (added.length > 0) joined.push({ kind: "added", tokens: added });
    [removed, added] = [[], []];
  };
  runs.forEach(({ kind, tokens }, index) => {
    const isBetween = removed.length + added.length > 0 && index < runs.length - 1;
    if (kind === "removed") append(removed, tokens);
    else if (kind === "added") append(added, tokens);
    else if (isBetween && tokens.join("").length <= ISLAND_CHARS_MAX) {
      append(removed, tokens);
      append(added, tokens);
    } else {
      flush();
      const last = joined.at(-1);
      if (last?.kind === kind)
        joined[joined.length - 1] = { kind, tokens: last.tokens.concat(tokens) };
      else joined.push({ kind, tokens });
    }
  });
  flush();
  return joined;
}

function append(tokens: string[], more: readonly string[]): void {
  for (const token of more) tokens.push(token);
}

function elide(runs: readonly Run[]): DiffPart[] {
  return runs.flatMap(({ kind, tokens }, index): DiffPart[] => {
    const whole: DiffPart = { kind, text: tokens.join("") };
    if (kind !== "same") return [whole];
    const [before, after] = [
      index > 0 ? CONTEXT_WORDS : 0,
      index < runs.length - 1 ? CONTEXT_WORDS : 0,
    ];
    const words = tokens.flatMap((token, at) => (/[\p{L}\p{N}_]/u.test(token) ? [at] : []));
    if (words.length <= before + after) return [whole];
    const head = tokens.slice(0, before === 0 ? 0 : words[before]);
    const tail = tokens.slice(after === 0 ? tokens.length : words[words.length - after]);
    const parts: DiffPart[] = [
      { kind: "same", text: head.join("").trimEnd() },
      { kind: "elided", words: words.length - before - after },
      { kind: "same", text: tail.join("") },
    ];
    return parts.filter((part) => part.kind === "elided" || part.text !== "");
  });
}
