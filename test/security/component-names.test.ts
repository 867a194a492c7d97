import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspectComponent } from "../../runtime/plugin/component/inspect.ts";
import { assertRefused, fromWat, transpiled } from "../helpers/component-samples.ts";
import { NAME_PLACES } from "../helpers/hostile-components.ts";

const HOSTILE: Readonly<Record<string, string>> = {
  "a single quote": "']: globalThis.pwned = 1, ['",
  "a double quote": 'a"b',
  "a backtick": "a`b",
  "a backslash": "a\\",
  "a template placeholder": "${x}",
  "a line feed": "a\nb",
  "a carriage return": "a\rb",
  "a line separator": "a\u2028b",
  "a NUL": "a\0b",
  "a right-to-left override": "a\u202eb",
  "a letter beyond ASCII": "é",
  "513 characters": "a".repeat(513),
  "the name that jco takes for the whole namespace": "*",
  "the name that sets a prototype": "__proto__",
};

for (const [place, component] of Object.entries(NAME_PLACES)) {
  describe(`in ${place}`, () => {
    test("an ordinary name passes", async () => {
      for (const name of [
        "cabi_realloc",
        "$imports",
        "cm32p2|wasi:io/streams@0.2|[method]output-stream.write",
        "GOT.mem",
      ]) {
        inspectComponent(await fromWat(component(name)));
      }
    });
    for (const [title, name] of Object.entries(HOSTILE)) {
      test(`refuses ${title}`, async () => {
        const bytes = await fromWat(component(name));
        assertRefused(() => inspectComponent(bytes), "ERR_COMPONENT_NAME");
      });
    }
  });
}

test("refuses component names that carry addresses", async () => {
  for (const name of [
    "url=<https://a.test/'>",
    "locked-dep=<a:b@1.0.0>",
    "integrity=<sha256-YQ==>",
  ]) {
    const bytes = await fromWat(`(component (component (import "${name}" (func))))`).catch(
      () => undefined,
    );
    if (bytes !== undefined) assert.throws(() => inspectComponent(bytes));
  }
});

test("jco still writes core names unescaped: the reason for these refusals", async () => {
  const { script } = await transpiled(
    await fromWat(`(component
      (core module $m (func (export "x'+pwned+'") (param i32)))
      (core instance $i (instantiate $m))
      (alias core export $i "x'+pwned+'" (core func $f))
      (func $g (param "a" u32) (canon lift (core func $f)))
      (export "g" (func $g)))`),
  );
  assert.match(script, /\['x'\+pwned\+''\]/u);
});
