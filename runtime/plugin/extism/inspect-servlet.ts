import type { CapabilityName } from "@glovebox/host-api/capability";
import { EXTISM_FUNCTIONS } from "@glovebox/host-api/extism/functions";
import { collectReasons, throwReasons } from "../../errors.ts";
import { inspectCoreModule } from "../component/core-module.ts";
import { ComponentError } from "../component/errors.ts";
import { COMPONENT_LIMITS } from "../component/inspect.ts";
import { ByteReader } from "../component/reader.ts";
import { ExtismError } from "./errors.ts";
import { readInterface, type CoreImport, type CoreInterface } from "./read-interface.ts";

/** A plugin of hyper-mcp or mcp.run: a core module whose tools are asked for and called by two exports. */
export interface ServletInspection {
  /** hyper-mcp's form: 1 is `describe` and `call`, 2 is `list_tools` and `call_tool`. */
  readonly form: 1 | 2;
  /** `extism:host/env#http_request`, … */
  readonly imports: readonly string[];
  /** What it imports on purpose or by its toolchain, by the capability that serves it. */
  readonly wants: ReadonlyMap<CapabilityName, readonly string[]>;
  readonly sizeBytes: number;
}

/** A module could import ten thousand unknown functions: so many of them are named. */
const UNKNOWN_SHOWN_MAX = 20;

const FORMS = [
  ["describe", "call"],
  ["list_tools", "call_tool"],
] as const;

/** Without parameters, and with a number that says whether it failed, or none. */
const ENTRY_SIGNATURES: readonly string[] = [":i", ":"];

const WASI = "wasi_snapshot_preview1";

const CAPABILITY_OF: ReadonlyMap<string, CapabilityName> = new Map([
  ["extism:host/env#http_request", "http"],
  ["extism:host/env#config_get", "env"],
  [`${WASI}#clock_time_get`, "clock"],
  [`${WASI}#random_get`, "random"],
]);

const CORE_MODULE = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/** Whether the bytes begin as a core module does, and not as a component. */
export function isCoreModule(bytes: Uint8Array): boolean {
  return CORE_MODULE.every((expected, index) => bytes[index] === expected);
}

/**
 * Reads an Extism plugin as an attacker wrote it: every import is one that is served, with Extism's own types, every
 * instruction is of WebAssembly 2.0, and the exports are those of a servlet. Pure; nothing is run, and validation is the
 * engine's, inside the seal. Throws `ComponentError` or `ExtismError`, or `Refusals` of several.
 */
export function inspectServlet(bytes: Uint8Array): ServletInspection {
  const { sizeBytesMax } = COMPONENT_LIMITS;
  if (bytes.length > sizeBytesMax) {
    const message = `${bytes.length} bytes; at most ${sizeBytesMax}`;
    throw new ComponentError("ERR_COMPONENT_TOO_LARGE", message);
  }
  inspectCoreModule(new ByteReader(bytes, "plugin"));
  const found = readInterface(bytes);
  let form: 1 | 2 | undefined;
  throwReasons([
    ...collectReasons([() => verifyMemory(found), () => (form = verifyExports(found))]),
    ...collectReasons(found.imports.map((item) => () => verifyImport(item))).slice(
      0,
      UNKNOWN_SHOWN_MAX,
    ),
  ]);
  const imports = [...new Set(found.imports.map(nameOf))];
  return { form: form!, imports, wants: wantsOf(imports), sizeBytes: bytes.length };
}

function nameOf({ module, name }: CoreImport): string {
  return `${module}#${name}`;
}

function wantsOf(imports: readonly string[]): ReadonlyMap<CapabilityName, readonly string[]> {
  const wants = new Map<CapabilityName, string[]>();
  for (const name of imports) {
    const capability = CAPABILITY_OF.get(name);
    if (capability !== undefined) wants.set(capability, [...(wants.get(capability) ?? []), name]);
  }
  return wants;
}

function verifyImport(item: CoreImport): void {
  const served = Object.hasOwn(EXTISM_FUNCTIONS, item.module)
    ? EXTISM_FUNCTIONS[item.module]
    : undefined;
  const path = nameOf(item);
  const refuse = (words: string): never => {
    throw new ExtismError("ERR_EXTISM_IMPORT", `\`${path}\` ${words}`, { place: { path } });
  };
  if (served === undefined || !Object.hasOwn(served, item.name))
    return refuse("is nothing that Glovebox serves");
  if (item.signature === undefined) return refuse("is imported as what is no function");
  if (item.signature !== served[item.name])
    return refuse(`is imported as ${item.signature}; Extism has ${served[item.name]}`);
}

/** Preview 1 reads and writes the plugin's memory, which must therefore have its usual name. */
function verifyMemory({ imports, memories }: CoreInterface): void {
  if (memories.has("memory") || !imports.some(({ module }) => module === WASI)) return;
  throw new ExtismError("ERR_EXTISM_EXPORT", "it imports WASI and exports no memory for it");
}

/** As hyper-mcp decides which form a plugin has. */
function verifyExports({ functions }: CoreInterface): 1 | 2 {
  const index = FORMS.findIndex((names) => names.every((name) => functions.has(name)));
  const names = FORMS[index];
  if (names === undefined) {
    const message = "it exports neither `describe` and `call` nor `list_tools` and `call_tool`";
    throw new ExtismError("ERR_EXTISM_EXPORT", message);
  }
  for (const name of names) {
    const signature = functions.get(name) ?? "";
    if (ENTRY_SIGNATURES.includes(signature)) continue;
    const message = `\`${name}\` is a function ${signature}; a servlet's takes nothing`;
    throw new ExtismError("ERR_EXTISM_EXPORT", message);
  }
  return index === 0 ? 1 : 2;
}
