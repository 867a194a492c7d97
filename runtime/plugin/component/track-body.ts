import { ByteWriter } from "./byte-writer.ts";
import { readInstruction, readValueType } from "./instructions.ts";
import { leb } from "./leb.ts";
import { OperandStack } from "./operand-stack.ts";
import { ByteReader } from "./reader.ts";

/** How a write is told: by its page, for what follows it within reach. */
export interface TouchedPages {
  readonly pageBits: number;
  readonly reachBytes: number;
}

/** A function with what is added would have more locals, or be larger, than an engine takes. */
export class BodyTooLarge extends Error {}

/** The WebAssembly JavaScript interface's limits, 8. */
const LOCALS_MAX = 50_000;
const BODY_BYTES_MAX = 7_654_321;

const [I32, I64, F32, F64, V128] = [0x7f, 0x7e, 0x7d, 0x7c, 0x7b];

/** Type of the value that each store takes from the stack, above its address. */
const STORES: readonly (number | undefined)[] = Array.from({ length: 256 }, (_, opcode) => {
  if (opcode === 0x36 || opcode === 0x3a || opcode === 0x3b) return I32;
  if (opcode === 0x37 || (opcode >= 0x3c && opcode <= 0x3e)) return I64;
  if (opcode === 0x38) return F32;
  return opcode === 0x39 ? F64 : undefined;
});

const [BULK, VECTOR] = [0xfc, 0xfd];
const [MEMORY_INIT, MEMORY_COPY, MEMORY_FILL] = [8, 10, 11];
const STORE_BYTES_MAX = 16;
const VECTOR_STORE = 11;
const [STORE_LANE_FIRST, STORE_LANE_LAST] = [88, 91];

/** Instructions by their bytes: those that tell a write, and no others. */
const LOCAL_GET = 0x20;
const LOCAL_SET = 0x21;
const LOCAL_TEE = 0x22;
const [LOOP, ELSE, END] = [0x03, 0x05, 0x0b];
const I32_CONST = 0x41;
const I32_ADD = 0x6a;
const I32_SHR_U = 0x76;
const MEMORY_FILL_TOUCHED = [BULK, MEMORY_FILL, 1];
/** `i32.store8` into the second memory: bit 6 of the alignment announces its index. */
const STORE8_TOUCHED = [0x3a, 0x40, 1, 0];
const ONE = [I32_CONST, 1];

/**
 * A function's body that tells each write in the second memory just before it. `code` begins at the groups of locals.
 * What lies on the stack for the write waits in locals of its own meanwhile, behind all others.
 * Throws `BodyTooLarge` also when the body would have more than `bytesMax`.
 */
export function trackBody(
  code: ByteReader,
  parameters: number,
  touched: TouchedPages,
  bytesMax: number,
): Uint8Array {
  const start = code.offset;
  const groups = code.u32();
  const groupsStart = code.offset;
  const told = new ToldLocals();
  const locals = new Locals(parameters + readLocals(code, groups));
  const groupsEnd = code.offset;
  const instructions = new ByteWriter();
  let from = groupsEnd;
  while (!code.done) {
    const at = code.offset;
    readInstruction(code);
    const tell = tellOf(code, at, { locals, told, touched });
    told.follow(code, at);
    if (tell === undefined) continue;
    instructions.add(code.bytes.subarray(from, at));
    instructions.add(tell);
    if (instructions.length > bytesMax) throw new BodyTooLarge();
    from = at;
  }
  if (instructions.length === 0) return code.bytes.subarray(start, code.end);
  instructions.add(code.bytes.subarray(from, code.end));
  const body = Buffer.concat([
    leb(groups + locals.types.length),
    code.bytes.subarray(groupsStart, groupsEnd),
    ...locals.types.map((type) => Uint8Array.of(1, type)),
    instructions.bytes(),
  ]);
  if (locals.count > LOCALS_MAX || body.length > Math.min(bytesMax, BODY_BYTES_MAX))
    throw new BodyTooLarge();
  return body;
}

/**
 * Which locals hold an address whose page was told already, on every way to where the reading is, so that a store close
 * behind it need not tell again. A way may begin at `loop`, `else` and `end`: nothing is known there.
 */
class ToldLocals {
  readonly #stack = new OperandStack();
  readonly #told = new Set<number>();

  /** Of a store that is about to be read: the local that holds its address, if that is known. */
  get address(): number | undefined {
    return this.#stack.at(1);
  }

  isTold(local: number): boolean {
    return this.#told.has(local);
  }

  add(local: number): void {
    this.#told.add(local);
  }

  /** Goes past the instruction at `at`. */
  follow({ bytes, where, offset }: ByteReader, at: number): void {
    const opcode = bytes[at] ?? 0;
    if (opcode === LOCAL_GET)
      return this.#stack.read(new ByteReader(bytes, where, at + 1, offset).u32());
    if (opcode === LOCAL_SET || opcode === LOCAL_TEE) {
      const local = new ByteReader(bytes, where, at + 1, offset).u32();
      this.#told.delete(local);
      return this.#stack.write(local, opcode === LOCAL_TEE);
    }
    if (opcode === LOOP || opcode === ELSE || opcode === END) this.#told.clear();
    return this.#stack.apply(opcode);
  }
}

