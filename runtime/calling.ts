import { isJsonObject, type JsonObject, type JsonValue } from "@glovebox/host-api/json";
import {
  parseCompletionOutcome,
  parseOutcome,
  parsePromptOutcome,
  parseResourceOutcome,
  type ToolOutcome,
} from "./firewall/outcome.ts";
import { inspectComponent } from "./plugin/component/inspect.ts";
import type { ToolDefinition } from "./plugin/formats.ts";
import { compileValidator, type Validator } from "./plugin/schema/validator.ts";
import { SHAPE_DEFAULT, type Shape } from "./plugin/shape.ts";
import { decodeValue, NotOfType } from "./plugin/wit/decode-values.ts";
import { deriveTools, type WitTool } from "./plugin/wit/derive-tools.ts";
import { encodeArguments } from "./plugin/wit/encode-values.ts";
import type { PluginAnswer, PluginCall } from "./sandbox/sandbox.ts";

/** How the tools of one plugin are called: what its shape makes of arguments and answers. */
export interface Calling {
  validatorOf(tool: ToolDefinition): Validator;
  /** For structured content. Undefined where `readOutcome` is exact already. */
  resultValidatorOf(tool: ToolDefinition): Validator | undefined;
  /** What the sealed plugin is called with. The arguments have passed the tool's validator. */
  begin(tool: string, args: JsonValue): Pick<PluginCall, "export" | "args" | "typed">;
  /** What it answered. Every byte is the runner's. Undefined for what no honest plugin answers. */
  readOutcome(tool: string, answer: PluginAnswer, args?: JsonValue): ToolOutcome | undefined;
}

/** `component` is asked for by the first call, where the shape needs it at all. */
export function makeCalling(
  shape: Shape = SHAPE_DEFAULT,
  component: () => Uint8Array = () => new Uint8Array(),
): Calling {
  return shape === "wit" ? makeWitCalling(component) : PLUGIN_CALLING;
}

/** `glovebox:plugin/tools`: one function takes and answers JSON text. */
export const PLUGIN_CALLING: Calling = {
  validatorOf: (tool) => compileValidator(tool.inputSchema),
  resultValidatorOf: ({ outputSchema }) => outputSchema && compileValidator(outputSchema),
  begin: (tool, args) => ({ export: ["tools", "callTool"], args: [tool, JSON.stringify(args)] }),
  readOutcome: (_tool, { value }) => (typeof value === "string" ? parseOutcome(value) : undefined),
};

type Read = (text: string, args: JsonObject) => ToolOutcome | undefined;

/** What else a plugin exports: a function that takes and answers JSON text. Validators are made from the pinned offer. */
function makeOfferCalling(
  path: readonly [string, string],
  argumentsOf: (name: string, args: JsonObject) => readonly string[],
  read: Read,
): Calling {
  const asObject = (args: JsonValue = null): JsonObject => (isJsonObject(args) ? args : {});
  return {
    ...PLUGIN_CALLING,
    resultValidatorOf: () => undefined,
    begin: (name, args) => ({ export: path, args: argumentsOf(name, asObject(args)) }),
    readOutcome: (_name, { value }, args) =>
      typeof value === "string" ? read(value, asObject(args)) : undefined,
  };
}

/** `glovebox:plugin/resources`: the argument is `{uri}`. */
export const RESOURCE_CALLING = makeOfferCalling(
  ["resources", "readResource"],
  (_name, args) => [uriOf(args)],
  (text, args) => parseResourceOutcome(text, uriOf(args)),
);

/** The validator of a resource has let nothing else in. */
function uriOf({ uri }: JsonObject): string {
  return typeof uri === "string" ? uri : "";
}

/** `glovebox:plugin/prompts`: the arguments are the prompt's own. */
export const PROMPT_CALLING = makeOfferCalling(
  ["prompts", "getPrompt"],
  (name, args) => [name, JSON.stringify(args)],
  parsePromptOutcome,
);

/** `glovebox:plugin/completions`: the argument is what is to be completed. */
export const COMPLETION_CALLING = makeOfferCalling(
  ["completions", "complete"],
  (_name, args) => [JSON.stringify(args)],
  parseCompletionOutcome,
);

/** Exported functions: arguments and answers are values of the component's own types. */
function makeWitCalling(component: () => Uint8Array): Calling {
  let tools: ReadonlyMap<string, WitTool> | undefined;
  const toolOf = (name: string): WitTool => {
    tools ??= new Map(
      deriveTools(inspectComponent(component())).tools.map((tool) => [tool.definition.name, tool]),
    );
    const tool = tools.get(name);
    if (tool === undefined) throw new Error("a pinned tool is no function of its component");
    return tool;
  };
  return {
    validatorOf:
      ({ name }) =>
      (args) =>
        encodeArguments(toolOf(name).type, args).issues ?? [],
    resultValidatorOf: () => undefined,
    begin(name, args) {
      const { type, path } = toolOf(name);
      return { export: path, args: encodeArguments(type, args).args ?? [], typed: true };
    },
    readOutcome: (name, { value }) =>
      typeof value === "string" ? readWitOutcome(toolOf(name), value) : undefined,
  };
}

/** `{ ok }`, `{ err }` or `{ exit }`: how the function ended, as the runner wrote it down. */
function readWitOutcome({ type }: WitTool, text: string): ToolOutcome | undefined {
  const ended = parseObject(text);
  if (ended === undefined) return undefined;
  const { result } = type;
  try {
    if ("err" in ended)
      return result?.kind === "result"
        ? {
            content: [],
            error: {
              error_code: "FAILED",
              message: wordsOf(decodeValue(result.err, ended["err"])),
            },
          }
        : undefined;
    // A program that exits with success has answered, unless it owes a value.
    const owes = result?.kind === "result" ? result.ok : result;
    if ("exit" in ended && owes !== undefined) return undefined;
    if (result === undefined) return { content: [] };
    // A `result` of its own is the one thing that generated code unwraps.
    const value = result.kind === "result" ? { tag: "ok", val: ended["ok"] ?? null } : ended["ok"];
    const written = decodeValue(result, value);
    return {
      content: [{ type: "text", text: bareText(written) }],
      structuredContent: { result: JSON.parse(written) as JsonValue },
    };
  } catch (error) {
    if (!(error instanceof NotOfType)) throw error;
    return error.words === undefined
      ? undefined
      : { content: [], error: { error_code: "FAILED", message: error.words } };
  }
}

const MESSAGE_CHARS_MAX = 4000;

function wordsOf(written: string): string {
  const text = written === "null" ? "" : bareText(written);
  return text.slice(0, MESSAGE_CHARS_MAX).toWellFormed() || "The tool failed.";
}

/** A string is shown as it is, everything else as JSON. */
function bareText(written: string): string {
  return written.startsWith('"') ? (JSON.parse(written) as string) : written;
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : undefined;
  } catch {
    return undefined;
  }
}
