import { fromWat } from "./component-samples.ts";
import { runWat } from "./tools-guest.ts";

/**
 * Core modules, without the word, by the one kind of state in which each remembers that it ran: `run` answers 0 on untouched state and
 * anything else, or a trap, where a run before it left something.
 */
const LEFTOVERS = {
  memory: `(memory 1)
    (func (export "run") (result i32)
      (i32.load (i32.const 64))
      (i32.store (i32.const 64) (i32.const 1)))`,
  "the last byte of memory": `(memory 1)
    (func (export "run") (result i32)
      (i32.load8_u (i32.const 65535))
      (i32.store8 (i32.const 65535) (i32.const 1)))`,
  "initial data overwritten": `(memory 1) (data (i32.const 8) "\\2a")
    (func (export "run") (result i32)
      (i32.ne (i32.load8_u (i32.const 8)) (i32.const 42))
      (i32.store8 (i32.const 8) (i32.const 0)))`,
  "the size of memory": `(memory 1)
    (func (export "run") (result i32)
      (i32.ne (memory.size) (i32.const 1))
      (drop (memory.grow (i32.const 1))))`,
  "an i32 global": `(global $g (mut i32) (i32.const 0))
    (func (export "run") (result i32) (global.get $g) (global.set $g (i32.const 1)))`,
  "an i64 global": `(global $g (mut i64) (i64.const -1))
    (func (export "run") (result i32)
      (i64.ne (global.get $g) (i64.const -1))
      (global.set $g (i64.const 0x100000000)))`,
  "the sign of a zero": `(global $g (mut f64) (f64.const 0))
    (func (export "run") (result i32)
      (i64.ne (i64.reinterpret_f64 (global.get $g)) (i64.const 0))
      (global.set $g (f64.const -0)))`,
  "the bits of a NaN": `(global $g (mut f32) (f32.const nan))
    (func (export "run") (result i32)
      (i32.ne (i32.reinterpret_f32 (global.get $g)) (i32.const 0x7fc00000))
      (global.set $g (f32.reinterpret_i32 (i32.const 0x7fc00001))))`,
  "a v128 global": `(global $g (mut v128) (v128.const i32x4 0 0 0 0))
    (func (export "run") (result i32)
      (v128.any_true (global.get $g))
      (global.set $g (v128.const i32x4 0 0 0 1)))`,
  "a reference in a global": `(global $g (mut funcref) (ref.null func))
    (func (export "run") (result i32)
      (i32.eqz (ref.is_null (global.get $g)))
      (global.set $g (ref.func $f)))
    (func $f) (elem declare func $f)`,
  "an entry of a table": `(table $t 2 funcref)
    (func (export "run") (result i32)
      (i32.eqz (ref.is_null (table.get $t (i32.const 1))))
      (table.set $t (i32.const 1) (ref.func $f)))
    (func $f) (elem declare func $f)`,
  "a table copied over": `(table $t 2 funcref)
    (elem (table $t) (i32.const 0) func $f)
    (func (export "run") (result i32)
      (i32.eqz (ref.is_null (table.get $t (i32.const 1))))
      (table.copy $t $t (i32.const 1) (i32.const 0) (i32.const 1)))
    (func $f)`,
  "a table filled": `(table $t 2 funcref)
    (elem (table $t) (i32.const 0) func $f)
    (func (export "run") (result i32)
      (ref.is_null (table.get $t (i32.const 0)))
      (table.fill $t (i32.const 0) (ref.null func) (i32.const 2)))
    (func $f)`,
  "the size of a table": `(table $t 1 funcref)
    (func (export "run") (result i32)
      (i32.ne (table.size $t) (i32.const 1))
      (drop (table.grow $t (ref.null func) (i32.const 1))))`,
  "a table from a passive segment": `(table $t 1 funcref) (elem $e func $f)
    (func (export "run") (result i32)
      (i32.eqz (ref.is_null (table.get $t (i32.const 0))))
      (table.init $t $e (i32.const 0) (i32.const 0) (i32.const 1)))
    (func $f)`,
  "a dropped data segment": `(memory 1) (data $d "\\01")
    (func (export "run") (result i32)
      (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1))
      (data.drop $d)
      (i32.const 0))`,
  "a dropped element segment": `(table $t 1 funcref) (elem $e func $f)
    (func (export "run") (result i32)
      (table.init $t $e (i32.const 0) (i32.const 0) (i32.const 1))
      (elem.drop $e)
      (i32.const 0))
    (func $f)`,
  "what a start function made": `(memory 1) (global $g (mut i32) (i32.const 0))
    (func $start
      (global.set $g (i32.const 7))
      (i32.store (i32.const 0) (i32.const 7)))
    (start $start)
    (func (export "run") (result i32)
      (i32.or
        (i32.ne (global.get $g) (i32.const 7))
        (i32.ne (i32.load (i32.const 0)) (i32.const 7)))
      (global.set $g (i32.const 0)))`,
} as const;

export type Leftover = keyof typeof LEFTOVERS;
export const LEFTOVER_NAMES = Object.keys(LEFTOVERS) as readonly Leftover[];

/** A component that exports `run: func() -> u32`, and remembers in this way alone that it ran. */
export function leftoverGuest(name: Leftover): Promise<Uint8Array> {
  return fromWat(runWat(LEFTOVERS[name]));
}

/** Two modules, one of which keeps its state in what the other exports: a global and a memory that are imported. */
export function sharedLeftoverGuest(): Promise<Uint8Array> {
  return fromWat(`(component
    (core module $owner
      (memory (export "memory") 1)
      (global (export "count") (mut i32) (i32.const 0)))
    (core module $user
      (import "owner" "memory" (memory 1))
      (import "owner" "count" (global $count (mut i32)))
      (func (export "run") (result i32)
        (i32.or (global.get $count) (i32.load (i32.const 0)))
        (global.set $count (i32.const 1))
        (i32.store (i32.const 0) (i32.const 2))))
    (core instance $o (instantiate $owner))
    (core instance $u (instantiate $user (with "owner" (instance $o))))
    (func $run (result u32) (canon lift (core func $u "run")))
    (export "run" (func $run)))`);
}
