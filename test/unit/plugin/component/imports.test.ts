import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { CAPABILITY_NAMES } from "@glovebox/host-api/capability";
import type { CapabilityName } from "@glovebox/host-api/capability";
import { KNOWN_INTERFACES } from "@glovebox/host-api/guest-registry";
import { decideImports } from "../../../../runtime/plugin/component/imports.ts";
import type { ImportRules } from "../../../../runtime/plugin/component/imports.ts";
import { inspectComponent } from "../../../../runtime/plugin/component/inspect.ts";
import { REFERENCED_INTERFACES } from "../../../../runtime/plugin/component/reference.ts";
import {
  dummyComponent,
  publishedWit,
  quickjsComponent,
} from "../../../helpers/component-samples.ts";

const ALWAYS = new Set(["errors", "context", "progress", "log"]);

function rules(requested: readonly CapabilityName[] = CAPABILITY_NAMES): ImportRules {
  return {
    known: REFERENCED_INTERFACES,
    capabilityOf: (name) => {
      const short = name.replace("glovebox:plugin/", "").replace("files", "filesystem");
      return ALWAYS.has(short)
        ? undefined
        : CAPABILITY_NAMES.find((capability) => capability === short);
    },
    requested: new Set(requested),
  };
}

function codes(bytes: Uint8Array, given = rules()): string[] {
  return decideImports(inspectComponent(bytes), given).map((problem) => problem.code);
}

/** A component whose world is `wit`'s, with one piece of the published text replaced. */
async function changed(from: string, to: string): Promise<Uint8Array> {
  const wit = publishedWit();
  assert.ok(wit.includes(from), from);
  return dummyComponent(wit.replace(from, to), "plugin");
}

describe("components as toolchains make them", () => {
  test("a QuickJS guest with WASI stubbed may be linked", async () => {
    assert.deepEqual(codes(await quickjsComponent()), []);
  });

  test("a QuickJS guest with WASI kept may be linked: wasi types equal the published ones", async () => {
    assert.deepEqual(codes(await quickjsComponent({ stubWasi: false })), []);
  });

  test("the published world itself may be linked", async () => {
    assert.deepEqual(codes(await dummyComponent(publishedWit(), "plugin")), []);
  });
});

describe("names and versions", () => {
  let tools: string;
  before(() => {
    tools = `interface tools { list-tools: func() -> string; call-tool: func(name: string, arguments: string) -> string; }`;
  });

  test("refuses an interface that is not served", async () => {
    const wit = `package glovebox:plugin@0.1.0; ${tools} interface spy { look: func(); } world w { import spy; export tools; }`;
    assert.deepEqual(codes(await dummyComponent(wit)), ["ERR_COMPONENT_IMPORT"]);
  });

  test("refuses a known interface that is not in the given set", async () => {
    const bytes = await dummyComponent(publishedWit(), "plugin");
    const known = new Set(
      [...REFERENCED_INTERFACES].filter((name) => name !== "glovebox:plugin/kv"),
    );
    assert.deepEqual(codes(bytes, { ...rules(), known }), ["ERR_COMPONENT_IMPORT"]);
  });

  test("refuses another minor version of the package, for imports and for tools", async () => {
    const found = codes(await changed("@0.1.0", "@0.2.0"));
    assert.deepEqual([...new Set(found)], ["ERR_COMPONENT_IMPORT"]);
    assert.equal(found.length, 16);
  });

  test("refuses a package that merely begins like a known one", async () => {
    const wit = `package glovebox:plugin-evil@0.1.0; interface kv { names: func(); } world w { import kv; }`;
    assert.deepEqual(codes(await dummyComponent(wit)), [
      "ERR_COMPONENT_IMPORT",
      "ERR_COMPONENT_SHAPE",
    ]);
  });

  test("refuses a bare function import", async () => {
    assert.ok(
      codes(await dummyComponent(`package a:b; world w { import f: func(); }`)).includes(
        "ERR_COMPONENT_IMPORT",
      ),
    );
  });

  test("refuses to import the interface that plugins export", async () => {
    const wit = `package glovebox:plugin@0.1.0; ${tools} world w { import tools; export tools; }`;
    assert.deepEqual(codes(await dummyComponent(wit)), ["ERR_COMPONENT_IMPORT"]);
  });

  test("refuses a component without tools", async () => {
    assert.deepEqual(codes(await dummyComponent(`package a:b; world w { export f: func(); }`)), [
      "ERR_COMPONENT_SHAPE",
    ]);
  });

  test("refuses tools that lack a function", async () => {
    const wit = `package glovebox:plugin@0.1.0; interface tools { list-tools: func() -> string; } world w { export tools; }`;
    assert.deepEqual(codes(await dummyComponent(wit)), ["ERR_COMPONENT_SHAPE"]);
  });
});

describe("types of the component's own", () => {
  const found = async (types: string, uses: string): Promise<string[]> => {
    const wit = `package my:places@1.0.0;
      interface kinds { ${types} }
      interface api { use kinds.{${uses}}; f: func(of: ${uses}) -> u32; }
      world w { export api; }`;
    return codes(await dummyComponent(wit)).filter((code) => code !== "ERR_COMPONENT_SHAPE");
  };

  test("that an exported interface uses are an import that asks for nothing", async () => {
    assert.deepEqual(await found("record place { name: string }", "place"), []);
    const wit = `package my:places@1.0.0;
      interface kinds { enum sky { clear, rain } }
      world w { use kinds.{sky}; export f: func() -> sky; }`;
    assert.deepEqual(codes(await dummyComponent(wit)), ["ERR_COMPONENT_SHAPE"]);
  });

  test("are refused with a function or a resource among them, which somebody would have to serve", async () => {
    for (const more of ["g: func();", "resource r;", "resource r; record q { of: own<r> }"])
      assert.deepEqual(await found(`record place { name: string } ${more}`, "place"), [
        "ERR_COMPONENT_IMPORT",
      ]);
  });
});

