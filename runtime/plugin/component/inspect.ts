import { isComponent, readComponentSections, readDefinition } from "./definition.ts";
import type { Collection, Definition, ModuleUse } from "./definition.ts";
import { ComponentError } from "./errors.ts";
import { splitVersion } from "./names.ts";
import { ByteReader } from "./reader.ts";
import type { Entity } from "./type-reader.ts";
import { TypeTable, formatType } from "./types.ts";
import type { Type } from "./types.ts";

const MIB = 1024 * 1024;

/** Measured on QuickJS (15 core modules, 1.1 MB) and SpiderMonkey (12 MB) guests, with room. */
export const COMPONENT_LIMITS = {
  sizeBytesMax: 32 * MIB,
  coreModulesMax: 100,
  componentsMax: 200,
  /** Core instances once every nested component is instantiated as often as the outer ones say. */
  coreInstancesMax: 500,
  /** Instances of components likewise. */
  instancesMax: 1000,
  /** Entries of all vectors together, instance types counted anew at each import. */
  entriesMax: 500_000,
  /** Type nodes over all lifted and lowered functions: about 2 kB of generated code each. */
  bindingNodesMax: 10_000,
  /** Characters of all imports and exports with their types written out. All of WASI 0.2 has 60,000. */
  textLengthMax: 4 * MIB,
  docsBytesMax: 256 * 1024,
} as const;

/** One import or export as the component names and types it. */
export interface ComponentItem {
  /** Without version: `glovebox:plugin/kv`. */
  readonly name: string;
  readonly version: string | undefined;
  readonly kind: "instance" | "func" | "type";
  /** Functions and types by name, written out. For a function or type itself: one entry under its own name. */
  readonly members: ReadonlyMap<string, string>;
}

export interface ComponentInspection {
  readonly imports: readonly ComponentItem[];
  readonly exports: readonly ComponentItem[];
  readonly coreModules: readonly Readonly<ModuleUse>[];
  /** The `package-docs` section as the author wrote it: unread text of a stranger. */
  readonly docs?: string;
  readonly sizeBytes: number;
  /** `glovebox`: it exports `glovebox:plugin/tools`. */
  readonly shape: "glovebox" | "other";
  /** Core instances that one instance of the component is made of. */
  readonly coreInstances: number;
}

const DOCS_SECTION = "package-docs";
const TOOLS = "glovebox:plugin/tools";

/**
 * Reads a component as an attacker wrote it and says what it imports, exports and is made of. Pure; nothing is run.
 * What passes holds no name that could leave generated code, no feature outside WebAssembly 2.0 and WASI 0.2, and no
 * bomb of counts. It may still be invalid: validation follows in the sealed transpiler.
 * Throws `ComponentError`.
 */
export function inspectComponent(bytes: Uint8Array): ComponentInspection {
  const reader = openComponent(bytes);
  const { all, modules } = makeCollection();
  const root = readDefinition(all, reader);
  const coreInstances = countInstances(reader, root);
  // `limitModules` caps a memory in its module's bytes, so each such module must become one instance only.
  if (modules.some((module) => module.memories > 0 && module.instances > 1)) {
    throw reader.refusal(
      "ERR_COMPONENT_FEATURE",
      "a core module with a memory that is instantiated more than once",
    );
  }
  const exports = [...root.exports].map(describe);
  const docs = readDocs(bytes);
  return {
    imports: [...root.imports].map(describe),
    exports,
    coreModules: modules,
    ...(docs === undefined ? {} : { docs }),
    sizeBytes: bytes.length,
    shape: exports.some((item) => item.name === TOOLS) ? "glovebox" : "other",
    coreInstances,
  };
}

function openComponent(bytes: Uint8Array): ByteReader {
  if (!isComponent(bytes)) {
    throw new ComponentError(
      "ERR_COMPONENT_NOT_COMPONENT",
      "the first eight bytes are not those of a component",
    );
  }
  const { sizeBytesMax } = COMPONENT_LIMITS;
  if (bytes.length > sizeBytesMax) {
    throw new ComponentError(
      "ERR_COMPONENT_TOO_LARGE",
      `${bytes.length} bytes; at most ${sizeBytesMax}`,
    );
  }
  return new ByteReader(bytes, "component");
}

function cap(reader: ByteReader, count: number, countMax: number, what: string): void {
  if (count > countMax)
    throw reader.refusal("ERR_COMPONENT_TOO_LARGE", `more than ${countMax} ${what}`);
}

