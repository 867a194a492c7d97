import { isJsonObject, type JsonObject, type JsonValue } from "@glovebox/host-api/json";
import { matchTemplate, variablesOf } from "@glovebox/host-api/uri-template";
import { callableKey, type CallableTool, type CallablePlugin, type CallKind } from "./callable.ts";
import { COMPLETION_CALLING, PROMPT_CALLING, RESOURCE_CALLING, type Calling } from "./calling.ts";
import type { PromptDefinition, ToolDefinition } from "./plugin/formats.ts";
import type { Issue, Validator } from "./plugin/schema/validator.ts";
import type { ExposedOffers } from "./policy/expose-offers.ts";

const URI_CHARS_MAX = 2048;
const ARGUMENT_CHARS_MAX = 64 * 1024;
const COMPLETED_CHARS_MAX = 1000;
const CONTEXT_MAX = 32;

/** What is read is no tool, and whoever decides about tools sees it as one that only reads. */
const READS = { readOnlyHint: true } as const;

interface Made {
  readonly kind: CallKind;
  readonly exposedName: string;
  /** The plugin's own name for it, which its exports are called with. */
  readonly name: string;
  readonly description: string;
  readonly calling: Calling;
  readonly validate: Validator;
  readonly plugin: CallablePlugin;
}

/**
 * What plugins offer, ready to be called, by `callableKey`: a resource by its address or template with `{uri}`, a prompt by
 * its exposed name with its own arguments, a completion by the same name or template with
 * `{argument: {name, value}, context}`.
 */
export function makeOfferCallables(
  { prompts, resources, templates }: ExposedOffers,
  pluginOf: (alias: string) => CallablePlugin,
): ReadonlyMap<string, CallableTool> {
  const found = new Map<string, CallableTool>();
  const add = (made: Made): void =>
    void found.set(callableKey(made.kind, made.exposedName), toCallable(made));
  for (const { alias, resource } of resources) {
    const { uri, description = "" } = resource;
    const validate = validateUri((asked) => asked === uri);
    const name = { kind: "resource", exposedName: uri, name: uri } as const;
    add({
      ...name,
      description,
      calling: RESOURCE_CALLING,
      validate,
      plugin: pluginOf(alias),
    });
  }
  for (const { alias, template, completes } of templates) {
    const { uriTemplate, description = "" } = template;
    const plugin = pluginOf(alias);
    const validate = validateUri((asked) => matchTemplate(uriTemplate, asked) !== undefined);
    const named = { exposedName: uriTemplate, name: uriTemplate, description, plugin };
    add({ ...named, kind: "resource", calling: RESOURCE_CALLING, validate });
    if (!completes) continue;
    const variables = variablesOf(uriTemplate) ?? [];
    add({
      ...named,
      kind: "completion",
      calling: completing({ template: uriTemplate }),
      validate: validateCompletion(variables),
    });
  }
  for (const { alias, exposedName, prompt, completes } of prompts) {
    const { name, description = "" } = prompt;
    const plugin = pluginOf(alias);
    const named = { exposedName, name, description, plugin };
    const validate = validatePrompt(prompt);
    add({ ...named, kind: "prompt", calling: PROMPT_CALLING, validate });
    if (!completes) continue;
    add({
      ...named,
      kind: "completion",
      calling: completing({ prompt: name }),
      validate: validateCompletion((prompt.arguments ?? []).map((argument) => argument.name)),
    });
  }
  return found;
}

function toCallable(made: Made): CallableTool {
  const { kind, exposedName, name, description, calling, validate, plugin } = made;
  const tool: ToolDefinition = {
    name,
    description,
    inputSchema: { type: "object" },
    annotations: READS,
  };
  return {
    kind,
    exposedName,
    tool,
    validateArguments: validate,
    validateResult: undefined,
    calling,
    plugin,
  };
}

/** The plugin is told what is completed by its own name for it. */
function completing(ref: JsonObject): Calling {
  return {
    ...COMPLETION_CALLING,
    begin: (name, args) =>
      COMPLETION_CALLING.begin(name, { ref, ...(isJsonObject(args) ? args : {}) }),
  };
}

const NOTHING_WRONG: readonly Issue[] = [];

function wrong(path: string, message: string): readonly Issue[] {
  return [{ path, message }];
}

function validateUri(matches: (uri: string) => boolean): Validator {
  return (args) => {
    const uri = isJsonObject(args) ? args["uri"] : undefined;
    if (typeof uri !== "string" || uri.length > URI_CHARS_MAX || !/^[!-~]+$/.test(uri))
      return wrong("uri", `must be an address of at most ${URI_CHARS_MAX} characters`);
    return matches(uri) ? NOTHING_WRONG : wrong("uri", "must be the address of this resource");
  };
}

/** MCP: arguments of prompts are strings. */
function validatePrompt({ arguments: known = [] }: PromptDefinition): Validator {
  const names = new Set(known.map(({ name }) => name));
  return (args) => {
    if (!isJsonObject(args)) return wrong("", "must be an object");
    for (const [name, value] of Object.entries(args)) {
      if (!names.has(name)) return wrong(name.slice(0, 80), "is no argument of this prompt");
      if (!isText(value, ARGUMENT_CHARS_MAX))
        return wrong(name, `must be a text of at most ${ARGUMENT_CHARS_MAX} characters`);
    }
    const missing = known.find(({ name, required }) => required && !Object.hasOwn(args, name));
    return missing ? wrong(missing.name, "is missing") : NOTHING_WRONG;
  };
}

function validateCompletion(names: readonly string[]): Validator {
  return (args) => {
    const { argument, context = {} } = isJsonObject(args) ? args : {};
    if (!isJsonObject(argument) || !names.some((name) => name === argument["name"]))
      return wrong("argument.name", "must be an argument of what is completed");
    if (!isText(argument["value"], COMPLETED_CHARS_MAX))
      return wrong("argument.value", `must be a text of at most ${COMPLETED_CHARS_MAX} characters`);
    if (!isJsonObject(context) || Object.keys(context).length > CONTEXT_MAX)
      return wrong("context", `must be an object of at most ${CONTEXT_MAX} texts`);
    const isGood = Object.values(context).every((value) => isText(value, ARGUMENT_CHARS_MAX));
    return isGood ? NOTHING_WRONG : wrong("context", "must be an object of texts");
  };
}

function isText(value: JsonValue | undefined, charsMax: number): value is string {
  return typeof value === "string" && value.length <= charsMax;
}
