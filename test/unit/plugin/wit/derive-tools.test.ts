import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  inspectComponent,
  type ComponentItem,
} from "../../../../runtime/plugin/component/inspect.ts";
import { deriveSurface, deriveTools } from "../../../../runtime/plugin/wit/derive-tools.ts";
import { toolNameOf } from "../../../../runtime/plugin/wit/tool-name.ts";
import { dummyComponent } from "../../../helpers/component-samples.ts";
import { assertRefused } from "../../../helpers/refusals.ts";
import { withPackageDocs } from "../../../helpers/wit-components.ts";

const toolsOf = async (wit: string, docs?: unknown) => {
  const component = await dummyComponent(wit);
  return deriveTools(
    inspectComponent(docs === undefined ? component : withPackageDocs(component, docs)),
  );
};

/** An export as a component would name it, that no toolchain would make. */
function exporting(name: string, members: Readonly<Record<string, string>>): ComponentItem {
  const isInterface = name.includes("/");
  return {
    name,
    version: undefined,
    kind: isInterface ? "instance" : "func",
    members: new Map(Object.entries(members)),
  };
}

describe("the names of tools", () => {
  const names: readonly (readonly [string | undefined, string, string])[] = [
    [undefined, "fetch", "fetch"],
    [undefined, "get-weather", "get-weather"],
    ["example:weather/weather-api", "get-weather", "example_weather_weather-api_get-weather"],
    ["example:weather/api@0.1.0", "get", "example_weather_api_0_1_0_get"],
    ["a:b/c@1.0.0-rc.1+x", "HTTP-get", "a_b_c_1_0_0-rc_1_x_http-get"],
  ];
  for (const [owner, name, expected] of names) {
    it(`${owner ?? "the world"}#${name} is ${expected}`, () => {
      assert.equal(toolNameOf({ interface: owner, name }), expected);
    });
  }

  it("are those of every exported function, with where generated code has it", async () => {
    const { tools, leftOut } = await toolsOf(`package example:weather@0.1.0;
      interface weather-api { get-weather: func(city: string) -> string; }
      world w { export weather-api; export read-URL: func(url: string) -> result<string, string>; }`);
    assert.deepEqual(leftOut, []);
    assert.deepEqual(
      Object.fromEntries(tools.map(({ definition, path }) => [definition.name, path])),
      {
        "example_weather_weather-api_0_1_0_get-weather": [
          "example:weather/weather-api@0.1.0",
          "getWeather",
        ],
        "read-url": ["readUrl"],
      },
    );
  });

  const collisions: readonly (readonly [string, readonly ComponentItem[]])[] = [
    [
      "upper and lower case",
      [exporting("a:b/c", { f: "func()" }), exporting("A:b/c", { f: "func()" })],
    ],
    ["signs", [exporting("a:b/c", { f: "func()" }), exporting("a-b/c", { f: "func()" })]],
    ["a hyphen and no hyphen", [exporting("a:b/c", { "get-a1": "func()", "get-a-1": "func()" })]],
    [
      "a function that could be no tool",
      [
        exporting("a:b/c", { "x-y": "func()" }),
        exporting("a:b/C", { "x-y": "func(r: own(resource a))" }),
      ],
    ],
  ];
  for (const [difference, exports] of collisions) {
    it(`refuse the component when two differ by ${difference} alone`, () => {
      assertRefused(() => deriveTools({ exports }), "ERR_COMPONENT_TOOLS");
    });
  }
});

describe("the schemas of tools", () => {
  const number = { type: "number" };
  const text = { type: "string" };
  const kinds: readonly (readonly [string, string, unknown])[] = [
    ["bool", "", { type: "boolean" }],
    ...["u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64"].map(
      (name) => [name, "", number] as const,
    ),
    ["char", "", { type: "string", description: "1 unicode codepoint" }],
    ["string", "", text],
    ["list<u8>", "", { type: "array", items: number }],
    [
      "tuple<string, u8>",
      "",
      { type: "array", prefixItems: [text, number], minItems: 2, maxItems: 2 },
    ],
    ["option<string>", "", { anyOf: [{ type: "null" }, text] }],
    [
      "place",
      "record place { city-name: string, high: option<u8> }",
      {
        type: "object",
        properties: { "city-name": text, high: { anyOf: [{ type: "null" }, number] } },
        required: ["city-name", "high"],
      },
    ],
    [
      "shape",
      "variant shape { dot, circle(f64) }",
      {
        oneOf: [
          { type: "object", properties: { tag: { const: "dot" } }, required: ["tag"] },
          {
            type: "object",
            properties: { tag: { const: "circle" }, val: number },
            required: ["tag", "val"],
          },
        ],
      },
    ],
    [
      "sky",
      "enum sky { clear, partly-cloudy }",
      { type: "string", enum: ["clear", "partly-cloudy"] },
    ],
    [
      "alerts",
      "flags alerts { wind, heat-wave }",
      {
        type: "array",
        items: { type: "string", enum: ["wind", "heat-wave"] },
      },
    ],
    [
      "result<u8, string>",
      "",
      {
        oneOf: [
          { type: "object", properties: { ok: number }, required: ["ok"] },
          { type: "object", properties: { err: text }, required: ["err"] },
        ],
      },
    ],
    [
      "result",
      "",
      {
        oneOf: [
          { type: "object", properties: { ok: { type: "null" } }, required: ["ok"] },
          { type: "object", properties: { err: { type: "null" } }, required: ["err"] },
        ],
      },
    ],
  ];
  for (const [type, definition, expected] of kinds) {
    it(`say ${type} as Wassette does, going in and coming out`, async () => {
      const { tools } =
        await toolsOf(`package a:b; interface i { ${definition} f: func(v: ${type}) -> ${type}; }
        world w { export i; }`);
      assert.deepEqual(tools[0]?.definition.inputSchema, {
        type: "object",
        properties: { v: expected },
        required: ["v"],
      });
      assert.deepEqual(tools[0]?.definition.outputSchema, {
        type: "object",
        properties: { result: expected },
        required: ["result"],
      });
    });
  }

  it("have no output where a function answers nothing", async () => {
    const { tools } = await toolsOf("package a:b; world w { export f: func(); }");
    assert.deepEqual(tools[0]?.definition.inputSchema, {
      type: "object",
      properties: {},
      required: [],
    });
    assert.equal(tools[0]?.definition.outputSchema, undefined);
  });
});

