// Writing to a local looked through all operands on the stack. A valid function of 160 kB, which holds 40,000 of them and
// writes to a local as often, took 20 seconds to rewrite, and one of 7 MB two days, in the process that serves everybody.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ByteReader } from "../../runtime/plugin/component/reader.ts";
import { leb } from "../../runtime/plugin/component/leb.ts";
import { trackBody } from "../../runtime/plugin/component/track-body.ts";
import { wasm } from "../helpers/wasm.ts";

const [GET, SET, TEE, UNREACHABLE, END] = [0x20, 0x21, 0x22, 0x00, 0x0b];
const OPERANDS = 20_000;
/** The clock of a process may be that coarse. */
const LEAST_MICROSECONDS = 20_000;

const instructions = (count: number, ...opcodes: readonly number[]): Buffer =>
  Buffer.alloc(
    2 * opcodes.length * count,
    Uint8Array.from(opcodes.flatMap((opcode) => [opcode, 0])),
  );
const functionOf = (...parts: readonly Buffer[]): Buffer =>
  Buffer.concat([Uint8Array.of(0), ...parts, Uint8Array.of(UNREACHABLE, END)]);

const SHALLOW = functionOf(instructions(OPERANDS, GET, SET));
const DEEP = functionOf(instructions(OPERANDS, GET), instructions(OPERANDS, TEE));

function cpuOf(body: Buffer): number {
  const start = process.cpuUsage();
  trackBody(new ByteReader(body, "function"), 1, { pageBits: 12, reachBytes: 1024 }, 2 ** 30);
  return Math.max(process.cpuUsage(start).user, LEAST_MICROSECONDS);
}

test("a function with a deep stack is rewritten as fast as one of the same length without", () => {
  const size = leb(DEEP.length);
  const module = Buffer.concat([
    Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 1, 0x7f, 0, 3, 2, 1, 0, 10),
    leb(1 + size.length + DEEP.length),
    Uint8Array.of(1),
    size,
    DEEP,
  ]);
  assert.ok(wasm.validate(module));
  cpuOf(SHALLOW);
  const ratio = cpuOf(DEEP) / cpuOf(SHALLOW);
  assert.ok(ratio < 12, `${ratio.toFixed(1)} times`);
});
