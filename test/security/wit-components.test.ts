// Type sections, names and documentation that were written to break what is derived from them.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspectComponent, stripDocs } from "../../runtime/plugin/component/inspect.ts";
import { GloveboxError, Refusals } from "../../runtime/errors.ts";
import { deriveSurface, deriveTools } from "../../runtime/plugin/wit/derive-tools.ts";
import { deriveManifest } from "../../runtime/plugin/wit/derive-manifest.ts";
import { packPackage, readPackage } from "../../runtime/supply/package.ts";
import { openPackage } from "../../runtime/supply/verify-installed.ts";
import type { PassedComponents, PassedKey } from "../../runtime/supply/passed-components.ts";
import { canonicalBytes } from "../../runtime/plugin/canonical.ts";
import { NO_TRUST } from "../../runtime/supply/signatures/trust.ts";
import { rulesOf } from "../../runtime/workspace.ts";
import { nestPackages } from "../helpers/component-reference.ts";
import { dummyComponent, fromWat, TOOLS_WAT, WIT_FILE } from "../helpers/component-samples.ts";
import { assertRefused, codesOf } from "../helpers/refusals.ts";
import { customSection, withPackageDocs } from "../helpers/wit-components.ts";

const SIMPLE = "package a:b; interface i { f: func(v: string) -> string; } world w { export i; }";
const inspected = async (wit: string) => inspectComponent(await dummyComponent(wit));

/** A component of one function whose type is twice as large at each level. */
function doublingWit(levels: number): string {
  const types = Array.from(
    { length: levels },
    (_, level) => `type t${level + 1} = tuple<t${level}, t${level}>;`,
  );
  return `package a:b; interface i { type t0 = list<u8>; ${types.join(" ")} f: func(v: list<t${levels}>); ok: func(); }
    world w { export i; }`;
}

describe("types that grow", () => {
  it("by nesting or doubling are refused, or their function is left out, before a schema is written", async () => {
    for (const levels of [3, 5, 8]) {
      const { tools, leftOut } = deriveTools(await inspected(doublingWit(levels)));
      assert.ok(tools.some(({ definition }) => definition.name === "a_b_i_ok"));
      const [big] = tools.filter(({ definition }) => definition.name === "a_b_i_f");
      assert.ok(JSON.stringify(big ?? "").length < 256 * 1024);
      assert.equal(leftOut.length + tools.length, 2);
    }
    // What is larger is refused by the reader, before it is anybody's type (component-bombs.test.ts).
    const component = await dummyComponent(doublingWit(12));
    assertRefused(() => inspectComponent(component), "ERR_COMPONENT_TOO_LARGE");
  });

  it("into many cases, names or parameters are left out", async () => {
    const many = (count: number, write: (index: number) => string) =>
      Array.from({ length: count }, (_, index) => write(index)).join(", ");
    const { tools, leftOut } = deriveTools(
      await inspected(`package a:b; interface i {
        variant wide { ${many(250, (index) => `c${index}(u8)`)} }
        enum long { ${many(300, (index) => `n${index}`)} }
        f: func(v: list<wide>);
        g: func(v: list<long>);
      } world w { export i; }`),
    );
    assert.deepEqual(
      leftOut.map(({ name }) => name),
      ["a:b/i#f"],
    );
    assert.deepEqual(
      tools.map(({ definition }) => definition.name),
      ["a_b_i_g"],
    );
  });
});

describe("exports in great number", () => {
  it("become 128 tools at most, and the manifest says that others are left out", async () => {
    const functions = Array.from({ length: 900 }, (_, index) => `fn${index}: func();`).join(" ");
    const inspection = await inspected(
      `package a:b; interface i { ${functions} } world w { export i; }`,
    );
    const { tools, leftOut } = deriveTools(inspection);
    assert.deepEqual([tools.length, leftOut.length], [128, 772]);
    const manifest = deriveManifest(inspection, "x.wasm", {}, { capabilityOf: () => undefined });
    assert.match(manifest, /and 769 more/);
  });

  it("whose definitions are too much together are refused", async () => {
    const docs = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`fn${index}`, { docs: "x".repeat(8000) }]),
    );
    const wit = `package a:b; world w { ${Object.keys(docs)
      .map((name) => `export ${name}: func();`)
      .join(" ")} }`;
    const component = withPackageDocs(await dummyComponent(wit), {
      worlds: { w: { func_exports: docs } },
    });
    assert.notDeepEqual(
      codesOf(() => deriveSurface(inspectComponent(component))),
      [],
    );
  });
});