describe("functions that cannot be tools", () => {
  it("are left out, each with its reason", async () => {
    const { tools, leftOut } = await toolsOf(`package a:b; interface i {
      resource thing { constructor(); %use: func() -> u8; }
      make: func() -> thing;
      borrow-it: func(t: borrow<thing>);
      ok: func();
      reserved: func(%constructor: string);
      many: func(v: ${"list<".repeat(20)}u8${">".repeat(20)});
    } world w { export i; }`);
    assert.deepEqual(
      tools.map(({ definition }) => definition.name),
      ["a_b_i_ok"],
    );
    assert.deepEqual(leftOut.map(({ name }) => name).toSorted(), [
      "a:b/i#[constructor]thing",
      "a:b/i#[method]thing.use",
      "a:b/i#borrow-it",
      "a:b/i#make",
      "a:b/i#many",
      "a:b/i#reserved",
    ]);
  });

  it("refuse the component when none is left", async () => {
    for (const wit of [
      "package a:b; world w { }",
      "package a:b; interface i { resource r; make: func() -> r; } world w { export i; }",
    ]) {
      const inspection = inspectComponent(await dummyComponent(wit));
      assertRefused(() => deriveTools(inspection), "ERR_COMPONENT_TOOLS");
    }
  });

  it("are those whose fields or flags are one in generated code", () => {
    const texts = [
      "func(v: record(a-1: u8, a1: u8))",
      "func(v: flags(x-1, x1))",
      "func(a-1: u8, a1: u8)",
    ];
    for (const text of texts)
      assertRefused(
        () => deriveTools({ exports: [exporting("f", { f: text })] }),
        "ERR_COMPONENT_TOOLS",
      );
  });
});

describe("the descriptions of tools", () => {
  const wit = `package a:b; interface i { get: func(); set: func(); } world w { export i; export f: func(); }`;

  it("are the author's documentation, for functions of the world and of interfaces, as text or object", async () => {
    const docs = {
      worlds: {
        w: {
          func_exports: { f: { docs: "Does f.\nWell." } },
          interface_exports: { i: { funcs: { set: "Sets." } } },
        },
      },
      interfaces: { i: { funcs: { get: { docs: "Gets." } } } },
    };
    const { tools } = await toolsOf(wit, docs);
    const found = tools.map(({ definition }) => [definition.name, definition.description]);
    assert.deepEqual(Object.fromEntries(found), {
      a_b_i_get: "Gets.",
      a_b_i_set: "Sets.",
      f: "Does f.\nWell.",
    });
  });

  it("say so where there is none, whatever the section holds", async () => {
    const useless = [
      undefined,
      "",
      "{",
      "null",
      "[]",
      '{"worlds": 1}',
      '{"worlds":{"w":{"func_exports":{"f":{"docs":" "}}}}}',
      '{"worlds":{"w":{"func_exports":{"__proto__":{"docs":"x"}}}}}',
    ];
    for (const docs of useless) {
      const { tools } = await toolsOf(wit, docs);
      for (const { definition } of tools) assert.match(definition.description, /no description/);
    }
  });

  it("are refused with the whole component when a reader would not see all of them, or they are too long", async () => {
    for (const [text, code] of [
      ["Reads.\u200b", "ERR_TEXT_HIDDEN"],
      ["Reads.\u{e0041}", "ERR_TEXT_HIDDEN"],
      ["x".repeat(8193), "ERR_SURFACE_INVALID"],
    ] as const) {
      const component = withPackageDocs(await dummyComponent(wit), {
        worlds: { w: { func_exports: { f: { docs: text } } } },
      });
      assertRefused(() => deriveSurface(inspectComponent(component)), code);
    }
  });
});
