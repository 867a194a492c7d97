/** Test a plugin in plain Node: no server, no component, in-memory capabilities. */
import { AsyncLocalStorage } from "node:async_hooks";
import { Validator } from "@cfworker/json-schema";
import type { JsonObject, JsonValue } from "@glovebox/host-api/json";
import { clock } from "./capabilities/clock.ts";
import { makeDate } from "./globals/date.ts";
import { fetch as guestFetch } from "./globals/fetch.ts";
import { mathRandom } from "./globals/math-random.ts";
import { type PluginHost, registerHost } from "./host/host.ts";
import type { AskRequest } from "./capabilities/ask.ts";
import type { PluginModule } from "./guest/entry.ts";
import type { PromptMessage } from "./offer/define.ts";
import { listPrompts, listResources, requireOffers } from "./offer/list.ts";
import type { ListedResources, PromptDefinition } from "./offer/list.ts";
import { complete, getPrompt, readResource } from "./offer/run.ts";
import {
  makeAsk,
  makeMemoryHost,
  type NotAnswered,
  type TestGrants,
  type TestState,
} from "./testing/memory-host.ts";
import type { ContentBlock, ResourceContents, Tool } from "./tool/define.ts";
import type { ToolErrorBody } from "./tool/error.ts";
import { indexTools, listTools, type ToolDefinition } from "./tool/list.ts";
import { context as toolContext, runTool, type AnswerText } from "./tool/run.ts";

export type { LogLine, TestGrants, TestState } from "./testing/memory-host.ts";

/** How a call ended that did not answer what was asked for. */
interface TestEnd {
  readonly error?: ToolErrorBody;
  /** The call ended at these questions: call again with the answers. */
  readonly needs?: Readonly<Record<string, AskRequest>>;
}

/** What a call answered, after the JSON that a client would see. One of `content`, `error` and `needs` is there. */
export interface TestAnswer extends TestEnd {
  readonly content?: readonly ContentBlock[];
  readonly structuredContent?: JsonValue;
}

export interface TestResource extends TestEnd {
  readonly contents?: readonly ResourceContents[];
}

export interface TestPrompt extends TestEnd {
  readonly description?: string;
  readonly messages?: readonly PromptMessage[];
}

export interface TestCompletion extends TestEnd {
  readonly values?: readonly string[];
  readonly total?: number;
  readonly hasMore?: boolean;
}

/** Answers by the keys of the questions: `{action: "accept", content: { … }}` for a form. */
export type TestAnswers = Readonly<Record<string, JsonObject>>;

export interface TestPlugin extends TestState {
  call(name: string, args?: JsonObject, answers?: TestAnswers): Promise<TestAnswer>;
  read(uri: string, answers?: TestAnswers): Promise<TestResource>;
  prompt(
    name: string,
    args?: Readonly<Record<string, string>>,
    answers?: TestAnswers,
  ): Promise<TestPrompt>;
  complete(
    ref: { readonly prompt: string } | { readonly template: string },
    argument: { readonly name: string; readonly value: string },
    context?: Readonly<Record<string, string>>,
  ): Promise<TestCompletion>;
  /** The tool surface, as the model reads it. */
  list(): readonly ToolDefinition[];
  /** What else clients list. */
  listed(): ListedResources & { readonly prompts: readonly PromptDefinition[] };
}

const running = new AsyncLocalStorage<PluginHost>();

/**
 * Puts tools, or all that a plugin's module exports, on an in-memory host. While a call runs, `Date`, `Math.random` and `fetch` are the plugin's too:
 * they answer from the test's grants, and refuse without one. Everything else sees Node's own.
 */
export function testPlugin(
  plugin: readonly Tool[] | PluginModule,
  grants: TestGrants = {},
): TestPlugin {
  const { tools, ...rest } = "tools" in plugin ? plugin : { tools: plugin };
  const offers = requireOffers(rest);
  registerHost(() => {
    const host = running.getStore();
    if (!host) throw new Error("Capabilities are only there inside a tool's handler");
    return host;
  });
  replaceGlobals();
  const { host, state } = makeMemoryHost(grants);
  let calls = 0;
  const run = async (
    tool: string,
    answers: TestAnswers,
    answer: () => AnswerText | Promise<AnswerText>,
  ): Promise<object> => {
    const context = {
      call_id: `test-${++calls}`,
      tool,
      plugin: { name: "test", version: "0.0.0" },
      deadline_ms: 10_000,
      principal: { tenant: "local" },
      ...(grants.ask && { can_ask: ["form", "url", "sampling", "roots"] }),
    };
    let unanswered: NotAnswered | undefined;
    const scoped: PluginHost = {
      ...host,
      getContext: () => JSON.stringify(context),
      ...(grants.ask && { ask: makeAsk(answers, (error) => void (unanswered ??= error)) }),
    };
    const text = await running.run(scoped, answer);
    return unanswered ? { needs: unanswered.needs } : (JSON.parse(text) as object);
  };
  return {
    ...state,
    list: () => listTools(tools),
    listed: () => ({
      ...listResources(offers.resources),
      prompts: listPrompts(offers.prompts),
    }),
    async call(name, args = {}, answers = {}) {
      const problem = findProblem(tools, name, args);
      if (problem !== undefined) {
        return { error: { error_code: "INVALID_INPUT", message: problem } };
      }
      return run(name, answers, () => runTool(indexTools(tools), name, JSON.stringify(args)));
    },
    read: (uri, answers = {}) =>
      run(uri, answers, () => readResource(offers.resources, uri, toolContext)),
    prompt: (name, args = {}, answers = {}) =>
      run(name, answers, () => getPrompt(offers.prompts, name, JSON.stringify(args), toolContext)),
    complete: (ref, argument, context = {}) =>
      run("complete", {}, () => complete(offers, JSON.stringify({ ref, argument, context }))),
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
