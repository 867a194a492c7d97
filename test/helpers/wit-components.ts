import { componentEmbed, componentNew, parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import type { WitType } from "../../runtime/plugin/wit/types.ts";
import { buildGuest } from "./guest-component.ts";

/** The bytes of a custom section of this name. */
export function customSection(name: string, content: Uint8Array): Uint8Array {
  const text = Buffer.from(name);
  const body = Buffer.concat([leb(text.length), text, content]);
  return Buffer.concat([Buffer.of(0), leb(body.length), body]);
}

/** A component with documentation in the form that Wassette reads: one version byte, then JSON. */
export function withPackageDocs(component: Uint8Array, docs: unknown): Uint8Array {
  const text = typeof docs === "string" ? docs : JSON.stringify(docs);
  const content = Buffer.concat([Buffer.of(1), Buffer.from(text)]);
  return Buffer.concat([component, customSection("package-docs", content)]);
}

function leb(value: number): Buffer {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.from([...bytes, left]);
    bytes.push((left % 128) + 128);
  }
}

/**
 * A component whose functions give back the list that they get: `(list<T>) -> list<T>` for each of `types`. A list is
 * lowered and lifted in the same form, so one core function does for all, and what comes back is what arrived.
 * Functions are `echo0`, `echo1`, … of the world.
 */
export async function echoComponent(
  types: readonly string[],
  definitions = "",
): Promise<Uint8Array> {
  const functions = types.map(
    (type, index) => `echo${index}: func(v: list<${type}>) -> list<${type}>;`,
  );
  const witSource = `package test:echo@1.2.3;
    interface all-kinds { ${definitions} ${functions.join("\n")} }
    world w { export all-kinds; }`;
  const exported = types.map(
    (_, index) => `(export "test:echo/all-kinds@1.2.3#echo${index}" (func $echo))`,
  );
  const binary = await parse(`(module (memory (export "memory") 4)
    (global $next (mut i32) (i32.const 1024))
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (local i32)
      global.get $next i32.const 15 i32.add i32.const -16 i32.and local.tee 4
      local.get 3 i32.add global.set $next local.get 4)
    (func $echo (param i32 i32) (result i32)
      i32.const 16 local.get 0 i32.store i32.const 20 local.get 1 i32.store i32.const 16)
    ${exported.join("\n")})`);
  return componentNew(await componentEmbed({ binary, witSource, world: "w" }), []);
}

/** A type as WIT writes it. Types with names of their own are collected into `definitions`. */
export function writeType(type: WitType, definitions: string[]): string {
  const define = (kind: string, members: readonly string[]): string => {
    const name = `t${definitions.length}`;
    definitions.push(`${kind} ${name} { ${members.join(", ")} }`);
    return name;
  };
  const write = (inner: WitType): string => writeType(inner, definitions);
  switch (type.kind) {
    case "bool":
    case "char":
    case "string":
      return type.kind;
    case "integer":
      return `${type.signed ? "s" : "u"}${type.bits}`;
    case "float":
      return `f${type.bits}`;
    case "list":
    case "option":
      return `${type.kind}<${write(type.item)}>`;
    case "tuple":
      return `tuple<${type.items.map(write).join(", ")}>`;
    case "record":
      return define(
        "record",
        type.fields.map((field) => `${field.name}: ${write(field.type)}`),
      );
    case "variant":
      return define(
        "variant",
        type.cases.map(({ name, type: payload }) =>
          payload ? `${name}(${write(payload)})` : name,
        ),
      );
    case "enum":
    case "flags":
      return define(type.kind, type.names);
    default: {
      const ok = type.ok ? write(type.ok) : undefined;
      if (type.err) return `result<${ok ?? "_"}, ${write(type.err)}>`;
      return ok === undefined ? "result" : `result<${ok}>`;
    }
  }
}

/** The example of a component that the Wassette way is about: an interface and a function of the world, with documentation. */
export async function weatherComponent(): Promise<Uint8Array> {
  const component = await buildGuest(
    `world guest {
      import wasi:cli/environment@0.2.12;
      export example:weather/weather-api@0.1.0;
      export count-calls: func() -> u64;
      export square-root: func(of: f64) -> f64;
      export forget: func();
    }`,
    WEATHER_SOURCE,
    { weather: WEATHER_WIT },
  );
  return withPackageDocs(component, WEATHER_DOCS);
}

