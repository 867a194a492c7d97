import assert from "node:assert/strict";
import { test } from "node:test";
import { $init, generate } from "@bytecodealliance/jco-transpile/component";
import { CAPABILITY_NAMES } from "@glovebox/host-api/capability";
import { KNOWN_INTERFACES } from "@glovebox/host-api/guest-registry";
import { CAPABILITIES, capabilityOfInterface } from "@glovebox/host-api/registry";

test("every capability stands under its own name", () => {
  for (const [name, capability] of Object.entries(CAPABILITIES))
    assert.equal(capability.name, name);
});

test("log carries no authority and is no capability", () => {
  assert.ok(!(CAPABILITY_NAMES as readonly string[]).includes("log"));
  assert.equal(capabilityOfInterface("glovebox:plugin/log"), undefined);
});

test("every interface of a capability links, and belongs to one capability", () => {
  const all = Object.values(CAPABILITIES).flatMap((capability) => capability.interfaces);
  assert.equal(new Set(all).size, all.length);
  for (const [name, capability] of Object.entries(CAPABILITIES)) {
    for (const key of capability.interfaces) {
      assert.ok(KNOWN_INTERFACES.includes(key), key);
      assert.equal(capabilityOfInterface(key), name);
    }
  }
});

test("known interfaces have no version, and none is named by a prototype", () => {
  for (const name of KNOWN_INTERFACES) assert.match(name, /^(wasi|glovebox):[a-z]+\/[a-z-]+$/);
  for (const name of ["toString", "__proto__", "constructor", ""]) {
    assert.ok(!KNOWN_INTERFACES.includes(name));
    assert.equal(capabilityOfInterface(name), undefined);
  }
});

/** A component that imports one function of one interface in several versions, as text. */
function makeVersions(versions: readonly string[]): string {
  const imports = versions.map(
    (version, index) => `
      (import "wasi:random/insecure@${version}"
        (instance $i${index} (export "get-insecure-random-u64" (func (result u64)))))
      (core func $l${index} (canon lower (func $i${index} "get-insecure-random-u64")))`,
  );
  const functions = versions.map(
    (_, index) => `(import "a" "f${index}" (func $f${index} (result i64)))`,
  );
  const given = versions.map((_, index) => `(export "f${index}" (func $l${index}))`);
  return `(component ${imports.join("")}
    (core module $m ${functions.join("")} (func (export "run") (result i64) call $f0))
    (core instance $c (instantiate $m (with "a" (instance ${given.join("")}))))
    (func (export "run") (result u64) (canon lift (core func $c "run"))))`;
}

test("generated code reads imports without a version, whichever and however many versions there are", async () => {
  await $init;
  for (const versions of [["0.2.0"], ["0.2.12"], ["0.2.0", "0.2.3"], ["0.2.0-draft2"]]) {
    const { files } = generate(new TextEncoder().encode(makeVersions(versions)), {
      name: "p",
      instantiation: { tag: "async" },
      noTypescript: true,
      noNodejsCompat: true,
      base64Cutoff: 0,
    });
    const script = new TextDecoder().decode(files.find(([name]) => name === "p.js")?.[1]);
    const keys = [...script.matchAll(/imports\['([^']*)'\]/g)].map((match) => match[1]);
    assert.deepEqual(new Set(keys), new Set(["wasi:random/insecure"]));
  }
});
