import { Script } from "node:vm";
import { $init, generate } from "@bytecodealliance/jco-transpile/component";

/** What this file uses of the engine's WebAssembly, for which Node's types have no name. */
interface Engine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => object;
}
const { Module, Instance } = Reflect.get(globalThis, "WebAssembly") as Engine;

type WitModule = Record<string, (...args: never[]) => unknown>;

export interface LoadedComponent {
  /** Component-level imports without version. */
  readonly imports: readonly string[];
  readonly transpileMs: number;
  /** A fresh instance. Imports that are not given answer `not-permitted`. */
  instantiate(imports?: Record<string, WitModule>): {
    listTools(): string;
    callTool(name: string, args: string): string;
  };
}

/**
 * Runs a component of our own build in this process, without any seal: for tests of the SDK, which judge the guest
 * and not the containment.
 */
export async function loadComponent(component: Uint8Array): Promise<LoadedComponent> {
  const start = performance.now();
  await $init;
  const generated = await generate(component, {
    name: "plugin",
    instantiation: { tag: "async" },
    noNodejsCompat: true,
    noTypescript: true,
    base64Cutoff: 0,
  } as never);
  const { files, imports } = generated as { files: [string, Uint8Array][]; imports: string[] };
  const modules = new Map<string, object>();
  let script = "";
  for (const [name, bytes] of files) {
    if (name.endsWith(".wasm")) modules.set(name, new Module(bytes));
    else if (name.endsWith(".js")) script = new TextDecoder().decode(bytes);
  }
  const body = script
    .replace(/^export (?=function|const|async|\{)/gm, "")
    .replaceAll("import.meta.url", "undefined");
  const instantiate = new Script(
    `(function () {${body}\nreturn instantiate})()`,
  ).runInThisContext() as (
    getModule: (name: string) => object,
    imports: object,
    make: (module: object, imports: object) => object,
  ) => { tools: ReturnType<LoadedComponent["instantiate"]> };
  return {
    imports,
    transpileMs: performance.now() - start,
    instantiate(given = {}) {
      const all: Record<string, WitModule> = {};
      for (const name of imports) {
        const module = refusing(given[name] ?? {});
        all[name] = module;
        all[`${name}@0.1.0`] = module;
      }
      return instantiate(
        (name) => modules.get(name)!,
        all,
        (module, core) => new Instance(module, core),
      ).tools;
    },
  };
}

function refusing(module: WitModule): WitModule {
  const refuse = (): never => {
    throw "not-permitted";
  };
  return new Proxy(module, { get: (target, name) => target[String(name)] ?? refuse });
}
