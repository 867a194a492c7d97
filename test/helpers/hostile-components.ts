// Components that no honest toolchain makes, as WAT text: for the tests that they are refused, and for the escape suite.

/** `name` as it stands in WAT, byte by byte. */
export function quoted(name: string): string {
  return `"${[...Buffer.from(name)].map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("")}"`;
}

/** Every place of a component where a core name stands. */
export const NAME_PLACES: Readonly<Record<string, (name: string) => string>> = {
  "an export of a core module": (name) =>
    `(component (core module (func (export ${quoted(name)}))))`,
  "an import's module of a core module": (name) =>
    `(component (core module (import ${quoted(name)} "f" (func))))`,
  "an import's field of a core module": (name) =>
    `(component (core module (import "m" ${quoted(name)} (func))))`,
  "an inline core instance": (name) => `(component
    (import "f" (func $f)) (core func $g (canon lower (func $f)))
    (core instance (export ${quoted(name)} (func $g))))`,
  "an instantiation's argument": (name) => `(component
    (core module $m (import ${quoted(name)} "f" (func)))
    (core module $n (func (export "f"))) (core instance $n (instantiate $n))
    (core instance (instantiate $m (with ${quoted(name)} (instance $n)))))`,
  "an alias of a core export": (name) => `(component
    (core module $m (memory (export ${quoted(name)}) 1)) (core instance $i (instantiate $m))
    (alias core export $i ${quoted(name)} (core memory)))`,
  "a component inside a component": (name) =>
    `(component (component (component (core module (func (export ${quoted(name)}))))))`,
};

/** Fields of a core module that use what is kept out. */
export const MODULE_FEATURES: Readonly<Record<string, string>> = {
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

/** Fields of a component that use what is kept out, and the code that says so. */
export const COMPONENT_FEATURES: Readonly<
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
