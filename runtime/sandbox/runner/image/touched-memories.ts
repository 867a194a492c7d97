import { TOUCHED, VIEWS } from "../../touched.ts";

interface Touched {
  readonly memory: WebAssembly.Memory;
  /** A byte for each page, which is not zero once something was written there. */
  readonly pages: Uint8Array;
}

type View = ArrayBufferView & { readonly buffer: ArrayBufferLike };
type ViewClass = new (...args: unknown[]) => View;

const NO_PAGES = new Uint8Array();

/**
 * The memories of one instance of a component whose modules tell what they write to, and for each what was told.
 * See `TOUCHED`.
 */
export class TouchedMemories {
  readonly #all: Touched[] = [];
  /** As they are exported: for modules that share a memory. */
  readonly #exported = new Map<unknown, WebAssembly.Memory>();
  #last: { readonly buffer: ArrayBufferLike; readonly pages: Uint8Array } | undefined;

  /** Where what is written to a memory is told. Undefined for a memory whose modules tell nothing. */
  pagesOf(memory: WebAssembly.Memory): Uint8Array | undefined {
    return this.#all.find((touched) => touched.memory === memory)?.pages;
  }

  /** The imports of a module with what it imports besides, if the memory among them is one that is told of. */
  completeImports(imports: WebAssembly.Imports | undefined): WebAssembly.Imports | undefined {
    for (const from of Object.values(imports ?? {}))
      for (const item of Object.values(from)) {
        const told = this.#exported.get(item);
        if (told !== undefined) return { ...imports, [TOUCHED.name]: { [TOUCHED.name]: told } };
      }
    return imports;
  }

  /** Takes in what a module exports that tells of its memory. */
  add({ exports }: WebAssembly.Instance): void {
    const told = exports[TOUCHED.name];
    if (!(told instanceof WebAssembly.Memory)) return;
    for (const item of Object.values(exports)) {
      if (!(item instanceof WebAssembly.Memory) || item === told || this.#exported.has(item))
        continue;
      this.#exported.set(item, told);
      this.#all.push({ memory: item, pages: new Uint8Array(told.buffer) });
    }
  }

  /** The views of `VIEWS`, which tell what is written through them; a typed array, and what it shows, from its beginning. */
  makeViews(): readonly unknown[] {
    const find = (buffer: ArrayBufferLike): Uint8Array => this.#find(buffer);
    return VIEWS.map((name) =>
      name === "DataView" ? makeDataView(find) : makeTypedArray(globalThis[name], find),
    );
  }

  #find(buffer: ArrayBufferLike): Uint8Array {
    if (this.#last?.buffer === buffer) return this.#last.pages;
    // Growing, even by nothing, gives a memory another buffer.
    const found = this.#all.find(({ memory }) => memory.buffer === buffer);
    if (found === undefined) return NO_PAGES;
    this.#last = { buffer, pages: found.pages };
    return found.pages;
  }
}

function tell(pages: Uint8Array, start: number, bytes: number): void {
  if (pages.length === 0 || bytes === 0) return;
  pages.fill(1, pageOf(start), pageOf(start + bytes - 1) + 1);
}

function pageOf(offset: number): number {
  return Math.floor(offset / TOUCHED.pageBytes);
}

function makeTypedArray(base: unknown, find: (buffer: ArrayBufferLike) => Uint8Array): ViewClass {
  return class extends (base as ViewClass) {
    constructor(...args: unknown[]) {
      super(...args);
      tell(find(this.buffer), this.byteOffset, this.byteLength);
    }
  };
}

type Setter = (this: DataView, offset: number, value: unknown, littleEndian?: boolean) => void;

/** Usually a view of a whole memory, which is used again: so it tells what is set through it, and nothing before. */
function makeDataView(find: (buffer: ArrayBufferLike) => Uint8Array): ViewClass {
  class TellingDataView extends DataView<ArrayBuffer> {
    readonly pages: Uint8Array;
    constructor(...args: ConstructorParameters<typeof DataView<ArrayBuffer>>) {
      super(...args);
      this.pages = find(this.buffer);
    }
  }
  for (const name of Object.getOwnPropertyNames(DataView.prototype)) {
    if (!name.startsWith("set")) continue;
    const set = DataView.prototype[name as "setInt8"] as Setter;
    const value: Setter = function (offset, number, littleEndian) {
      const at = offset >>> 0;
      const { pages, byteOffset } = this as TellingDataView;
      pages[pageOf(byteOffset + at)] = 1;
      set.call(this, at, number, littleEndian);
    };
    Object.defineProperty(TellingDataView.prototype, name, { value });
  }
  return TellingDataView as unknown as ViewClass;
}
