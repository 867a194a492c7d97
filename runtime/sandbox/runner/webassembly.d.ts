// The part of the WebAssembly JavaScript interface that the runner uses. It is in TypeScript's DOM library only,
// which would also declare a browser that is not there.
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
    readonly [Symbol.toStringTag]: "WebAssembly.Module";
  }
  class Instance {
    constructor(module: Module, imports?: Imports);
    readonly exports: Readonly<Record<string, unknown>>;
  }
  class Memory {
    readonly buffer: ArrayBuffer;
  }
  class Global {
    value: unknown;
  }
  class Table {
    readonly length: number;
  }
  class RuntimeError extends Error {}
  type Imports = Record<string, Record<string, unknown>>;
}
