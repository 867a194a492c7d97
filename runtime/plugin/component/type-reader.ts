import { readExternName, readLabel, splitVersion } from "./names.ts";
import { ByteReader } from "./reader.ts";
import { TYPE_DEPTH_MAX, TYPE_NODES_MAX, TYPE_TEXT_LENGTH_MAX } from "./types.ts";
import type { Type, TypeTable } from "./types.ts";

/** What one instance offers: functions and types by name. */
export type Entity =
  | { readonly sort: "func" | "type"; readonly type: Type }
  | { readonly sort: "instance"; readonly members: Members };
export type Members = ReadonlyMap<string, Entity>;

/** An instance type that is read anew for each import of it: its resources belong to the importing name. */
export interface InstanceType {
  readonly source: ByteReader;
  readonly start: number;
  readonly scope: TypeScope;
}

export type TypeEntry = Type | InstanceType;

/** One index space of types. Scopes nest: a type may name one of an enclosing scope. */
export interface TypeScope {
  readonly types: TypeEntry[];
  readonly parent: TypeScope | undefined;
}

/** What one inspection shares: the table of types and the count of everything read. */
export interface Counter {
  readonly table: TypeTable;
  /** Counts one entry of any vector; throws when there are too many. */
  count(reader: ByteReader): void;
}

const PRIMITIVES: Readonly<Record<number, string>> = {
  0x7f: "bool",
  0x7e: "s8",
  0x7d: "u8",
  0x7c: "s16",
  0x7b: "u16",
  0x7a: "s32",
  0x79: "u32",
  0x78: "s64",
  0x77: "u64",
  0x76: "f32",
  0x75: "f64",
  0x74: "char",
  0x73: "string",
};

/** Opcodes of streams, futures and error contexts. */
const ASYNC_TYPES: ReadonlySet<number> = new Set([0x64, 0x65, 0x66]);

export const MEMBERS_MAX = 1000;

function isType(entry: TypeEntry): entry is Type {
  return "parts" in entry;
}

/** Looks a type up, `outward` scopes away. */
export function typeEntry(
  reader: ByteReader,
  scope: TypeScope,
  index: number,
  outward = 0,
): TypeEntry {
  let target: TypeScope | undefined = scope;
  for (let step = 0; step < outward && target !== undefined; step += 1) target = target.parent;
  const entry = target?.types[index];
  if (entry === undefined)
    throw reader.refusal("ERR_COMPONENT_MALFORMED", `type ${index} does not exist`);
  return entry;
}

export function typeAt(
  reader: ByteReader,
  scope: TypeScope,
  index: number,
  sort: Type["sort"],
): Type {
  const entry = typeEntry(reader, scope, index);
  if (isType(entry) && entry.sort === sort) return entry;
  throw reader.refusal("ERR_COMPONENT_MALFORMED", `type ${index} is not a ${sort} type`);
}

export function plainType(reader: ByteReader, scope: TypeScope, index: number): Type {
  const entry = typeEntry(reader, scope, index);
  if (isType(entry)) return entry;
  throw reader.refusal("ERR_COMPONENT_MALFORMED", `type ${index} is an instance type`);
}

/**
 * Reads one entry of a type section or of an instance type (component model, Binary.md, "Type Definitions").
 * `owner` names the resources that are defined here.
 */
export function readType(
  counter: Counter,
  reader: ByteReader,
  scope: TypeScope,
  owner: string,
): TypeEntry {
  counter.count(reader);
  const opcode = reader.peek();
  if (opcode === 0x42) {
    reader.byte();
    const type: InstanceType = { source: reader, start: reader.offset, scope };
    readDeclarations(counter, reader, scope, owner);
    return type;
  }
  if (opcode === 0x3f) return readLocalResource(counter, reader, owner);
  if (opcode === 0x40) return readFunction(counter, reader, scope);
  if (opcode === 0x43 || opcode === 0x3e) {
    // debt("GB-007"): WASI 0.3 is refused.
    throw reader.refusal("ERR_COMPONENT_ASYNC", "an async function or destructor, of WASI 0.3");
  }
  if (opcode === 0x41) throw reader.refusal("ERR_COMPONENT_FEATURE", "a component type");
  return readDefinedValue(counter, reader, scope);
}

