import { CORE_LIMITS, readCoreMagic, readSizeRange } from "./core-module.ts";
import type { SizeRange } from "./core-module.ts";
import { ComponentError } from "./errors.ts";
import { readReferenceType } from "./instructions.ts";
import { leb, writeSection } from "./leb.ts";
import { ByteReader, readSections } from "./reader.ts";

const PAGE_BYTES = 65_536;

/** A table entry costs the engine 8 to 16 bytes. SpiderMonkey guests have 12,000. */
export const TABLE_ENTRIES_MAX = 100_000;

export interface CoreLimits {
  readonly memoryPagesMax: number;
  readonly tableEntriesMax: number;
}

export interface NamedModule {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Writes a maximum into every memory of the component's core modules, so that all of them together never hold more than
 * `memoryBytes`, whatever they do. What is left after the initial sizes is divided in proportion to them: a guest's own
 * memory is large from the start, those of adapters are a page or two.
 *
 * It relies on `inspectComponent`: at most one memory in a module, and no module with a memory instantiated twice.
 * Throws `ComponentError` (`ERR_COMPONENT_MEMORY`) when the initial sizes alone are over the limit.
 */
export function limitModules<M extends NamedModule>(
  modules: readonly M[],
  limits: { readonly memoryBytes: number },
): M[] {
  const pagesMax = Math.floor(limits.memoryBytes / PAGE_BYTES);
  const initial = modules.map((module) => initialPages(module));
  const initialAll = initial.reduce((sum, pages) => sum + pages, 0);
  if (initialAll > pagesMax) {
    const mib = (pages: number): string => `${Math.ceil((pages * PAGE_BYTES) / 1024 / 1024)} MiB`;
    throw new ComponentError(
      "ERR_COMPONENT_MEMORY",
      `it starts with ${mib(initialAll)}; the limit is ${mib(pagesMax)}`,
    );
  }
  const free = pagesMax - initialAll;
  return modules.map((module, index) => {
    const pages = initial[index] ?? 0;
    const memoryPagesMax = pages + Math.floor((free * pages) / Math.max(initialAll, 1));
    return {
      ...module,
      bytes: limitModule(module.bytes, { memoryPagesMax, tableEntriesMax: TABLE_ENTRIES_MAX }),
    };
  });
}

/** Pages that a module's own memory begins with. An empty memory counts as one page, so that it may grow at all. */
function initialPages(module: NamedModule): number {
  const reader = new ByteReader(module.bytes, module.name);
  readCoreMagic(reader);
  let pages = 0;
  for (const { id, body } of readSections(reader, CORE_LIMITS.sectionsMax)) {
    if (id !== MEMORIES) continue;
    for (let left = body.count(1, "memories"); left > 0; left -= 1)
      pages += Math.max(readSizeRange(body).min, 1);
  }
  return pages;
}

const TABLES = 4;
const MEMORIES = 5;

/**
 * The module with a maximum on each memory and table of its own, never higher than its own and never lower than its
 * initial size. Imported ones need no change: what an importer accepts as maximum, it accepts lower.
 * Throws `ComponentError`.
 */
export function limitModule(bytes: Uint8Array, limits: CoreLimits): Uint8Array {
  const reader = new ByteReader(bytes, "core module");
  readCoreMagic(reader);
  const out: Uint8Array[] = [];
  let from = 0;
  for (const { id, start, body } of readSections(reader, CORE_LIMITS.sectionsMax)) {
    if (id !== TABLES && id !== MEMORIES) continue;
    const entries = id === MEMORIES ? limitMemories(body, limits) : limitTables(body, limits);
    out.push(bytes.subarray(from, start), writeSection(id, Uint8Array.from(entries)));
    from = body.end;
  }
  out.push(bytes.subarray(from));
  return Buffer.concat(out);
}

function limitMemories(body: ByteReader, limits: CoreLimits): number[] {
  const count = body.count(1, "memories");
  const entries = [...leb(count)];
  for (let left = count; left > 0; left -= 1) {
    entries.push(
      ...writeRange(body, readSizeRange(body), limits.memoryPagesMax, "pages of memory"),
    );
  }
  body.assertDone();
  return entries;
}

function limitTables(body: ByteReader, limits: CoreLimits): number[] {
  const count = body.count(CORE_LIMITS.tablesMax, "tables");
  const entries = [...leb(count)];
  for (let left = count; left > 0; left -= 1) {
    const type = readReferenceType(body);
    entries.push(
      type,
      ...writeRange(body, readSizeRange(body), limits.tableEntriesMax, "table entries"),
    );
  }
  body.assertDone();
  return entries;
}

function writeRange(body: ByteReader, range: SizeRange, cap: number, what: string): number[] {
  if (range.min > cap) {
    throw body.refusal(
      "ERR_COMPONENT_MEMORY",
      `${range.min} ${what} to start with; the limit is ${cap}`,
    );
  }
  return [1, ...leb(range.min), ...leb(Math.min(range.max ?? cap, cap))];
}
