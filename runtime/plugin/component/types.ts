/** Real interfaces stay under a tenth of these. jco writes about 2 kB of code for each node of a type's tree. */
export const TYPE_DEPTH_MAX = 32;
export const TYPE_NODES_MAX = 2000;
export const TYPE_TEXT_LENGTH_MAX = 64 * 1024;

/**
 * A component-level type, compared by structure: equal types are the same object (`TypeTable.make`).
 * Resources are compared by who defines them: `resource wasi:io/streams.input-stream`.
 */
export interface Type {
  readonly sort: "value" | "func" | "resource";
  /** Text and child types in turn: what the type says. */
  readonly parts: readonly (string | Type)[];
  /** Nodes when every use is written out: types are a graph, and generated code is a tree. */
  readonly nodes: number;
  readonly depth: number;
  /** Characters of `formatType`. */
  readonly textLength: number;
}

/** Makes types and keeps one object for each structure, so that hostile sharing costs nothing to compare. */
export class TypeTable {
  readonly #known = new Map<string, Type>();
  readonly #ids = new Map<Type, number>();

  make(sort: Type["sort"], parts: readonly (string | Type)[]): Type {
    const key = `${sort} ${parts.map((part) => (typeof part === "string" ? part : `#${this.#ids.get(part)}`)).join("")}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    let nodes = 1;
    let depth = 1;
    let textLength = 0;
    for (const part of parts) {
      const length = typeof part === "string" ? part.length : part.textLength;
      textLength = Math.min(textLength + length, Number.MAX_SAFE_INTEGER);
      if (typeof part === "string") continue;
      nodes = Math.min(nodes + part.nodes, Number.MAX_SAFE_INTEGER);
      depth = Math.max(depth, part.depth + 1);
    }
    const type: Type = { sort, parts, nodes, depth, textLength };
    this.#known.set(key, type);
    this.#ids.set(type, this.#ids.size);
    return type;
  }
}

/** The type written out. Only for types that are within the limits above. */
export function formatType(type: Type): string {
  return type.parts.map((part) => (typeof part === "string" ? part : formatType(part))).join("");
}
