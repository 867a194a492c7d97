/**
 * The names of a store's entries, opened once and kept in order. Changes of this process are noted as they happen; after
 * one of another process `version` is another, and everything is read again.
 */
export class SortedNames {
  readonly version: number;
  /** The last row that was read. */
  readTo = 0;
  #reading: Set<string> | undefined = new Set();
  #names: string[] = [];

  constructor(version: number) {
    this.version = version;
  }

  get isWhole(): boolean {
    return this.#reading === undefined;
  }

  /** Notes a name as it stands in a row. */
  read(row: number, name: string): void {
    this.readTo = row;
    this.#reading?.add(name);
  }

  finish(): void {
    this.#names = [...(this.#reading ?? [])].sort(compareCodePoints);
    this.#reading = undefined;
  }

  add(name: string): void {
    if (this.#reading) return void this.#reading.add(name);
    const at = this.#find(name);
    if (this.#names[at] !== name) this.#names.splice(at, 0, name);
  }

  delete(name: string): void {
    if (this.#reading) return void this.#reading.delete(name);
    const at = this.#find(name);
    if (this.#names[at] === name) this.#names.splice(at, 1);
  }

  list(prefix: string, after: string | undefined, countMax: number): readonly string[] {
    const found: string[] = [];
    const start = after === undefined || compareCodePoints(after, prefix) < 0 ? prefix : after;
    for (let at = this.#find(start); found.length < countMax; at += 1) {
      const name = this.#names[at];
      // Names with one prefix stand side by side, so the first without it ends the listing.
      if (name === undefined || !name.startsWith(prefix)) break;
      if (name !== after) found.push(name);
    }
    return found;
  }

  /** Where the first name stands that is not before this one. */
  #find(name: string): number {
    let [low, high] = [0, this.#names.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareCodePoints(this.#names[middle] ?? "", name) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The order of UTF-8 bytes, which a plain store lists in. That of UTF-16 units puts U+E000 to U+FFFF behind all beyond. */
export function compareCodePoints(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at += 1) {
    const [one, other] = [left.charCodeAt(at), right.charCodeAt(at)];
    if (one !== other) return rank(one) - rank(other);
  }
  return left.length - right.length;
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
