// What a taken-over transpile process gave as the words of its failure was made into text as it was: an object without
// `toString`, or a list nested deeply, left as an error of no known kind.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { makeProcessPowers } from "../../runtime/powers/process.ts";
import { SEALED_FOLDER } from "../../runtime/sandbox/programs.ts";
import { makeSpawner } from "../../runtime/sandbox/seal/sealed-process.ts";
import { transpileSealed } from "../../runtime/sandbox/transpile/transpile.ts";

const spawn = makeSpawner(makeProcessPowers(SEALED_FOLDER));
const COMPONENT = Buffer.from([0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00]);
const program = join(import.meta.dirname, "../helpers/hostile-transpile.cjs");
const limits = { dataBytesMax: 2 ** 30, residentBytesMax: 2 ** 28 };

for (const mode of [
  "a failure in words that are a list of lists",
  "a failure in words that cannot be read",
]) {
  test(`refuses, as any other, a taken-over transpile that answers: ${mode}`, async () => {
    const start = () => spawn({ seal: "none", program, programArgs: [mode], ...limits });
    await assert.rejects(transpileSealed(start, COMPONENT, 5000), {
      name: "SandboxError",
      code: "ERR_TRANSPILE_FAILED",
    });
  });
}
