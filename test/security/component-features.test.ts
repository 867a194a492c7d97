import { describe, test } from "node:test";
import { inspectComponent } from "../../runtime/plugin/component/inspect.ts";
import { assertRefused, fromWat } from "../helpers/component-samples.ts";

const MODULES: Readonly<Record<string, string>> = {
  "a shared memory": "(memory 1 2 shared)",
  "an imported shared memory": `(import "a" "b" (memory 1 2 shared))`,
  "a 64-bit memory": "(memory i64 1)",
  "a 64-bit table": "(table i64 1 funcref)",
  "pages of another size": "(memory 1 (pagesize 1))",
  "two memories": "(memory 1) (memory 1)",
  "an imported and an own memory": `(import "a" "b" (memory 1)) (memory 1)`,
  "a struct type": "(type (struct (field i32)))",
  "an array type": "(type (array i8))",
  "a recursive group": "(rec (type (func)) (type (func)))",
  "an open type": "(type (sub (func)))",
  "an anyref parameter": "(func (param anyref))",
  "a typed function reference": "(type $t (func)) (func (param (ref $t)))",
  "an anyref local": "(func (local anyref))",
  "an i31 instruction": "(func (drop (ref.i31 (i32.const 1))))",
  "a cast instruction": "(func (param externref) (drop (any.convert_extern (local.get 0))))",
  "a call through a reference": "(type $t (func)) (func (call_ref $t (ref.null $t)))",
  "an atomic instruction": "(memory 1) (func (drop (i32.atomic.load (i32.const 0))))",
  "an atomic fence": "(func (atomic.fence))",
  "an exception tag": "(tag (param i32))",
  "an imported exception tag": `(import "a" "b" (tag))`,
  "a try block": "(func (block $b (try_table (catch_all $b))))",
  "a rethrow": "(func (param exnref))",
  "a continuation type": "(type $f (func)) (type (cont $f))",
  "relaxed SIMD":
    "(func (param v128 v128) (result v128) (i8x16.relaxed_swizzle (local.get 0) (local.get 1)))",
  "wide arithmetic":
    "(func (param i64 i64) (result i64 i64) (i64.mul_wide_u (local.get 0) (local.get 1)))",
  "a table with an initialiser": "(table 1 funcref (ref.null func))",
  "a reference table of any": "(table 1 anyref)",
};

describe("in a core module, wherever it stands,", () => {
  for (const [title, fields] of Object.entries(MODULES)) {
    test(`refuses ${title}`, async () => {
      const plain = await fromWat(`(component (core module ${fields}))`);
      const nested = await fromWat(`(component (component (core module ${fields})))`);
      assertRefused(() => inspectComponent(plain), "ERR_COMPONENT_FEATURE");
      assertRefused(() => inspectComponent(nested), "ERR_COMPONENT_FEATURE");
    });
  }

  test("passes what WebAssembly 2.0 compilers write", async () => {
    inspectComponent(
      await fromWat(`(component (core module
        (memory 1) (table $t 2 funcref) (table $e 1 externref) (global (mut i64) (i64.const -5)) (global v128 (v128.const i64x2 1 2))
        (elem (i32.const 0) $f $f) (elem func $f) (elem declare funcref (ref.func $f)) (elem (table $t) (i32.const 0) funcref (ref.null func))
        (data $d "passive") (data (i32.const 8) "active")
        (type $two (func (result i32 i64)))
        (func $f (param i32) (result i32) (local f64 v128)
          (drop (select (result i32) (i32.const 1) (i32.const 2) (local.get 0)))
          (block (block (br_table 0 1 0 (local.get 0))))
          (loop (result i32) (if (result i32) (local.get 0) (then (i32.const -2147483648)) (else (i32.const 3))))
          (block (type $two) (i32.const 1) (i64.const -9223372036854775808)) (drop) (drop)
          (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1)) (data.drop $d)
          (memory.copy (i32.const 0) (i32.const 1) (i32.const 2)) (memory.fill (i32.const 0) (i32.const 1) (i32.const 2))
          (table.set $t (i32.const 0) (ref.func $f)) (drop (table.grow $t (ref.null func) (i32.const 1)))
          (drop (i32.trunc_sat_f64_u (f64.const 0x1p3))) (drop (i64.extend8_s (i64.const 1)))
          (local.set 2 (v128.load8_lane offset=3 5 (i32.const 0) (local.get 2)))
          (drop (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (local.get 2) (local.get 2)))
          (drop (v128.load32_zero (i32.const 0))) (drop (i32x4.extract_lane 2 (local.get 2)))
          (drop (f32.load offset=4294967295 (i32.const 0)))
          (return_call $f (i32.const 1)))))`),
    );
  });
});

