// Programs that were written for the command line, as components: what they print, and how they end.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { after, before, test, type TestContext } from "node:test";
import { componentNew, parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { readAudit } from "../helpers/audit-lines.ts";
import { makeSharedMachine, runInProcess } from "../helpers/run-glovebox.ts";
import { makeScratch } from "../helpers/scratch.ts";

const RUN = "program__wasi_cli_run_0_2_12_run";
const ADAPTER = join(
  dirname(createRequire(import.meta.url).resolve("@bytecodealliance/jco/component")),
  "../lib/wasi_snapshot_preview1.command.wasm",
);

let shared: Awaited<ReturnType<typeof makeSharedMachine>>;
before(async () => {
  shared = await makeSharedMachine();
});
after(() => shared.close());

/** Adds a program of preview 1 behind the adapter that toolchains put before it, calls it once, and says what came of it. */
async function callProgram(t: TestContext, start: string) {
  const module = await parse(`(module
    (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 8) "no line end")
    (func $print
      (i32.store (i32.const 32) (i32.const 8)) (i32.store (i32.const 36) (i32.const 11))
      (drop (call $fd_write (i32.const 1) (i32.const 32) (i32.const 1) (i32.const 40))))
    (func (export "_start") ${start}))`);
  const component = await componentNew(module, [["wasi_snapshot_preview1", readFileSync(ADAPTER)]]);
  const folder = makeScratch(t);
  const file = join(folder, "program.wasm");
  writeFileSync(file, component);
  const run = (...words: string[]) =>
    runInProcess([...words, "--config", join(folder, "glovebox.yaml")], shared.machine);
  await run("init");
  const added = await run("add", file, "--unsigned", "--yes");
  assert.equal(added.code, 0, added.stderr);
  const { json } = await run("call", RUN, "{}", "--json");
  const printed = readAudit(folder).filter((record) => record.kind === "guest-log");
  const { structuredContent } = json as { structuredContent: Record<string, unknown> };
  return { structuredContent, printed: printed.map(({ message }) => message) };
}

const SUCCESS = { result: { ok: null } };

test("a program that returns, or exits with success, has answered, and what it printed is logged", async (t) => {
  for (const end of ["", "(call $proc_exit (i32.const 0))"]) {
    const { structuredContent, printed } = await callProgram(t, `(call $print) ${end}`);
    assert.deepEqual(structuredContent, SUCCESS);
    assert.deepEqual(printed, ["no line end"]);
  }
});

test("a program that exits with a failure has failed, and what it printed is logged", async (t) => {
  const { structuredContent, printed } = await callProgram(
    t,
    "(call $print) (call $proc_exit (i32.const 3))",
  );
  assert.equal(structuredContent["error_code"], "PLUGIN_FAILED");
  assert.deepEqual(printed, ["no line end"]);
});

test("a program has a name of its own, and no other argument", async (t) => {
  const { structuredContent } = await callProgram(
    t,
    `(drop (call $args_sizes_get (i32.const 64) (i32.const 68)))
    (if (i32.ne (i32.load (i32.const 64)) (i32.const 1)) (then unreachable))`,
  );
  assert.deepEqual(structuredContent, SUCCESS);
});
