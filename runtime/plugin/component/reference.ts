import table from "./reference.json" with { type: "json" };

/**
 * The published interfaces, type by type: `glovebox:plugin` 0.1 from `host-api/wit/glovebox.wit`, `wasi` 0.2.12 from the
 * WIT that jco carries, and what older 0.2.x had besides. Written by `test/helpers/component-reference.ts`, held by a test.
 * `@{interface#type}` stands for a named type's text.
 */
const TABLE: Readonly<Record<string, Readonly<Record<string, string>>>> = table;

const REFERENCE: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(
  Object.entries(TABLE).map(([name, members]) => [
    name,
    new Map(Object.entries(members).map(([member, text]) => [member, expand(text)])),
  ]),
);

function expand(text: string): string {
  return text.replace(/@\{([^#}]+)#([^}]+)\}/gu, (_whole, name: string, member: string) =>
    expand((TABLE[name]?.[member] ?? "").replace(/^type /u, "")),
  );
}

/** Members of one published interface, by name without version. */
export function referenceOf(name: string): ReadonlyMap<string, string> | undefined {
  return REFERENCE.get(name);
}

/** Every interface whose types are known. What is served must be among them. */
export const REFERENCED_INTERFACES: ReadonlySet<string> = new Set(REFERENCE.keys());
