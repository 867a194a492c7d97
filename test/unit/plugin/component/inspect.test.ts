import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { inspectComponent, stripDocs } from "../../../../runtime/plugin/component/inspect.ts";
import { TOOLS_WAT, fromWat, quickjsComponent } from "../../../helpers/component-samples.ts";

describe("a real QuickJS component", () => {
  let bytes: Uint8Array;
  before(async () => {
    bytes = await quickjsComponent({ stubWasi: false });
  });

  test("is read with its imports, versions and shape", () => {
    const found = inspectComponent(bytes);
    const kv = found.imports.find((item) => item.name === "glovebox:plugin/kv");
    assert.equal(kv?.version, "0.1.0");
    assert.equal(kv?.kind, "instance");
    assert.ok(found.imports.some((item) => item.name === "wasi:io/streams"));
    assert.equal(found.shape, "glovebox");
    assert.equal(found.sizeBytes, bytes.length);
    assert.equal(found.docs, undefined);
  });

  test("has the types of its exports worked out through nested components", () => {
    const tools = inspectComponent(bytes).exports.find(
      (item) => item.name === "glovebox:plugin/tools",
    );
    assert.deepEqual(Object.fromEntries(tools?.members ?? []), {
      "list-tools": "func() -> string",
      "call-tool": "func(name: string, arguments: string) -> string",
    });
  });

  test("names resources after the interface that defines them", () => {
    const stdin = inspectComponent(bytes).imports.find((item) => item.name === "wasi:cli/stdin");
    assert.equal(
      stdin?.members.get("get-stdin"),
      "func() -> own(resource wasi:io/streams.input-stream)",
    );
  });

  test("is counted: core modules, their instances and their memories", () => {
    const { coreModules, coreInstances } = inspectComponent(bytes);
    assert.ok(coreModules.length >= 5);
    assert.equal(
      coreInstances,
      coreModules.reduce((sum, module) => sum + module.instances, 0),
    );
    assert.ok(coreModules.some((module) => module.memories === 1 && module.instances === 1));
  });
});

test("a component as a C compiler makes it passes", async () => {
  const found = inspectComponent(await fromWat(TOOLS_WAT));
  assert.equal(found.shape, "glovebox");
  assert.deepEqual(found.imports, []);
  assert.equal(found.coreModules[0]?.functions, 3);
});

test("a component without tools is of another shape", async () => {
  assert.equal(inspectComponent(await fromWat("(component)")).shape, "other");
});

test("writes every kind of value type out", async () => {
  const found = inspectComponent(
    await fromWat(`(component (import "a:b/c@0.1.0" (instance
      (export "r" (type $r (sub resource)))
      (type $rec (record (field "a" u8) (field "b" s64))) (export "rec" (type $rec2 (eq $rec)))
      (type $var (variant (case "x") (case "y" char))) (export "var" (type $var2 (eq $var)))
      (type $flags (flags "p" "q")) (export "fl" (type $fl2 (eq $flags)))
      (export "f" (func (param "a" (list (tuple bool f32))) (param "b" (option $rec2)) (param "c" (borrow $r))
        (result (result (own $r) (error $var2)))))
      (export "g" (func (param "n" $fl2))))))`),
  );
  assert.deepEqual(Object.fromEntries(found.imports[0]?.members ?? []), {
    r: "resource a:b/c.r",
    rec: "type record(a: u8, b: s64)",
    var: "type variant(x, y: char)",
    fl: "type flags(p, q)",
    f: "func(a: list(tuple(bool, f32)), b: option(record(a: u8, b: s64)), c: borrow(resource a:b/c.r)) -> result(own(resource a:b/c.r), variant(x, y: char))",
    g: "func(n: flags(p, q))",
  });
});

describe("documentation sections", () => {
  const docs = `{"worlds":{"w":{"docs":"hello"}}}`;
  const withDocs = (): Promise<Uint8Array> =>
    parse(
      `(component (core module (memory 1)) (@custom "package-docs" "\\00${docs.replaceAll('"', "\\22")}"))`,
    );

  test("are kept aside as text", async () => {
    assert.equal(inspectComponent(await withDocs()).docs, docs);
  });

  test("are stripped, and nothing else changes", async () => {
    const plain = await fromWat("(component (core module (memory 1)))");
    assert.deepEqual(Buffer.from(stripDocs(await withDocs())), Buffer.from(plain));
    assert.equal(stripDocs(plain), plain);
  });
});
