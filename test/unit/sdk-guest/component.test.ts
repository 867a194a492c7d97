import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { buildPlugin, type Engine } from "../../../sdk-guest/build.ts";
import { GLOBAL_NAMES } from "../../../sdk-guest/globals/names.ts";
import { type LoadedComponent, loadComponent } from "../../helpers/run-component.ts";
import { makePluginFolder } from "../../helpers/plugin-folder.ts";

const MANIFEST = {
  manifest_version: 1,
  name: "fixture",
  version: "1.0.0",
  tools: ["run"],
  capabilities: { clock: {}, kv: {}, http: {} },
};
/** Each case runs in a fresh instance, by its name. */
const SOURCE = `
import { CapabilityError, clock, defineTool, kv, ToolError } from "@glovebox/sdk";
import { z } from "zod";

class Counter { #n = 0; get next() { return ++this.#n; } }
async function* numbers() { yield 1; yield Promise.resolve(2); }

const cases: Record<string, () => unknown> = {
  text: () => "héllo €😀",
  value: () => ({ a: [1, null, "x"] }),
  nothing: () => undefined,
  globals: () => GLOBALS.filter((name) => typeof (globalThis as any)[name] === "undefined"),
  async forAwait() { const seen = []; for await (const n of numbers()) seen.push(n); return seen; },
  async classes() { const c = new Counter(); await null; return [c.next, c.next]; },
  async all() { return Promise.all([1, new Promise((r) => setTimeout(r, 5, "timer"))]); },
  async race() { return Promise.race([clockless(), AbortSignal.abort("x").reason]); },
  never: () => new Promise(() => {}),
  stray: () => { void Promise.reject(new Error("stray")); return 1; },
  thrown: () => { throw new Error("a message"); },
  string: () => { throw "only text"; },
  tool: () => { throw new ToolError({ error_code: "CONFLICT", message: "taken", suggestion: "another", retry_after: 3 }); },
  bigint: () => 10n,
  cycle: () => { const c: any = {}; c.c = c; return c; },
  parse: () => JSON.parse("{"),
  lone: () => "a\\ud800b",
  loneLog: () => { console.log("x\\ud800"); return "logged"; },
  now: () => [Date.now(), new Date().toISOString(), new Date(5).getTime()],
  random: () => Math.random(),
  async kv() { await kv.set("k", "é"); return [await kv.get("k"), await kv.get("none") ?? null, await kv.list()]; },
  async denied() { try { await fetch("https://example.com/"); } catch (error) { return error instanceof CapabilityError && error.tag; } },
  url: () => new URL("../b?q=é#f", "https://exämple.com/a/c").href,
  bytes: () => new TextDecoder().decode(new TextEncoder().encode("é€😀".repeat(100))) === "é€😀".repeat(100),
  base64: () => atob(btoa("abc")),
  clone: () => structuredClone(new Map([["k", [1]]])).get("k"),
  wrongTypes: async () => { await kv.set(5 as any, 6 as any).catch((e) => e); return "alive"; },
  async sleeps() { await clock.sleep(1); return "slept"; },
};
async function clockless() { await null; return "late"; }
declare const globalThis: any;
const GLOBALS: string[] = ${JSON.stringify(GLOBAL_NAMES)};

export const tools = [defineTool({
  name: "run",
  description: "Runs a case",
  input: z.object({ name: z.string() }),
  handler: ({ name }) => cases[name]!(),
})];
`;

const ANSWERS: Record<string, unknown> = {
  text: "héllo €😀",
  value: { a: [1, null, "x"] },
  nothing: undefined,
  globals: [],
  forAwait: [1, 2],
  classes: [1, 2],
  all: [1, "timer"],
  race: "x",
  lone: "a\ud800b",
  loneLog: "logged",
  now: [1_000_000_000_000, "2001-09-09T01:46:40.000Z", 5],
  kv: ["é", null, ["k"]],
  denied: "not-permitted",
  url: "https://xn--exmple-cua.com/b?q=%C3%A9#f",
  bytes: true,
  base64: "abc",
  clone: [1],
  wrongTypes: "alive",
  sleeps: "slept",
};
const ERRORS: Record<string, string> = {
  never: "FAILED",
  stray: "FAILED",
  thrown: "FAILED",
  string: "FAILED",
  tool: "CONFLICT",
  bigint: "FAILED",
  cycle: "FAILED",
  parse: "FAILED",
  random: "PERMISSION_DENIED",
};

for (const engine of ["quickjs", "spidermonkey"] satisfies Engine[]) {
  describe(`a component for ${engine}`, () => {
    let component: LoadedComponent;
    let surface: string;

    before(async () => {
      const folder = await makePluginFolder({ after: () => {} } as never, {
        "plugin.json": MANIFEST,
        "src/plugin.ts": SOURCE,
      });
      const built = await buildPlugin(folder, { engine });
      surface = built.surface;
      component = await loadComponent(built.component);
    });

    const call = (name: string, tool = "run"): Record<string, unknown> => {
      const stored = new Map<string, Uint8Array>();
      let monotonicMs = 0;
      const tools = component.instantiate({
        "glovebox:plugin/context": { getContext: () => "{}" },
        "glovebox:plugin/log": { write: () => undefined },
        "glovebox:plugin/clock": {
          now: () => 1_000_000_000_000,
          monotonic: () => monotonicMs,
          sleep: (milliseconds: number) => void (monotonicMs += milliseconds),
        },
        "glovebox:plugin/kv": {
          getValue: (key: string) => stored.get(key),
          setValue: (key: string, value: Uint8Array) => void stored.set(key, value.slice()),
          listKeys: () => [...stored.keys()],
        },
      });
      return JSON.parse(tools.callTool(tool, JSON.stringify({ name }))) as Record<string, unknown>;
    };

    test("imports exactly what its manifest requests, and nothing of WASI", () => {
      assert.deepEqual(component.imports.toSorted(), [
        "glovebox:plugin/clock",
        "glovebox:plugin/context",
        "glovebox:plugin/http",
        "glovebox:plugin/kv",
        "glovebox:plugin/log",
        "glovebox:plugin/notify",
        "glovebox:plugin/progress",
      ]);
    });

    test("lists the surface that the build has read from the source", () => {
      assert.equal(component.instantiate().listTools(), surface);
    });

    test("says of a capability that the plugin did not ask for that it did not", () => {
      const { error } = call("random") as { error: { message: string } };
      assert.match(error.message, /plugin\.json/);
    });

    for (const [name, expected] of Object.entries(ANSWERS)) {
      test(`answers ${name}`, () => {
        const answer = call(name);
        const [block] = answer["content"] as { text: string }[];
        assert.deepEqual(
          typeof expected === "string" ? block?.text : answer["structuredContent"],
          expected,
        );
      });
    }
    for (const [name, code] of Object.entries(ERRORS)) {
      test(`turns ${name} into an error answer`, () => {
        const { error } = call(name) as { error: { error_code: string; message: string } };
        assert.equal(error.error_code, code);
        assert.ok(!/\n|\.js:/.test(error.message), error.message);
      });
    }
    test("answers an unknown tool and wrong input", () => {
      assert.equal((call("x", "nope")["error"] as { error_code: string }).error_code, "NOT_FOUND");
      const answer = component.instantiate().callTool("run", "not json");
      assert.equal(JSON.parse(answer).error.error_code, "FAILED");
      const wrong = component.instantiate().callTool("run", "{}");
      assert.equal(JSON.parse(wrong).error.error_code, "INVALID_INPUT");
    });
  });
}
