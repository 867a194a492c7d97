import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";
import { $init, generate } from "@bytecodealliance/jco-transpile/component";
import { componentize } from "componentize-qjs";

const GLOVEBOX_WIT = fileURLToPath(import.meta.resolve("@glovebox/host-api/wit/glovebox.wit"));
const WASI_WIT = join(
  dirname(fileURLToPath(import.meta.resolve("@bytecodealliance/jco/component"))),
  "../lib/wit/builtin/0.2.12",
);

/** Packages that neither Glovebox nor jco ships, by folder name. */
type Packages = Readonly<Record<string, string>>;

/** Builds a QuickJS component with WASI kept. `world` is the WIT of package `test:guest` with one world. */
export function buildGuest(
  world: string,
  source: string,
  packages: Packages = {},
): Promise<Uint8Array> {
  return build(world, source, packages, false);
}

/**
 * The same for a guest that imports `wasi:http`, which the toolchain cannot link beside the WASI of its own runtime: all of
 * it is built under another name of the same length, and named truly in the finished bytes; by an older version, because
 * its runtime imports the newest.
 */
export async function buildHttpGuest(world: string, source: string): Promise<Uint8Array> {
  const component = await build(renamed(world), renamed(source), {}, true);
  return Buffer.from(
    Buffer.from(component).toString("latin1").replaceAll("wasx:", "wasi:"),
    "latin1",
  );
}

function renamed(text: string): string {
  return text.replaceAll("wasi:", "wasx:").replaceAll("@0.2.12", "@0.2.11");
}

async function build(
  world: string,
  source: string,
  packages: Packages,
  isRenamed: boolean,
): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), "guest-"));
  try {
    const wit = join(folder, "wit");
    cpSync(WASI_WIT, join(wit, "deps"), { recursive: true });
    if (isRenamed) {
      for (const name of readdirSync(join(wit, "deps"))) {
        const file = join(wit, "deps", name, "package.wit");
        writeFileSync(file, renamed(readFileSync(file, "utf8")));
      }
    }
    cpSync(GLOVEBOX_WIT, join(wit, "deps/glovebox/glovebox.wit"));
    for (const [name, text] of Object.entries(packages)) {
      mkdirSync(join(wit, "deps", name));
      writeFileSync(join(wit, "deps", name, "package.wit"), text);
    }
    writeFileSync(join(wit, "world.wit"), `package test:guest;\n${world}`);
    const jsPath = join(folder, "guest.js");
    writeFileSync(jsPath, source);
    const { component } = await componentize({
      witPath: wit,
      jsSource: source,
      jsPath,
      moduleRoot: folder,
      sync: true,
      stubWasi: isRenamed,
    });
    return component;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What this file uses of the engine's WebAssembly, for which Node's types have no name. */
interface Engine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => object;
}
const engine = Reflect.get(globalThis, "WebAssembly") as Engine;

export interface Transpiled {
  readonly script: string;
  readonly modules: ReadonlyMap<string, object>;
}

/** Only for components that a test made itself: generated code runs here without a seal. */
export async function transpileGuest(component: Uint8Array): Promise<Transpiled> {
  await $init;
  const { files } = generate(component, {
    name: "p",
    instantiation: { tag: "async" },
    noTypescript: true,
    noNodejsCompat: true,
    base64Cutoff: 0,
  });
  let script = "";
  const modules = new Map<string, object>();
  for (const [name, bytes] of files) {
    if (name === "p.js")
      script = new TextDecoder()
        .decode(bytes)
        .replaceAll(/^export /gm, "")
        .replaceAll("import.meta.url", "undefined");
    else modules.set(name, new engine.Module(bytes));
  }
  return { script, modules };
}

/** A fresh instance's exports. */
export function instantiateGuest(
  guest: Transpiled,
  imports: object,
): Record<string, (text: string) => string> {
  const instantiate = new Script(
    `(() => { ${guest.script}\nreturn instantiate; })()`,
  ).runInThisContext();
  return instantiate(
    (name: string) => guest.modules.get(name),
    imports,
    (module: object, given: object) => new engine.Instance(module, given),
  );
}
