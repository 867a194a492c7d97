import { inspectCoreModule } from "./core-module.ts";
import type { CoreModule } from "./core-module.ts";
import { readCoreName, readExternName, readLinkName, splitVersion } from "./names.ts";
import { readSections } from "./reader.ts";
import type { ByteReader } from "./reader.ts";
import { plainType, readExternType, readType, typeAt, typeEntry } from "./type-reader.ts";
import type { Counter, Entity, Members, TypeEntry, TypeScope } from "./type-reader.ts";
import type { Type } from "./types.ts";

export const NESTING_MAX = 8;
const SECTIONS_MAX = 20_000;
const ENTRIES_MAX = 20_000;

/** One core module of the component, and how often the whole component makes an instance of it. */
export interface ModuleUse extends CoreModule {
  instances: number;
}

/** One component, the outermost or one inside it: its index spaces, filled in the order of its sections. */
export interface Definition extends TypeScope {
  readonly where: string;
  readonly types: TypeEntry[];
  readonly parent: Definition | undefined;
  readonly funcs: Type[];
  readonly instances: Members[];
  readonly components: Definition[];
  readonly modules: ModuleUse[];
  readonly imports: Map<string, Entity>;
  readonly exports: Map<string, Entity>;
  /** Core modules that one instance of this component makes an instance of. */
  readonly makesModules: ModuleUse[];
  /** Components likewise. */
  readonly makesComponents: Definition[];
  /** Nodes of all types that functions are lifted and lowered with: what generated code grows with. */
  bindingNodes: number;
}

/** What is collected over all components of one file. */
export interface Collection extends Counter {
  addModule(reader: ByteReader, module: CoreModule): ModuleUse;
  addComponent(reader: ByteReader): void;
}

const MAGIC = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];

export function isComponent(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, index) => bytes[index] === byte);
}

/** The sections of a component. Its first eight bytes must have been looked at. */
export function readComponentSections(reader: ByteReader): ReturnType<typeof readSections> {
  reader.skip(MAGIC.length);
  return readSections(reader, SECTIONS_MAX);
}

/**
 * Reads a component and everything inside it, and works out the type of all it imports and exports.
 * Exports of nested components keep the resources they were defined with: only types without resources are exact there.
 * Throws `ComponentError`.
 */
export function readDefinition(
  all: Collection,
  reader: ByteReader,
  parent?: Definition,
  depth = 1,
): Definition {
  if (depth > NESTING_MAX) {
    throw reader.refusal("ERR_COMPONENT_TOO_LARGE", `components nested deeper than ${NESTING_MAX}`);
  }
  all.addComponent(reader);
  if (!isComponent(reader.rest())) {
    throw reader.refusal("ERR_COMPONENT_MALFORMED", "a component does not begin as one");
  }
  const definition: Definition = {
    where: reader.where,
    types: [],
    parent,
    funcs: [],
    instances: [],
    components: [],
    modules: [],
    imports: new Map(),
    exports: new Map(),
    makesModules: [],
    makesComponents: [],
    bindingNodes: 0,
  };
  for (const { id, body } of readComponentSections(reader)) {
    if (id === 0) continue;
    if (id === 1) {
      const inner = body.slice(
        body.end - body.offset,
        `${definition.where}, core module ${definition.modules.length}`,
      );
      definition.modules.push(all.addModule(body, inspectCoreModule(inner)));
    } else if (id === 4) {
      const inner = body.slice(
        body.end - body.offset,
        `${definition.where}, component ${definition.components.length}`,
      );
      definition.components.push(readDefinition(all, inner, definition, depth + 1));
    } else {
      readVector(all, id, body, definition);
    }
    body.assertDone();
  }
  return definition;
}

type ReadEntry = (all: Collection, reader: ByteReader, definition: Definition) => void;

const SECTIONS: Readonly<Record<number, ReadEntry>> = {
  2: readCoreInstance,
  5: readInstance,
  6: readAlias,
  7: (all, reader, definition) => {
    definition.types.push(readType(all, reader, definition, definition.where));
  },
  8: readCanonical,
  10: readImport,
  11: readExport,
};

