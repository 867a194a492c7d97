import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { limitModule, limitModules } from "../../../../runtime/plugin/component/rewrite-limits.ts";
import {
  assertRefused,
  fromWat,
  quickjsComponent,
  transpiled,
} from "../../../helpers/component-samples.ts";
import { wasm } from "../../../helpers/wasm.ts";
import type {
  WasmImports,
  WasmInstance,
  WasmMemory,
  WasmModule,
  WasmTable,
} from "../../../helpers/wasm.ts";

const PAGE = 65_536;
const MIB = 1024 * 1024;
const LIMITS = { memoryPagesMax: 10, tableEntriesMax: 20 };

interface GuestExports {
  readonly memory: WasmMemory;
  readonly table: WasmTable;
  grow(pages: number): number;
}

function instance(bytes: Uint8Array, imports: WasmImports = {}): GuestExports {
  assert.ok(wasm.validate(bytes));
  return new wasm.Instance<GuestExports>(new wasm.Module(bytes), imports).exports;
}

const module = (
  memory: string,
  table = `(table (export "table") 1 funcref)`,
): Promise<Uint8Array> =>
  fromWat(
    `(module ${memory} ${table} (func (export "grow") (param i32) (result i32) local.get 0 memory.grow))`,
  );

describe("one module", () => {
  test("grows to the cap and not beyond, by its own instruction and by the host's hand", async () => {
    const guest = instance(limitModule(await module(`(memory (export "memory") 2)`), LIMITS));
    assert.equal(guest.grow(8), 2);
    assert.equal(guest.grow(1), -1);
    assert.throws(() => guest.memory.grow(1), RangeError);
  });

  test("keeps a maximum of its own that is lower", async () => {
    const guest = instance(limitModule(await module(`(memory (export "memory") 1 3)`), LIMITS));
    assert.equal(guest.grow(2), 1);
    assert.equal(guest.grow(1), -1);
  });

  test("has a higher maximum of its own lowered", async () => {
    const guest = instance(limitModule(await module(`(memory (export "memory") 1 65536)`), LIMITS));
    assert.equal(guest.grow(10), -1);
  });

  test("has its tables capped", async () => {
    const guest = instance(limitModule(await module(`(memory 1)`), LIMITS));
    assert.throws(() => guest.table.grow(20), RangeError);
  });

  test("is refused when it starts over the cap, memory or table", async () => {
    const memory = await module(`(memory 11)`);
    const table = await module(`(memory 1)`, `(table 21 funcref)`);
    assertRefused(() => limitModule(memory, LIMITS), "ERR_COMPONENT_MEMORY");
    assertRefused(() => limitModule(table, LIMITS), "ERR_COMPONENT_MEMORY");
  });

  test("is unchanged without memory and table", async () => {
    const bytes = await fromWat(`(module (func (export "f")))`);
    assert.deepEqual(Buffer.from(limitModule(bytes, LIMITS)), Buffer.from(bytes));
  });

  for (const [title, memory] of [
    ["a shared memory", "(memory 1 2 shared)"],
    ["a 64-bit memory", "(memory i64 1)"],
    ["pages of another size", "(memory 1 (pagesize 1))"],
  ] as const) {
    test(`is refused with ${title}`, async () => {
      const bytes = await fromWat(`(module ${memory})`);
      assertRefused(() => limitModule(bytes, LIMITS), "ERR_COMPONENT_FEATURE");
    });
  }
});

describe("all modules of a component", () => {
  test("together never hold more than the limit", async () => {
    const modules = await Promise.all(
      [4, 2, 1].map(async (pages) => ({
        name: `${pages}.wasm`,
        bytes: await module(`(memory (export "memory") ${pages})`),
      })),
    );
    let held = 0;
    for (const { bytes } of limitModules(modules, { memoryBytes: 4 * MIB })) {
      const guest = instance(bytes);
      while (guest.grow(1) !== -1);
      held += guest.memory.buffer.byteLength;
    }
    assert.ok(held <= 4 * MIB);
    assert.ok(held > 3.5 * MIB);
  });

  test("are refused when their initial sizes together are over the limit", async () => {
    const modules = [
      { name: "a", bytes: await module("(memory 10)") },
      { name: "b", bytes: await module("(memory 10)") },
    ];
    assertRefused(() => limitModules(modules, { memoryBytes: 19 * PAGE }), "ERR_COMPONENT_MEMORY");
  });

  test("stay linkable: an importer with a maximum accepts the exporter's lower one", async () => {
    const modules = [
      { name: "a", bytes: await module(`(memory (export "memory") 1 100)`) },
      {
        name: "b",
        bytes: await fromWat(
          `(module (import "a" "memory" (memory 1 100)) (import "a" "table" (table 1 funcref)))`,
        ),
      },
    ];
    const [a, b] = limitModules(modules, { memoryBytes: 5 * PAGE });
    assert.ok(a !== undefined && b !== undefined);
    const exporter = instance(a.bytes);
    instance(b.bytes, { a: { memory: exporter.memory, table: exporter.table } });
    assert.equal(exporter.grow(5), -1);
  });
});

describe("a real QuickJS component of many modules", () => {
  const source = `export const tools = {
    listTools() { return "[]"; },
    callTool(name, args) {
      const kept = []; let bytes = 0;
      try { for (;;) { kept.push(new Uint8Array(1 << 20).fill(1)); bytes += 1 << 20; if (bytes >= Number(args)) return "got " + bytes; } }
      catch { const got = kept.length; kept.length = 0; return "failed at " + got; }
    } };`;

  interface Tools {
    readonly listTools: () => string;
    readonly callTool: (name: string, args: string) => string;
  }
  /** What jco's script exports. */
  interface Glue {
    readonly instantiate: (
      core: (name: string) => WasmModule,
      imports: unknown,
      make: (module: WasmModule, imports?: WasmImports) => WasmInstance,
    ) => { readonly tools: Tools };
  }

  async function load(
    memoryBytes: number,
  ): Promise<{ readonly tools: Tools; readonly held: () => number }> {
    const { script, modules } = await transpiled(await quickjsComponent({ source }));
    const limited = new Map(
      limitModules(modules, { memoryBytes }).map(({ name, bytes }) => [name, bytes]),
    );
    const memories = new Set<WasmMemory>();
    const glue: Glue = await import(`data:text/javascript,${encodeURIComponent(script)}`);
    const deny = new Proxy({}, { get: () => () => assert.fail("a host call") });
    const { tools } = glue.instantiate(
      (name) => new wasm.Module(limited.get(name) ?? new Uint8Array()),
      new Proxy({}, { get: () => deny }),
      (module, imports) => {
        const made = new wasm.Instance(module, imports);
        for (const value of Object.values(made.exports))
          if (value instanceof wasm.Memory) memories.add(value);
        return made;
      },
    );
    return {
      tools,
      held: () => [...memories].reduce((sum, memory) => sum + memory.buffer.byteLength, 0),
    };
  }

  test("runs, and uses most of the limit before it is out of memory, never more", async () => {
    const { tools, held } = await load(16 * MIB);
    assert.equal(tools.listTools(), "[]");
    assert.equal(tools.callTool("eat", String(4 * MIB)), `got ${4 * MIB}`);
    let answer: string;
    try {
      answer = tools.callTool("eat", String(64 * MIB));
    } catch (trap) {
      answer = String(trap);
    }
    assert.ok(!answer.startsWith("got"));
    assert.ok(held() <= 16 * MIB);
  });
});
