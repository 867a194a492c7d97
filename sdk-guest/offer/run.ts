import type { ToolContext } from "../tool/define.ts";
import { ToolError } from "../tool/error.ts";
import { errorText, type AnswerText } from "../tool/run.ts";
import { whenReady } from "../tool/when-ready.ts";
import type {
  Completed,
  Completer,
  Prompt,
  PromptAnswer,
  Resource,
  ResourceAnswer,
} from "./define.ts";
import type { Offers } from "./list.ts";
import { matchTemplate } from "@glovebox/host-api/uri-template";

/** Reads one resource. Never throws or rejects: whatever is thrown becomes an error answer. */
export function readResource(
  resources: readonly Resource[],
  uri: string,
  ctx: ToolContext,
): AnswerText | Promise<AnswerText> {
  return answering(() => {
    for (const resource of resources) {
      if ("uri" in resource) {
        if (resource.uri === uri)
          return whenReady(resource.read(uri, ctx), (answer) => contentsText(answer, resource));
        continue;
      }
      const variables = matchTemplate(resource.uriTemplate, uri);
      if (variables)
        return whenReady(resource.read(uri, ctx, variables), (answer) =>
          contentsText(answer, resource),
        );
    }
    throw new ToolError({ error_code: "NOT_FOUND", message: "There is no such resource" });
  });
}

function contentsText(answer: ResourceAnswer, { mimeType }: Resource): AnswerText {
  const head = mimeType === undefined ? {} : { mimeType };
  if (typeof answer === "string") return JSON.stringify({ contents: [{ ...head, text: answer }] });
  if (answer instanceof Uint8Array)
    return JSON.stringify({ contents: [{ ...head, blob: toBase64(answer) }] });
  return JSON.stringify({ contents: answer.contents.map((part) => ({ ...head, ...part })) });
}

/** ES2026, and in both engines; TypeScript's library for it is not stable yet. */
function toBase64(bytes: Uint8Array): string {
  return (bytes as unknown as { toBase64(): string }).toBase64();
}

/** Gets one prompt. Never throws or rejects. */
export function getPrompt(
  prompts: readonly Prompt[],
  name: string,
  argumentsText: string,
  ctx: ToolContext,
): AnswerText | Promise<AnswerText> {
  return answering(() => {
    const prompt = prompts.find((known) => known.name === name);
    if (!prompt)
      throw new ToolError({ error_code: "NOT_FOUND", message: `No prompt is named "${name}"` });
    const args: unknown = JSON.parse(argumentsText);
    return whenReady(prompt.get(args as never, ctx), messagesText);
  });
}

function messagesText(answer: PromptAnswer): AnswerText {
  if (typeof answer === "string")
    return JSON.stringify({
      messages: [{ role: "user", content: { type: "text", text: answer } }],
    });
  return JSON.stringify("messages" in answer ? answer : { messages: answer });
}

/** `{ref: {prompt} | {template}, argument: {name, value}, context}`, which the host has checked. */
interface CompletionRequest {
  readonly ref: { readonly prompt?: string; readonly template?: string };
  readonly argument: { readonly name: string; readonly value: string };
  readonly context?: Readonly<Record<string, string>>;
}

/** Completes one argument. What nobody completes has no suggestions. Never throws or rejects. */
export function complete(offers: Offers, requestText: string): AnswerText | Promise<AnswerText> {
  return answering(() => {
    const { ref, argument, context = {} } = JSON.parse(requestText) as CompletionRequest;
    const completer = findCompleter(offers, ref, argument.name);
    if (!completer) return valuesText([]);
    return whenReady(completer(argument.value, context), valuesText);
  });
}

function findCompleter(
  { resources, prompts }: Offers,
  ref: CompletionRequest["ref"],
  name: string,
): Completer | undefined {
  if (ref.prompt !== undefined) {
    const args = prompts.find((prompt) => prompt.name === ref.prompt)?.arguments ?? {};
    return Object.hasOwn(args, name) ? args[name]?.complete : undefined;
  }
  for (const resource of resources)
    if ("uriTemplate" in resource && resource.uriTemplate === ref.template)
      return resource.complete && Object.hasOwn(resource.complete, name)
        ? resource.complete[name]
        : undefined;
  return undefined;
}

const VALUES_MAX = 100;

function valuesText(completed: Completed): AnswerText {
  const { values, total, hasMore } =
    "values" in completed && !Array.isArray(completed)
      ? (completed as { values: readonly string[]; total?: number; hasMore?: boolean })
      : { values: completed as readonly string[], total: undefined, hasMore: undefined };
  return JSON.stringify({
    values: values.slice(0, VALUES_MAX),
    total: total ?? values.length,
    hasMore: hasMore ?? values.length > VALUES_MAX,
  });
}

function answering(run: () => AnswerText | Promise<AnswerText>): AnswerText | Promise<AnswerText> {
  try {
    const answer = run();
    return typeof answer === "string" ? answer : answer.then(undefined, errorText);
  } catch (thrown) {
    return errorText(thrown);
  }
}
