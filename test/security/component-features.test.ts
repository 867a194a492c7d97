import { describe, test } from "node:test";
import { inspectComponent } from "../../runtime/plugin/component/inspect.ts";
import { assertRefused, fromWat } from "../helpers/component-samples.ts";
import { COMPONENT_FEATURES, MODULE_FEATURES } from "../helpers/hostile-components.ts";

describe("in a core module, wherever it stands,", () => {
  for (const [title, fields] of Object.entries(MODULE_FEATURES)) {
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

describe("in a component", () => {
  for (const [title, [code, fields]] of Object.entries(COMPONENT_FEATURES)) {
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
