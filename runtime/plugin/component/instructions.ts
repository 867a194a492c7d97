import type { ByteReader } from "./reader.ts";

/**
 * Which instructions a core module may use: WebAssembly 2.0 (sign extension, saturating conversion, bulk memory,
 * multi-value, reference types, SIMD) and tail calls. GC, typed references, exceptions, threads, stack switching,
 * relaxed SIMD and wide arithmetic are young engine surface that no supported toolchain needs.
 */

/** Reads past the operands. Of a prefixed instruction the operation is returned: the prefix alone says nothing. */
type Operands = (reader: ByteReader) => number | void;

/** `readInstruction` answers `BULK + operation` for the instructions that begin with 0xfc. */
export const BULK = 0xfc00;

const FUNCREF = 0x70;
const EXTERNREF = 0x6f;

export function readReferenceType(reader: ByteReader): number {
  const type = reader.byte();
  if (type === FUNCREF || type === EXTERNREF) return type;
  throw reader.refusal(
    "ERR_COMPONENT_FEATURE",
    "a reference type other than funcref and externref",
  );
}

/** i32, i64, f32, f64, v128, funcref, externref. */
export function readValueType(reader: ByteReader): number {
  const type = reader.peek();
  if (type < 0x7b || type > 0x7f) return readReferenceType(reader);
  return reader.byte();
}

const none: Operands = () => {};
const index: Operands = (reader) => void reader.u32();
const twoIndices: Operands = (reader) => {
  reader.u32();
  reader.u32();
};

/** Skips a LEB128 number whose value does not matter; an engine checks its width. */
function skipNumber(reader: ByteReader, bytesMax: number): void {
  for (let bytes = 0; bytes < bytesMax; bytes += 1) {
    if (reader.byte() < 0x80) return;
  }
  throw reader.refusal("ERR_COMPONENT_MALFORMED", "a number is too long");
}

const memoryAccess: Operands = (reader) => {
  // Bit 6 of the alignment announces a memory index.
  if (reader.u32() >= 0x40)
    throw reader.refusal("ERR_COMPONENT_FEATURE", "more than one memory in a module");
  reader.u32();
};

const onlyMemory: Operands = (reader) => {
  if (reader.byte() !== 0)
    throw reader.refusal("ERR_COMPONENT_FEATURE", "more than one memory in a module");
};

const blockType: Operands = (reader) => {
  const first = reader.peek();
  if (first === 0x40) reader.byte();
  else if ((first & 0xc0) === 0x40) readValueType(reader);
  else reader.index33();
};

function operandsOf(opcode: number): Operands | undefined {
  if (opcode <= 0x01 || opcode === 0x05 || opcode === 0x0b || opcode === 0x0f) return none;
  if (opcode <= 0x04) return blockType;
  if (opcode === 0x0c || opcode === 0x0d || opcode === 0x10 || opcode === 0x12) return index;
  if (opcode === 0x0e) {
    return (reader) => {
      for (let left = reader.u32() + 1; left > 0; left -= 1) reader.u32();
    };
  }
  if (opcode === 0x11 || opcode === 0x13) return twoIndices;
  if (opcode === 0x1a || opcode === 0x1b) return none;
  if (opcode === 0x1c) {
    return (reader) => {
      for (let left = reader.u32(); left > 0; left -= 1) readValueType(reader);
    };
  }
  if (opcode >= 0x20 && opcode <= 0x26) return index;
  if (opcode >= 0x28 && opcode <= 0x3e) return memoryAccess;
  if (opcode === 0x3f || opcode === 0x40) return onlyMemory;
  if (opcode === 0x41) return (reader) => skipNumber(reader, 5);
  if (opcode === 0x42) return (reader) => skipNumber(reader, 10);
  if (opcode === 0x43) return (reader) => reader.skip(4);
  if (opcode === 0x44) return (reader) => reader.skip(8);
  if (opcode >= 0x45 && opcode <= 0xc4) return none;
  if (opcode === 0xd0) return (reader) => void readReferenceType(reader);
  if (opcode === 0xd1) return none;
  if (opcode === 0xd2) return index;
  if (opcode === 0xfc) return bulkOperands;
  if (opcode === 0xfd) return vectorOperands;
  return undefined;
}

function bulkOperands(reader: ByteReader): number {
  const operation = reader.u32();
  if (operation > 7) bulkMemoryOperands(reader, operation);
  return BULK + operation;
}

function bulkMemoryOperands(reader: ByteReader, operation: number): number | void {
  switch (operation) {
    case 8: // memory.init
      reader.u32();
      return onlyMemory(reader);
    case 9: // data.drop
    case 13: // elem.drop
    case 15: // table.grow
    case 16: // table.size
    case 17: // table.fill
      return index(reader);
    case 10: // memory.copy
      onlyMemory(reader);
      return onlyMemory(reader);
    case 11: // memory.fill
      return onlyMemory(reader);
    case 12: // table.init
    case 14: // table.copy
      return twoIndices(reader);
    default:
      throw reader.refusal(
        "ERR_COMPONENT_FEATURE",
        `an instruction outside WebAssembly 2.0 (0xfc ${operation})`,
      );
  }
}

function vectorOperands(reader: ByteReader): void {
  const operation = reader.u32();
  if (operation > 0xff) {
    throw reader.refusal(
      "ERR_COMPONENT_FEATURE",
      `an instruction outside WebAssembly 2.0 (0xfd ${operation})`,
    );
  }
  if (operation === 12 || operation === 13) return reader.skip(16);
  if (operation >= 21 && operation <= 34) return reader.skip(1);
  const lane = operation >= 84 && operation <= 91;
  if (operation <= 11 || lane || operation === 92 || operation === 93) memoryAccess(reader);
  if (lane) reader.skip(1);
}

const OPERANDS: readonly (Operands | undefined)[] = Array.from({ length: 256 }, (_, opcode) =>
  operandsOf(opcode),
);

/** One instruction: its opcode, or `BULK` and the operation behind 0xfc. */
export function readInstruction(reader: ByteReader): number {
  const opcode = reader.byte();
  const operands = OPERANDS[opcode];
  if (operands === undefined) {
    throw reader.refusal(
      "ERR_COMPONENT_FEATURE",
      `an instruction outside WebAssembly 2.0 (0x${opcode.toString(16)})`,
    );
  }
  return operands(reader) ?? opcode;
}

/** Reads instructions to the end of a function body. */
export function readInstructions(reader: ByteReader): void {
  while (!reader.done) readInstruction(reader);
}

const END = 0x0b;

/** Reads an initialiser: instructions up to the first `end`, since no block may stand in one. */
export function readConstant(reader: ByteReader): void {
  while (readInstruction(reader) !== END);
}
