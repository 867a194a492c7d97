import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";

/**
 * A component that can keep something in every place that WebAssembly has, and tells what it finds there:
 * `run(what, value)` answers what was in the place before, and leaves `value`.
 * Places: 0–3 globals of the four number types, 4 used memory, 5 untouched memory, 6 the size of memory, 7 a second
 * module's memory, 8 a global that two modules share, 9 the number of a new stream's handle (which stays open),
 * 10 the last such handle, 11 half a line on standard output, 12 the rest of that line, 13 a trap after leaving something,
 * 14 a hundred thousand bytes beyond the image.
 */
export function leftoverComponent(): Promise<Uint8Array> {
  return parse(TEXT);
}

export const PLACES = 15;

const TEXT = `(component
  (import "wasi:io/error@0.2.0" (instance $errors (export "error" (type (sub resource)))))
  (alias export $errors "error" (type $error))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (alias outer 1 $error (type $e0))
    (export "error" (type $e (eq $e0)))
    (type $se' (variant (case "last-operation-failed" (own $e)) (case "closed")))
    (export "stream-error" (type $se (eq $se')))
    (export "output-stream" (type $out (sub resource)))
    (export "[method]output-stream.blocking-write-and-flush"
      (func (param "self" (borrow $out)) (param "contents" (list u8)) (result (result (error $se)))))))
  (alias export $streams "output-stream" (type $output))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer 1 $output (type $o0))
    (export "output-stream" (type $o (eq $o0)))
    (export "get-stdout" (func (result (own $o))))))
  (core module $store
    (memory (export "memory") 2)
    (global (export "shared") (mut i32) (i32.const 5))
    (data (i32.const 200) "!\\n")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
    (func (export "swap") (param i32) (result i32) (local i32)
      (local.set 1 (i32.load (i32.const 64)))
      (i32.store (i32.const 64) (local.get 0))
      (local.get 1)))
  (core instance $s (instantiate $store))
  (alias core export $s "memory" (core memory $kept))
  (alias core export $s "realloc" (core func $realloc))
  (core func $get (canon lower (func $stdout "get-stdout")))
  (core func $write (canon lower (func $streams "[method]output-stream.blocking-write-and-flush")
    (memory $kept) (realloc $realloc)))
  (core module $m
    (import "host" "get" (func $get (result i32)))
    (import "host" "write" (func $write (param i32 i32 i32 i32)))
    (import "store" "swap" (func $swap (param i32) (result i32)))
    (import "store" "shared" (global $shared (mut i32)))
    (memory 3)
    (global $g0 (mut i32) (i32.const 7))
    (global $g1 (mut i64) (i64.const -9))
    (global $g2 (mut f32) (f32.const 1.5))
    (global $g3 (mut f64) (f64.const -0))
    (global $last (mut i32) (i32.const 0))
    (table 4 funcref)
    (elem (i32.const 1) func $same)
    (data (i32.const 100) "\\2a\\00\\00\\00")
    (func $same (param i32) (result i32) local.get 0)
    (func (export "run") (param $what i32) (param $value i32) (result i32) (local $found i32)
      (if (i32.eq (local.get $what) (i32.const 0)) (then
        (local.set $found (global.get $g0)) (global.set $g0 (local.get $value))))
      (if (i32.eq (local.get $what) (i32.const 1)) (then
        (local.set $found (i32.wrap_i64 (global.get $g1)))
        (global.set $g1 (i64.extend_i32_u (local.get $value)))))
      (if (i32.eq (local.get $what) (i32.const 2)) (then
        (local.set $found (i32.reinterpret_f32 (global.get $g2)))
        (global.set $g2 (f32.convert_i32_u (local.get $value)))))
      (if (i32.eq (local.get $what) (i32.const 3)) (then
        (local.set $found (i32.wrap_i64 (i64.shr_u (i64.reinterpret_f64 (global.get $g3)) (i64.const 32))))
        (global.set $g3 (f64.convert_i32_u (local.get $value)))))
      (if (i32.eq (local.get $what) (i32.const 4)) (then
        (local.set $found (i32.load (i32.const 100))) (i32.store (i32.const 100) (local.get $value))))
      (if (i32.eq (local.get $what) (i32.const 5)) (then
        (local.set $found (i32.load (i32.const 150000))) (i32.store (i32.const 150000) (local.get $value))))
      (if (i32.eq (local.get $what) (i32.const 6)) (then
        (local.set $found (memory.grow (i32.and (local.get $value) (i32.const 1))))))
      (if (i32.eq (local.get $what) (i32.const 7)) (then
        (local.set $found (call $swap (local.get $value)))))
      (if (i32.eq (local.get $what) (i32.const 8)) (then
        (local.set $found (global.get $shared)) (global.set $shared (local.get $value))))
      (if (i32.eq (local.get $what) (i32.const 9)) (then
        (local.set $found (call $get)) (global.set $last (local.get $found))))
      (if (i32.eq (local.get $what) (i32.const 10)) (then
        (local.set $found (global.get $last)) (global.set $last (call $get))))
      (if (i32.eq (local.get $what) (i32.const 11)) (then
        (call $write (call $get) (i32.const 200) (i32.const 1) (i32.const 32))))
      (if (i32.eq (local.get $what) (i32.const 12)) (then
        (call $write (call $get) (i32.const 200) (i32.const 2) (i32.const 32))))
      (if (i32.eq (local.get $what) (i32.const 13)) (then
        (global.set $g0 (local.get $value))
        (i32.store (i32.const 100) (local.get $value))
        (drop (call $get))
        unreachable))
      (if (i32.eq (local.get $what) (i32.const 14)) (then
        (local.set $found (i32.load8_u (i32.const 120000)))
        (memory.fill (i32.const 65536) (local.get $value) (i32.const 100000))))
      (call_indirect (param i32) (result i32) (local.get $found) (i32.const 1))))
  (core instance $host (export "get" (func $get)) (export "write" (func $write)))
  (core instance $i (instantiate $m (with "host" (instance $host)) (with "store" (instance $s))))
  (func $run (param "what" u32) (param "value" u32) (result u32) (canon lift (core func $i "run")))
  (export "run" (func $run)))`;
