// WASI 0.3 as jco ships it, and components with async functions: refused before anything of them is compiled (GB-007).
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { KNOWN_INTERFACES } from "@glovebox/host-api/guest-registry";
import { capabilityOfInterface } from "@glovebox/host-api/registry";
import { BUILT_IN_ITEMS } from "../../runtime/debt/built-in-items.ts";
import { verifyComponent } from "../../runtime/plugin/component/verify-component.ts";
import { reasonsOf } from "../../runtime/errors.ts";
import { componentOfWit, nestPackages } from "../helpers/component-reference.ts";
import { fromWat } from "../helpers/component-samples.ts";

const WIT = join(
  dirname(fileURLToPath(import.meta.resolve("@bytecodealliance/jco/component"))),
  "../lib/wit/builtin/0.3.0",
);
const FILES = readdirSync(WIT).map((name) => join(WIT, name, "package.wit"));
const RULES = { known: new Set(KNOWN_INTERFACES), capabilityOf: capabilityOfInterface };

/** What is refused. What an operator reads of it names the reason. */
function codesOf(component: Uint8Array): readonly string[] {
  try {
    verifyComponent(component, { capabilities: {} }, RULES);
  } catch (error) {
    const reasons = reasonsOf(error);
    for (const reason of reasons) {
      if (reason.code === "ERR_COMPONENT_ASYNC") assert.match(reason.message, /WASI 0\.3/);
    }
    return [...new Set(reasons.map(({ code }) => code))];
  }
  return assert.fail("it was let in");
}

const SYNCHRONOUS = ["wasi:random/random", "wasi:random/insecure-seed"];
const ASYNCHRONOUS = [
  "wasi:clocks/monotonic-clock",
  "wasi:cli/stdout",
  "wasi:http/client",
  "wasi:filesystem/types",
];

for (const name of [...SYNCHRONOUS, ...ASYNCHRONOUS]) {
  test(`refuses ${name} of WASI 0.3 by its name`, async () => {
    const wit = nestPackages(FILES, `package test:w;\nworld w { import ${name}@0.3.0; }`);
    assert.ok(codesOf(await componentOfWit(wit, "w")).includes("ERR_COMPONENT_ASYNC"));
  });
}

test("refuses a component whose own export is asynchronous", async () => {
  const component = await fromWat(`(component
    (core module $m (func (export "run") (result i32) i32.const 0) (func (export "back") (param i32 i32 i32) (result i32) i32.const 0))
    (core instance $i (instantiate $m))
    (func $run async (canon lift (core func $i "run") async (callback (core func $i "back"))))
    (export "run" (func $run)))`);
  assert.deepEqual(codesOf(component), ["ERR_COMPONENT_ASYNC"]);
});

test("says so in the debt report", () => {
  const item = BUILT_IN_ITEMS.find(({ id }) => id === "GB-007");
  assert.match(item?.title ?? "", /WASI 0\.3/);
  assert.equal(item?.status, "open");
});
