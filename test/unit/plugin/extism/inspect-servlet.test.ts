import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { EXTISM_FUNCTIONS } from "@glovebox/host-api/extism/functions";
import { GloveboxError, reasonsOf, Refusals } from "../../../../runtime/errors.ts";
import { inspectServlet, isCoreModule } from "../../../../runtime/plugin/extism/inspect-servlet.ts";
import { verifyServlet } from "../../../../runtime/plugin/extism/verify-servlet.ts";
import { prepareServlet } from "../../../../runtime/supply/prepare-servlet.ts";
import { CAN_COMPILE_C } from "../../../helpers/c-guest.ts";
import { fromWat } from "../../../helpers/component-samples.ts";
import { honestServlet, hostileServlet } from "../../../helpers/servlets.ts";

const ENTRY = "(result i32) i32.const 0";
const V1 = `(func (export "describe") ${ENTRY}) (func (export "call") ${ENTRY})`;
const module = (fields: string): Promise<Uint8Array> => fromWat(`(module ${fields})`);

/** The codes of everything that is refused. */
async function codesOf(fields: string): Promise<readonly string[]> {
  try {
    inspectServlet(await module(fields));
    return [];
  } catch (error) {
    if (error instanceof Refusals) return error.reasons.map(({ code }) => code).toSorted();
    assert.ok(error instanceof GloveboxError);
    return [error.code];
  }
}

describe("an Extism plugin is read before it runs", () => {
  test("both forms of servlets are told apart as hyper-mcp does", async () => {
    const v2 = V1.replace("describe", "list_tools").replace('"call"', '"call_tool"');
    assert.equal(inspectServlet(await module(V1)).form, 1);
    assert.equal(inspectServlet(await module(v2)).form, 2);
    assert.equal(inspectServlet(await module(V1 + v2)).form, 1);
  });

  for (const [name, fields] of Object.entries({
    "nothing at all": "",
    "one half of a form": `(func (export "describe") ${ENTRY})`,
    "halves of two forms": V1.replace("describe", "list_tools"),
    "an entry that takes something": V1.replace('"call") ', '"call") (param i32) '),
    "an entry that gives too much": `(func (export "describe") ${ENTRY}) (func (export "call") (result i64) i64.const 0)`,
    "a memory for an entry": `(func (export "describe") ${ENTRY}) (memory (export "call") 1)`,
    "WASI without a memory to work on": `(import "wasi_snapshot_preview1" "sched_yield" (func (result i32))) ${V1}`,
    "WASI on a memory of another name": `(import "wasi_snapshot_preview1" "sched_yield" (func (result i32))) (memory (export "mem") 1) ${V1}`,
  }))
    test(`refuses ${name}`, async () => {
      assert.deepEqual(await codesOf(fields), ["ERR_EXTISM_EXPORT"]);
    });

  for (const [name, fields] of Object.entries({
    "an unknown module": '(import "env" "system" (func))',
    "an unknown function": '(import "extism:host/env" "exec" (func (param i64)))',
    "a name of every object": '(import "constructor" "name" (func))',
    "a function that every object has": '(import "extism:host/env" "toString" (func))',
    "a newer WASI": '(import "wasi_snapshot_preview2" "sched_yield" (func (result i32)))',
    "a function with a float for an address":
      '(import "extism:host/env" "alloc" (func (param f64) (result i64)))',
    "a function that gives a reference":
      '(import "extism:host/env" "alloc" (func (param i64) (result externref)))',
    "a function of another length": '(import "extism:host/env" "output_set" (func (param i64)))',
    "a memory of the host": '(import "extism:host/env" "memory" (memory 1))',
    "a table of the host": '(import "extism:host/env" "alloc" (table 1 funcref))',
    "a global of the host": '(import "extism:host/env" "alloc" (global i64))',
  }))
    test(`refuses an import of ${name}`, async () => {
      assert.deepEqual(await codesOf(fields + V1), ["ERR_EXTISM_IMPORT"]);
    });

  test("names everything that is wrong, up to a bound", async () => {
    const imports = Array.from({ length: 500 }, (_, index) => `(import "x" "f${index}" (func))`);
    const codes = await codesOf(imports.join(""));
    assert.ok(codes.length > 10 && codes.length < 30);
    assert.ok(codes.includes("ERR_EXTISM_EXPORT"));
  });

  for (const [name, fields] of Object.entries({
    threads: '(memory (export "memory") 1 1 shared)',
    "a 64-bit memory": '(memory (export "memory") i64 1)',
    "two memories": "(memory 1) (memory 1)",
    exceptions: "(tag)",
  }))
    test(`refuses ${name}`, async () => {
      assert.deepEqual(await codesOf(fields + V1), ["ERR_COMPONENT_FEATURE"]);
    });

  test("links every function that is served, each with its types", async () => {
    const types: Readonly<Record<string, string>> = { i: "i32", I: "i64" };
    const list = (letters: string): string =>
      Array.from(letters, (letter) => types[letter]).join(" ");
    const all = Object.entries(EXTISM_FUNCTIONS).flatMap(([from, functions]) =>
      Object.entries(functions).map(([name, signature]) => {
        const [params = "", results = ""] = signature.split(":");
        const type = `(func (param ${list(params)}) (result ${list(results)}))`;
        return `(import "${from}" "${name}" ${type})`;
      }),
    );
    assert.deepEqual(await codesOf(`${all.join("")} (memory (export "memory") 1) ${V1}`), []);
  });

  test("refuses what asks for more memory than it may have, and caps the rest", async () => {
    const large = await module(`(memory 800) ${V1}`);
    assert.throws(() => prepareServlet(large, { memoryBytes: 64 << 20 }), {
      code: "ERR_COMPONENT_MEMORY",
    });
    const { kernelBytes, modules } = prepareServlet(await module(`(memory 1) ${V1}`), {
      memoryBytes: 8 << 20,
    });
    assert.equal(kernelBytes, 2 << 20);
    // (memory 1 96): what is left of 128 pages.
    assert.ok(Buffer.from(modules[0]!.bytes).includes(Uint8Array.of(5, 4, 1, 1, 1, 96)));
  });

  if (CAN_COMPILE_C)
    test("says what a plugin imports, and asks its manifest for what is imported on purpose", () => {
      const { wants } = inspectServlet(honestServlet(2));
      assert.deepEqual([...wants.keys()].toSorted(), ["clock", "env", "http", "random"]);
      assert.throws(() => verifyServlet(hostileServlet(), { capabilities: {} }), Refusals);
      const asked = { want: null, reason: "It asks for it." };
      verifyServlet(hostileServlet(), { capabilities: { http: asked, env: asked } });
    });

  test("parts of a plugin, and plugins with a byte of another, are refused or read, and nothing else happens", async () => {
    const whole = await module(`(memory (export "memory") 1) ${V1}`);
    assert.ok(isCoreModule(whole));
    const read = (bytes: Uint8Array): void => {
      try {
        inspectServlet(bytes);
      } catch (error) {
        for (const reason of reasonsOf(error)) assert.ok(reason instanceof GloveboxError);
      }
    };
    for (let at = 0; at < whole.length; at += 1) {
      read(whole.subarray(0, at));
      for (const value of [0, 1, 0x7f, 0x80, 0xff]) read(whole.with(at, value));
    }
  });
});
