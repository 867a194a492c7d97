import { ByteWriter } from "./byte-writer.ts";
import { CORE_LIMITS, each, readCoreMagic, readSizeRange } from "./core-module.ts";
import { readReferenceType, readValueType } from "./instructions.ts";
import { leb, writeSection } from "./leb.ts";
import { ByteReader, readSections } from "./reader.ts";
import type { NamedModule } from "./rewrite-limits.ts";
import { BodyTooLarge, trackBody } from "./track-body.ts";

/** The second memory of a module: a byte for each page of its first, which is not zero once the page was written to. */
export interface TouchedMemory {
  /** Under which it is exported by the module that makes it, and imported, from a module of this name, by the others. */
  readonly name: string;
  readonly pageBytes: number;
  /** A page that was told may be written to this far into the next one. */
  readonly reachBytes: number;
}

/** Code grows by a third, or by nearly a half. Whoever writes nothing but stores gets the slower way back. */
const GROWTH_MAX = 2;
const SMALL_BYTES = 64 * 1024;

/**
 * Makes every core module say where it writes: before each instruction that writes to its memory, a byte of a second
 * memory is set for the page that it writes to. So whoever restores the memory need not look at all of it.
 * A store is told by the page of its address or of its first byte, and reaches a little into the next one. Bulk instructions
 * tell all their pages. What active segments and a start function do is told or not: it is done before any image is taken.
 *
 * Undefined where a module cannot be rewritten: too large by that, or without the sections that all have that
 * `exposeModules` has seen. It is for all modules of a component or for none, since they can share a memory.
 * It relies on `inspectComponent`, which refuses second memories, threads and every instruction that it does not know, and
 * on `limitModules`. Throws `ComponentError`.
 */
export function trackWrites<Module extends NamedModule>(
  modules: readonly Module[],
  touched: TouchedMemory,
): readonly Module[] | undefined {
  const tracked: Module[] = [];
  for (const module of modules) {
    const bytes = trackModule(module.bytes, touched);
    if (bytes === undefined) return undefined;
    tracked.push({ ...module, bytes });
  }
  return tracked;
}

const [TYPES, IMPORTS, FUNCTIONS, MEMORIES, EXPORTS, CODE] = [1, 2, 3, 5, 7, 10];
const [TABLE, MEMORY, GLOBAL] = [1, 2, 3];
const WASM_PAGE_BYTES = 65_536;
const MEMORY_PAGES_MAX = 65_536;

interface Shape {
  /** Number of parameters of each type, and the type of each function with a body. */
  readonly parameters: number[];
  readonly types: number[];
  memories: number;
  imported: boolean;
}

function trackModule(bytes: Uint8Array, touched: TouchedMemory): Uint8Array | undefined {
  const shape = readShape(bytes);
  if (shape.memories === 0) return bytes;
  if (shape.memories > 1) return undefined;
  const reader = new ByteReader(bytes, "core module");
  readCoreMagic(reader);
  const out: Uint8Array[] = [bytes.subarray(0, reader.offset)];
  let told = false;
  for (const { id, start, body } of readSections(reader, CORE_LIMITS.sectionsMax)) {
    if (id === IMPORTS && shape.imported) {
      out.push(writeSection(IMPORTS, addEntry(body, importOf(touched.name))));
      told = true;
    } else if (id === MEMORIES && !shape.imported) {
      out.push(writeSection(MEMORIES, addEntry(body, rangeFor(body, touched))));
    } else if (id === EXPORTS && !shape.imported) {
      out.push(writeSection(EXPORTS, addEntry(body, exportOf(touched.name))));
      told = true;
    } else if (id === CODE) {
      const code = trackCode(body, shape, touched);
      if (code === undefined) return undefined;
      out.push(writeSection(CODE, code));
    } else out.push(bytes.subarray(start, body.end));
  }
  return told ? Buffer.concat(out) : undefined;
}

