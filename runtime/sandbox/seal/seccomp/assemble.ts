import { ALLOWED_CALLS, ERRNO, REFUSALS, type Check } from "./allowed.ts";
import { AUDIT_ARCH, syscallNumber, type Arch, type SyscallName } from "./numbers.ts";

export interface FilterOptions {
  readonly arch: Arch;
  /** `start` until the runner has loaded, `tight` from then on. A later filter can only take away. */
  readonly stage: "start" | "tight";
  /** The process that the filter will hold. Without it, signals to oneself are not told from signals to others: a pid namespace has to. */
  readonly ownPid?: number;
}

/** One classic BPF instruction: operation, jump if true, jump if false, operand. */
type Instruction = readonly [
  operation: number,
  jumpTrue: number,
  jumpFalse: number,
  operand: number,
];

const LOAD_WORD = 0x20;
const JUMP_EQUAL = 0x15;
const JUMP_AT_LEAST = 0x35;
const JUMP_ANY_BIT = 0x45;
const RETURN = 0x06;

const ALLOW = 0x7fff0000;
const KILL_PROCESS = 0x80000000;
const REFUSE = 0x00050000;

// Offsets into `struct seccomp_data { int nr; u32 arch; u64 instruction_pointer; u64 args[6]; }`.
const AT_NUMBER = 0;
const AT_ARCH = 4;
const atArgument = (index: number): number => 16 + 8 * index;

/** Calls at and above this number belong to x86_64's x32 interface: the same calls under other numbers. */
const X32_BIT = 0x40000000;

/**
 * Assembles the seccomp filter of a sealed process, as the bytes of `struct sock_filter[]` (8 bytes each, little-endian).
 *
 * A call of another processor's interface kills the process. A call that is not in `ALLOWED_CALLS` is refused with an errno.
 */
export function assembleFilter(options: FilterOptions): Uint8Array {
  const program: Instruction[] = [
    [LOAD_WORD, 0, 0, AT_ARCH],
    [JUMP_EQUAL, 1, 0, AUDIT_ARCH[options.arch]],
    [RETURN, 0, 0, KILL_PROCESS],
    [LOAD_WORD, 0, 0, AT_NUMBER],
    [JUMP_AT_LEAST, 0, 1, X32_BIT],
    [RETURN, 0, 0, KILL_PROCESS],
  ];
  for (const call of ALLOWED_CALLS) {
    const number = syscallNumber(call.name, options.arch);
    if (number === undefined) continue;
    if (call.until === "start" && options.stage === "tight") continue;
    program.push(
      ...whenNumberIs(number, allowIf(call.checks ?? [], refusalOf(call.name), options)),
    );
  }
  for (const name of Object.keys(REFUSALS) as SyscallName[]) {
    const number = syscallNumber(name, options.arch);
    if (number !== undefined)
      program.push(...whenNumberIs(number, [[RETURN, 0, 0, refusalOf(name)]]));
  }
  program.push([RETURN, 0, 0, REFUSE | ERRNO.EPERM]);
  return encode(program);
}

function refusalOf(name: SyscallName): number {
  return REFUSE | (REFUSALS[name] ?? ERRNO.EPERM);
}

/** The block always returns, so the number is still loaded for whoever comes after it. */
function whenNumberIs(number: number, block: readonly Instruction[]): Instruction[] {
  return [[JUMP_EQUAL, 0, block.length, number], ...block];
}

function allowIf(checks: readonly Check[], refusal: number, options: FilterOptions): Instruction[] {
  return [
    ...checks.flatMap((check) => passOrReturn(check, refusal, options)),
    [RETURN, 0, 0, ALLOW],
  ];
}

/** Falls through when the argument passes, returns the refusal when it does not. */
function passOrReturn(check: Check, refusal: number, options: FilterOptions): Instruction[] {
  const load: Instruction = [LOAD_WORD, 0, 0, atArgument(check.arg)];
  const refuse: Instruction = [RETURN, 0, 0, refusal];
  if ("within" in check) {
    const mask = typeof check.within === "number" ? check.within : check.within[options.arch];
    return [load, [JUMP_ANY_BIT, 0, 1, ~mask], refuse];
  }
  const values =
    "ownPid" in check
      ? ownPid(options, check.orZero === true)
      : "x64" in check.oneOf
        ? check.oneOf[options.arch]
        : check.oneOf;
  if (values === undefined) return [];
  const jumps = values.map((value, index): Instruction => [
    JUMP_EQUAL,
    values.length - index,
    0,
    value,
  ]);
  return [load, ...jumps, refuse];
}

function ownPid(options: FilterOptions, orZero: boolean): readonly number[] | undefined {
  if (options.ownPid === undefined) return undefined;
  return orZero ? [options.ownPid, 0] : [options.ownPid];
}

function encode(program: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(program.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [index, [operation, jumpTrue, jumpFalse, operand]] of program.entries()) {
    view.setUint16(index * 8, operation, true);
    view.setUint8(index * 8 + 2, jumpTrue);
    view.setUint8(index * 8 + 3, jumpFalse);
    view.setUint32(index * 8 + 4, operand >>> 0, true);
  }
  return bytes;
}
