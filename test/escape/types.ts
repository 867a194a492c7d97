// Components that say something else than what was published, use what is kept out, or are bombs.
import { COMPONENT_FEATURES, MODULE_FEATURES } from "../helpers/hostile-components.ts";
import { dummyComponent, publishedWit, TOOLS_WAT } from "../helpers/component-samples.ts";
import type { Attack, Family } from "./attack.ts";
import { ofWat, refuse } from "./stage/components.ts";

const refused = (
  name: string,
  threat: string,
  component: () => Promise<Uint8Array>,
  withoutControl?: string,
): Attack => ({
  name: `types: ${name}`,
  threat,
  ...(withoutControl === undefined ? {} : { withoutControl }),
  attack: (stage) => refuse(stage, component),
});

/** The published WIT with one change, in a world that imports `name` and exports the tools. */
const changed =
  (name: string, from: string, to: string): (() => Promise<Uint8Array>) =>
  () => {
    const wit = publishedWit().replace(from, to);
    if (wit === publishedWit()) throw new Error(`the published WIT has no ${from}`);
    return dummyComponent(`${wit}\nworld w { import ${name}; export tools; }`);
  };

const WRONG_TYPES: Readonly<Record<string, () => Promise<Uint8Array>>> = {
  "a log line that is a list of lists": changed(
    "log",
    "write: func(level: level, message: string)",
    "write: func(level: level, message: list<list<u8>>)",
  ),
  "a log level that is any text": changed(
    "log",
    "write: func(level: level,",
    "write: func(level: string,",
  ),
  "a key that is a list of records": changed(
    "kv",
    "get-value: func(key: string)",
    "get-value: func(key: list<tuple<string, string>>)",
  ),
  "a value of wider integers": changed(
    "kv",
    "set-value: func(key: string, value: list<u8>)",
    "set-value: func(key: string, value: list<u64>)",
  ),
  "a refusal that cannot be said": changed(
    "kv",
    "delete-value: func(key: string) -> result<bool, error>",
    "delete-value: func(key: string) -> bool",
  ),
  "a capability that its manifest does not admit to": () =>
    dummyComponent(`${publishedWit()}\nworld w { import files; export tools; }`),
  "an answer that is a list of records, each the same large text": changed(
    "context",
    "call-tool: func(name: string, arguments: string) -> string",
    "call-tool: func(name: string, arguments: string) -> list<tuple<string, string>>",
  ),
  "a tool that takes more than a text": changed(
    "context",
    "call-tool: func(name: string, arguments: string)",
    "call-tool: func(name: string, arguments: list<string>)",
  ),
  "a function that nobody published": changed(
    "context",
    "get-context: func() -> string;",
    "get-context: func() -> string;\n  run-program: func(path: string) -> string;",
  ),
  "an interface that nobody serves": () =>
    dummyComponent(
      `package evil:host@1.0.0;\ninterface shell { run: func(command: string) -> string; }\nworld w { import shell; }`,
    ),
  "a version that nobody serves": () =>
    dummyComponent(
      `${publishedWit().replace("@0.1.0", "@9.0.0")}\nworld w { import log; export tools; }`,
    ),
};

/** Lifts one function over a type that doubles at every level. */
function doubled(levels: number, functions: number): string {
  const lift = `(canon lift (core func $i "f") (memory (core memory $i "memory")) (realloc (core func $i "realloc")))`;
  const types = Array.from(
    { length: levels },
    (_, level) => `(type $t${level + 1} (tuple $t${level} $t${level}))`,
  );
  const lifted = Array.from(
    { length: functions },
    (_, index) =>
      `(func $f${index} (result $t${levels}) ${lift}) (export "f${index}" (func $f${index}))`,
  );
  return `(component (core module $m (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 0)
      (func (export "f") (result i32) i32.const 0))
    (core instance $i (instantiate $m))
    (type $t0 (tuple u32 u32)) ${types.join(" ")} ${lifted.join(" ")})`;
}

function nested(levels: number): string {
  const inner = Array.from(
    { length: levels },
    (_, at) =>
      `(component $c${at + 1} (alias outer 1 $c${at} (component $x)) (instance (instantiate $x)) (instance (instantiate $x)))`,
  );
  return `(component (component $c0 (core module $m) (core instance (instantiate $m))) ${inner.join(" ")} (instance (instantiate $c${levels})))`;
}

const many = (count: number, text: string): string =>
  `(component (core module $m) ${text.repeat(count)})`;

const BOMBS: Readonly<Record<string, string>> = {
  "a type that doubles eleven times": doubled(11, 8),
  "components that instantiate each other twice, ten times over": nested(10),
  "more core instances than any toolchain makes": many(501, "(core instance (instantiate $m))"),
  "more core modules than any toolchain makes": many(101, "(core module)"),
  "more components than any toolchain makes": many(201, "(component)"),
};

/** jco's own validator refuses these as well, today: that nothing leans on it is what is attacked. */
const JCO_REFUSES_TOO = new Set([
  "pages of another size",
  "two memories",
  "an imported and an own memory",
  "an exception tag",
  "an imported exception tag",
  "a rethrow",
  "a continuation type",
  "wide arithmetic",
  "an async lower",
  "an imported component",
  "an exported module",
  "an exported component",
  "an instance inside an instance",
  "a list of fixed length",
  "an imported value",
]);

const feature = (where: string, name: string, wat: string): Attack =>
  refused(
    `${where} with ${name}`,
    "T08",
    ofWat(wat),
    JCO_REFUSES_TOO.has(name) ? "jco or the engine refuse it as well, today" : undefined,
  );

export const TYPES: Family = {
  name: "types",
  attacks: [
    ...Object.entries(WRONG_TYPES).map(([name, component]) => refused(name, "T08", component)),
    ...Object.entries(MODULE_FEATURES).map(([name, fields]) =>
      feature("a core module", name, `(component (core module ${fields}))`),
    ),
    ...Object.entries(COMPONENT_FEATURES).map(([name, [, fields]]) =>
      feature("a component", name, `(component ${fields})`),
    ),
    ...Object.entries(BOMBS).map(([name, wat]) => refused(name, "T07", ofWat(wat))),
    refused("text in the place of a component", "T07", () =>
      Promise.resolve(Buffer.from(TOOLS_WAT)),
    ),
  ],
};
