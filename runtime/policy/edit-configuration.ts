import { isMap, isSeq, YAMLMap, YAMLSeq } from "yaml";
import type { JsonValue } from "@glovebox/host-api/json";
import { parseYamlDocument } from "./yaml.ts";

/** What `glovebox init` writes. */
export const FIRST_CONFIGURATION = `# yaml-language-server: $schema=https://glovebox.dev/schemas/v1/glovebox.schema.json
# What this file does not grant is denied. \`glovebox verify\` checks it.
version: 1
mode: development # \`production\` refuses anything unsigned, unpinned or unsealed

# Whose signatures count, and for which plugins: \`glovebox trust add KEY --plugins GLOB\`.
trust: []

# Installed plugins and what each may do: \`glovebox add SOURCE\`.
plugins: {}
`;

/** Sets keys of one plugin's entry, and makes the entry when there is none. Comments and order of the rest stay as they are. */
export function editPlugin(text: string, file: string, alias: string, keys: Readonly<Record<string, JsonValue>>): string {
  return edit(text, file, (document) => {
    if (!isMap(document.get("plugins"))) document.set("plugins", new YAMLMap());
    openUp(document.get("plugins"));
    if (!isMap(document.getIn(["plugins", alias]))) document.setIn(["plugins", alias], new YAMLMap());
    for (const [key, value] of Object.entries(keys)) document.setIn(["plugins", alias, key], document.createNode(value));
  });
}

/** Takes one plugin's entry out. */
export function removePlugin(text: string, file: string, alias: string): string {
  return edit(text, file, (document) => {
    document.deleteIn(["plugins", alias]);
    const plugins = document.get("plugins");
    if (isMap(plugins) && plugins.items.length === 0) plugins.flow = true;
  });
}

/** Appends a trust entry, or adds globs to the one that has the same key. */
export function editTrust(
  text: string,
  file: string,
  entry: { readonly name: string; readonly key: string; readonly plugins: readonly string[] },
): string {
  return edit(text, file, (document) => {
    if (!isSeq(document.get("trust"))) document.set("trust", new YAMLSeq());
    const trust = document.get("trust") as YAMLSeq;
    openUp(trust);
    const twin = trust.items.find((item) => isMap(item) && item.get("key") === entry.key);
    if (isMap(twin)) {
      const globs = (twin.get("plugins") as YAMLSeq).toJSON() as string[];
      twin.set("plugins", document.createNode([...new Set([...globs, ...entry.plugins])]));
    } else trust.add(document.createNode({ name: entry.name, key: entry.key, plugins: [...entry.plugins] }));
  });
}

function edit(text: string, file: string, change: (document: ReturnType<typeof parseYamlDocument>) => void): string {
  const document = parseYamlDocument(text, file);
  change(document);
  return document.toString({ lineWidth: 0 });
}

/** `[]` and `{}` as written by `init` would keep later entries on one line. */
function openUp(node: unknown): void {
  if (isMap(node) || isSeq(node)) node.flow = false;
}