const COMPONENTS: Readonly<
  Record<string, readonly [code: "ERR_COMPONENT_ASYNC" | "ERR_COMPONENT_FEATURE", wat: string]>
> = {
  "an async function type": ["ERR_COMPONENT_ASYNC", `(import "f" (func async))`],
  "a stream": ["ERR_COMPONENT_ASYNC", `(type (stream u8))`],
  "a future": ["ERR_COMPONENT_ASYNC", `(type (future))`],
  "an error context": ["ERR_COMPONENT_ASYNC", `(type error-context)`],
  "an async lower": [
    "ERR_COMPONENT_ASYNC",
    `(core module $m (memory (export "m") 1)) (core instance $i (instantiate $m)) (alias core export $i "m" (core memory $mem))
     (import "f" (func $f (param "a" string))) (core func (canon lower (func $f) async (memory (core memory $mem))))`,
  ],
  "a task built-in": ["ERR_COMPONENT_ASYNC", `(core func (canon task.cancel))`],
  "a waitable set": ["ERR_COMPONENT_ASYNC", `(core func (canon waitable-set.new))`],
  "a thread": ["ERR_COMPONENT_ASYNC", `(core func (canon thread.yield))`],
  "an imported module": ["ERR_COMPONENT_FEATURE", `(import "m" (core module))`],
  "an imported component": ["ERR_COMPONENT_FEATURE", `(import "c" (component))`],
  "an exported module": ["ERR_COMPONENT_FEATURE", `(core module $m) (export "m" (core module $m))`],
  "an exported component": ["ERR_COMPONENT_FEATURE", `(component $c) (export "c" (component $c))`],
  "a core type": ["ERR_COMPONENT_FEATURE", `(core type (func))`],
  "a component type": ["ERR_COMPONENT_FEATURE", `(type (component))`],
  "an instance inside an instance": [
    "ERR_COMPONENT_FEATURE",
    `(type $i (instance)) (import "a" (instance (alias outer 1 $i (type $j)) (export "b" (instance (type $j)))))`,
  ],
  "a list of fixed length": ["ERR_COMPONENT_FEATURE", `(type (list u8 4000000000))`],
  "a map": ["ERR_COMPONENT_FEATURE", `(type (map string u8))`],
  "an imported value": ["ERR_COMPONENT_FEATURE", `(import "v" (value u8))`],
  "a memory that exists twice": [
    "ERR_COMPONENT_FEATURE",
    `(core module $m (memory 1)) (core instance (instantiate $m)) (core instance (instantiate $m))`,
  ],
  "a memory that exists twice through components": [
    "ERR_COMPONENT_FEATURE",
    `(component $c (core module $m (memory 1)) (core instance (instantiate $m))) (instance (instantiate $c)) (instance (instantiate $c))`,
  ],
};

describe("in a component", () => {
  for (const [title, [code, fields]] of Object.entries(COMPONENTS)) {
    test(`refuses ${title}`, async () => {
      const bytes = await fromWat(`(component ${fields})`);
      assertRefused(() => inspectComponent(bytes), code);
    });
  }

  test("refuses start and value sections by their number", () => {
    for (const id of [3, 9, 12, 13, 255]) {
      const bytes = Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, id, 1, 0);
      assertRefused(() => inspectComponent(bytes), "ERR_COMPONENT_FEATURE");
    }
  });
});