/** What an instance type offers when it is imported as `owner`. */
export function readMembers(counter: Counter, type: InstanceType, owner: string): Members {
  const { source, start, scope } = type;
  return readDeclarations(
    counter,
    new ByteReader(source.bytes, source.where, start, source.end),
    scope,
    owner,
  );
}

function make(
  counter: Counter,
  reader: ByteReader,
  sort: Type["sort"],
  parts: readonly (string | Type)[],
): Type {
  const type = counter.table.make(sort, parts);
  const { nodes, depth, textLength } = type;
  if (nodes > TYPE_NODES_MAX || depth > TYPE_DEPTH_MAX || textLength > TYPE_TEXT_LENGTH_MAX) {
    throw reader.refusal(
      "ERR_COMPONENT_TOO_LARGE",
      "a type that is too large or too deep when written out",
    );
  }
  return type;
}

/** A new resource. What it is called decides what it equals, so the name says who defines it. */
export function makeResource(counter: Counter, owner: string, name: string): Type {
  return counter.table.make("resource", [`resource ${owner}.${name}`]);
}

function readLocalResource(counter: Counter, reader: ByteReader, owner: string): Type {
  reader.byte();
  if (reader.byte() !== 0x7f)
    throw reader.refusal("ERR_COMPONENT_FEATURE", "a resource that is not an i32");
  if (readFlag(reader)) reader.u32();
  return makeResource(counter, owner, `at ${reader.offset}`);
}

function readFunction(counter: Counter, reader: ByteReader, scope: TypeScope): Type {
  reader.byte();
  const parts = ["func(", ...readFields(counter, reader, scope), ")"];
  const results = reader.byte();
  if (results === 0) parts.push(" -> ", readValue(counter, reader, scope));
  else if (results !== 1 || reader.byte() !== 0) {
    throw reader.refusal("ERR_COMPONENT_FEATURE", "a function with named results");
  }
  return make(counter, reader, "func", parts);
}

/** A value type in use: a primitive, or the index of a defined one. */
function readValue(counter: Counter, reader: ByteReader, scope: TypeScope): Type {
  counter.count(reader);
  const code = reader.peek();
  if ((code & 0xc0) !== 0x40) return typeAt(reader, scope, reader.index33(), "value");
  reader.byte();
  return readPrimitive(counter, reader, code);
}

function readPrimitive(counter: Counter, reader: ByteReader, code: number): Type {
  const name = PRIMITIVES[code];
  if (name !== undefined) return counter.table.make("value", [name]);
  if (ASYNC_TYPES.has(code))
    throw reader.refusal("ERR_COMPONENT_ASYNC", "a stream, future or error context, of WASI 0.3");
  throw reader.refusal(
    "ERR_COMPONENT_FEATURE",
    `a type of an unknown kind (0x${code.toString(16)})`,
  );
}

function readDefinedValue(counter: Counter, reader: ByteReader, scope: TypeScope): Type {
  const code = reader.byte();
  const value = (): Type => readValue(counter, reader, scope);
  const parts = (): (string | Type)[] | undefined => {
    switch (code) {
      case 0x72:
        return ["record(", ...readFields(counter, reader, scope), ")"];
      case 0x71:
        return ["variant(", ...readCases(counter, reader, scope), ")"];
      case 0x70:
        return ["list(", value(), ")"];
      case 0x6f:
        return [
          "tuple(",
          ...separate(readMany(counter, reader, "tuple members", () => [value()])),
          ")",
        ];
      case 0x6e:
        return [`flags(${readLabels(counter, reader)})`];
      case 0x6d:
        return [`enum(${readLabels(counter, reader)})`];
      case 0x6b:
        return ["option(", value(), ")"];
      case 0x6a: {
        const ok = readFlag(reader) ? value() : "_";
        const err = readFlag(reader) ? value() : "_";
        return ["result(", ok, ", ", err, ")"];
      }
      case 0x69:
        return ["own(", typeAt(reader, scope, reader.u32(), "resource"), ")"];
      case 0x68:
        return ["borrow(", typeAt(reader, scope, reader.u32(), "resource"), ")"];
      default:
        return undefined;
    }
  };
  const found = parts();
  return found === undefined
    ? readPrimitive(counter, reader, code)
    : make(counter, reader, "value", found);
}

