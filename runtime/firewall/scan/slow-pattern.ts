const CHARS_MAX = 4096;
const BRANCHES_MAX = 50;
/** `*`, `+`, `{3,}` and `{1,99}`: often enough to count as endless. */
const ENDLESS = /^(?:[*+]|\{\d{1,9},(?:\d{2,9})?\})/;
const OPTIONAL = /^(?:[*?]|\{0,)/;
const QUANTIFIER_CHARS_MAX = 24;
const GROUP_HEAD = /^\((?:\?(?:<?[=!]|:|<\w{1,60}>))?/;
const GROUP_HEAD_CHARS_MAX = 64;

interface Group {
  /** Whether something in it repeats without end. */
  repeats: boolean;
  /** Whether something in it must stand there once, and so keeps its rounds apart: `-` in `(-[a-z]+)*`. */
  separates: boolean;
  /** Where its alternatives begin. */
  readonly branches: number[];
}

/**
 * Whether an ECMAScript pattern repeats what itself repeats with nothing to keep the rounds apart, as `(a+)+` does, or alternatives of
 * which one begins another, as `(a|ab)*`: on a text that nearly matches, a backtracking engine takes time exponential in its length.
 * Also true for back-references and for patterns too long to be looked at. One pass; a sign, not a proof.
 */
export function isSlowPattern(source: string): boolean {
  if (source.length > CHARS_MAX) return true;
  const groups = [openGroup(0)];
  let index = 0;
  while (index < source.length) {
    const character = source[index] ?? "";
    if (character === "(") {
      index += GROUP_HEAD.exec(source.slice(index, index + GROUP_HEAD_CHARS_MAX))?.[0].length ?? 1;
      groups.push(openGroup(index));
    } else if (character === "|") {
      groups.at(-1)?.branches.push(index + 1);
      index++;
    } else {
      const closed = character === ")" && groups.length > 1 ? groups.pop() : undefined;
      if (character === "\\" && /[1-9k]/.test(source[index + 1] ?? "")) return true;
      const end = endOfAtom(source, index);
      const quantifier = source.slice(end, end + QUANTIFIER_CHARS_MAX);
      const isEndless = ENDLESS.test(quantifier);
      if (closed && isEndless && (isRunaway(closed) || hasNestedBranches(source, closed, index)))
        return true;
      const around = groups.at(-1);
      if (around)
        noteAtom(around, isEndless || closed?.repeats === true, OPTIONAL.test(quantifier), closed);
      index = end + (/^[*+?]\??|^\{[\d,]{1,20}\}\??/.exec(quantifier)?.[0].length ?? 0);
    }
  }
  return false;
}

function openGroup(start: number): Group {
  return { repeats: false, separates: false, branches: [start] };
}

function noteAtom(
  around: Group,
  repeats: boolean,
  isOptional: boolean,
  closed: Group | undefined,
): void {
  if (repeats) around.repeats = true;
  if (!isOptional && (closed ? closed.separates : !repeats)) around.separates = true;
}

function isRunaway({ repeats, separates }: Group): boolean {
  return repeats && !separates;
}

/** Whether one alternative begins with another one whole. */
function hasNestedBranches(source: string, { branches }: Group, end: number): boolean {
  if (branches.length < 2 || branches.length > BRANCHES_MAX) return branches.length > 1;
  const texts = branches
    .map((from, index) => source.slice(from, (branches[index + 1] ?? end + 1) - 1))
    .toSorted();
  return texts.some((text, index) => index > 0 && text.startsWith(texts[index - 1] ?? ""));
}

function endOfAtom(source: string, start: number): number {
  if (source[start] === "\\") return start + 2;
  if (source[start] !== "[") return start + 1;
  let index = start + 1;
  while (index < source.length && source[index] !== "]") index += source[index] === "\\" ? 2 : 1;
  return index + 1;
}
