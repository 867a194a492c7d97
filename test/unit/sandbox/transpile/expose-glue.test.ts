import assert from "node:assert/strict";
import { before, test } from "node:test";
import { Script } from "node:vm";
import type { GlueHook } from "../../../../runtime/sandbox/runner/image/glue-image.ts";
import { exposeGlue } from "../../../../runtime/sandbox/transpile/expose-glue.ts";
import { componentOfWit } from "../../../helpers/component-reference.ts";
import { leftoverComponent } from "../../../helpers/leftover-component.ts";
import { generateCode } from "../../../../runtime/sandbox/transpile/generate-code.ts";
import { wasiGuest } from "../../../helpers/wasi-guest.ts";

interface Parts {
  readonly outside?: string;
  readonly outer?: string;
  readonly inner?: string;
  readonly end?: string;
}

/** Binding code of the shape that jco gives it, with something put into one of its parts. */
const script = ({ outside = "", outer = "", inner = "", end = "return { run };" }: Parts): string =>
  `(function () { "use strict";
${outside}
function instantiate(getCoreModule, imports, instantiateCore) {
  let count = 0;
  const TABLE = [];
  ${outer}
  let gen = (function* _initGenerator () {
    let exports0;
    function run(value) { count += 1; TABLE.push(value); exports0 = value; return [count, TABLE.length, exports0]; }
    ${inner}
    ${end}
  })();
  let promise, resolve, reject;
  const { value } = gen.next();
  return value;
}
const _util = {

}
return instantiate;
})`;

type Run = { run(value?: unknown): unknown };

function load(classic: string): {
  exports: Run;
  hook: GlueHook | undefined;
  refused: string | undefined;
} {
  const { script: text, refused } = exposeGlue(classic);
  let hook: GlueHook | undefined;
  const instantiate = new Script(text).runInThisContext()((given: GlueHook) => (hook = given));
  return { exports: instantiate(), hook, refused };
}

test("lays open the variables of both bodies, and lets those be assigned that are not constant", () => {
  const { exports, hook, refused } = load(script({}));
  assert.equal(refused, undefined);
  const saved = [...hook!.variables()];
  assert.deepEqual(exports.run("a"), [1, 1, "a"]);
  assert.ok(hook!.read().some((value) => Array.isArray(value) && value[0] === "a"));
  hook!.assign(saved);
  // The table is constant: its content is for the walk to restore.
  assert.deepEqual(exports.run("b"), [1, 2, "b"]);
});

test("makes private fields readable, and keeps those of two classes apart", () => {
  const outer = `
    class Base { #kept = 1; static #made = 0; base() { Base.#made += 1; return this.#kept++; } }
    class Derived extends Base { #kept = 10; derived() { return this.#kept++; } }
    const held = new Derived();`;
  const { exports, hook, refused } = load(
    script({ outer, end: "return { run: () => [held.base(), held.derived()] };" }),
  );
  assert.equal(refused, undefined);
  assert.deepEqual(
    [exports.run(), exports.run()],
    [
      [1, 10],
      [2, 11],
    ],
  );
  const held = hook!.read().find((value) => Object.values(value ?? {}).includes(12)) as object;
  assert.deepEqual(Object.values(held), [3, 12]);
  assert.equal(hook!.classes().length, 2);
});

const REFUSED: Readonly<Record<string, Parts>> = {
  "a closure that counts": {
    outer: "const next = (() => { let n = 0; return () => (n += 1); })();",
  },
  "a closure that fills a list": {
    inner: "function make() { const all = []; return (x) => all.push(x); }",
  },
  "a closure that assigns to an object": {
    outer: "function make() { const all = {}; return (x) => Object.assign(all, x); }",
  },
  "a closure that keeps a parameter": {
    outer: "function make(n) { return () => { n.count = 1; }; }",
  },
  "state in a block": { outer: "{ let hidden = 0; TABLE.next = () => (hidden += 1); }" },
  "a loop's variable in a closure": {
    inner: "for (let i = 0; i < 2; i++) { TABLE.next = () => i; }",
  },
  "state beside instantiate": { outside: "let shared = 0;" },
  "constant state beside instantiate": { outside: "const shared = [1];" },
  "a function beside instantiate": { outside: "function other() {}" },
  "objects registered for collection": {
    inner: "new FinalizationRegistry(() => {}).register(run, 1);",
  },
  "private names that are asked for": {
    outer: "class A { #x; static has(o) { return #x in o; } }",
  },
  "the hook's own name": { outer: "const $glovebox_glue = 1;" },
  "a variable that another of the same name hides": {
    inner: "function shadow() { return count; } let count = 9;",
  },
  "another end": { end: "yield { run };" },
  "a view of its own": { inner: "class Uint8Array {}" },
  "a view that a function is given": { outer: "const make = (DataView) => new DataView();" },
  "a view that is changed": { outer: "Uint8Array.prototype.set = () => {};" },
  "a view that is another's": { inner: "Int8Array = class {};" },
  "the views of the global object": { outer: "const bytes = new globalThis.Uint8Array(8);" },
  "the global object by a name that is worked out": { outer: "const bytes = globalThis[TABLE];" },
  "a view by way of its objects": { outer: "const bytes = new ([1].constructor)(8);" },
  "writes that need no view's method": { inner: "Atomics.store(TABLE, 0, 1);" },
  "code made of text": { inner: "(0, eval)('1');" },
};

for (const [what, parts] of Object.entries(REFUSED)) {
  test(`refuses ${what}, and leaves the script as it was`, () => {
    const exposed = exposeGlue(script(parts));
    assert.notEqual(exposed.refused, undefined);
    assert.equal(exposed.script, script(parts));
  });
}

test("refuses what is not one function", () => {
  for (const text of ["(function () {}), (function () {})", "(function (a) {})", "1", "(() => {})"])
    assert.notEqual(exposeGlue(text).refused, undefined, text);
});

test("refuses a component whose export takes the name of a variable of the binding code", async () => {
  const world = (name: string) =>
    componentOfWit(
      `package a:b;
       interface r { resource out { m: func(); } get: func() -> out; }
       world w { import r; export ${name}: func(); }`,
      "w",
    );
  const refused = async (name: string) =>
    exposeGlue((await generateCode(await world(name))).script).refused;
  assert.equal(await refused("harmless"), undefined);
  assert.match((await refused("cur-resource-borrows")) ?? "", /curResourceBorrows/);
});

/** Names that the reading of jco's code relies on. Where a new version has others, what it does with them must be read again. */
const RELIED_ON = [
  "function promiseWithResolvers() {",
  "backpressureCleared",
  "completionSettled",
  "#syncImportWait = promiseWithResolvers();",
  "function* _initGenerator ()",
  "const HANDLE_TABLES= [];",
  "SYMMETRIC_SYNC_GUEST_CALL_STACK",
];

let glue = "";
before(async () => {
  for (const component of [await leftoverComponent(), await wasiGuest()])
    glue += (await generateCode(component)).script;
});

for (const name of RELIED_ON) {
  test(`jco's binding code still has: ${name}`, () => assert.ok(glue.includes(name)));
}

test("jco's binding code changes nothing but through a name, so that every change of state is read", () => {
  assert.ok(glue.length > 0);
  assert.doesNotMatch(glue, /\beval\(|new Function\(|\bwith \(|Reflect\.set\b/);
});