function readShape(bytes: Uint8Array): Shape {
  const reader = new ByteReader(bytes, "core module");
  readCoreMagic(reader);
  const shape: Shape = { parameters: [], types: [], memories: 0, imported: false };
  for (const { id, body } of readSections(reader, CORE_LIMITS.sectionsMax)) {
    if (id === TYPES) each(body, CORE_LIMITS.typesMax, "types", () => readType(body, shape));
    else if (id === IMPORTS)
      each(body, CORE_LIMITS.importsMax, "imports", () => readImport(body, shape));
    else if (id === FUNCTIONS)
      each(body, CORE_LIMITS.functionsMax, "functions", () => shape.types.push(body.u32()));
    else if (id === MEMORIES) shape.memories += body.count(CORE_LIMITS.tablesMax, "memories");
  }
  return shape;
}

function readType(body: ByteReader, shape: Shape): void {
  body.byte();
  const parameters = body.count(1000, "parameters");
  for (let left = parameters; left > 0; left -= 1) readValueType(body);
  each(body, 1000, "results", readValueType);
  shape.parameters.push(parameters);
}

function readImport(body: ByteReader, shape: Shape): void {
  for (let names = 2; names > 0; names -= 1) body.skip(body.u32());
  const kind = body.byte();
  if (kind === TABLE) {
    readReferenceType(body);
    readSizeRange(body);
  } else if (kind === MEMORY) {
    readSizeRange(body);
    shape.memories += 1;
    shape.imported = true;
  } else if (kind === GLOBAL) {
    readValueType(body);
    body.byte();
  } else body.u32();
}

/** A section's content with one more entry behind the others, which so keep their indices. */
function addEntry(section: ByteReader, entry: Uint8Array): Uint8Array {
  const body = new ByteReader(section.bytes, section.where, section.offset, section.end);
  const count = body.u32();
  return Buffer.concat([leb(count + 1), body.rest(), entry]);
}

function importOf(name: string): Uint8Array {
  const [flags, min] = [0, 0];
  return Buffer.concat([nameOf(name), nameOf(name), Uint8Array.of(MEMORY, flags, min)]);
}

function exportOf(name: string): Uint8Array {
  return Buffer.concat([nameOf(name), Uint8Array.of(MEMORY, 1)]);
}

function nameOf(name: string): Uint8Array {
  const text = Buffer.from(name);
  return Buffer.concat([leb(text.length), text]);
}

/** Of one size for as long as it lives: a byte for each page that the module's memory may ever have, and two behind them. */
function rangeFor(section: ByteReader, { pageBytes }: TouchedMemory): Uint8Array {
  const body = new ByteReader(section.bytes, section.where, section.offset, section.end);
  body.u32();
  const { max = MEMORY_PAGES_MAX } = readSizeRange(body);
  const bytes = max * (WASM_PAGE_BYTES / pageBytes) + 2;
  const pages = leb(Math.ceil(bytes / WASM_PAGE_BYTES));
  return Buffer.concat([Uint8Array.of(1), pages, pages]);
}

function trackCode(
  section: ByteReader,
  { parameters, types }: Shape,
  { pageBytes, reachBytes }: TouchedMemory,
): Uint8Array | undefined {
  const bytesMax = SMALL_BYTES + GROWTH_MAX * (section.end - section.offset);
  const pageBits = Math.log2(pageBytes);
  const count = section.count(CORE_LIMITS.functionsMax, "function bodies");
  const out = new ByteWriter();
  out.add(leb(count));
  try {
    for (let index = 0; index < count; index += 1) {
      const code = section.slice(section.u32());
      const parametersOf = parameters[types[index] ?? -1] ?? 0;
      const left = bytesMax - out.length;
      const body = trackBody(code, parametersOf, { pageBits, reachBytes }, left);
      out.add(leb(body.length));
      out.add(body);
    }
  } catch (error) {
    if (error instanceof BodyTooLarge) return undefined;
    throw error;
  }
  return out.bytes();
}
