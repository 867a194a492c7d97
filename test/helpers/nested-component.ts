import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";

/**
 * Components inside a component, so that the binding code keeps tables of handles on both sides of a border: one makes
 * resources, the other, which is there twice, holds them. `run(which, what, value)` answers or fails with a number.
 * `which`: 0 or 1. What: 0 a new resource, 1 what resource `value` holds, 2 two new ones of which one is dropped,
 * 3 drops resource `value`, 4 fails, 5 traps after all that, 6 traps when its answer is read, else nothing.
 */
export function nestedComponent(): Promise<Uint8Array> {
  return parse(TEXT);
}

export const NESTED_PLACES = 8;

const TEXT = `(component
  (component $maker
    (type $r (resource (rep i32)))
    (core func $new (canon resource.new $r))
    (core module $m
      (import "" "new" (func $new (param i32) (result i32)))
      (global $made (mut i32) (i32.const 0))
      (func (export "make") (param i32) (result i32)
        (global.set $made (i32.add (global.get $made) (i32.const 1)))
        (call $new (i32.add (local.get 0) (i32.mul (global.get $made) (i32.const 1000)))))
      (func (export "get") (param i32) (result i32) (local.get 0)))
    (core instance $i (instantiate $m (with "" (instance (export "new" (func $new))))))
    (export $kept "r" (type $r))
    (func (export "make") (param "value" u32) (result (own $kept)) (canon lift (core func $i "make")))
    (func (export "get") (param "self" (borrow $kept)) (result u32) (canon lift (core func $i "get"))))
  (instance $maker (instantiate $maker))
  (alias export $maker "r" (type $r))
  (component $holder
    (import "r" (type $r (sub resource)))
    (import "make" (func $make (param "value" u32) (result (own $r))))
    (import "get" (func $get (param "self" (borrow $r)) (result u32)))
    (core func $make (canon lower (func $make)))
    (core func $get (canon lower (func $get)))
    (core func $drop (canon resource.drop $r))
    (core module $m
      (import "" "make" (func $make (param i32) (result i32)))
      (import "" "get" (func $get (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (global $sum (mut f32) (f32.const -0))
      (func (export "run") (param $what i32) (param $value i32) (result i32)
        (if (i32.eq (local.get $what) (i32.const 0)) (then (return (call $make (local.get $value)))))
        (if (i32.eq (local.get $what) (i32.const 1)) (then (return (call $get (local.get $value)))))
        (if (i32.eq (local.get $what) (i32.const 2)) (then
          (call $drop (call $make (i32.const 1)))
          (drop (call $make (i32.const 2)))
          (return (call $get (call $make (local.get $value))))))
        (if (i32.eq (local.get $what) (i32.const 3)) (then (call $drop (local.get $value))))
        (if (i32.eq (local.get $what) (i32.const 5)) (then (drop (call $make (i32.const 3))) unreachable))
        (i32.reinterpret_f32 (global.get $sum))
        (global.set $sum (f32.const nan:0x234567))))
    (core instance $i (instantiate $m
      (with "" (instance (export "make" (func $make)) (export "get" (func $get)) (export "drop" (func $drop))))))
    (func (export "run") (param "what" u32) (param "value" u32) (result u32) (canon lift (core func $i "run"))))
  (instance $a (instantiate $holder (with "r" (type $r)) (with "make" (func $maker "make")) (with "get" (func $maker "get"))))
  (instance $b (instantiate $holder (with "r" (type $r)) (with "make" (func $maker "make")) (with "get" (func $maker "get"))))
  (core func $a (canon lower (func $a "run")))
  (core func $b (canon lower (func $b "run")))
  (core module $m
    (import "" "a" (func $a (param i32 i32) (result i32)))
    (import "" "b" (func $b (param i32 i32) (result i32)))
    (memory (export "memory") 1)
    (global $calls (mut i64) (i64.const 0x7fffffffffffffff))
    (func (export "run") (param $which i32) (param $what i32) (param $value i32) (result i32)
      (i32.store (i32.const 16) (i32.eq (local.get $what) (i32.const 4)))
      (i32.store (i32.const 20) (i32.add (i32.wrap_i64 (global.get $calls))
        (if (result i32) (local.get $which)
          (then (call $b (local.get $what) (local.get $value)))
          (else (call $a (local.get $what) (local.get $value))))))
      (i32.store (i32.const 24) (local.get $what))
      (i32.const 16))
    (func (export "after") (param i32)
      (global.set $calls (i64.const -0x8000000000000000))
      (if (i32.eq (i32.load (i32.const 24)) (i32.const 6)) (then unreachable))))
  (core instance $i (instantiate $m (with "" (instance (export "a" (func $a)) (export "b" (func $b))))))
  (alias core export $i "memory" (core memory $memory))
  (alias core export $i "after" (core func $after))
  (func (export "run") (param "which" u32) (param "what" u32) (param "value" u32) (result (result u32 (error u32)))
    (canon lift (core func $i "run") (memory $memory) (post-return $after))))`;
