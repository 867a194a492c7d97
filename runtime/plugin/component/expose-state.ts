import { CORE_LIMITS, each, readCoreMagic, readSizeRange } from "./core-module.ts";
import { BULK, readInstruction, readReferenceType, readValueType } from "./instructions.ts";
import { leb, writeSection } from "./leb.ts";
import { ByteReader, readSections } from "./reader.ts";
import type { NamedModule } from "./rewrite-limits.ts";

/**
 * Begins the names under which a module's state is exported besides its own exports. No component can hold such a name:
 * core names are printable ASCII.
 */
export const STATE_PREFIX = "\u0001state:";

export interface ExposedModules<Module extends NamedModule> {
  readonly modules: readonly Module[];
  /** Why an image of memories and globals would not hold all that a call can change. Undefined when it does. */
  readonly refused: string | undefined;
}

/**
 * Exports the memory and the mutable globals of every core module under private names, so that the runner can restore
 * them after a call. What such an image would not hold is looked for in the code: a module whose functions can change a
 * table, or drop a segment, is refused, and so are a mutable global that JavaScript cannot read and more than a thousand
 * of them. What a start function or an active segment does to a table is done before any image is taken.
 *
 * It relies on `inspectComponent`, which refuses threads, exceptions, garbage collected types and second memories.
 * Throws `ComponentError`.
 */
export function exposeModules<Module extends NamedModule>(
  modules: readonly Module[],
): ExposedModules<Module> {
  const exposed = modules.map((module) => ({ module, ...exposeModule(module.bytes) }));
  const globals = exposed.reduce((sum, entry) => sum + entry.globals, 0);
  const refused =
    exposed.find((entry) => entry.refused !== undefined)?.refused ??
    (globals > GLOBALS_MAX ? `${globals} mutable globals` : undefined);
  if (refused !== undefined) return { modules, refused };
  return { modules: exposed.map(({ module, bytes }) => ({ ...module, bytes })), refused };
}

const [FUNCTION, TABLE, MEMORY, GLOBAL] = [0, 1, 2, 3];
const V128 = 0x7b;
const EXPORTS = 7;
/**
 * Mutable globals of all modules together that are restored one by one. Toolchains make a handful; 500 kB of component could
 * ask for 100,000 in each of 256 instances.
 */
const GLOBALS_MAX = 1000;
/** Sections that stand behind the exports: start, elements, data count, code, data. */
const AFTER_EXPORTS = [8, 9, 12, 10, 11];

/** Instructions that change what is neither memory nor global. */
// debt("GB-006"): these get a new instance for each call.
const UNRESTORABLE: Readonly<Record<number, string>> = {
  0x26: "table.set",
  [BULK + 9]: "data.drop",
  [BULK + 12]: "table.init",
  [BULK + 13]: "elem.drop",
  [BULK + 14]: "table.copy",
  [BULK + 15]: "table.grow",
  [BULK + 17]: "table.fill",
};

interface Exposed {
  readonly bytes: Uint8Array;
  /** How many are mutable. */
  readonly globals: number;
  readonly refused: string | undefined;
}

interface Found {
  memories: number;
  globals: number;
  /** Index of each mutable global. */
  readonly mutable: number[];
  refused: string | undefined;
}

function exposeModule(bytes: Uint8Array): Exposed {
  const reader = new ByteReader(bytes, "core module");
  readCoreMagic(reader);
  const found: Found = { memories: 0, globals: 0, mutable: [], refused: undefined };
  let insertAt: number | undefined;
  let own:
    | {
        readonly start: number;
        readonly count: number;
        readonly entries: number;
        readonly end: number;
      }
    | undefined;
  for (const { id, start, body } of readSections(reader, CORE_LIMITS.sectionsMax)) {
    if (AFTER_EXPORTS.includes(id)) insertAt ??= start;
    if (id === EXPORTS) {
      const count = body.count(CORE_LIMITS.exportsMax, "exports");
      own = { start, count, entries: body.offset, end: body.end };
    } else readState(id, body, found);
  }
  const added = [
    ...Array.from({ length: found.memories }, (_, index) => exportOf("memory", MEMORY, index)),
    ...found.mutable.map((index) => exportOf("global", GLOBAL, index)),
  ];
  const { refused } = found;
  const globals = found.mutable.length;
  if (refused !== undefined || added.length === 0) return { bytes, globals, refused };
  const at = own ?? { start: insertAt ?? bytes.length, count: 0, entries: 0, end: 0 };
  const section = Buffer.concat([
    leb(at.count + added.length),
    bytes.subarray(at.entries, at.end),
    ...added,
  ]);
  const rest = own === undefined ? at.start : own.end;
  return {
    bytes: Buffer.concat([
      bytes.subarray(0, at.start),
      writeSection(EXPORTS, section),
      bytes.subarray(rest),
    ]),
    globals,
    refused,
  };
}

function readState(id: number, body: ByteReader, found: Found): void {
  if (id === 2) each(body, CORE_LIMITS.importsMax, "imports", () => readImport(body, found));
  else if (id === 5) {
    each(body, CORE_LIMITS.tablesMax, "memories", () => {
      readSizeRange(body);
      found.memories += 1;
    });
  } else if (id === 6) each(body, CORE_LIMITS.globalsMax, "globals", () => readGlobal(body, found));
  else if (id === 10)
    each(body, CORE_LIMITS.functionsMax, "function bodies", () => readBody(body, found));
}

function readImport(body: ByteReader, found: Found): void {
  for (let names = 2; names > 0; names -= 1) body.skip(body.u32());
  const kind = body.byte();
  if (kind === FUNCTION) body.u32();
  else if (kind === MEMORY) {
    readSizeRange(body);
    found.memories += 1;
  } else if (kind === TABLE) {
    readReferenceType(body);
    readSizeRange(body);
  } else readGlobalType(body, found);
}

function readGlobal(body: ByteReader, found: Found): void {
  readGlobalType(body, found);
  while (readInstruction(body) !== 0x0b);
}

function readGlobalType(body: ByteReader, found: Found): void {
  const type = body.peek();
  readValueType(body);
  if (body.byte() === 1) {
    // Of these JavaScript reads the value and writes it back, bit by bit the same but for the payload of a NaN.
    const isNumber = type > V128;
    if (!isNumber) found.refused ??= "a mutable global that holds a reference or a vector";
    found.mutable.push(found.globals);
  }
  found.globals += 1;
}

function readBody(body: ByteReader, found: Found): void {
  const code = body.slice(body.u32());
  each(code, CORE_LIMITS.globalsMax, "groups of locals", () => {
    code.u32();
    readValueType(code);
  });
  while (!code.done) {
    const name = UNRESTORABLE[readInstruction(code)];
    if (name !== undefined) found.refused ??= `an instruction whose effect no image holds: ${name}`;
  }
}

function exportOf(what: string, kind: number, index: number): Uint8Array {
  const name = Buffer.from(`${STATE_PREFIX}${what}${index}`);
  return Buffer.concat([leb(name.length), name, Uint8Array.of(kind), leb(index)]);
}