describe("drafts of WASI that Glovebox serves", () => {
  /** What a toolchain leaves of an interface is what the component calls of it. */
  const store = (version: string, cursor: string, listing = ""): string =>
    `package wasi:keyvalue@${version};
    interface store {
      variant error { no-such-store, access-denied, other(string) }
      record key-response { keys: list<string>, cursor: option<${cursor}> }
      open: func(identifier: string) -> result<bucket, error>;
      resource bucket { get: func(key: string) -> result<option<list<u8>>, error>; ${listing} }
    }
    world w { import store; }`;
  const LISTING = (cursor: string): string =>
    `list-keys: func(cursor: option<${cursor}>) -> result<key-response, error>;`;
  const found = async (wit: string): Promise<string[]> =>
    codes(await dummyComponent(wit)).filter((code) => code !== "ERR_COMPONENT_SHAPE");

  test("wasi:keyvalue may be linked by either draft, and lists keys by the newer one", async () => {
    assert.deepEqual(await found(store("0.2.0-draft2", "string", LISTING("string"))), []);
    assert.deepEqual(await found(store("0.2.0-draft", "string")), []);
    const older = await found(store("0.2.0-draft", "u64", LISTING("u64")));
    assert.deepEqual([...new Set(older)], ["ERR_COMPONENT_TYPE"]);
    assert.deepEqual(await found(store("0.2.0-draft3", "string")), ["ERR_COMPONENT_IMPORT"]);
  });

  test("wasi:logging may be linked, with the version of its draft or with none", async () => {
    const wit = (version: string): string => `package wasi:logging${version};
      interface logging {
        enum level { trace, debug, info, warn, error, critical }
        log: func(level: level, context: string, message: string);
      }
      world w { import logging; }`;
    assert.deepEqual(await found(wit("")), []);
    assert.deepEqual(await found(wit("@0.1.0-draft")), []);
    assert.deepEqual(await found(wit("@0.2.0")), ["ERR_COMPONENT_IMPORT"]);
  });

  test("no interface is served whose types are not known", () => {
    const unknown = KNOWN_INTERFACES.filter((name) => !REFERENCED_INTERFACES.has(name));
    assert.deepEqual(unknown, []);
  });
});

describe("capabilities", () => {
  test("refuses each capability import that the manifest does not request", async () => {
    const bytes = await dummyComponent(publishedWit(), "plugin");
    assert.deepEqual(codes(bytes, rules(["http", "clock", "random", "env"])), [
      "ERR_COMPONENT_CAPABILITY",
      "ERR_COMPONENT_CAPABILITY",
      "ERR_COMPONENT_CAPABILITY",
    ]);
    assert.equal(codes(bytes, rules([])).length, 7);
  });
});

describe("types", () => {
  const CHANGES: readonly (readonly [string, string, string])[] = [
    [
      "a list of lists where text is published",
      "write: func(level: level, message: string)",
      "write: func(level: level, message: list<list<u8>>)",
    ],
    [
      "an integer of another width",
      "sleep: func(milliseconds: u32)",
      "sleep: func(milliseconds: s32)",
    ],
    ["a parameter of another name", "get-bytes: func(length: u32)", "get-bytes: func(size: u32)"],
    ["an enum with one case more", "enum level { debug,", "enum level { trace, debug,"],
    ["a record with fields in another order", "kind: kind, size: u64,", "size: u64, kind: kind,"],
    [
      "a result without its error",
      "monotonic: func() -> result<f64, error>",
      "monotonic: func() -> result<f64>",
    ],
    ["a function that is not published", "interface kv {", "interface kv { drop-all: func();"],
    [
      "a list of records where tools answer text",
      "call-tool: func(name: string, arguments: string) -> string",
      "record item { text: string } call-tool: func(name: string, arguments: string) -> list<item>",
    ],
  ];
  for (const [title, from, to] of CHANGES) {
    test(`refuses ${title}`, async () => {
      const found = codes(await changed(from, to));
      assert.ok(found.length > 0);
      assert.ok(found.every((code) => code === "ERR_COMPONENT_TYPE"));
    });
  }

  test("refuses a resource that an interface defines itself instead of using the published one", async () => {
    const wit = `package local:w;
      world w { import wasi:io/poll@0.2.12; import wasi:cli/stdin@0.2.12; }
      package wasi:io@0.2.12 { interface poll { resource pollable { ready: func() -> bool; } } }
      package wasi:cli@0.2.12 { interface stdin { resource input-stream; get-stdin: func() -> input-stream; } }`;
    const found = decideImports(inspectComponent(await dummyComponent(wit)), rules());
    assert.deepEqual(
      found.map((problem) => [problem.code, problem.place?.path]),
      [
        ["ERR_COMPONENT_TYPE", "wasi:cli/stdin@0.2.12"],
        ["ERR_COMPONENT_TYPE", "wasi:cli/stdin@0.2.12"],
        ["ERR_COMPONENT_SHAPE", undefined],
      ],
    );
  });
});
