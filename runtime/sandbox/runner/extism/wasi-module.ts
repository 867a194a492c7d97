// Stands in for `node:wasi` beneath Extism, which makes a `WASI` for each instance that imports preview 1.
import type { Wasi } from "./wasi.ts";

let prepared: Wasi | undefined;

/** Says which WASI the next instance gets. Instances are made one after the other. */
export function prepareWasi(wasi: Wasi): void {
  prepared = wasi;
}

interface Started {
  readonly exports: {
    readonly memory: WebAssembly.Memory;
    readonly _initialize?: () => void;
  };
}

export class WASI {
  readonly wasiImport: Record<string, unknown>;
  readonly #wasi: Wasi;

  constructor() {
    if (prepared === undefined) throw new Error("no WASI was prepared");
    this.#wasi = prepared;
    prepared = undefined;
    this.wasiImport = this.#wasi.functions;
  }

  /** A reactor: its initialiser runs, once. */
  initialize({ exports }: Started): void {
    this.#wasi.attach(exports.memory);
    exports._initialize?.();
  }

  /** A command, whose `_start` Extism does not run either: it is asked by its other exports. */
  start({ exports }: Started): void {
    this.#wasi.attach(exports.memory);
  }
}
