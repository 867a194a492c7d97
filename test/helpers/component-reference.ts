import { readFileSync } from "node:fs";
import { componentEmbed, componentNew } from "@bytecodealliance/jco-transpile/wasm-tools";
import type { ComponentItem } from "../../runtime/plugin/component/inspect.ts";

/** A component that imports and exports all of one WIT world and does nothing. */
export async function componentOfWit(witSource: string, world: string): Promise<Uint8Array> {
  const module = await componentEmbed({ witSource, world, dummy: true });
  return componentNew(module, []);
}

/** Several WIT packages as one text: each file's `package x;` becomes a block around the rest. */
export function nestPackages(files: readonly string[], root: string): string {
  const blocks = files.map((file) => {
    const text = readFileSync(file, "utf8");
    const declaration = /^package ([^;]+);/mu.exec(text);
    if (declaration === null) throw new Error(`${file} declares no package`);
    return `package ${declaration[1]} {\n${text.replace(declaration[0], "")}\n}`;
  });
  return `${root}\n${blocks.join("\n")}`;
}

type Table = Record<string, Record<string, string>>;

/**
 * The interfaces of a component as `reference.ts` and `reference-wasi.ts` write them: sorted, and long types that have
 * a name replaced by it, `@{wasi:io/streams#stream-error}`.
 */
export function referenceTable(items: readonly ComponentItem[]): Table {
  const named: [text: string, name: string][] = [];
  for (const item of items) {
    for (const [member, text] of item.members) {
      const type = /^type ((?:record|variant|enum|flags)\(.*)$/u.exec(text)?.[1];
      if (type !== undefined && !named.some(([known]) => known === type))
        named.push([type, `@{${item.name}#${member}}`]);
    }
  }
  named.sort(([left], [right]) => right.length - left.length);
  const table: Table = {};
  for (const item of items.toSorted((left, right) => (left.name < right.name ? -1 : 1))) {
    const members: Record<string, string> = {};
    for (const [member, text] of [...item.members].toSorted(([left], [right]) =>
      left < right ? -1 : 1,
    )) {
      members[member] = shorten(text, named, `@{${item.name}#${member}}`);
    }
    table[item.name] = members;
  }
  return table;
}

function shorten(
  text: string,
  named: readonly (readonly [string, string])[],
  self: string,
): string {
  let short = text;
  for (const [type, name] of named) if (name !== self) short = short.replaceAll(type, name);
  return short;
}
