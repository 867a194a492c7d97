import { editDistance } from "../../plugin/suggest.ts";
import { splitName } from "./parameters.ts";

/** How one name imitates another, from the closest to the loosest. */
export type Likeness = "same" | "spelling" | "letters" | "decorated" | "typo" | "prefixed";

export interface Lookalike {
  readonly name: string;
  readonly likeness: Likeness;
}

/** Words that make another name of a name without saying that the tool does something else. */
const DECORATION = new Set(
  (
    "v ver version new newer newest old next latest beta alpha rc final alt alternative copy clone mirror dup duplicate " +
    "pro plus premium ultra super mega max turbo lite mini basic simple easy smart auto advanced extended ext enhanced " +
    "improved better best fast faster quick secure secured secureed safe safer trusted verified official original real " +
    "true genuine proper correct default main primary preferred recommended updated fixed patched upgraded legacy " +
    "tool tools func function fn api mcp server service helper util utils handler the a an my our your this x ii iii"
  ).split(" "),
);
/** Verbs and nouns that honest tools of all kinds have for a name. */
const GENERIC = new Set(
  (
    "search find fetch get list read write query add create new delete remove update set run execute exec start stop open " +
    "close help status info version ping echo test convert translate calculate compute now time date log load save send " +
    "call ask lookup resolve parse format validate check scan count sum random hash encode decode login logout"
  ).split(" "),
);
/** Shorter names are near each other by chance. */
const TYPO_LENGTH_MIN = 7;
const TYPO_LENGTH_MAX = 64;
/** Of names that share a key most are alike; no flood of them makes a question expensive. */
const NAMES_PER_KEY_MAX = 8;

interface Forms {
  readonly name: string;
  readonly words: readonly string[];
  /** Letters and digits alone, folded. */
  readonly plain: string;
  /** The same, letters that look alike in a sans-serif made one. */
  readonly drawn: string;
  /** Its words without decoration, in the singular, in one order. */
  readonly core: string;
}

/** The names of tools, to be asked which of them another name imitates. Asking costs the length of the name. */
export class NameIndex {
  readonly #byForm = new Map<string, Forms[]>();
  readonly #seen = new Set<string>();
  readonly #repeated = new Set<string>();

  readonly #keysOf: (forms: Forms) => Iterable<string>;

  /** `loose` also finds names with other words and typing errors; else only those that look the same. */
  constructor(names: Iterable<string>, { loose }: { readonly loose: boolean }) {
    this.#keysOf = loose ? looseKeysOf : keysOf;
    for (const name of names) {
      if (this.#seen.has(name)) this.#repeated.add(name);
      this.#seen.add(name);
      const forms = formsOf(name);
      for (const key of this.#keysOf(forms)) this.#add(key, forms);
      if (loose) this.#add(`words ${forms.words.join(" ")}`, forms);
    }
  }

  #add(key: string, forms: Forms): void {
    const known = this.#byForm.get(key);
    if (!known) this.#byForm.set(key, [forms]);
    else if (known.length < NAMES_PER_KEY_MAX) known.push(forms);
  }

  /** The name that `name` imitates most closely, or undefined. `isItself`: the name is one of these, and no imitation of itself. */
  find(name: string, { isItself = false } = {}): Lookalike | undefined {
    const forms = formsOf(name);
    const keys = [...this.#keysOf(forms), `words ${forms.words.slice(1).join(" ")}`];
    for (const found of keys.flatMap((key) => this.#byForm.get(key) ?? [])) {
      if (isItself && found.name === name) continue;
      const likeness = compareForms(forms, found);
      if (likeness) return { name: found.name, likeness };
    }
    return undefined;
  }

  isRepeated(name: string): boolean {
    return this.#repeated.has(name);
  }
}

/** Whether a name says so little that two honest tools may share it. */
export function isGeneric(name: string): boolean {
  const words = splitName(name);
  return words.length === 1 && GENERIC.has(words[0] ?? "");
}

function formsOf(name: string): Forms {
  const words = splitName(name);
  const plain = words.join("");
  const core = words.filter((word, index) => !isDecoration(word, index, words)).map(singular);
  return {
    name,
    words,
    plain,
    drawn: plain
      .replaceAll("0", "o")
      .replaceAll("1", "l")
      .replaceAll("rn", "m")
      .replaceAll("vv", "w"),
    core: (core.length > 0 ? core : words).toSorted().join(" "),
  };
}

function isDecoration(word: string, index: number, words: readonly string[]): boolean {
  if (DECORATION.has(word)) return true;
  const isLast = index === words.length - 1;
  return /^\d$/.test(word) && index > 0 && (isLast || words[index - 1] === "v");
}

function singular(word: string): string {
  if (word.length < 4 || word.endsWith("ss")) return word;
  if (word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  return word.replace(/(?<=[sxz]|ch|sh)es$|s$/, "");
}

/** Names that look the same share a key. */
function* keysOf({ plain, drawn }: Forms): Iterable<string> {
  yield `plain ${plain}`;
  yield `drawn ${drawn}`;
}

/** Nearly equal ones do too: for typing errors, the name with any one letter left out. */
function* looseKeysOf(forms: Forms): Iterable<string> {
  yield* keysOf(forms);
  const { plain, core } = forms;
  yield `core ${core}`;
  if (plain.length < TYPO_LENGTH_MIN || plain.length > TYPO_LENGTH_MAX) return;
  yield `typo ${plain}`;
  for (let index = 0; index < plain.length; index++)
    yield `typo ${plain.slice(0, index)}${plain.slice(index + 1)}`;
}

function compareForms(left: Forms, right: Forms): Likeness | undefined {
  if (left.name === right.name) return "same";
  if (left.plain === right.plain)
    return isAscii(left.name) === isAscii(right.name) ? "spelling" : "letters";
  if (left.drawn === right.drawn) return "letters";
  if (left.core === right.core) return "decorated";
  if (left.words.length === right.words.length + 1 && isPrefixed(left, right)) return "prefixed";
  if (isOtherWord(left.words, right.words)) return undefined;
  return editDistance(left.plain, right.plain) <= 1 ? "typo" : undefined;
}

/** `disk_read_file` for `read_file`. Of one word there is too little to tell. */
function isPrefixed(left: Forms, right: Forms): boolean {
  return right.words.length > 1 && left.words.slice(1).join(" ") === right.words.join(" ");
}

/** `get_user` and `set_user` are one letter apart and nothing like each other, nor are `sha256` and `sha265`. */
function isOtherWord(left: readonly string[], right: readonly string[]): boolean {
  if (left.length !== right.length) return false;
  const differing = left.flatMap((word, index) =>
    word === right[index] ? [] : [[word, right[index] ?? ""]],
  );
  return differing.some(([one = "", other = ""]) => {
    const isShort = one.length <= 3 && other.length <= 3;
    return isShort || /\d/.test(one + other) || (GENERIC.has(one) && GENERIC.has(other));
  });
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}
