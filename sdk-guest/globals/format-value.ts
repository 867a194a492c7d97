const depthMax = 4;
const entriesMax = 100;

/** A value in one line for a log, whatever it is: cycles, getters that throw and foreign objects included. */
export function formatValue(value: unknown, depth = 0, above: readonly object[] = []): string {
  try {
    if (typeof value === "string") return JSON.stringify(value);
    if (typeof value === "bigint") return `${value}n`;
    if (typeof value === "function") return `[function ${value.name || "anonymous"}]`;
    if (typeof value !== "object" || value === null) return String(value);
    if (value instanceof Error) return `${value.name}: ${value.message}`;
    if (value instanceof Date)
      return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
    if (value instanceof RegExp) return String(value);
    if (above.includes(value)) return "[circular]";
    if (depth === depthMax) return Array.isArray(value) ? "[…]" : "{…}";
    return formatObject(value, (inner) => formatValue(inner, depth + 1, [...above, value]));
  } catch {
    return "[unprintable]";
  }
}

function formatObject(value: object, format: (inner: unknown) => string): string {
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    return `[${cut(Array.from(value as unknown as ArrayLike<unknown>), format).join(", ")}]`;
  }
  if (value instanceof Map) {
    return `Map {${cut([...value], ([key, inner]) => `${format(key)} => ${format(inner)}`).join(", ")}}`;
  }
  if (value instanceof Set) return `Set {${cut([...value], format).join(", ")}}`;
  const entries = cut(
    Object.keys(value),
    (key) => `${key}: ${format((value as Record<string, unknown>)[key])}`,
  );
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

function cut<T>(items: readonly T[], format: (item: T) => string): string[] {
  const shown = items.slice(0, entriesMax).map(format);
  return items.length > entriesMax ? [...shown, `… ${items.length - entriesMax} more`] : shown;
}