function readFlag(reader: ByteReader): boolean {
  const flag = reader.byte();
  if (flag > 1)
    throw reader.refusal("ERR_COMPONENT_MALFORMED", "an option byte that is neither 0 nor 1");
  return flag === 1;
}

function readMany<T>(counter: Counter, reader: ByteReader, what: string, read: () => T): T[] {
  const found: T[] = [];
  for (let left = reader.count(MEMBERS_MAX, what); left > 0; left -= 1) {
    counter.count(reader);
    found.push(read());
  }
  return found;
}

function separate(items: readonly (readonly (string | Type)[])[]): (string | Type)[] {
  return items.flatMap((item, index) => (index === 0 ? item : [", ", ...item]));
}

function readFields(counter: Counter, reader: ByteReader, scope: TypeScope): (string | Type)[] {
  return separate(
    readMany(counter, reader, "fields", () => [
      `${readLabel(reader)}: `,
      readValue(counter, reader, scope),
    ]),
  );
}

function readCases(counter: Counter, reader: ByteReader, scope: TypeScope): (string | Type)[] {
  return separate(
    readMany(counter, reader, "cases", () => {
      const label = readLabel(reader);
      const payload = readFlag(reader)
        ? [`${label}: `, readValue(counter, reader, scope)]
        : [label];
      if (reader.byte() !== 0)
        throw reader.refusal("ERR_COMPONENT_FEATURE", "a variant case that refines another");
      return payload;
    }),
  );
}

function readLabels(counter: Counter, reader: ByteReader): string {
  return readMany(counter, reader, "labels", () => readLabel(reader)).join(", ");
}

function readDeclarations(
  counter: Counter,
  reader: ByteReader,
  parent: TypeScope,
  owner: string,
): Members {
  const scope: TypeScope = { types: [], parent };
  const members = new Map<string, Entity>();
  for (let left = reader.count(10_000, "declarations"); left > 0; left -= 1) {
    counter.count(reader);
    const kind = reader.byte();
    if (kind === 0x01 && reader.peek() !== 0x42)
      scope.types.push(readType(counter, reader, scope, owner));
    else if (kind === 0x02) scope.types.push(readOuterType(reader, scope));
    else if (kind === 0x04) readMember(counter, reader, scope, owner, members);
    else
      throw reader.refusal("ERR_COMPONENT_FEATURE", "an unusual declaration in an instance type");
  }
  return members;
}

/** Within an instance type only types of enclosing scopes have aliases. */
function readOuterType(reader: ByteReader, scope: TypeScope): TypeEntry {
  if (reader.byte() !== 0x03 || reader.byte() !== 0x02) {
    throw reader.refusal("ERR_COMPONENT_FEATURE", "an unusual alias in an instance type");
  }
  const outward = reader.u32();
  return typeEntry(reader, scope, reader.u32(), outward);
}

function readMember(
  counter: Counter,
  reader: ByteReader,
  scope: TypeScope,
  owner: string,
  members: Map<string, Entity>,
): void {
  const name = readExternName(reader);
  const entity = readExternType(counter, reader, scope, owner, name);
  if (entity.sort === "instance")
    throw reader.refusal("ERR_COMPONENT_FEATURE", "an instance inside an instance");
  if (entity.sort === "type") scope.types.push(entity.type);
  if (members.has(name)) throw reader.refusal("ERR_COMPONENT_MALFORMED", `a second \`${name}\``);
  members.set(name, entity);
}

/** What an import or export says it is. Modules, components and values may not cross. */
export function readExternType(
  counter: Counter,
  reader: ByteReader,
  scope: TypeScope,
  owner: string,
  name: string,
): Entity {
  switch (reader.byte()) {
    case 0x01:
      return { sort: "func", type: typeAt(reader, scope, reader.u32(), "func") };
    case 0x03:
      if (readFlag(reader)) return { sort: "type", type: makeResource(counter, owner, name) };
      return { sort: "type", type: plainType(reader, scope, reader.u32()) };
    case 0x05: {
      const entry = typeEntry(reader, scope, reader.u32());
      if (isType(entry))
        throw reader.refusal("ERR_COMPONENT_MALFORMED", "an instance of a type that is none");
      return { sort: "instance", members: readMembers(counter, entry, splitVersion(name).name) };
    }
    default:
      throw reader.refusal(
        "ERR_COMPONENT_FEATURE",
        "an import or export of a module, component or value",
      );
  }
}
