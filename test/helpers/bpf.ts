/** One call as seccomp sees it. */
export interface SeccompData {
  readonly number: number;
  readonly arch: number;
  readonly args?: readonly bigint[];
}

export type Verdict = "allow" | "kill" | { readonly errno: number };

const STEPS_MAX = 4096;

/** Runs a seccomp filter as the kernel would: the instructions that our assembler uses, and none other. */
export function runFilter(filter: Uint8Array, call: SeccompData): Verdict {
  const program = new DataView(filter.buffer, filter.byteOffset, filter.byteLength);
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, call.number, true);
  data.setUint32(4, call.arch, true);
  for (const [index, arg] of (call.args ?? []).entries())
    data.setBigUint64(16 + 8 * index, BigInt.asUintN(64, arg), true);
  let accumulator = 0;
  let at = 0;
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const operation = program.getUint16(at * 8, true);
    const jumpTrue = program.getUint8(at * 8 + 2);
    const jumpFalse = program.getUint8(at * 8 + 3);
    const operand = program.getUint32(at * 8 + 4, true);
    const branch = (condition: boolean): number => at + 1 + (condition ? jumpTrue : jumpFalse);
    if (operation === 0x06) return verdict(operand);
    if (operation === 0x20) {
      accumulator = data.getUint32(operand, true);
      at += 1;
    } else if (operation === 0x15) at = branch(accumulator === operand);
    else if (operation === 0x35) at = branch(accumulator >= operand);
    else if (operation === 0x45) at = branch((accumulator & operand) !== 0);
    else throw new Error(`operation ${operation} is not one of ours`);
  }
  throw new Error("the filter does not end");
}

function verdict(value: number): Verdict {
  if (value === 0x7fff0000) return "allow";
  if (value === 0x80000000) return "kill";
  if ((value & 0xffff0000) === 0x00050000) return { errno: value & 0xffff };
  throw new Error(`verdict ${value} is not one of ours`);
}