function readVector(all: Collection, id: number, body: ByteReader, definition: Definition): void {
  const read = SECTIONS[id];
  if (read === undefined) {
    throw body.refusal(
      "ERR_COMPONENT_FEATURE",
      `a section for core types, start, values or newer things (${id})`,
    );
  }
  for (let left = body.count(ENTRIES_MAX, "entries of a section"); left > 0; left -= 1) {
    all.count(body);
    read(all, body, definition);
  }
}

function at<T>(reader: ByteReader, space: readonly T[], index: number, what: string): T {
  const found = space[index];
  if (found === undefined)
    throw reader.refusal("ERR_COMPONENT_MALFORMED", `${what} ${index} does not exist`);
  return found;
}

function readCoreInstance(all: Collection, reader: ByteReader, definition: Definition): void {
  const form = reader.byte();
  if (form > 1) throw reader.refusal("ERR_COMPONENT_MALFORMED", "an unknown form of core instance");
  if (form === 0) {
    definition.makesModules.push(at(reader, definition.modules, reader.u32(), "core module"));
  }
  for (let left = reader.count(ENTRIES_MAX, "arguments"); left > 0; left -= 1) {
    all.count(reader);
    readCoreName(reader);
    const sort = reader.byte();
    if (form === 0 ? sort !== 0x12 : sort > 0x03) {
      throw reader.refusal("ERR_COMPONENT_FEATURE", "a core instance of unusual things");
    }
    reader.u32();
  }
}

/** Sorts that may cross between components. Modules, components and values may not. */
const FUNC = 0x01;
const TYPE = 0x03;
const COMPONENT = 0x04;
const INSTANCE = 0x05;

function readSortIndex(reader: ByteReader, definition: Definition): Entity {
  const sort = reader.byte();
  switch (sort) {
    case FUNC:
      return { sort: "func", type: at(reader, definition.funcs, reader.u32(), "function") };
    case TYPE:
      return { sort: "type", type: plainType(reader, definition, reader.u32()) };
    case INSTANCE:
      return {
        sort: "instance",
        members: at(reader, definition.instances, reader.u32(), "instance"),
      };
    default:
      throw reader.refusal(
        "ERR_COMPONENT_FEATURE",
        "a module, component or value passed between components",
      );
  }
}

/** Every import, alias and export makes a new entry in the index space of its sort. */
function pushEntity(definition: Definition, entity: Entity): void {
  if (entity.sort === "instance") definition.instances.push(entity.members);
  else if (entity.sort === "func") definition.funcs.push(entity.type);
  else definition.types.push(entity.type);
}

function readInstance(all: Collection, reader: ByteReader, definition: Definition): void {
  const form = reader.byte();
  if (form > 1) throw reader.refusal("ERR_COMPONENT_MALFORMED", "an unknown form of instance");
  const made =
    form === 0 ? at(reader, definition.components, reader.u32(), "component") : undefined;
  const members = new Map<string, Entity>();
  for (let left = reader.count(ENTRIES_MAX, "arguments"); left > 0; left -= 1) {
    all.count(reader);
    const name = form === 0 ? readLinkName(reader) : readExternName(reader);
    members.set(name, readSortIndex(reader, definition));
  }
  if (made !== undefined) definition.makesComponents.push(made);
  definition.instances.push(made?.exports ?? members);
}

function readAlias(_all: Collection, reader: ByteReader, definition: Definition): void {
  const sort = reader.byte();
  const coreSort = sort === 0x00 ? reader.byte() : undefined;
  const target = reader.byte();
  const index = reader.u32();
  if (target === 0x02) return readOuterAlias(reader, definition, sort, coreSort, index);
  if (target === 0x01 && coreSort !== undefined && coreSort <= 0x03) {
    readCoreName(reader);
    return;
  }
  if (target !== 0x00 || coreSort !== undefined) {
    throw reader.refusal("ERR_COMPONENT_FEATURE", "an alias of an unusual kind");
  }
  const name = readLinkName(reader);
  const entity = at(reader, definition.instances, index, "instance").get(name);
  const expected = { [FUNC]: "func", [TYPE]: "type", [INSTANCE]: "instance" }[sort];
  if (entity === undefined || entity.sort !== expected) {
    throw reader.refusal(
      "ERR_COMPONENT_MALFORMED",
      `no \`${name}\` of that kind to make an alias of`,
    );
  }
  pushEntity(definition, entity);
}

