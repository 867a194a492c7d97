import type { CoreSignature } from "@glovebox/host-api/extism/functions";
import { CORE_LIMITS, each, readCoreMagic, readSizeRange } from "../component/core-module.ts";
import { readReferenceType, readValueType } from "../component/instructions.ts";
import { readCoreName } from "../component/names.ts";
import { ByteReader, readSections } from "../component/reader.ts";

export interface CoreImport {
  readonly module: string;
  readonly name: string;
  /** Undefined for what is no function. */
  readonly signature: CoreSignature | undefined;
}

export interface CoreInterface {
  readonly imports: readonly CoreImport[];
  /** Exported functions by name. */
  readonly functions: ReadonlyMap<string, CoreSignature>;
  readonly memories: ReadonlySet<string>;
}

const [FUNCTION, TABLE, MEMORY] = [0, 1, 2];

/** A signature that no function of ours has. */
const OTHER = "?";
const LETTERS: Readonly<Record<number, string>> = { 0x7f: "i", 0x7e: "I", 0x7d: "f", 0x7c: "F" };

/** What a core module imports and exports. It relies on `inspectCoreModule`, which has read every byte. */
export function readInterface(bytes: Uint8Array): CoreInterface {
  const reader = new ByteReader(bytes, "plugin");
  readCoreMagic(reader);
  const types: CoreSignature[] = [];
  const imports: CoreImport[] = [];
  /** The type of each function, imported ones first. */
  const functionTypes: number[] = [];
  const functions = new Map<string, CoreSignature>();
  const memories = new Set<string>();
  const signatureAt = (type: number | undefined): CoreSignature =>
    (type === undefined ? undefined : types[type]) ?? OTHER;
  for (const { id, body } of readSections(reader, CORE_LIMITS.sectionsMax)) {
    if (id === 1)
      each(body, CORE_LIMITS.typesMax, "types", () => void types.push(readSignature(body)));
    else if (id === 2) {
      each(body, CORE_LIMITS.importsMax, "imports", () => {
        const [module, name] = [readCoreName(body), readCoreName(body)];
        const type = readImported(body);
        if (type !== undefined) functionTypes.push(type);
        imports.push({ module, name, signature: type === undefined ? type : signatureAt(type) });
      });
    } else if (id === 3) {
      each(body, CORE_LIMITS.functionsMax, "functions", () => void functionTypes.push(body.u32()));
    } else if (id === 7) {
      each(body, CORE_LIMITS.exportsMax, "exports", () => {
        const [name, kind, index] = [readCoreName(body), body.byte(), body.u32()];
        if (kind === FUNCTION) functions.set(name, signatureAt(functionTypes[index]));
        else if (kind === MEMORY) memories.add(name);
      });
    }
  }
  return { imports, functions, memories };
}

function readSignature(body: ByteReader): CoreSignature {
  body.byte();
  const lists = ["", ""];
  for (let list = 0; list < 2; list += 1)
    each(body, 1000, "parameters or results", () => {
      lists[list] += LETTERS[readValueType(body)] ?? OTHER;
    });
  return lists.join(":");
}

/** Reads what is imported; answers the type of a function. */
function readImported(body: ByteReader): number | undefined {
  const kind = body.byte();
  if (kind === FUNCTION) return body.u32();
  if (kind === TABLE) readReferenceType(body);
  if (kind === TABLE || kind === MEMORY) readSizeRange(body);
  else {
    readValueType(body);
    body.byte();
  }
  return undefined;
}
