import type { ExportedFunction } from "./tool-name.ts";

type Table = Readonly<Record<string, unknown>>;

/** What a component's author wrote of it and of its functions. Unread text of a stranger. */
export interface PackageDocs {
  /** Of the only world, or of the package. */
  readonly description: string | undefined;
  /** Name of the only world. */
  readonly world: string | undefined;
  of(exported: Omit<ExportedFunction, "text">): string | undefined;
}

/**
 * Reads the JSON of a `package-docs` section, whose length is bounded: `worlds.<world>.func_exports.<name>` for functions
 * of the world, `interfaces.<interface>.funcs.<name>` for those of an interface, each a string or `{ docs }`. What is not
 * of that form is not there: it is no part of the component, and nothing but the descriptions of tools is taken from it.
 */
export function readPackageDocs(text: string | undefined): PackageDocs {
  const root = asTable(parse(text));
  const worlds = Object.entries(asTable(root["worlds"]));
  const [only] = worlds.length === 1 ? worlds : [];
  return {
    description: docsOf(only?.[1]) ?? docsOf(root),
    world: only?.[0],
    of({ interface: owner, name }) {
      if (owner === undefined)
        return firstOf(worlds, (world) => docsOf(member(member(world, "func_exports"), name)));
      const own = /\/([^@]+)/.exec(owner)?.[1] ?? owner;
      const inPackage = member(member(member(root, "interfaces"), own), "funcs");
      return (
        docsOf(member(inPackage, name)) ??
        firstOf(worlds, (world) => {
          const exported = member(member(world, "interface_exports"), own);
          return docsOf(member(member(exported, "funcs"), name));
        })
      );
    },
  };
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

function firstOf(
  worlds: readonly (readonly [string, unknown])[],
  read: (world: unknown) => string | undefined,
): string | undefined {
  for (const [, world] of worlds) {
    const found = read(world);
    if (found !== undefined) return found;
  }
  return undefined;
}

function docsOf(entry: unknown): string | undefined {
  const docs = typeof entry === "string" ? entry : asTable(entry)["docs"];
  return typeof docs === "string" && /\S/.test(docs) ? docs : undefined;
}

function member(value: unknown, key: string): unknown {
  const table = asTable(value);
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function asTable(value: unknown): Table {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Table)
    : {};
}