const CORE_MODULE = 0x11;

function readOuterAlias(
  reader: ByteReader,
  definition: Definition,
  sort: number,
  coreSort: number | undefined,
  outward: number,
): void {
  const index = reader.u32();
  if (sort === TYPE) {
    definition.types.push(typeEntry(reader, definition, index, outward));
    return;
  }
  let target: Definition | undefined = definition;
  for (let step = 0; step < outward && target !== undefined; step += 1) target = target.parent;
  if (target === undefined)
    throw reader.refusal("ERR_COMPONENT_MALFORMED", "an alias beyond the outermost component");
  if (sort === COMPONENT)
    definition.components.push(at(reader, target.components, index, "component"));
  else if (coreSort === CORE_MODULE)
    definition.modules.push(at(reader, target.modules, index, "core module"));
  else throw reader.refusal("ERR_COMPONENT_FEATURE", "an outer alias of an unusual kind");
}

/** lift, lower, resource.new, resource.drop, resource.rep. Every other built-in belongs to WASI 0.3 or to threads. */
function readCanonical(all: Collection, reader: ByteReader, definition: Definition): void {
  const builtin = reader.byte();
  if (builtin > 0x04) {
    throw reader.refusal("ERR_COMPONENT_ASYNC", "a built-in of WASI 0.3, or of threads");
  }
  if (builtin >= 0x02) {
    typeAt(reader, definition, reader.u32(), "resource");
    return;
  }
  if (reader.byte() !== 0x00)
    throw reader.refusal("ERR_COMPONENT_MALFORMED", "an unknown form of lift or lower");
  const index = reader.u32();
  for (let left = reader.count(10, "options"); left > 0; left -= 1) {
    all.count(reader);
    const option = reader.byte();
    if (option > 0x05)
      throw reader.refusal("ERR_COMPONENT_ASYNC", "an async lift or lower, of WASI 0.3");
    if (option >= 0x03) reader.u32();
  }
  const lift = builtin === 0x00;
  const type = lift
    ? typeAt(reader, definition, reader.u32(), "func")
    : at(reader, definition.funcs, index, "function");
  if (lift) definition.funcs.push(type);
  definition.bindingNodes += type.nodes;
}

function readImport(all: Collection, reader: ByteReader, definition: Definition): void {
  const name = readExternName(reader);
  if (definition.imports.has(name))
    throw reader.refusal("ERR_COMPONENT_MALFORMED", `a second import \`${name}\``);
  const entity = readExternType(all, reader, definition, splitVersion(name).name, name);
  definition.imports.set(name, entity);
  pushEntity(definition, entity);
}

function readExport(all: Collection, reader: ByteReader, definition: Definition): void {
  const name = readExternName(reader);
  if (definition.exports.has(name))
    throw reader.refusal("ERR_COMPONENT_MALFORMED", `a second export \`${name}\``);
  const inner = readSortIndex(reader, definition);
  const ascribed = reader.byte();
  if (ascribed > 1)
    throw reader.refusal("ERR_COMPONENT_MALFORMED", "an option byte that is neither 0 nor 1");
  const entity =
    ascribed === 1 ? readExternType(all, reader, definition, splitVersion(name).name, name) : inner;
  if (entity.sort !== inner.sort) {
    throw reader.refusal(
      "ERR_COMPONENT_MALFORMED",
      `the export \`${name}\` is declared as something else`,
    );
  }
  definition.exports.set(name, entity);
  pushEntity(definition, entity);
}
