import {
  readConstant,
  readInstructions,
  readReferenceType,
  readValueType,
} from "./instructions.ts";
import { readCoreName } from "./names.ts";
import { readSections } from "./reader.ts";
import type { ByteReader } from "./reader.ts";

/** Counts beyond which no toolchain goes and engines begin to take seconds or gigabytes. */
export const CORE_LIMITS = {
  sectionsMax: 10_000,
  typesMax: 50_000,
  importsMax: 10_000,
  exportsMax: 20_000,
  functionsMax: 200_000,
  globalsMax: 100_000,
  tablesMax: 64,
  segmentsMax: 100_000,
} as const;

/** What the rest of the inspection needs to know of one core module. */
export interface CoreModule {
  readonly sizeBytes: number;
  readonly functions: number;
  /** Memories it defines itself. */
  readonly memories: number;
  readonly tables: number;
}

export interface SizeRange {
  readonly min: number;
  readonly max: number | undefined;
}

/** Reads the limits of a memory or table. Flags beyond "has a maximum" are shared, memory64 and custom page sizes. */
export function readSizeRange(reader: ByteReader): SizeRange {
  const flags = reader.byte();
  if (flags > 1) {
    throw reader.refusal(
      "ERR_COMPONENT_FEATURE",
      "a shared or 64-bit memory or table, or a custom page size",
    );
  }
  const min = reader.u32();
  return { min, max: flags === 1 ? reader.u32() : undefined };
}

const MAGIC = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

export function readCoreMagic(reader: ByteReader): void {
  for (const expected of MAGIC) {
    if (reader.byte() !== expected) {
      throw reader.refusal("ERR_COMPONENT_MALFORMED", "a core module does not begin as one");
    }
  }
}

/**
 * Reads one core module: every name, every type, every instruction.
 * It checks what it may use, not that it is valid: validation is the engine's, inside the seal.
 * Throws `ComponentError`.
 */
export function inspectCoreModule(reader: ByteReader): CoreModule {
  const sizeBytes = reader.end - reader.offset;
  const found = { functions: 0, memories: 0, importedMemories: 0, tables: 0 };
  readCoreMagic(reader);
  for (const { id, body } of readSections(reader, CORE_LIMITS.sectionsMax)) {
    if (id === 0) continue;
    readCoreSection(id, body, found);
    body.assertDone();
    if (found.memories + found.importedMemories > 1) {
      throw body.refusal("ERR_COMPONENT_FEATURE", "more than one memory in a module");
    }
  }
  return { sizeBytes, functions: found.functions, memories: found.memories, tables: found.tables };
}

interface Found {
  functions: number;
  memories: number;
  importedMemories: number;
  tables: number;
}

function readCoreSection(id: number, body: ByteReader, found: Found): void {
  switch (id) {
    case 1:
      return each(body, CORE_LIMITS.typesMax, "types", readFunctionType);
    case 2:
      return each(body, CORE_LIMITS.importsMax, "imports", () => readImport(body, found));
    case 3:
      return each(body, CORE_LIMITS.functionsMax, "functions", () => {
        found.functions += 1;
        body.u32();
      });
    case 4:
      return each(body, CORE_LIMITS.tablesMax, "tables", () => {
        found.tables += 1;
        readReferenceType(body);
        readSizeRange(body);
      });
    case 5:
      return each(body, CORE_LIMITS.tablesMax, "memories", () => {
        found.memories += 1;
        readSizeRange(body);
      });
    case 6:
      return each(body, CORE_LIMITS.globalsMax, "globals", () => {
        readGlobalType(body);
        readConstant(body);
      });
    case 7:
      return each(body, CORE_LIMITS.exportsMax, "exports", readExport);
    case 8:
      return void body.u32(); // the start function
    case 9:
      return each(body, CORE_LIMITS.segmentsMax, "element segments", readElements);
    case 10:
      return each(body, CORE_LIMITS.functionsMax, "function bodies", readBody);
    case 11:
      return each(body, CORE_LIMITS.segmentsMax, "data segments", readData);
    case 12:
      return void body.u32(); // the count of data segments
    default:
      throw body.refusal("ERR_COMPONENT_FEATURE", `a core section outside WebAssembly 2.0 (${id})`);
  }
}

export function each(
  body: ByteReader,
  countMax: number,
  what: string,
  read: (body: ByteReader) => void,
): void {
  for (let left = body.count(countMax, what); left > 0; left -= 1) read(body);
}

function readFunctionType(body: ByteReader): void {
  if (body.byte() !== 0x60) {
    throw body.refusal(
      "ERR_COMPONENT_FEATURE",
      "a type other than a plain function (GC, continuations)",
    );
  }
  for (let list = 0; list < 2; list += 1) each(body, 1000, "parameters or results", readValueType);
}

function readGlobalType(body: ByteReader): void {
  readValueType(body);
  if (body.byte() > 1) throw body.refusal("ERR_COMPONENT_FEATURE", "a shared global");
}

function readImport(body: ByteReader, found: Found): void {
  readCoreName(body);
  readCoreName(body);
  switch (body.byte()) {
    case 0:
      return void body.u32();
    case 1:
      readReferenceType(body);
      return void readSizeRange(body);
    case 2:
      found.importedMemories += 1;
      return void readSizeRange(body);
    case 3:
      return readGlobalType(body);
    default:
      throw body.refusal(
        "ERR_COMPONENT_FEATURE",
        "an import that is not a function, table, memory or global",
      );
  }
}

function readExport(body: ByteReader): void {
  readCoreName(body);
  if (body.byte() > 3) {
    throw body.refusal(
      "ERR_COMPONENT_FEATURE",
      "an export that is not a function, table, memory or global",
    );
  }
  body.u32();
}

/** Element segments, core specification 5.5.12: three flag bits choose among eight forms. */
function readElements(body: ByteReader): void {
  const flags = body.u32();
  if (flags > 7) throw body.refusal("ERR_COMPONENT_FEATURE", "an unknown form of element segment");
  const active = (flags & 1) === 0;
  const explicit = (flags & 2) !== 0;
  const expressions = (flags & 4) !== 0;
  if (active && explicit) body.u32();
  if (active) readConstant(body);
  if (flags & 3) {
    if (expressions) readReferenceType(body);
    else if (body.byte() !== 0)
      throw body.refusal("ERR_COMPONENT_FEATURE", "an unknown element kind");
  }
  each(body, 1_000_000, "elements", expressions ? readConstant : (reader) => void reader.u32());
}

function readBody(body: ByteReader): void {
  const code = body.slice(body.u32());
  each(code, 50_000, "groups of locals", () => {
    code.u32();
    readValueType(code);
  });
  readInstructions(code);
}

function readData(body: ByteReader): void {
  const form = body.u32();
  if (form === 2) {
    if (body.u32() !== 0)
      throw body.refusal("ERR_COMPONENT_FEATURE", "more than one memory in a module");
  } else if (form > 2) {
    throw body.refusal("ERR_COMPONENT_FEATURE", "an unknown form of data segment");
  }
  if (form !== 1) readConstant(body);
  body.skip(body.u32());
}
