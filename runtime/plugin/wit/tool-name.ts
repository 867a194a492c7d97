import type { ComponentItem } from "../component/inspect.ts";

/** One exported function: `weather` alone, or one of an interface, `example:weather/weather-api@0.1.0`. */
export interface ExportedFunction {
  /** With version; undefined for a function of the world itself. */
  readonly interface: string | undefined;
  readonly name: string;
  /** Its type, written out. */
  readonly text: string;
}

/** Every function that a component exports, in its own order. */
export function exportedFunctions(items: readonly ComponentItem[]): ExportedFunction[] {
  return items.flatMap(({ name, version, kind, members }) => {
    const full = version === undefined ? name : `${name}@${version}`;
    const owner = kind === "instance" ? full : undefined;
    return [...members]
      .filter(([, text]) => text.startsWith("func("))
      .map(([member, text]) => ({ interface: owner, name: owner ? member : full, text }));
  });
}

/**
 * The name of the tool, as Wassette makes it: the interface and the function joined by `_`, in lower case, with
 * everything but letters, digits and hyphens turned into `_`.
 */
export function toolNameOf({ interface: owner, name }: Omit<ExportedFunction, "text">): string {
  const parts = owner === undefined ? [name] : [owner, name];
  return parts.map((part) => part.toLowerCase().replace(/[^a-z0-9-]/g, "_")).join("_");
}