function readLocals(code: ByteReader, groups: number): number {
  let locals = 0;
  for (let left = groups; left > 0; left -= 1) {
    locals += code.u32();
    readValueType(code);
  }
  return locals;
}

/** Locals that are added, one for each use. */
class Locals {
  readonly #own: number;
  readonly #indices = new Map<string, number>();
  readonly types: number[] = [];

  constructor(own: number) {
    this.#own = own;
  }

  get count(): number {
    return this.#own + this.types.length;
  }

  of(use: string, type: number): readonly number[] {
    const index = this.#indices.get(use) ?? this.#add(use, type);
    return [...leb(index)];
  }

  #add(use: string, type: number): number {
    const index = this.count;
    this.#indices.set(use, index);
    this.types.push(type);
    return index;
  }
}

interface Telling {
  readonly locals: Locals;
  readonly told: ToldLocals;
  readonly touched: TouchedPages;
}

/**
 * What tells the write of the instruction at `at`, which `code` has just read. Undefined when it writes nothing, or only
 * where a store before it has told already.
 */
function tellOf(code: ByteReader, at: number, telling: Telling): readonly number[] | undefined {
  const opcode = code.bytes[at] ?? 0;
  const operands = new ByteReader(code.bytes, code.where, at + 1, code.offset);
  const stored = STORES[opcode];
  if (stored !== undefined) return tellStore(operands, stored, telling);
  if (opcode === VECTOR) {
    const operation = operands.u32();
    const lane = operation >= STORE_LANE_FIRST && operation <= STORE_LANE_LAST;
    return operation === VECTOR_STORE || lane ? tellStore(operands, V128, telling) : undefined;
  }
  if (opcode !== BULK) return undefined;
  const operation = operands.u32();
  const writes =
    operation === MEMORY_INIT || operation === MEMORY_COPY || operation === MEMORY_FILL;
  return writes ? tellBulk(telling) : undefined;
}

/**
 * On the stack: address, value. Told is the page of the address, which is good for small offsets too, or of the sum. One
 * over 32 bits is told as another page, and traps then: no memory is that large.
 */
function tellStore(
  operands: ByteReader,
  type: number,
  { locals, told, touched }: Telling,
): readonly number[] | undefined {
  operands.u32();
  const offset = operands.u32();
  const isNear = offset + STORE_BYTES_MAX <= touched.reachBytes;
  const known = isNear ? told.address : undefined;
  if (known !== undefined) {
    if (told.isTold(known)) return undefined;
    told.add(known);
    return [LOCAL_GET, ...leb(known), ...tellPage(touched)];
  }
  const [address, value] = [locals.of("address", I32), locals.of(`value ${type}`, type)];
  return [
    [LOCAL_SET, ...value],
    [LOCAL_TEE, ...address],
    isNear ? [] : [I32_CONST, ...signedLeb(offset), I32_ADD],
    tellPage(touched),
    [LOCAL_GET, ...address],
    [LOCAL_GET, ...value],
  ].flat();
}

/** On the stack: an address. */
function tellPage(touched: TouchedPages): readonly number[] {
  return [...pageOf(touched), ...ONE, ...STORE8_TOUCHED];
}

function pageOf({ pageBits }: TouchedPages): readonly number[] {
  return [I32_CONST, ...leb(pageBits), I32_SHR_U];
}

/**
 * On the stack: where to, what or from where, how many bytes. Told are the first page and `bytes / page + 1` behind it,
 * which is one too many at most: the second memory has room for it.
 */
function tellBulk({ locals, touched }: Telling): readonly number[] {
  const page = pageOf(touched);
  const to = locals.of("address", I32);
  const from = locals.of(`value ${I32}`, I32);
  const bytes = locals.of("bytes", I32);
  return [
    [LOCAL_SET, ...bytes],
    [LOCAL_SET, ...from],
    [LOCAL_TEE, ...to],
    page,
    ONE,
    [LOCAL_GET, ...bytes],
    page,
    [I32_CONST, 2, I32_ADD],
    MEMORY_FILL_TOUCHED,
    [LOCAL_GET, ...to],
    [LOCAL_GET, ...from],
    [LOCAL_GET, ...bytes],
  ].flat();
}

/** A number of 32 bits as the signed LEB128 that constants are written in, core specification 5.2.2. */
function signedLeb(value: number): number[] {
  const bytes: number[] = [];
  let left = value | 0;
  for (;;) {
    const low = left & 0x7f;
    left >>= 7;
    const done = (left === 0 && low < 0x40) || (left === -1 && low >= 0x40);
    bytes.push(done ? low : low | 0x80);
    if (done) return bytes;
  }
}