const WEATHER_WIT = `package example:weather@0.1.0;
interface weather-api {
  enum sky { clear, partly-cloudy, rain }
  flags alerts { wind, heat-wave, ice }
  record place { name: string, height-m: option<s32> }
  variant reading { none, celsius(f64), both(tuple<f64, f64>) }
  record report { place: place, sky: sky, alerts: alerts, readings: list<reading>, id: u64 }
  get-weather: func(place: place, days: u8) -> result<report, string>;
  store: func(bytes: list<u8>, checked: result<u32, string>) -> list<u8>;
  units: func() -> option<string>;
}`;

const WEATHER_SOURCE = `
import { getEnvironment } from "wasi:cli/environment@0.2.12";
let calls = 0;
export function countCalls() { calls += 1; return calls; }
export function squareRoot(of) { return Math.sqrt(of); }
export function forget() { calls += 100; }
export const weatherApi = {
  getWeather(place, days) {
    calls += 1;
    if (place.name === "Atlantis") throw "there is no such place";
    return {
      place, sky: days > 3 ? "rain" : "partly-cloudy",
      alerts: { wind: true, heatWave: false, ice: days > 3 },
      readings: [{ tag: "none" }, { tag: "celsius", val: -3.5 }, { tag: "both", val: [1, 2] }],
      id: 12345678901,
    };
  },
  store: (bytes, checked) => Uint8Array.from([...bytes, checked.tag === "ok" ? checked.val : 255]),
  units: () => getEnvironment().find(([name]) => name === "UNITS")?.[1],
};`;

const WEATHER_DOCS = {
  worlds: {
    guest: {
      docs: "Weather, as an example.",
      func_exports: { "count-calls": { docs: "Counts the calls that this instance had." } },
    },
  },
  interfaces: {
    "weather-api": { funcs: { "get-weather": "The weather of a place.\\nToday and on." } },
  },
};

/** Its types stand in an interface beside the exported one, as in most packages: toolchains make an import of that. */
export async function ownTypesComponent(): Promise<Uint8Array> {
  const witSource = `package my:places@1.0.0;
    interface kinds { record place { name: string, days: u8 } }
    interface api { use kinds.{place}; double: func(of: place) -> u32; }
    world w { export api; }`;
  const binary = await parse(`(module (memory (export "memory") 1)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
    (func (export "my:places/api@1.0.0#double") (param i32 i32 i32) (result i32)
      local.get 2 i32.const 2 i32.mul))`);
  return componentNew(await componentEmbed({ binary, witSource, world: "w" }), []);
}

/** Counts its calls in the store of `wasi:keyvalue`, and says each by `wasi:logging`: drafts that toolchains carry. */
export function keepingComponent(): Promise<Uint8Array> {
  return buildGuest(
    `world guest {
      import wasi:keyvalue/store@0.2.0-draft2;
      import wasi:logging/logging@0.1.0-draft;
      export count: func() -> result<string, string>;
    }`,
    `import { open } from "wasi:keyvalue/store@0.2.0-draft2";
    import { log } from "wasi:logging/logging@0.1.0-draft";
    export function count() {
      try {
        const bucket = open("default");
        const before = bucket.get("count");
        const count = String(1 + (before?.[0] ?? 0));
        bucket.set("count", Uint8Array.of(Number(count)));
        log("warn", "counter", count);
        return count;
      } catch (error) {
        throw error.payload?.tag ?? String(error);
      }
    }`,
    { keyvalue: KEYVALUE_WIT, logging: LOGGING_WIT },
  );
}

/** As published: see https://github.com/WebAssembly/wasi-keyvalue. */
const KEYVALUE_WIT = `package wasi:keyvalue@0.2.0-draft2;
interface store {
  variant error { no-such-store, access-denied, other(string) }
  record key-response { keys: list<string>, cursor: option<string> }
  open: func(identifier: string) -> result<bucket, error>;
  resource bucket {
    get: func(key: string) -> result<option<list<u8>>, error>;
    set: func(key: string, value: list<u8>) -> result<_, error>;
    delete: func(key: string) -> result<_, error>;
    exists: func(key: string) -> result<bool, error>;
    list-keys: func(cursor: option<string>) -> result<key-response, error>;
  }
}`;

const LOGGING_WIT = `package wasi:logging@0.1.0-draft;
interface logging {
  enum level { trace, debug, info, warn, error, critical }
  log: func(level: level, context: string, message: string);
}`;
