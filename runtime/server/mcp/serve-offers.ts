import {
  ProtocolError,
  ProtocolErrorCode,
  type CompleteResult,
  type GetPromptResult,
  type InputRequiredResult,
  type ReadResourceResult,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { isJsonObject, type JsonObject } from "@glovebox/host-api/json";
import { matchTemplate } from "@glovebox/host-api/uri-template";
import type { ToolAnswer } from "../../answer.ts";
import { NOTHING_EXPOSED, type ExposedOffers } from "../../policy/expose-offers.ts";
import type { Principal } from "../../policy/principal.ts";
import { DEBT_RESOURCE, DEBT_TOOL, seenPlugins } from "./debt-tool.ts";
import type { McpSetting, Serving } from "./mcp-server.ts";
import { performCall, type PerformedCall } from "./perform-call.ts";

type Handled<Result> = Promise<Result | InputRequiredResult>;

/** Makes what serves resources, prompts and completions on a server: the plugins', and the runtime's own report. */
export function makeOfferHandlers(setting: McpSetting): (serving: Serving) => void {
  const { offers = NOTHING_EXPOSED } = setting;
  const mayCall = (principal: Principal, name: string): boolean =>
    setting.mayCall?.(principal, name) ?? true;
  return (serving) => {
    const { server, connection } = serving;
    const principalOf = ({ http }: ServerContext): Principal =>
      connection.originOf(http?.authInfo).principal;
    server.setRequestHandler("resources/list", (_request, ctx) => ({
      resources: [
        ...(mayCall(principalOf(ctx), DEBT_TOOL.name) ? [DEBT_RESOURCE] : []),
        ...offers.resources
          .filter(({ resource }) => mayCall(principalOf(ctx), resource.uri))
          .map(({ resource }) => ({ ...resource })),
      ],
    }));
    server.setRequestHandler("resources/templates/list", (_request, ctx) => ({
      resourceTemplates: offers.templates
        .filter(({ template }) => mayCall(principalOf(ctx), template.uriTemplate))
        .map(({ template }) => ({ ...template })),
    }));
    server.setRequestHandler("resources/read", async ({ params: { uri } }, ctx) => {
      const name = findReadable(setting, principalOf(ctx), uri);
      if (name === undefined) throw unknownResource(uri);
      if (name === DEBT_TOOL.name) return readDebt(setting, principalOf(ctx));
      const call = { kind: "resource", name, arguments: { uri } } as const;
      return perform(setting, serving, call, ctx, toContents);
    });
    server.setRequestHandler("prompts/list", (_request, ctx) => ({
      prompts: offers.prompts
        .filter(({ exposedName }) => mayCall(principalOf(ctx), exposedName))
        .map(({ exposedName, prompt: { arguments: args, ...rest } }) => ({
          ...rest,
          name: exposedName,
          ...(args ? { arguments: args.map((one) => ({ ...one })) } : {}),
        })),
    }));
    server.setRequestHandler("prompts/get", async ({ params }, ctx) => {
      const { name, arguments: given } = params;
      const isKnown = offers.prompts.some(({ exposedName }) => exposedName === name);
      if (!isKnown || !mayCall(principalOf(ctx), name)) throw unknown("prompt");
      const args = isJsonObject(given) ? given : {};
      return perform(setting, serving, { kind: "prompt", name, arguments: args }, ctx, toPrompt);
    });
    server.setRequestHandler("completion/complete", async ({ params }, ctx) => {
      const { ref, argument, context } = params;
      const name = ref.type === "ref/prompt" ? ref.name : ref.uri;
      const found = findCompleted(offers, ref.type, name);
      if (!found || !mayCall(principalOf(ctx), name)) throw unknown("prompt or template");
      if (!found.completes) return { completion: { values: [], hasMore: false } };
      const { name: of, value } = argument;
      const known: JsonObject = isJsonObject(context?.arguments) ? context.arguments : {};
      const args = { argument: { name: of, value }, context: known };
      const call = { kind: "completion", name, arguments: args } as const;
      return perform(setting, serving, call, ctx, toCompletion) as Promise<CompleteResult>;
    });
    serveSubscriptions(
      serving,
      (uri, ctx) => findReadable(setting, principalOf(ctx), uri) !== undefined,
    );
  };
}

async function perform<Result>(
  setting: McpSetting,
  serving: Serving,
  call: PerformedCall,
  ctx: ServerContext,
  toResult: (answer: ToolAnswer) => Result,
): Handled<Result> {
  const performed = await performCall(setting, serving, call, ctx);
  if ("asked" in performed) return performed.asked;
  if ("begun" in performed) throw new Error("only calls of tools become tasks");
  const { answer } = performed;
  if (answer.error) throw toProtocolError(answer.error, call);
  return toResult(answer);
}

/** What is not a tool has no results that are errors: its failures are errors of the protocol, in the same words. */
function toProtocolError(
  error: NonNullable<ToolAnswer["error"]>,
  { kind, arguments: args }: PerformedCall,
): ProtocolError {
  const isAsked = ["INVALID_ARGUMENTS", "INVALID_INPUT", "NOT_FOUND"].includes(error.error_code);
  const code = isAsked ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError;
  const uri = kind === "resource" ? { uri: args["uri"] } : {};
  return new ProtocolError(code, error.message, { ...error, ...uri });
}

/**
 * The name whose scopes decide about a resource, where the principal holds them: reading it and hearing of its changes
 * are one right. The report of debt is the tool's, by whichever door.
 */
export function findReadable(
  { offers = NOTHING_EXPOSED, mayCall = () => true }: Pick<McpSetting, "offers" | "mayCall">,
  principal: Principal,
  uri: string,
): string | undefined {
  const name = uri === DEBT_RESOURCE.uri ? DEBT_TOOL.name : findResource(offers, uri);
  return name !== undefined && mayCall(principal, name) ? name : undefined;
}

/** The name under which a resource is called: its address, or the template that matches it. */
export function findResource(
  { resources, templates }: ExposedOffers,
  uri: string,
): string | undefined {
  if (resources.some(({ resource }) => resource.uri === uri)) return uri;
  return templates.find(({ template }) => matchTemplate(template.uriTemplate, uri))?.template
    .uriTemplate;
}

function findCompleted(
  { prompts, templates }: ExposedOffers,
  type: "ref/prompt" | "ref/resource",
  name: string,
): { readonly completes: boolean } | undefined {
  return type === "ref/prompt"
    ? prompts.find(({ exposedName }) => exposedName === name)
    : templates.find(({ template }) => template.uriTemplate === name);
}

function toContents({ content }: ToolAnswer): ReadResourceResult {
  return {
    contents: content.flatMap((block) =>
      block.type === "resource" ? [{ ...block.resource }] : [],
    ),
  };
}

function toPrompt({ content, description }: ToolAnswer): GetPromptResult {
  return {
    ...(description === undefined ? {} : { description }),
    messages: content.map(({ role = "user", ...block }) => ({
      role,
      content: block as GetPromptResult["messages"][number]["content"],
    })),
  };
}

function toCompletion({ content, structuredContent }: ToolAnswer): CompleteResult {
  const { total, hasMore } = isJsonObject(structuredContent) ? structuredContent : {};
  return {
    completion: {
      values: content.flatMap((block) => (block.type === "text" ? [block.text] : [])),
      ...(typeof total === "number" ? { total } : {}),
      hasMore: hasMore === true,
    },
  };
}

function readDebt(setting: McpSetting, principal: Principal): ReadResourceResult {
  const { uri, mimeType } = DEBT_RESOURCE;
  const { text } = setting.reportDebt({}, { plugins: seenPlugins(setting, principal) });
  return { contents: [{ uri, mimeType, text }] };
}

const SUBSCRIPTIONS_MAX = 256;

/** Of sessions of the era 2025; later ones listen to a stream, which the transport serves. */
function serveSubscriptions(
  { server, connection }: Serving,
  isReadable: (uri: string, ctx: ServerContext) => boolean,
): void {
  const { subscribed } = connection;
  server.setRequestHandler("resources/subscribe", ({ params: { uri } }, ctx) => {
    if (!isReadable(uri, ctx)) throw unknownResource(uri);
    if (subscribed.size >= SUBSCRIPTIONS_MAX && !subscribed.has(uri))
      throw new ProtocolError(
        ProtocolErrorCode.InvalidRequest,
        `A session subscribes to at most ${SUBSCRIPTIONS_MAX} resources.`,
      );
    subscribed.add(uri);
    return {};
  });
  server.setRequestHandler("resources/unsubscribe", ({ params: { uri } }) => {
    subscribed.delete(uri);
    return {};
  });
}

function unknownResource(uri: string): ProtocolError {
  return new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    "Unknown resource. List the resources and use a URI from the list.",
    { uri },
  );
}

function unknown(what: string): ProtocolError {
  return new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `Unknown ${what}. List them and use a name from the list.`,
  );
}
