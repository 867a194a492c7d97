import { isGeneric, NameIndex, type Likeness, type Lookalike } from "../names.ts";
import type { Rule } from "../rule.ts";
import type { Severity } from "../finding.ts";

/** MCP 2025-11-25, "Tool Names": 1 to 128 of these. */
const CONVENTION = /^[A-Za-z0-9_.-]{1,128}$/;
/** What every client takes. */
const LENGTH_SAFE_MAX = 64;
const SCRIPTS = [
  "Latin",
  "Cyrillic",
  "Greek",
  "Armenian",
  "Georgian",
  "Cherokee",
  "Hebrew",
  "Arabic",
  "Han",
  "Hiragana",
  "Katakana",
  "Hangul",
].map((name) => ({ name, pattern: new RegExp(`(?=\\p{L})\\p{Script=${name}}`, "u") }));
/** Scripts that one word of an honest language has together. */
const TOGETHER = new Set(["Han", "Hiragana", "Katakana", "Hangul"]);

const HOW: Readonly<Record<Likeness, string>> = {
  same: "has the same name as",
  spelling: "differs only in case or separators from",
  letters: "is drawn like",
  decorated: "is the same words as",
  typo: "is one letter away from",
  prefixed: "is, but for its first word,",
};

const indexes = new WeakMap<object, NameIndex>();

/** A tool that a model may take for another plugin's tool. */
export const NAME_OVERLAP: Rule = {
  id: "name-overlap",
  severity: "high",
  title: "A name that is, or looks like, the name of another plugin's tool",
  references: ["OWASP MCP03", "UTS 39"],
  *find({ tool, others }) {
    if (others.size === 0) return;
    const found = indexOf(others, true, () => [...others.values()].map(({ name }) => name)).find(
      tool.name,
    );
    if (found)
      yield {
        where: "name",
        quote: found.name,
        why: `The name ${HOW[found.likeness]} an installed tool's: a model may call this one in its place.`,
        severity: severityOf(tool.name, found),
      };
  },
};

/** Honest plugins share names that say nothing, such as `search`: shown, and no reason to stop. */
function severityOf(name: string, { likeness }: Lookalike): Severity {
  if (likeness === "prefixed") return "medium";
  return isGeneric(name) && (likeness === "same" || likeness === "spelling") ? "medium" : "high";
}

/** Two tools of one surface that nobody can tell apart. */
export const TWIN_NAMES: Rule = {
  id: "twin-names",
  severity: "high",
  title: "Two tools of one server whose names look the same",
  references: ["OWASP MCP03", "UTS 39"],
  *find({ tool: { name }, siblings }) {
    if (siblings.length < 2) return;
    const index = indexOf(siblings, false, () => siblings.map((sibling) => sibling.name));
    const found = index.find(name, { isItself: true });
    if (index.isRepeated(name))
      yield {
        where: "name",
        why: "The server lists this name more than once: which one is called?",
      };
    else if (found?.likeness === "letters" || found?.likeness === "spelling")
      yield {
        where: "name",
        quote: found.name,
        why: `The name ${HOW[found.likeness]} another tool's of the same server.`,
        severity: found.likeness === "letters" ? "high" : "medium",
      };
  },
};

/** Letters of several scripts in one name, or a name that clients refuse. */
export const NAME_CONVENTION: Rule = {
  id: "name-convention",
  severity: "high",
  title: "A name that breaks the conventions, or mixes scripts",
  references: ["MCP 2025-11-25 Tool Names", "UTS 39"],
  *find({ tool: { name } }) {
    const scripts = SCRIPTS.filter(({ pattern }) => pattern.test(name)).map(
      (script) => script.name,
    );
    const isMixed = scripts.length > 1 && !scripts.every((script) => TOGETHER.has(script));
    if (isMixed)
      yield {
        where: "name",
        quote: name,
        why: `The name mixes letters of several scripts (${scripts.join(", ")}), which look like each other.`,
      };
    else if (!CONVENTION.test(name))
      yield {
        where: "name",
        quote: name,
        why: "A tool's name has 1 to 128 letters, digits, `_`, `-` and `.`; clients refuse others or change them.",
        severity: "medium",
      };
    else if (name.length > LENGTH_SAFE_MAX)
      yield {
        where: "name",
        why: `Some clients cut names at ${LENGTH_SAFE_MAX} characters.`,
        severity: "low",
      };
  },
};

function indexOf(key: object, loose: boolean, names: () => readonly string[]): NameIndex {
  let index = indexes.get(key);
  if (!index) indexes.set(key, (index = new NameIndex(names(), { loose })));
  return index;
}
