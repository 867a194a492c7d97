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
export interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}

interface Engine {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (module: WasmModule, imports?: WasmImports) => WasmInstance;
  readonly Memory: new (size: { readonly initial: number }) => WasmMemory;
}

export const wasm = (globalThis as unknown as { readonly WebAssembly: Engine }).WebAssembly;
