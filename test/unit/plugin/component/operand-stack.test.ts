import assert from "node:assert/strict";
import { test } from "node:test";
import { EFFECTS, OperandStack } from "../../../../runtime/plugin/component/operand-stack.ts";
import { wasm } from "../../../helpers/wasm.ts";

/** `i32.const 0` and the same of i64, f32 and f64. */
const CONSTANTS: readonly (readonly number[])[] = [
  [0x41, 0],
  [0x42, 0],
  [0x43, 0, 0, 0, 0],
  [0x44, 0, 0, 0, 0, 0, 0, 0, 0],
];
const DROP = 0x1a;
const MAGIC = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** What stands behind the opcode in the code. */
function operandsOf(opcode: number): readonly number[] {
  if (opcode >= 0x28 && opcode <= 0x3e) return [0, 0];
  if (opcode >= 0x41 && opcode <= 0x44) return CONSTANTS[opcode - 0x41]!.slice(1);
  return opcode === 0x23 || opcode === 0x24 || opcode === 0x3f ? [0] : [];
}

/** Whether the engine takes a function that pushes constants of these types, does this, and drops so many results. */
function isValid(pushed: readonly (readonly number[])[], opcode: number, drops: number): boolean {
  const code = [
    0,
    ...pushed.flat(),
    opcode,
    ...operandsOf(opcode),
    ...Array<number>(drops).fill(DROP),
    0x0b,
  ];
  const section = (id: number, ...bytes: number[]): number[] => [id, bytes.length, ...bytes];
  return wasm.validate(
    Uint8Array.from([
      ...MAGIC,
      ...section(1, 1, 0x60, 0, 0),
      ...section(3, 1, 0),
      ...section(5, 1, 0, 1),
      ...section(6, 1, 0x7f, 1, 0x41, 0, 0x0b),
      ...section(10, 1, code.length, ...code),
    ]),
  );
}

function tuples(length: number): (readonly (readonly number[])[])[] {
  if (length === 0) return [[]];
  return tuples(length - 1).flatMap((rest) => CONSTANTS.map((constant) => [constant, ...rest]));
}

test("every instruction takes and gives as many operands as the engine says", () => {
  assert.ok(EFFECTS.size > 140, `${EFFECTS.size} instructions`);
  for (const [opcode, [takes, gives]] of EFFECTS) {
    const fits = (takesThen: number, givesThen: number): boolean =>
      takesThen >= 0 &&
      givesThen >= 0 &&
      tuples(takesThen).some((types) => isValid(types, opcode, givesThen));
    assert.ok(fits(takes, gives), `0x${opcode.toString(16)} takes ${takes} and gives ${gives}`);
    // With one more of both an operand would only lie below it.
    assert.ok(!fits(takes - 1, gives - 1), `0x${opcode.toString(16)} takes less than ${takes}`);
  }
});

test("knows a local's value until the local has another one", () => {
  const stack = new OperandStack();
  stack.read(3);
  stack.read(4);
  assert.deepEqual([stack.at(0), stack.at(1), stack.at(2)], [4, 3, undefined]);
  stack.apply(0x41);
  stack.write(3, true);
  // The new value lies on top, the old one below it.
  assert.deepEqual([stack.at(0), stack.at(1), stack.at(2)], [3, 4, undefined]);
  stack.apply(0x6a);
  assert.deepEqual([stack.at(0), stack.at(1)], [undefined, undefined]);
  stack.read(5);
  for (const unknown of [0x10, 0x02, 0x0c, 0xfc, 0xfd, 0xd0]) {
    stack.apply(unknown);
    assert.equal(stack.at(0), undefined);
    stack.read(5);
  }
});
