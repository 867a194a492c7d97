import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { transpileBytes } from "@bytecodealliance/jco-transpile";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { componentize } from "componentize-qjs";
import { ComponentError } from "../../runtime/plugin/component/errors.ts";
import { componentOfWit } from "./component-reference.ts";
import { toolsWat } from "./tools-guest.ts";

export const WIT_FILE = join(import.meta.dirname, "../../host-api/wit/glovebox.wit");

/** The bytes of a component or module written as text. */
export function fromWat(text: string): Promise<Uint8Array> {
  return parse(text);
}

/** `(component …)` around a core module with a memory, a realloc and the two functions of the tools interface. */
export const TOOLS_WAT = toolsWat(`
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
    (func (export "list") (result i32) i32.const 16)
    (func (export "call") (param i32 i32 i32 i32) (result i32) i32.const 16)
    (data (i32.const 16) "\\20\\00\\00\\00\\02\\00\\00\\00")
    (data (i32.const 32) "[]")`);

export interface QuickJsOptions {
  readonly source?: string;
  /** Default: true. */
  readonly stubWasi?: boolean;
}

const EMPTY_TOOLS = `export const tools = { listTools() { return "[]"; }, callTool(name, args) { return name + args; } };`;

/** A real QuickJS guest of the whole `plugin` world: 1.1 MB, eleven core modules, components inside components. */
export async function quickjsComponent(options: QuickJsOptions = {}): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), "glovebox-sample-"));
  try {
    const jsPath = join(folder, "plugin.js");
    const jsSource = options.source ?? EMPTY_TOOLS;
    writeFileSync(jsPath, jsSource);
    const { component } = await componentize({
      witPath: WIT_FILE,
      world: "plugin",
      jsSource,
      jsPath,
      moduleRoot: folder,
      sync: true,
      stubWasi: options.stubWasi ?? true,
      optSize: true,
    });
    return component;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A component that imports and exports what `world` says, built from WIT text. */
export function dummyComponent(wit: string, world = "w"): Promise<Uint8Array> {
  return componentOfWit(wit, world);
}

/** The published WIT, as text to change in tests. */
export function publishedWit(): string {
  return readFileSync(WIT_FILE, "utf8");
}

/** Asserts that `act` throws a `ComponentError` of one code and says where. */
export function assertRefused(act: () => unknown, code: ComponentError["code"]): void {
  assert.throws(act, (error) => error instanceof ComponentError && error.code === code);
}

/** What jco makes of a component, with the options that the sealed transpiler uses. */
export async function transpiled(component: Uint8Array): Promise<{
  readonly script: string;
  readonly modules: { readonly name: string; readonly bytes: Uint8Array }[];
}> {
  const { files } = await transpileBytes(component, {
    name: "p",
    instantiation: "async",
    nodejsCompat: false,
    emitTypescriptDeclarations: false,
    base64Cutoff: 0,
  });
  const entries = Object.entries(files);
  const script = entries.find(([name]) => name === "p.js")?.[1] ?? new Uint8Array();
  return {
    script: Buffer.from(script).toString("utf8"),
    modules: entries
      .filter(([name]) => name.endsWith(".wasm"))
      .map(([name, bytes]) => ({ name, bytes })),
  };
}
