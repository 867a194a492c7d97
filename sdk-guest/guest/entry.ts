import type { Prompt, Resource } from "../offer/define.ts";
import {
  completes,
  listPrompts,
  listResources,
  requireOffers,
  type Offers,
} from "../offer/list.ts";
import { complete, getPrompt, readResource } from "../offer/run.ts";
import type { Tool } from "../tool/define.ts";
import { indexTools, listTools, requireTools } from "../tool/list.ts";
import { context, errorText, runTool, type AnswerText } from "../tool/run.ts";
import { registerHost } from "../host/host.ts";
import { settle } from "./settle.ts";
import { makeWitHost, type WitImports } from "./wit-host.ts";

/** What `src/plugin.ts` exports. */
export interface PluginModule {
  readonly tools: readonly Tool[];
  readonly resources?: readonly Resource[];
  readonly prompts?: readonly Prompt[];
}

/** The lists as text, which the build has from a first run of the same modules without them. */
export interface Listed {
  readonly tools: string;
  readonly resources: string;
  readonly prompts: string;
}

/** The interfaces that a component exports; its world says which of them. */
export interface PluginExports {
  readonly tools: {
    listTools(): string;
    callTool(name: string, argumentsText: string): string;
  };
  readonly resources: { listResources(): string; readResource(uri: string): string };
  readonly prompts: {
    listPrompts(): string;
    getPrompt(name: string, argumentsText: string): string;
  };
  readonly completions: { complete(request: string): string };
  /** For the build: which of them there is something behind. */
  readonly offered: {
    readonly resources: boolean;
    readonly prompts: boolean;
    readonly completions: boolean;
  };
}

/**
 * What a component exports. The generated entry exports what this makes.
 * What is made here lies in the memory that every instance begins with; what a call makes is made again in every call.
 */
export function makeExports(
  plugin: PluginModule,
  imports: WitImports,
  listed: Listed | undefined,
): PluginExports {
  const { tools } = plugin;
  requireTools(tools);
  const offers: Offers = requireOffers(plugin);
  const host = makeWitHost(imports);
  const toolsByName = indexTools(tools);
  let calling = false;
  registerHost(() => {
    if (calling) return host;
    throw new Error("The host is only there inside a tool's handler, not while modules load");
  });
  const run = (answer: () => AnswerText | Promise<AnswerText>): string => {
    calling = true;
    try {
      return settle(answer());
    } catch (thrown) {
      return errorText(thrown);
    } finally {
      calling = false;
    }
  };
  return {
    tools: {
      listTools: () => listed?.tools ?? JSON.stringify(listTools(tools)),
      callTool: (name, argumentsText) => run(() => runTool(toolsByName, name, argumentsText)),
    },
    resources: {
      listResources: () => listed?.resources ?? JSON.stringify(listResources(offers.resources)),
      readResource: (uri) => run(() => readResource(offers.resources, uri, context)),
    },
    prompts: {
      listPrompts: () => listed?.prompts ?? JSON.stringify(listPrompts(offers.prompts)),
      getPrompt: (name, argumentsText) =>
        run(() => getPrompt(offers.prompts, name, argumentsText, context)),
    },
    completions: { complete: (request) => run(() => complete(offers, request)) },
    offered: {
      resources: offers.resources.length > 0,
      prompts: offers.prompts.length > 0,
      completions: completes(offers),
    },
  };
}
