import assert from "node:assert/strict";
import { test } from "node:test";
import { exposeModules, STATE_PREFIX } from "../../../../runtime/plugin/component/expose-state.ts";
import { fromWat, quickjsComponent, transpiled } from "../../../helpers/component-samples.ts";
import { wasm } from "../../../helpers/wasm.ts";

const expose = async (text: string) =>
  exposeModules([{ name: "m", bytes: await fromWat(`(module ${text})`) }]);

async function exportsOf(text: string, imports = {}): Promise<string[]> {
  const { modules, refused } = await expose(text);
  assert.equal(refused, undefined);
  const bytes = modules[0]!.bytes;
  assert.ok(wasm.validate(bytes));
  const instance = new wasm.Instance(new wasm.Module(bytes), imports);
  return Object.keys(instance.exports).map((name) => name.replace(STATE_PREFIX, "state:"));
}

const EVERYTHING = `
  (memory 1) (global i32 (i32.const 1)) (global (mut i64) (i64.const 2)) (global $f (mut f64) (f64.const 3))
  (func $start (global.set $f (f64.const 4))) (start $start)`;

test("exports the memory and the mutable globals, whether there are exports, a start function, or neither", async () => {
  const state = ["state:memory0", "state:global1", "state:global2"];
  assert.deepEqual(await exportsOf(EVERYTHING), state);
  assert.deepEqual(await exportsOf(`${EVERYTHING} (func (export "run"))`), ["run", ...state]);
  assert.deepEqual(await exportsOf("(memory 1)"), ["state:memory0"]);
  assert.deepEqual(await exportsOf('(func (export "run"))'), ["run"]);
});

test("counts imported memories and globals before its own", async () => {
  const memory = new wasm.Memory({ initial: 1 });
  const names = await exportsOf(
    '(import "a" "m" (memory 1)) (import "a" "f" (func)) (import "a" "t" (table 1 funcref)) (global (mut i32) (i32.const 0))',
    { a: { m: memory, f() {}, t: new wasm.Table({ initial: 1, element: "anyfunc" }) } },
  );
  assert.deepEqual(names, ["state:memory0", "state:global0"]);
});

const TABLE = '(table 4 funcref) (elem declare func $f) (elem $e func $f) (data $d "x") (memory 1)';
const UNRESTORABLE: Readonly<Record<string, string>> = {
  "table.set": "(table.set 0 (i32.const 0) (ref.func $f))",
  "table.grow": "(drop (table.grow 0 (ref.func $f) (i32.const 1)))",
  "table.fill": "(table.fill 0 (i32.const 0) (ref.func $f) (i32.const 1))",
  "table.copy": "(table.copy (i32.const 0) (i32.const 1) (i32.const 1))",
  "table.init": "(table.init $e (i32.const 0) (i32.const 0) (i32.const 1))",
  "elem.drop": "(elem.drop $e)",
  "data.drop": "(data.drop $d)",
};

for (const [instruction, body] of Object.entries(UNRESTORABLE)) {
  test(`refuses an image where a function holds ${instruction}`, async () => {
    const { modules, refused } = await expose(`${TABLE} (func $f ${body})`);
    assert.match(refused ?? "", new RegExp(instruction));
    // A module that gets no image stays as it is.
    assert.ok(!Buffer.from(modules[0]!.bytes).includes(STATE_PREFIX));
  });
}

for (const global of [
  "(mut v128) (v128.const i64x2 0 0)",
  "(mut funcref) (ref.null func)",
  "(mut externref) (ref.null extern)",
]) {
  test(`refuses an image of a global ${global.slice(0, 16)}`, async () => {
    assert.match((await expose(`(global ${global})`)).refused ?? "", /reference or a vector/);
  });
}

test("allows what changes memory alone, and tables that are only read", async () => {
  const body = `(memory.init $d (i32.const 0) (i32.const 0) (i32.const 1))
    (memory.fill (i32.const 0) (i32.const 1) (i32.const 9))
    (memory.copy (i32.const 0) (i32.const 1) (i32.const 9))
    (drop (table.get 0 (i32.const 0))) (drop (table.size 0)) (drop (memory.grow (i32.const 0)))`;
  assert.equal((await expose(`${TABLE} (func $f ${body})`)).refused, undefined);
});

test("one module that cannot be restored decides for the component", async () => {
  const good = { name: "good", bytes: await fromWat("(module (memory 1))") };
  const bad = {
    name: "bad",
    bytes: await fromWat("(module (global (mut v128) (v128.const i64x2 0 0)))"),
  };
  const { modules, refused } = exposeModules([good, bad]);
  assert.notEqual(refused, undefined);
  assert.deepEqual(modules, [good, bad]);
});

test("every module of a QuickJS guest stays valid", async () => {
  const { modules, refused } = exposeModules((await transpiled(await quickjsComponent())).modules);
  assert.equal(refused, undefined);
  assert.ok(modules.length > 5);
  for (const { bytes } of modules) assert.ok(wasm.validate(bytes));
});
