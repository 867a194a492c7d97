import { isMap, isScalar, isSeq, type Document, YAMLMap, YAMLSeq } from "yaml";
import type { JsonObject, JsonValue } from "@glovebox/host-api/json";
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

/** Takes one plugin's entry out, and its name out of every profile. A plugin that is not there changes nothing. */
export function removePlugin(text: string, file: string, alias: string): string {
  return edit(text, file, (document) => {
    const plugins = document.get("plugins");
    if (!isMap(plugins)) return;
    plugins.delete(alias);
    if (plugins.items.length === 0) plugins.flow = true;
    const profiles = document.get("profiles");
    if (!isMap(profiles)) return;
    for (const { value } of profiles.items) {
      const members = isMap(value) ? value.get("plugins") : undefined;
      if (isSeq(members))
        members.items = members.items.filter((item) => !isScalar(item) || item.value !== alias);
    }
  });
}

/** A trust entry as the configuration writes it. */
export interface TrustWords {
  readonly name: string;
  readonly key?: string;
  readonly minisign?: string;
  readonly identity?: { readonly issuer: string; readonly subject: string };
  readonly plugins: readonly string[];
  readonly from?: string;
  readonly until?: string;
  readonly cosigners?: readonly string[];
  readonly provenance?: { readonly repository: string; readonly workflow: string };
}

/** Appends a trust entry, or adds globs to the one that is the same signer's; what else the new one says is set there. */
export function editTrust(text: string, file: string, entry: TrustWords): string {
  return edit(text, file, (document) => {
    const trust = openSection(document, "trust", isSeq, () => new YAMLSeq());
    const words = JSON.parse(JSON.stringify(entry)) as JsonObject;
    const twin = trust.items.find((item) => isMap(item) && isSameSigner(item, entry));
    const globs = isMap(twin) ? twin.get("plugins") : undefined;
    if (!isMap(twin) || !isSeq(globs)) return trust.add(makeNode(document, words));
    const known = globs.toJSON() as readonly unknown[];
    for (const glob of new Set(entry.plugins))
      if (!known.includes(glob)) globs.add(makeNode(document, glob));
    for (const key of ["from", "until", "cosigners", "provenance"])
      if (words[key] !== undefined) twin.set(key, makeNode(document, words[key]));
  });
}

function isSameSigner(item: YAMLMap, { key, minisign, identity }: TrustWords): boolean {
  if (key !== undefined) return item.get("key") === key;
  if (minisign !== undefined) return item.get("minisign") === minisign;
  const found = item.get("identity");
  return (
    isMap(found) &&
    found.get("issuer") === identity?.issuer &&
    found.get("subject") === identity?.subject
  );
}

/** Takes a trust entry out by its name. One that is not there changes nothing. */
export function removeTrust(text: string, file: string, name: string): string {
  return edit(text, file, (document) => {
    const trust = document.get("trust");
    if (!isSeq(trust)) return;
    const at = trust.items.findIndex((item) => isMap(item) && item.get("name") === name);
    if (at >= 0) trust.delete(at);
    if (trust.items.length === 0) trust.flow = true;
  });
}

/** Appends what is revoked to its list. */
export function addRevocation(
  text: string,
  file: string,
  list: "keys" | "identities" | "digests",
  revocation: JsonObject,
): string {
  return edit(text, file, (document) => {
    const revoked = openSection(document, "revoked", isMap, () => new YAMLMap());
    const found = revoked.get(list);
    if (isSeq(found)) {
      found.flow = false;
      found.add(makeNode(document, revocation));
    } else revoked.set(list, makeNode(document, [revocation]));
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
