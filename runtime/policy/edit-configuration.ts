import { isMap, isScalar, isSeq, type Document, YAMLMap, YAMLSeq } from "yaml";
import type { JsonValue } from "@glovebox/host-api/json";
import { collectProblems } from "../plugin/problems.ts";
import { parseYaml } from "./yaml.ts";

/** What `glovebox init` writes. */
export const FIRST_CONFIGURATION = `# yaml-language-server: $schema=./.glovebox/glovebox.schema.json
# What this file does not grant is denied. \`glovebox verify\` checks it.
version: 1
mode: development # \`production\` refuses anything unsigned, unpinned or unsealed

# Whose signatures count, and for which plugins: \`glovebox trust add KEY --plugins GLOB\`.
trust: []

# Installed plugins and what each may do: \`glovebox add SOURCE\`.
plugins: {}
`;

/**
 * Sets keys of one plugin's entry, and makes the entry when there is none. Comments and order of the rest stay.
 * What is written is not judged here: parse the result before it is saved.
 */
export function editPlugin(
  text: string,
  file: string,
  alias: string,
  keys: Readonly<Record<string, JsonValue>>,
): string {
  return edit(text, file, (document) => {
    const plugins = openSection(document, "plugins", isMap, () => new YAMLMap());
    if (!isMap(plugins.get(alias))) plugins.set(alias, new YAMLMap());
    for (const [key, value] of Object.entries(keys))
      document.setIn(["plugins", alias, key], makeNode(document, value));
  });
}

/** Takes one plugin's entry out. A plugin that is not there changes nothing. */
export function removePlugin(text: string, file: string, alias: string): string {
  return edit(text, file, (document) => {
    const plugins = document.get("plugins");
    if (!isMap(plugins)) return;
    plugins.delete(alias);
    if (plugins.items.length === 0) plugins.flow = true;
  });
}

/** Appends a trust entry, or adds globs to the one that has the same key. */
export function editTrust(
  text: string,
  file: string,
  entry: { readonly name: string; readonly key: string; readonly plugins: readonly string[] },
): string {
  return edit(text, file, (document) => {
    const trust = openSection(document, "trust", isSeq, () => new YAMLSeq());
    const twin = trust.items.find((item) => isMap(item) && item.get("key") === entry.key);
    const globs = isMap(twin) ? twin.get("plugins") : undefined;
    if (!isSeq(globs))
      return trust.add(makeNode(document, { ...entry, plugins: [...entry.plugins] }));
    const known = globs.toJSON() as readonly unknown[];
    for (const glob of new Set(entry.plugins))
      if (!known.includes(glob)) globs.add(makeNode(document, glob));
  });
}

/** Only what can be read is edited, and a text that needs no change stays as it is, byte by byte. */
function edit(text: string, file: string, change: (document: Document.Parsed) => void): string {
  const hasCarriageReturns = text.includes("\r\n");
  const lines = hasCarriageReturns ? text.replaceAll("\r\n", "\n") : text;
  const { document } = collectProblems((problems) => parseYaml(lines, file, problems));
  const before = JSON.stringify(document);
  change(document);
  if (JSON.stringify(document) === before) return text;
  const edited = document.toString({ lineWidth: 0 });
  return hasCarriageReturns ? edited.replaceAll("\n", "\r\n") : edited;
}

/** The collection under `key`, made when there is none, one entry a line: `[]` as `init` writes it would stay on one. */
function openSection<Section extends YAMLMap | YAMLSeq>(
  document: Document.Parsed,
  key: string,
  isSection: (node: unknown) => node is Section,
  make: () => Section,
): Section {
  const found = document.get(key, true);
  const section = isSection(found) ? found : make();
  // Entries that are all commented out are the comment of a null.
  if (isScalar(found)) section.commentBefore = found.comment ?? found.commentBefore ?? null;
  if (section !== found) document.set(key, section);
  section.flow = false;
  return section;
}

/** The same object twice in `value` must not become an alias, which nobody reads. */
function makeNode(document: Document.Parsed, value: JsonValue): unknown {
  return document.createNode(value, { aliasDuplicateObjects: false });
}