function makeCollection(): { readonly all: Collection; readonly modules: ModuleUse[] } {
  const modules: ModuleUse[] = [];
  let entries = 0;
  let components = 0;
  const all: Collection = {
    table: new TypeTable(),
    count: (reader) => cap(reader, (entries += 1), COMPONENT_LIMITS.entriesMax, "entries"),
    addComponent: (reader) =>
      cap(reader, (components += 1), COMPONENT_LIMITS.componentsMax, "components"),
    addModule: (reader, module) => {
      const use = { ...module, instances: 0 };
      cap(reader, modules.push(use), COMPONENT_LIMITS.coreModulesMax, "core modules");
      return use;
    },
  };
  return { all, modules };
}

/** Plays the instantiation through, since a kilobyte of nested components can ask for 2^15 instances. */
function countInstances(reader: ByteReader, root: Definition): number {
  const { coreInstancesMax, instancesMax, bindingNodesMax } = COMPONENT_LIMITS;
  let coreInstances = 0;
  let instances = 0;
  let bindingNodes = 0;
  const instantiate = (definition: Definition): void => {
    instances += 1;
    coreInstances += definition.makesModules.length;
    bindingNodes += definition.bindingNodes;
    if (
      instances > instancesMax ||
      coreInstances > coreInstancesMax ||
      bindingNodes > bindingNodesMax
    ) {
      throw reader.refusal(
        "ERR_COMPONENT_TOO_LARGE",
        "it would instantiate or bind an absurd number of things",
      );
    }
    for (const module of definition.makesModules) module.instances += 1;
    for (const inner of definition.makesComponents) instantiate(inner);
  };
  let textLength = 0;
  for (const entity of [...root.imports.values(), ...root.exports.values()]) {
    for (const type of typesOf(entity)) {
      bindingNodes += type.nodes;
      textLength += type.textLength;
    }
  }
  if (textLength > COMPONENT_LIMITS.textLengthMax) {
    throw reader.refusal("ERR_COMPONENT_TOO_LARGE", "interfaces of absurd length");
  }
  instantiate(root);
  return coreInstances;
}

function typesOf(entity: Entity): readonly Type[] {
  return entity.sort === "instance" ? [...entity.members.values()].flatMap(typesOf) : [entity.type];
}

function describe([fullName, entity]: readonly [string, Entity]): ComponentItem {
  const { name, version } = splitVersion(fullName);
  const members = new Map<string, string>();
  const write = (key: string, member: Entity): void => {
    if (member.sort === "instance") members.set(key, "instance");
    else
      members.set(
        key,
        `${member.sort === "type" && member.type.sort !== "resource" ? "type " : ""}${formatType(member.type)}`,
      );
  };
  if (entity.sort === "instance") for (const [key, member] of entity.members) write(key, member);
  else write(name, entity);
  return { name, version, kind: entity.sort, members };
}

/** The custom sections of the outermost component that carry documentation, as byte ranges. */
function findDocs(bytes: Uint8Array): { readonly start: number; readonly body: ByteReader }[] {
  const found: { start: number; body: ByteReader }[] = [];
  for (const { id, start, body } of readComponentSections(openComponent(bytes))) {
    if (id !== 0) continue;
    const name = body.slice(body.u32()).rest();
    if (Buffer.from(name).toString("latin1") === DOCS_SECTION) found.push({ start, body });
  }
  return found;
}

/** Documentation is UTF-8 JSON, behind one version byte where wit-component wrote it. */
function readDocs(bytes: Uint8Array): string | undefined {
  const body = findDocs(bytes)[0]?.body;
  if (body === undefined) return undefined;
  if (body.end - body.offset > COMPONENT_LIMITS.docsBytesMax) {
    throw body.refusal("ERR_COMPONENT_TOO_LARGE", "documentation of absurd length");
  }
  if (!body.done && body.peek() <= 1) body.byte();
  return new TextDecoder().decode(body.rest());
}

/** The component without its documentation sections, which jco 1.35 refuses. The digest is that of the original. */
export function stripDocs(bytes: Uint8Array): Uint8Array {
  const kept: Uint8Array[] = [];
  let from = 0;
  for (const { start, body } of findDocs(bytes)) {
    kept.push(bytes.subarray(from, start));
    from = body.end;
  }
  return from === 0 ? bytes : Buffer.concat([...kept, bytes.subarray(from)]);
}