describe("package-docs", () => {
  const component = () => dummyComponent(SIMPLE);

  it("of absurd length are refused, and of absurd depth are not there", async () => {
    const long = withPackageDocs(await component(), "x".repeat(300_000));
    assertRefused(() => inspectComponent(long), "ERR_COMPONENT_TOO_LARGE");
    for (const open of ["[", '{"a":']) {
      const deep = withPackageDocs(await component(), open.repeat(40_000));
      assert.match(deriveSurface(inspectComponent(deep))[0]?.description ?? "", /no description/);
    }
    const closed = withPackageDocs(
      await component(),
      `{"worlds":${"[".repeat(50_000)}${"]".repeat(50_000)}}`,
    );
    assert.equal(deriveSurface(inspectComponent(closed)).length, 1);
  });

  it("never reach the bindgen, however many sections there are, and only the first is read", async () => {
    const plain = await component();
    const docs = (text: string) => ({ interfaces: { i: { funcs: { f: text } } } });
    const twice = withPackageDocs(withPackageDocs(plain, docs("first")), docs("second"));
    assert.equal(deriveSurface(inspectComponent(twice))[0]?.description, "first");
    assert.deepEqual(Buffer.from(stripDocs(twice)), Buffer.from(plain));
  });

  it("of bytes that are no text, or with prototypes for names, say nothing", async () => {
    const contents = [
      Buffer.of(),
      Buffer.of(1),
      Buffer.of(1, 0xff, 0xfe),
      Buffer.from('\x01{"__proto__":{"worlds":{"w":{"func_exports":{"f":"x"}}}}}'),
      Buffer.from(
        '\x01{"interfaces":{"i":{"funcs":{"constructor":"x","f":{"docs":{"docs":"x"}}}}}}',
      ),
    ];
    for (const content of contents) {
      const bytes = Buffer.concat([await component(), customSection("package-docs", content)]);
      assert.match(deriveSurface(inspectComponent(bytes))[0]?.description ?? "", /no description/);
    }
  });

  it("cannot carry what a reader would not see into a tool", async () => {
    for (const hidden of ["\u200b", "\u202e", "\u{e0041}", "\u001b[8m", "\u2800"]) {
      const bytes = withPackageDocs(await component(), {
        interfaces: { i: { funcs: { f: `Fine.${hidden}` } } },
      });
      assertRefused(() => deriveSurface(inspectComponent(bytes)), "ERR_TEXT_HIDDEN");
    }
  });
});

describe("a package of a component whose functions are its tools", () => {
  const pack = async (change: {
    manifest?: Record<string, unknown>;
    surface?: readonly Record<string, unknown>[];
    component?: Uint8Array;
  }) => {
    const component = change.component ?? (await dummyComponent(SIMPLE));
    const inspection = inspectComponent(await dummyComponent(SIMPLE));
    const manifest = JSON.parse(
      deriveManifest(inspection, "x.wasm", {}, { capabilityOf: () => undefined }),
    ) as Record<string, unknown>;
    const surface = deriveSurface(inspection).map((tool, index) => ({
      ...tool,
      ...change.surface?.[index],
    }));
    return packPackage({
      manifest: Buffer.from(JSON.stringify({ ...manifest, ...change.manifest })),
      component,
      surface: canonicalBytes(JSON.parse(JSON.stringify(surface))),
      license: Buffer.from("x"),
    });
  };

  it("is opened as it was made, and its manifest may be its author's", async () => {
    const own = { name: "mine", license: "MIT", description: "By its author." };
    assert.equal(openPackage(await pack({ manifest: own }), rulesOf(NO_TRUST)).surface.length, 1);
  });

  it("has no other tools than its types say", async () => {
    const changes = [
      { surface: [{ name: "a_b_i_g" }], manifest: { tools: ["a_b_i_g"] } },
      { surface: [{ inputSchema: { type: "object", properties: {}, required: [] } }] },
      { surface: [{ outputSchema: { type: "object" } }] },
    ];
    for (const change of changes) {
      const bytes = await pack(change);
      assertRefused(() => openPackage(bytes, rulesOf(NO_TRUST)), "ERR_SURFACE_NOT_OF_COMPONENT");
    }
  });

  it("is not taken for one that passed with other tools before", async () => {
    const known = new Set<string>();
    const key = (entry: PassedKey) => JSON.stringify(entry);
    const passed: PassedComponents = {
      has: (entry) => known.has(key(entry)),
      add: (entry) => void known.add(key(entry)),
      save: () => {},
    };
    const rules = { ...rulesOf(NO_TRUST), passed };
    openPackage(await pack({}), rules);
    assert.equal(known.size, 1);
    const other = await pack({ surface: [{ inputSchema: { type: "object" } }] });
    assertRefused(() => openPackage(other, rules), "ERR_SURFACE_NOT_OF_COMPONENT");
  });

  it("is of the shape that its manifest says", async () => {
    const lies = [
      await pack({ manifest: { shape: "plugin" } }),
      await pack({ manifest: { shape: undefined } }),
      await pack({ component: await fromWat(TOOLS_WAT) }),
    ];
    for (const bytes of lies)
      assertRefused(() => openPackage(bytes, rulesOf(NO_TRUST)), "ERR_COMPONENT_SHAPE");
    const unknown = await pack({ manifest: { shape: "Wit" } });
    assertRefused(() => openPackage(unknown, rulesOf(NO_TRUST)), "ERR_MANIFEST_INVALID");
  });

  it("asks for each capability that its own interfaces need, be the manifest derived or not", async () => {
    const wit = nestPackages(
      [WIT_FILE],
      SIMPLE.replace("world w {", "world w { import glovebox:plugin/kv@0.1.0;"),
    );
    const component = await dummyComponent(wit);
    const refused = await pack({ component });
    assertRefused(() => openPackage(refused, rulesOf(NO_TRUST)), "ERR_COMPONENT_CAPABILITY");
    const reason = "It keeps what it is told to keep.";
    const asked = await pack({ component, manifest: { capabilities: { kv: { reason } } } });
    assert.equal(openPackage(asked, rulesOf(NO_TRUST)).manifest.capabilities.kv?.want, null);
  });

  it("with any byte changed is refused or the same, and never crashes what reads it", async () => {
    const { component } = readPackage(await pack({}));
    for (let at = 8; at < component.length; at += 7) {
      const changed = Uint8Array.from(component);
      changed[at] = (changed[at] ?? 0) ^ 0x41;
      try {
        deriveSurface(inspectComponent(changed));
      } catch (error) {
        assert.ok(error instanceof GloveboxError || error instanceof Refusals, String(error));
      }
    }
  });
});
