/** Plugins of our own, whose names a stranger's plugin may want to be taken for. */
export const OWN_PLUGINS: readonly string[] = ["files", "memory", "time", "web"];

/** Words that say nothing of what a plugin is, and are put in front of a good name or behind it. */
const FILLERS: ReadonlySet<string> = new Set(
  (
    "app beta client core fast free glovebox js latest lite mcp new next official original plugin plus premium pro " +
    "real safe secure server service the tool tools true ts verified wasm"
  ).split(" "),
);
/** One change in a shorter name makes another word as often as a misspelling. */
const TYPO_CHARS_MIN = 5;

/**
 * The name among `known` that `name` could be taken for: drawn alike (`fi1es`, `rnemory`), told apart by separators, plurals
 * or filler words alone (`time-official`), or one slip of the fingers away (`memroy`). Undefined when there is none.
 * The same name is not a look-alike of itself. Plugin names are ASCII and short, so that is all there is to UTS 39.
 */
export function findLookAlike(name: string, known: readonly string[]): string | undefined {
  return known.find((other) => other !== name && looksAlike(name, other));
}

function looksAlike(name: string, other: string): boolean {
  const [one, two] = [skeleton(name), skeleton(other)];
  if (one === two) return true;
  const [bare, otherBare] = [bareName(name), bareName(other)];
  if (bare !== "" && bare === otherBare) return true;
  return Math.min(one.length, two.length) >= TYPO_CHARS_MIN && isOneSlip(one, two);
}

/** What the eye makes of a name: letters and digits that are drawn alike are one, and separators are nothing. */
function skeleton(name: string): string {
  return name
    .replaceAll("-", "")
    .replaceAll("rn", "m")
    .replaceAll("vv", "w")
    .replaceAll("cl", "d")
    .replaceAll("0", "o")
    .replaceAll(/[1i]/g, "l")
    .replaceAll("5", "s")
    .replaceAll("2", "z")
    .replaceAll("8", "b");
}

/** Without filler words, and in the singular. */
function bareName(name: string): string {
  const words = name.split("-").filter((word) => !FILLERS.has(word));
  return skeleton(words.join("-")).replace(/s$/, "");
}

/** One letter more, less, other, or two neighbours exchanged (Damerau and Levenshtein, distance 1). */
function isOneSlip(one: string, other: string): boolean {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  if (long.length - short.length > 1) return false;
  let at = 0;
  while (at < short.length && short[at] === long[at]) at += 1;
  if (long.length > short.length) return short.slice(at) === long.slice(at + 1);
  if (short.slice(at + 1) === long.slice(at + 1)) return true;
  return (
    short[at] === long[at + 1] &&
    short[at + 1] === long[at] &&
    short.slice(at + 2) === long.slice(at + 2)
  );
}
