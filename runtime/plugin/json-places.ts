import type { JsonValue } from "@glovebox/host-api/json";

type Path = readonly (string | number)[];

/** Where the members of each container stand, for messages. Kept beside the values, which stay plain data. */
export class JsonPlaces {
  readonly #offsets = new WeakMap<object, Map<string | number, number>>();

  /** Notes that the member `key` of `container` begins at `offset`: at its key, in an object. */
  note(container: object, key: string | number, offset: number): void {
    const members = this.#offsets.get(container);
    if (members === undefined) this.#offsets.set(container, new Map([[key, offset]]));
    else members.set(key, offset);
  }

  /** Offset of the value at `path` below `root`, or of its nearest parent that exists. */
  offsetOf(root: JsonValue, path: Path, rootOffset: number): number {
    let value: unknown = root;
    let offset = rootOffset;
    for (const key of path) {
      if (typeof value !== "object" || value === null) return offset;
      const found = this.#offsets.get(value)?.get(key);
      if (found === undefined) return offset;
      offset = found;
      value = (value as Record<string | number, unknown>)[key];
    }
    return offset;
  }
}
