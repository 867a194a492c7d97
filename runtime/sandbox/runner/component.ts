import { Script } from "node:vm";
import type { LoadMessage } from "../protocol.ts";
import { VIEWS } from "../touched.ts";
import type { GlueHook } from "./image/glue-image.ts";
import { TouchedMemories } from "./image/touched-memories.ts";

/** What a component exports: functions, and interfaces that hold functions. */
export type GuestExports = Readonly<Record<string, unknown>>;

export type Imports = Record<string, object>;

/** One instance of the component, and where its state is. */
export interface Made {
  readonly exports: GuestExports;
  readonly core: readonly WebAssembly.Instance[];
  /** Into what the binding code keeps. Undefined when that could not be laid open. */
  readonly hook: GlueHook | undefined;
  /** What its modules tell of what they write to. */
  readonly touched: TouchedMemories;
}

/** Makes one instance of the component. Whatever the generated code keeps, it keeps in the closure of this one call. */
export type Instantiate = (imports: Imports) => Made;

/** The generated `instantiate`, as jco writes it with `instantiation: sync`. */
type Generated = (
  getCoreModule: (name: string) => WebAssembly.Module,
  imports: Imports,
  instantiateCore: (
    module: WebAssembly.Module,
    imports?: WebAssembly.Imports,
  ) => WebAssembly.Instance,
) => GuestExports;

const PLAIN_VIEWS = VIEWS.map((name) => globalThis[name]);

/** Nested components multiply: 1.5 kB can ask for 2^15 core instances. An honest component has a dozen. */
const CORE_INSTANCES_MAX = 256;

/**
 * Compiles what `load` brought: a script whose value is a function that returns `instantiate`, and core modules.
 * The script is attacker-controlled: jco does not escape every name of the component.
 */
export function loadComponent(message: LoadMessage, body: Uint8Array): Instantiate {
  const modules = new Map<string, WebAssembly.Module>();
  let offset = message.scriptBytes;
  for (const [name, bytes] of message.modules) {
    modules.set(
      name,
      new WebAssembly.Module(new Uint8Array(body.subarray(offset, offset + bytes))),
    );
    offset += bytes;
  }
  const source = new TextDecoder().decode(body.subarray(0, message.scriptBytes));
  const outer = new Script(source, { filename: "plugin.js" }).runInThisContext() as (
    receive: (hook: GlueHook) => void,
    ...views: readonly unknown[]
  ) => Generated;

  const getCoreModule = (name: string): WebAssembly.Module => {
    const module = modules.get(name);
    if (module === undefined) throw new Error("the script asks for a module that is not there");
    return module;
  };
  return (imports) => {
    const core: WebAssembly.Instance[] = [];
    const touched = new TouchedMemories();
    let hook: GlueHook | undefined;
    // Where each call has a new instance, nobody asks what the last one wrote to.
    const views = message.reset ? touched.makeViews() : PLAIN_VIEWS;
    const exports = outer((given) => (hook = given), ...views)(
      getCoreModule,
      imports,
      (module, coreImports) => {
        if (core.length >= CORE_INSTANCES_MAX) throw new Error("too many core instances");
        const instance = new WebAssembly.Instance(module, touched.completeImports(coreImports));
        touched.add(instance);
        core.push(instance);
        return instance;
      },
    );
    return { exports, core, hook, touched };
  };
}
