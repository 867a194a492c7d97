// The fixture guest in each language gives the same answers, keeps what it must not, and is installed like any plugin.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { CAN_COMPILE_C, cGuest, GUEST_FOLDER } from "../helpers/c-guest.ts";
import { fixturePackage } from "../helpers/fixture-package.ts";
import { loadComponent, type LoadedComponent } from "../helpers/run-component.ts";

type Language = "c" | "quickjs" | "spidermonkey";
const LANGUAGES: readonly Language[] = [
  ...(CAN_COMPILE_C ? (["c"] as const) : []),
  "quickjs",
  "spidermonkey",
];

const guests = new Map<Language, LoadedComponent>();

before(async () => {
  for (const language of LANGUAGES) {
    const component =
      language === "c" ? await cGuest() : (await fixturePackage(GUEST_FOLDER, language)).component;
    guests.set(language, await loadComponent(component));
  }
});

/** A host with a clock that stands still and a store. */
function makeHost() {
  const kept = new Map<string, Uint8Array>();
  const lines: string[] = [];
  const imports = {
    "glovebox:plugin/clock": { now: () => 1_800_000_000_123 },
    "glovebox:plugin/log": { write: (_level: string, line: string) => void lines.push(line) },
    "glovebox:plugin/kv": {
      getValue: (key: string) => kept.get(key),
      setValue: (key: string, value: Uint8Array) => void kept.set(key, value.slice()),
    },
  };
  return { imports, lines };
}

for (const language of LANGUAGES) {
  const open = (imports?: Parameters<LoadedComponent["instantiate"]>[0]) => {
    const instance = guests.get(language)!.instantiate(imports);
    return (tool: string, args: object) =>
      JSON.parse(instance.callTool(tool, JSON.stringify(args))) as {
        content?: { text: string }[];
        structuredContent?: unknown;
        error?: { error_code: string; message: string };
      };
  };
  const said = (call: ReturnType<typeof open>, tool: string, args: object) =>
    call(tool, args).structuredContent;

  test(`${language}: lists the tools of tools.json`, () => {
    const wanted = JSON.parse(readFileSync(join(GUEST_FOLDER, "tools.json"), "utf8"));
    assert.deepEqual(JSON.parse(guests.get(language)!.instantiate().listTools()), wanted);
  });

  test(`${language}: converts what it is given, escapes and foreign letters included`, () => {
    const call = open();
    const text = 'sealed "q" \\ \n\t\u0001 é漢😀 Ab';
    const upper = { text: 'SEALED "Q" \\ \n\t\u0001 é漢😀 AB', changed: 8 };
    const answer = call("convert", { text, to: "upper" });
    assert.deepEqual(answer.structuredContent, upper);
    assert.deepEqual(JSON.parse(answer.content![0]!.text), upper);
    const lower = { text: text.toLowerCase(), changed: 1 };
    assert.deepEqual(said(call, "convert", { text, to: "lower" }), lower);
    assert.deepEqual(said(call, "convert", { to: "upper", text: "" }), { text: "", changed: 0 });
  });

  test(`${language}: one instance remembers, a fresh one does not`, () => {
    const call = open();
    const first = { global: 1, memory: 1, last: "" };
    assert.deepEqual(said(call, "count", { text: "a" }), first);
    assert.deepEqual(said(call, "count", { text: "b" }), { global: 2, memory: 2, last: "a" });
    assert.deepEqual(said(open(), "count", { text: "c" }), first);
  });

  test(`${language}: answers an error, and grows`, () => {
    const call = open();
    assert.deepEqual(call("fail", { message: "as asked" }).error, {
      error_code: "INVALID_INPUT",
      message: "as asked",
    });
    assert.deepEqual(said(call, "grow", { pages: 20 }), { pages: 20 });
  });

  test(`${language}: asks the host for time, log and store, and takes its refusals`, () => {
    const { imports, lines } = makeHost();
    const call = open(imports);
    assert.deepEqual(said(call, "now", {}), { now: 1_800_000_000_123 });
    assert.deepEqual(said(call, "note", { key: "k", text: "one" }), { before: "" });
    assert.deepEqual(said(call, "note", { key: "k", text: "two" }), { before: "one" });
    assert.deepEqual(lines, ["one", "two"]);
    const refused = open({ "glovebox:plugin/log": { write: () => undefined } });
    assert.equal(refused("now", {}).error?.error_code, "PERMISSION_DENIED");
    assert.equal(refused("note", { key: "k", text: "" }).error?.error_code, "PERMISSION_DENIED");
  });
}

test("c: ends its instance in each of five ways", { skip: !CAN_COMPILE_C }, () => {
  const guest = guests.get("c")!;
  for (const how of ["unreachable", "bounds", "divide", "indirect", "stack"])
    assert.throws(() => guest.instantiate().callTool("trap", JSON.stringify({ how })), Error, how);
});
