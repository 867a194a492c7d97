// The engine's own interface, as far as tests use it: TypeScript declares it in the DOM library only.

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

export interface WasmTable {
  grow(entries: number): number;
}

export type WasmImports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
export type WasmModule = object;
export interface WasmInstance<Exports = Readonly<Record<string, unknown>>> {
  readonly exports: Exports;
}

interface Engine {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new <Exports = Readonly<Record<string, unknown>>>(
    module: WasmModule,
    imports?: WasmImports,
  ) => WasmInstance<Exports>;
  readonly Memory: new (size: { readonly initial: number }) => WasmMemory;
  readonly Table: new (size: {
    readonly initial: number;
    readonly element: "anyfunc";
  }) => WasmTable;
}

export const wasm: Engine = Reflect.get(globalThis, "WebAssembly") as unknown as Engine;
