/** Test a plugin in plain Node: no server, no component, in-memory capabilities. */
import { AsyncLocalStorage } from "node:async_hooks";
import { Validator } from "@cfworker/json-schema";
import type { JsonObject, JsonValue } from "@glovebox/host-api/json";
import { clock } from "./capabilities/clock.ts";
import { makeDate } from "./globals/date.ts";
import { fetch as guestFetch } from "./globals/fetch.ts";
import { mathRandom } from "./globals/math-random.ts";
import { type PluginHost, registerHost } from "./host/host.ts";
import { makeMemoryHost, type TestGrants, type TestState } from "./testing/memory-host.ts";
import type { ContentBlock, Tool } from "./tool/define.ts";
import type { ToolErrorBody } from "./tool/error.ts";
import { indexTools, listTools, type ToolDefinition } from "./tool/list.ts";
import { runTool } from "./tool/run.ts";

export type { LogLine, TestGrants, TestState } from "./testing/memory-host.ts";

/** What a call answered, after the JSON that a client would see. Either `content` or `error` is there. */
export interface TestAnswer {
  readonly content?: readonly ContentBlock[];
  readonly structuredContent?: JsonValue;
  readonly error?: ToolErrorBody;
}

export interface TestPlugin extends TestState {
  call(name: string, args?: JsonObject): Promise<TestAnswer>;
  /** The tool surface, as the model reads it. */
  list(): readonly ToolDefinition[];
}

const running = new AsyncLocalStorage<PluginHost>();

/**
 * Puts tools on an in-memory host. While a call runs, `Date`, `Math.random` and `fetch` are the plugin's too:
 * they answer from the test's grants, and refuse without one. Everything else sees Node's own.
 */
export function testPlugin(tools: readonly Tool[], grants: TestGrants = {}): TestPlugin {
  registerHost(() => {
    const host = running.getStore();
    if (!host) throw new Error("Capabilities are only there inside a tool's handler");
    return host;
  });
  replaceGlobals();
  const { host, state } = makeMemoryHost(grants);
  let calls = 0;
  return {
    ...state,
    list: () => listTools(tools),
    async call(name, args = {}) {
      const context = {
        call_id: `test-${++calls}`,
        tool: name,
        plugin: { name: "test", version: "0.0.0" },
        deadline_ms: 10_000,
        principal: { tenant: "local" },
      };
      const scoped: PluginHost = { ...host, getContext: () => JSON.stringify(context) };
      const problem = findProblem(tools, name, args);
      if (problem !== undefined) {
        return { error: { error_code: "INVALID_INPUT", message: problem } };
      }
      const answer = await running.run(scoped, () =>
        runTool(indexTools(tools), name, JSON.stringify(args)),
      );
      return JSON.parse(answer) as TestAnswer;
    },
  };
}

/** The host validates arguments before a call reaches the plugin. */
function findProblem(tools: readonly Tool[], name: string, args: JsonObject): string | undefined {
  const definition = listTools(tools).find((tool) => tool.name === name);
  if (!definition) return undefined;
  const result = new Validator(definition.inputSchema, "2020-12", false).validate(args);
  const [error] = result.errors.toReversed();
  return error && `${error.instanceLocation}: ${error.error}`;
}

let replaced = false;

/** Once for the process: inside a call the plugin's, outside of it Node's. */
function replaceGlobals(): void {
  if (replaced) return;
  replaced = true;
  const { Date: nodeDate, fetch: nodeFetch } = globalThis;
  const nodeRandom = Math.random;
  globalThis.Date = makeDate(() => (running.getStore() ? clock.now() : nodeDate.now()));
  Math.random = () => (running.getStore() ? mathRandom() : nodeRandom());
  globalThis.fetch = ((input: never, init: never) =>
    running.getStore() ? guestFetch(input, init) : nodeFetch(input, init)) as typeof fetch;
}
