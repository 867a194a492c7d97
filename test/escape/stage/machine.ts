// One component written by hand, with a tool for each kind of state and each way to use too much.
import type { Transpiled } from "../../../runtime/sandbox/sandbox.ts";
import { admit } from "./plugins.ts";
import type { Stage } from "./stage.ts";
import { toolsWat } from "../../helpers/tools-guest.ts";

/**
 * `call-tool(name, arguments)`: the first letter of the name chooses what to do, the first character of the arguments is a
 * digit. It answers one digit. Upper case puts the digit away, lower case says what is there.
 */
const WAT = toolsWat(`
    (type $digit (func (result i32)))
    (memory (export "memory") 2 1000)
    (table $t 20 200000 funcref)
    (elem (table $t) (i32.const 0) func $d0 $d1 $d2 $d3 $d4 $d5 $d6 $d7 $d8 $d9)
    (elem $passive func $d7)
    (global $g (mut i32) (i32.const 0))
    (global $wide (mut i64) (i64.const 0))
    (global $real (mut f64) (f64.const 0))
    (data (i32.const 16) "\\20\\00\\00\\00\\02\\00\\00\\00")
    (data (i32.const 32) "[]")
    (data (i32.const 64) "0")
    (data $later "7")
    ${Array.from({ length: 10 }, (_, digit) => `(func $d${digit} (type $digit) i32.const ${digit})`).join(" ")}
    (global $next (mut i32) (i32.const 4096))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.get $next) (global.set $next (i32.add (global.get $next) (local.get 3))))
    (func (export "list") (result i32) i32.const 16)
    (func $say (param $digit i32) (result i32)
      (i32.store8 (i32.const 2000) (i32.add (local.get $digit) (i32.const 48)))
      (i32.store (i32.const 1024) (i32.const 2000))
      (i32.store (i32.const 1028) (i32.const 1))
      (i32.const 1024))
    (func $deep (param i32) (result i32) (local i64 i64 i64 i64)
      (if (result i32) (local.get 0)
        (then (i32.add (call $deep (i32.sub (local.get 0) (i32.const 1))) (i32.const 1)))
        (else (i32.const 1))))
    (func $fill (param $pages i32) (result i32) (local $at i32) (local $more i32)
      (loop $next
        (local.set $at (i32.mul (memory.size) (i32.const 65536)))
        (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then (return (i32.const 0))))
        (memory.fill (local.get $at) (i32.const 1) (i32.const 1048576))
        (br_if $next (i32.lt_u (memory.size) (local.get $pages))))
      (i32.const 7))
    (func (export "call") (param $name i32) (param i32) (param $text i32) (param i32) (result i32)
      (local $op i32) (local $v i32)
      (local.set $op (i32.load8_u (local.get $name)))
      (local.set $v (i32.sub (i32.load8_u (local.get $text)) (i32.const 48)))
      ;; A: data
      (if (i32.eq (local.get $op) (i32.const 65)) (then (i32.store8 (i32.const 64) (i32.add (i32.const 48) (local.get $v))) (return (call $say (i32.const 0)))))
      (if (i32.eq (local.get $op) (i32.const 97)) (then (return (call $say (i32.sub (i32.load8_u (i32.const 64)) (i32.const 48))))))
      ;; B: the far end of the memory
      (if (i32.eq (local.get $op) (i32.const 66)) (then (i32.store8 (i32.const 131071) (local.get $v)) (return (call $say (i32.const 0)))))
      (if (i32.eq (local.get $op) (i32.const 98)) (then (return (call $say (i32.load8_u (i32.const 131071))))))
      ;; C: a grown page
      (if (i32.eq (local.get $op) (i32.const 67)) (then (drop (memory.grow (i32.const 1))) (i32.store8 (i32.const 131080) (local.get $v)) (return (call $say (i32.const 0)))))
      (if (i32.eq (local.get $op) (i32.const 99)) (then
        (if (i32.eq (memory.size) (i32.const 2)) (then (drop (memory.grow (i32.const 1)))))
        (return (call $say (i32.load8_u (i32.const 131080))))))
      ;; D: how large the memory is
      (if (i32.eq (local.get $op) (i32.const 68)) (then (drop (memory.grow (i32.const 5))) (return (call $say (i32.const 0)))))
      (if (i32.eq (local.get $op) (i32.const 100)) (then (return (call $say (memory.size)))))
      ;; E, F, G: globals
      (if (i32.eq (local.get $op) (i32.const 69)) (then (global.set $g (local.get $v)) (return (call $say (i32.const 0)))))
      (if (i32.eq (local.get $op) (i32.const 101)) (then (return (call $say (global.get $g)))))
      (if (i32.eq (local.get $op) (i32.const 70)) (then (global.set $wide (i64.extend_i32_u (local.get $v))) (return (call $say (i32.const 0)))))
      (if (i32.eq (local.get $op) (i32.const 102)) (then (return (call $say (i32.wrap_i64 (global.get $wide))))))
      (if (i32.eq (local.get $op) (i32.const 71)) (then (global.set $real (f64.convert_i32_u (local.get $v))) (return (call $say (i32.const 0)))))
      (if (i32.eq (local.get $op) (i32.const 103)) (then (return (call $say (i32.trunc_f64_u (global.get $real))))))
      ;; H: a function in a table
      (if (i32.eq (local.get $op) (i32.const 72)) (then (table.set $t (i32.const 0) (table.get $t (local.get $v))) (return (call $say (i32.const 0)))))
      (if (i32.eq (local.get $op) (i32.const 104)) (then (return (call $say (call_indirect $t (type $digit) (i32.const 0))))))
      ;; I: copies inside a table
      (if (i32.eq (local.get $op) (i32.const 73)) (then (table.copy $t $t (i32.const 0) (local.get $v) (i32.const 1)) (return (call $say (i32.const 0)))))
      ;; J: how large a table is
      (if (i32.eq (local.get $op) (i32.const 74)) (then (drop (table.grow $t (ref.null func) (i32.const 7))) (return (call $say (i32.const 0)))))
      (if (i32.eq (local.get $op) (i32.const 106)) (then (return (call $say (i32.sub (table.size $t) (i32.const 20))))))
      ;; K: what a table was filled with
      (if (i32.eq (local.get $op) (i32.const 75)) (then (table.fill $t (i32.const 0) (table.get $t (local.get $v)) (i32.const 1)) (return (call $say (i32.const 0)))))
      ;; L: elements that were dropped
      (if (i32.eq (local.get $op) (i32.const 76)) (then (elem.drop $passive) (return (call $say (i32.const 0)))))
      (if (i32.eq (local.get $op) (i32.const 108)) (then (table.init $t $passive (i32.const 1) (i32.const 0) (i32.const 1)) (return (call $say (i32.const 0)))))
      ;; M: data that was dropped
      (if (i32.eq (local.get $op) (i32.const 77)) (then (data.drop $later) (return (call $say (i32.const 0)))))
      (if (i32.eq (local.get $op) (i32.const 109)) (then (memory.init $later (i32.const 3000) (i32.const 0) (i32.const 1)) (return (call $say (i32.const 0)))))
      ;; N: what realloc handed out before, where arguments were copied to
      (if (i32.eq (local.get $op) (i32.const 78)) (then (return (call $say (i32.const 0)))))
      (if (i32.eq (local.get $op) (i32.const 110)) (then (return (call $say (i32.sub (i32.load8_u (i32.const 4098)) (i32.const 48))))))
      ;; O: put it away, and trap
      (if (i32.eq (local.get $op) (i32.const 79)) (then (global.set $g (local.get $v)) (i32.store8 (i32.const 64) (i32.const 55)) unreachable))
      ;; P: put it away, and answer far too much
      (if (i32.eq (local.get $op) (i32.const 80)) (then
        (global.set $g (local.get $v))
        (drop (call $fill (i32.const 48)))
        (i32.store (i32.const 1024) (i32.const 8192)) (i32.store (i32.const 1028) (i32.const 2097152)) (return (i32.const 1024))))
      ;; Q: put it away, and use up the stack
      (if (i32.eq (local.get $op) (i32.const 81)) (then (global.set $g (local.get $v)) (return (call $say (call $deep (i32.const 100000000))))))
      ;; S: what was left on the stack's memory
      (if (i32.eq (local.get $op) (i32.const 83)) (then (memory.fill (i32.const 60000) (local.get $v) (i32.const 4000)) (return (call $say (i32.const 0)))))
      (if (i32.eq (local.get $op) (i32.const 115)) (then (return (call $say (i32.load8_u (i32.const 62000))))))
      ;; 1: loop, 2: fill memory, 3: too long an answer, 4: recursion, 5: a large table
      (if (i32.eq (local.get $op) (i32.const 49)) (then (loop $l (br $l))))
      (if (i32.eq (local.get $op) (i32.const 50)) (then (return (call $say (call $fill (i32.const 900))))))
      (if (i32.eq (local.get $op) (i32.const 51)) (then
        (drop (call $fill (i32.const 48)))
        (i32.store (i32.const 1024) (i32.const 8192)) (i32.store (i32.const 1028) (i32.const 2097152)) (return (i32.const 1024))))
      (if (i32.eq (local.get $op) (i32.const 52)) (then (return (call $say (call $deep (i32.const 100000000))))))
      (if (i32.eq (local.get $op) (i32.const 53)) (then (return (call $say (select (i32.const 0) (i32.const 7) (i32.eq (table.grow $t (ref.null func) (i32.const 150000)) (i32.const -1)))))))
      (call $say (i32.const 9)))`);

export const CALL_TOOL = ["tools", "callTool"] as const;

/** The machine, admitted by the real path: verified, transpiled sealed, limited. */
export function machineOf(stage: Stage): Promise<Transpiled> {
  return stage.shared("machine", () => admit(stage, WAT, { memoryBytes: 40 * 1024 * 1024 }));
}
