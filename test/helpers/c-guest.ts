import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { componentEmbed, componentNew } from "@bytecodealliance/jco-transpile/wasm-tools";
import { canonicalBytes } from "../../runtime/plugin/canonical.ts";
import { parseSurface } from "../../runtime/plugin/surface.ts";
import type { PluginPackage } from "../../runtime/supply/package.ts";
import { readManifest } from "../../sdk-guest/build/manifest.ts";
import { interfacesOf, makeWorld } from "../../sdk-guest/build/world.ts";

/** One plugin, written in C and in JavaScript: `plugin.json`, `tools.json`, `c/` and `src/`. */
export const GUEST_FOLDER = join(import.meta.dirname, "../fixtures/guest");

const CONTRACT = join(import.meta.dirname, "../../host-api/wit/glovebox.wit");
const LINK_FLAGS = ["--no-entry", "--strip-all", "--stack-first", "--initial-memory=196608"];
const FLAGS = [
  ..."--target=wasm32 -std=c11 -Os -ffreestanding -nostdlib -Wall -Wextra -Werror".split(" "),
  ...LINK_FLAGS.map((flag) => `-Wl,${flag}`),
  "-Wl,-z,stack-size=16384",
];

/** CI has both programs; elsewhere `run-tests.ts` says that what needs them is not tested. */
export const CAN_COMPILE_C = ["clang", "wasm-ld"].every((program) =>
  (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, program))),
);

let component: Promise<Uint8Array> | undefined;

/** The C guest as a component of a few kilobytes, without an engine in it. Built once in each process, from source. */
export function cGuest(): Promise<Uint8Array> {
  component ??= buildComponent();
  return component;
}

/** The same as `glovebox pack` would pack it. */
export async function cGuestPackage(): Promise<PluginPackage> {
  return {
    manifest: readFileSync(join(GUEST_FOLDER, "plugin.json")),
    component: await cGuest(),
    surface: canonicalBytes(parseSurface(readFileSync(join(GUEST_FOLDER, "tools.json")))),
    license: Buffer.from("Apache-2.0\n"),
  };
}

/** Its `convert` as an Extism plugin: a core module that knows Extism's kernel and nothing of components. */
export function cExtismPlugin(): Uint8Array {
  return compileC(["extism.c", "convert.c", "text.c"]);
}

async function buildComponent(): Promise<Uint8Array> {
  const { capabilities } = await readManifest(GUEST_FOLDER);
  const contract = readFileSync(CONTRACT, "utf8");
  // No more than it calls: what a module does not import would make the component larger than its world.
  const interfaces = interfacesOf(capabilities).filter(
    (name) => name !== "context" && name !== "progress",
  );
  const tools = JSON.stringify(JSON.parse(readFileSync(join(GUEST_FOLDER, "tools.json"), "utf8")));
  const core = compileC(["component.c", "tools.c", "convert.c", "text.c"], {
    "tools-json.h": `static const unsigned char tools_json[] = {${Buffer.from(tools).join(",")}};\n`,
  });
  const witSource = makeWorld(contract, interfaces);
  const embedded = await componentEmbed({ binary: core, witSource, world: "plugin" });
  return componentNew(embedded, []);
}

/** Compiles sources of `c/`, or of another folder, to one core module. `headers` are made for this module alone. */
export function compileC(
  sources: readonly string[],
  headers: Readonly<Record<string, string>> = {},
  { from = join(GUEST_FOLDER, "c"), flags = [] as readonly string[] } = {},
): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), "glovebox-c-"));
  try {
    for (const [name, text] of Object.entries(headers)) writeFileSync(join(folder, name), text);
    const output = join(folder, "guest.wasm");
    const files = sources.map((name) => join(from, name));
    const { status, stderr, error } = spawnSync(
      "clang",
      [...FLAGS, ...flags, "-I", folder, "-o", output, ...files],
      { encoding: "utf8" },
    );
    if (error)
      throw new Error("The C guest needs clang and lld (Debian: clang lld)", { cause: error });
    if (status !== 0) throw new Error(`clang exited ${status}: ${stderr}`);
    return readFileSync(output);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
