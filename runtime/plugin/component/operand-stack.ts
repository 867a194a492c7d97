/** What is known of one operand: the local that it was read from and that still has its value. */
export type Operand = number | undefined;

/** By opcode: how many operands an instruction takes and gives. Those that are not here are not known. */
export const EFFECTS: Map<number, readonly [takes: number, gives: number]> = new Map();

function learn(first: number, last: number, takes: number, gives: number): void {
  for (let opcode = first; opcode <= last; opcode += 1) EFFECTS.set(opcode, [takes, gives]);
}

learn(0x1a, 0x1a, 1, 0); // drop
learn(0x1b, 0x1b, 3, 1); // select
learn(0x23, 0x23, 0, 1); // global.get
learn(0x24, 0x24, 1, 0); // global.set
learn(0x28, 0x35, 1, 1); // loads
learn(0x36, 0x3e, 2, 0); // stores
learn(0x3f, 0x3f, 0, 1); // memory.size
learn(0x41, 0x44, 0, 1); // constants
learn(0x45, 0x45, 1, 1); // i32.eqz
learn(0x46, 0x4f, 2, 1); // i32 comparisons
learn(0x50, 0x50, 1, 1); // i64.eqz
learn(0x51, 0x66, 2, 1); // comparisons of i64, f32, f64
learn(0x67, 0x69, 1, 1); // i32.clz, ctz, popcnt
learn(0x6a, 0x78, 2, 1); // i32 arithmetic
learn(0x79, 0x7b, 1, 1); // i64.clz, ctz, popcnt
learn(0x7c, 0x8a, 2, 1); // i64 arithmetic
learn(0x8b, 0x91, 1, 1); // f32 unary
learn(0x92, 0x98, 2, 1); // f32 binary
learn(0x99, 0x9f, 1, 1); // f64 unary
learn(0xa0, 0xa6, 2, 1); // f64 binary
learn(0xa7, 0xc4, 1, 1); // conversions, sign extension

/**
 * More than lie on the stack of ordinary code. A function can have millions, and each local that is written to is looked for
 * among all that are known.
 */
const KNOWN_MAX = 32;

/**
 * The upper end of the operand stack of a function that is read from its beginning to its end: which operands are a local's
 * value, unchanged since. Below an instruction that is not known, nothing is known any more.
 */
export class OperandStack {
  #known: Operand[] = [];

  /** The operand that lies so many below the top. */
  at(depth: number): Operand {
    return this.#known.at(-1 - depth);
  }

  read(local: number): void {
    this.#push(local);
  }

  /** The local has another value from here on. */
  write(local: number, isTee: boolean): void {
    this.#known.pop();
    this.#known = this.#known.map((known) => (known === local ? undefined : known));
    if (isTee) this.#push(local);
  }

  apply(opcode: number): void {
    const effect = EFFECTS.get(opcode);
    if (effect === undefined) {
      this.#known = [];
      return;
    }
    const [takes, gives] = effect;
    for (let left = takes; left > 0; left -= 1) this.#known.pop();
    for (let left = gives; left > 0; left -= 1) this.#push(undefined);
  }

  #push(operand: Operand): void {
    if (this.#known.length === KNOWN_MAX) this.#known = [];
    this.#known.push(operand);
  }
}
