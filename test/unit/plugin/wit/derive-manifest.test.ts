import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CAPABILITIES, capabilityOfInterface } from "@glovebox/host-api/registry";
import { inspectComponent } from "../../../../runtime/plugin/component/inspect.ts";
import { parseManifest } from "../../../../runtime/plugin/manifest.ts";
import { deriveManifest, type Naming } from "../../../../runtime/plugin/wit/derive-manifest.ts";
import { dummyComponent } from "../../../helpers/component-samples.ts";
import { assertRefused } from "../../../helpers/refusals.ts";
import { withPackageDocs } from "../../../helpers/wit-components.ts";

const RULES = { capabilityOf: capabilityOfInterface };

function derive(component: Uint8Array, file = "x.wasm", naming: Naming = {}) {
  const text = deriveManifest(inspectComponent(component), file, naming, RULES);
  return parseManifest(text, "plugin.json", CAPABILITIES);
}

const named = async (wit: string, file?: string, naming?: Naming): Promise<readonly string[]> => {
  const { name, version } = derive(await dummyComponent(wit), file, naming);
  return [name, version];
};

describe("a derived manifest", () => {
  it("is named after the package of its interfaces", async () => {
    const wit = "package acme:weather@1.2.3-rc.1; interface i { f: func(); } world w { export i; }";
    assert.deepEqual(await named(wit), ["weather", "1.2.3-rc.1"]);
    assert.deepEqual(await named(wit.replace("@1.2.3-rc.1", "")), ["weather", "0.0.0"]);
    assert.deepEqual(await named(wit, "x.wasm", { name: "own", version: "9.0.0" }), [
      "own",
      "9.0.0",
    ]);
  });

  it("is named after its world, else its file, when functions of the world are all that it has", async () => {
    const wit = "package acme:weather@1.2.3; world w { export f: func(); }";
    const files = [
      ["/home/me/Get_Weather-2.wasm", "get-weather-2"],
      ["https://example.com/a/fetch_rs.wasm?download=1", "fetch-rs"],
      ["oci://ghcr.io/acme/time-server:1.0", "time-server"],
      ["oci://localhost:5000/acme/echo@sha256:00", "echo"],
      ["C:\\tools\\echo.wasm", "echo"],
      ["123.wasm", "component"],
      [`${"long-".repeat(20)}.wasm`, "long-".repeat(8).slice(0, -1)],
    ] as const;
    for (const [file, name] of files) assert.deepEqual(await named(wit, file), [name, "0.0.0"]);
    const documented = withPackageDocs(await dummyComponent(wit), { worlds: { forecast: {} } });
    assert.equal(derive(documented).name, "forecast");
    const hostile = withPackageDocs(await dummyComponent(wit), { worlds: { "../x\u202e": {} } });
    assert.equal(derive(hostile).name, "x");
  });

  it("requests what the imports imply, without saying how much, and nothing else", async () => {
    const component = await dummyComponent(`package a:b;
      interface i { f: func(); }
      world w { export i;
        import glovebox:plugin/clock@0.1.0; import wasi:cli/environment@0.2.0; import wasi:config/store@0.2.0-draft;
        import other:thing/x; }
      package glovebox:plugin@0.1.0 { interface clock { now: func() -> u64; } }
      package wasi:cli@0.2.0 { interface environment { get-arguments: func() -> list<string>; } }
      package wasi:config@0.2.0-draft { interface store { get: func(key: string) -> option<string>; } }
      package other:thing { interface x { f: func(); } }`);
    const { capabilities, license } = derive(component);
    assert.deepEqual(Object.keys(capabilities).toSorted(), ["clock", "env"]);
    assert.equal(capabilities.env?.want, null);
    assert.match(capabilities.env?.reason ?? "", /wasi:cli\/environment and wasi:config\/store/);
    assert.equal(license, "LicenseRef-unknown");
  });

  it("says which functions it leaves out, however long the author's own words are", async () => {
    const component = withPackageDocs(
      await dummyComponent(
        "package a:b; interface i { resource r; make: func() -> r; ok: func(); } world w { export i; }",
      ),
      { worlds: { w: { docs: "Word. ".repeat(200) } } },
    );
    const { description, tools } = derive(component);
    assert.deepEqual(tools, ["a_b_i_ok"]);
    assert.match(description, /a:b\/i#make/);
    assert.ok(description.length <= 500);
  });

  it("is refused when its words hide something, or are no name, version or licence", async () => {
    const component = await dummyComponent("package a:b; world w { export f: func(); }");
    const hiding = withPackageDocs(component, { worlds: { w: { docs: "Fine.\u{e0041}" } } });
    assertRefused(() => derive(hiding), "ERR_TEXT_HIDDEN");
    for (const naming of [{ name: "A B" }, { version: "1" }, { license: "see file" }])
      assertRefused(() => derive(component, "x.wasm", naming), "ERR_MANIFEST_INVALID");
  });
});
