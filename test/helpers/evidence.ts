// What may stand behind a claim, and whether it is there.
import { existsSync, readFileSync } from "node:fs";
import { PROBES } from "../../runtime/cli/probes/run-probes.ts";
import { BUILT_IN_ITEMS } from "../../runtime/debt/built-in-items.ts";

const TITLES = /\b(?:test|it|describe)(?:\.\w+)?\(\s*(?:\w+\(\s*)?(["'`])((?:\\.|(?!\1)[^])+)\1/g;
const titlesOfFile = new Map<string, readonly string[]>();
const { scripts }: { scripts: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync("package.json", "utf8"),
);

/**
 * Why a piece of evidence is none, or null where it is one:
 * `test/FILE.test.ts` with a test in it, `test/FILE.test.ts#WORDS` with these words in a test's title,
 * `probe:ID` that `glovebox doctor` runs, `npm run SCRIPT` that prints a figure, or, for what is said not to be so,
 * `GB-NNN`: an item of the debt report that is not resolved.
 */
export function missingFrom(evidence: string): string | null {
  const [, probe] = /^probe:(.+)$/.exec(evidence) ?? [];
  if (probe !== undefined)
    return PROBES.some(({ id }) => id === probe) ? null : `no probe ${probe}`;
  if (/^GB-\d{3}$/.test(evidence)) {
    const item = BUILT_IN_ITEMS.find(({ id }) => id === evidence);
    return item !== undefined && item.status !== "resolved" ? null : `no open item ${evidence}`;
  }
  const [, script] = /^npm run ([\w:]+)$/.exec(evidence) ?? [];
  if (script !== undefined) return Object.hasOwn(scripts, script) ? null : `no script ${script}`;
  const [, file = "", words] = /^(test\/[\w/-]+\.test\.ts)(?:#(.{8,}))?$/.exec(evidence) ?? [];
  if (file === "") return `not evidence: ${evidence}`;
  if (!existsSync(file)) return `no file ${file}`;
  const titles = titlesOf(file);
  if (titles.length === 0) return `no test in ${file}`;
  return words === undefined || titles.some((title) => title.includes(words))
    ? null
    : `no test "${words}" in ${file}`;
}

/** The titles of the tests in a file, with the names of their groups, as they are written there. */
function titlesOf(file: string): readonly string[] {
  const known = titlesOfFile.get(file);
  if (known !== undefined) return known;
  const titles = [...readFileSync(file, "utf8").matchAll(TITLES)].map(([, , title = ""]) => title);
  titlesOfFile.set(file, titles);
  return titles;
}
