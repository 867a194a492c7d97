// Known gaps in the code, compared with the report, both ways. A gap is marked where it is: `debt("GB-012")` in a comment, or
// in a text that people read there. Reads sources alone: about 0.1 s.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { BUILT_IN_ITEMS } from "../../../runtime/debt/built-in-items.ts";

/** Gaps that no line of code has: what they lack stands nowhere. Each with why. */
const WITHOUT_A_PLACE: Readonly<Record<string, string>> = {
  "GB-040": "it is about what other projects publish, and no code of ours makes it so",
  "GB-078": "it is about the documents, and what a test shows no program can tell",
  "GB-088": "it is about other servers, and nothing here asks for them",
};

const MARKER = /debt\("(GB-[^"]*)"\)/g;
/** Any other way to write an id in a source would be a gap that nobody compares. */
const MENTION = /\bGB-\d{3}\b/g;

const sources = ["runtime", "host-api", "sdk-guest", "plugins"].flatMap((root) =>
  globSync(`${root}/**/*.{ts,mjs,js,cjs,c,h,wit,json,yaml}`, {
    exclude: (name) => /node_modules|\bdist\b/.test(name),
  }).filter((file) => !file.startsWith("runtime/debt/")),
);
const texts = sources.map((file) => [file, readFileSync(file, "utf8")] as const);
const marked = texts.flatMap(([file, text]) =>
  [...text.matchAll(MARKER)].map(([, id = ""]) => ({ file, id })),
);
const isOpen = ({ status }: { readonly status: string }): boolean => status !== "resolved";

test("sources are read", () => assert.ok(sources.length > 500));

test("a marker in the code names an open gap of the report", () => {
  const open = new Set<string>(BUILT_IN_ITEMS.filter(isOpen).map(({ id }) => id));
  assert.deepEqual(
    marked.filter(({ id }) => !open.has(id)),
    [],
  );
});

test("an open gap of the report is marked in the code, or is known to have no place there", () => {
  const known = new Set([...marked.map(({ id }) => id), ...Object.keys(WITHOUT_A_PLACE)]);
  const unmarked = BUILT_IN_ITEMS.filter(isOpen).filter(({ id }) => !known.has(id));
  assert.deepEqual(
    unmarked.map(({ id, title }) => `${id}: ${title}`),
    [],
  );
});

test("what is said to have no place is open, and has none", () => {
  const open = BUILT_IN_ITEMS.filter(isOpen).map((item): string => item.id);
  for (const [id, why] of Object.entries(WITHOUT_A_PLACE)) {
    assert.ok(open.includes(id), `${id} is not open`);
    assert.ok(!marked.some((marker) => marker.id === id), `${id} is marked`);
    assert.ok(why.length > 20, id);
  }
});

test("a source names a gap by a marker and in no other way", () => {
  const loose = texts.flatMap(([file, text]) =>
    [...text.replaceAll(MARKER, "").matchAll(MENTION)].map(([id]) => `${file}: ${id}`),
  );
  assert.deepEqual(loose, []);
});
