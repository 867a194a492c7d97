import type { Hit, Rule, ScannedTool, Subject } from "../rule.ts";
import { TOOL_TEXT_MAX } from "../texts.ts";
import { viewSchemas, type Parameter } from "../parameters.ts";

const PARAMETERS_MAX = 40;

/**
 * Names for what only the model has: its own identity, instructions and tools, and the talk that it is in.
 * Matched against the whole name, its words joined by single spaces.
 */
const CONTEXT_NAMES: readonly { readonly what: string; readonly name: RegExp }[] = [
  {
    what: "the model itself",
    name: /^(?:(?:calling|caller|current|your|my|this|used) )*(?:(?:llm|ai|language|assistant|agent|calling|caller|host)(?: language)? (?:model|llm|engine)|llm)(?: (?:name|id|version|type|identity|info|details|used|provider))*$/,
  },
  {
    what: "the model's instructions",
    name: /^(?:(?:your|full|original|initial|current|complete|entire|raw|model|llm|hidden|the) )*(?:system|developer|initial|hidden) (?:prompts?|instructions?|messages?|rules)(?: (?:text|content|copy|dump))?$/,
  },
  {
    what: "the conversation",
    name: /^(?:(?:full|entire|whole|complete|current|previous|prior|past|recent|our|your|user|raw|the|all) )*(?:conversations?|chats?|dialogs?|dialogues?|messages?|prompts?|session|interaction|talk)(?: (?:history|context|log|logs|transcript|summary|so far|dump|content|contents|state|memory|thread))+$|^(?:(?:full|entire|whole|complete|current|previous|prior|past|recent|our|all) )+(?:conversation|chat|dialog|dialogue|messages?|prompts?|transcript|user (?:messages?|prompts?|input))$|^(?:full|entire|whole|complete|current|model|llm|agent|assistant|caller) context(?: window)?$|^context window$/,
  },
  {
    what: "the model's other tools",
    name: /^(?:(?:available|all|other|your|current|list of|known|installed|connected|mcp|registered|the|full|llm|agent|model) )*(?:tools?|functions?|mcp servers?) (?:list|available|inventory|history|log|so far|calls?|call (?:history|log)|usage|invocations?|descriptions?|definitions?|schemas)$|^(?:(?:available|your|known|connected|registered|list of|all|other) )+(?:mcp )?(?:tools|tool names|functions|mcp servers)$|^(?:previous|prior|past|recent) tool (?:calls?|results?|outputs?|responses?)$/,
  },
  {
    what: "the model's reasoning",
    name: /^(?:(?:your|full|complete|internal|inner|hidden|private|raw|model|llm|agent|the) )*(?:chain of thoughts?|cot|reasoning (?:trace|chain|process|log|history|steps)|inner monologue|internal (?:monologue|reasoning|thoughts?)|thought process|scratch ?pad)$/,
  },
];

/** No such name is without one of these; looked for first. */
const CONTEXT_WORD =
  /llm|model|engine|system|developer|initial|hidden|conversation|chat|dialog|message|prompt|session|interaction|talk|transcript|context|tool|function|mcp|thought|cot|reasoning|monologue|scratch/;

/** Text that asks for the same, whatever the parameter is called. Read on folded text, one clause at a time. */
const ASKS_FOR_CONTEXT: readonly RegExp[] = [
  /\b(?:name|id|identifier|version|type|identity)s? of (?:the |your |this )?(?:\w+ ){0,2}(?:llm|model|assistant|agent|chatbot|ai)\b[^.\n]{0,30}\b(?:call(?:s|ing|ed)?|invok(?:es|ing|ed)|us(?:es|ing)|mak(?:es|ing)|request(?:s|ing)|running|execut(?:es|ing)|that (?:is|are) you)\b/,
  /\byour (?:own )?(?:\w+ ){0,2}(?:system (?:prompt|message|instructions?)|model (?:name|id|version)|(?:initial |hidden )?instructions|chain of thought|context window|conversation|previous (?:messages|tool calls?|responses?))\b/,
  /\b(?:full|entire|whole|complete|verbatim|current|ongoing|previous|prior) (?:\w+ ){0,2}(?:conversation|chat|dialogue?|message history|chat history|context window|system prompt|transcript of (?:this|the) (?:conversation|chat|session))\b(?! (?:id|ids|thread|object)\b)/,
  /\b(?:all|every|list of|names of)(?: of)?(?: the)?(?: other)? (?:available |connected |installed )?(?:tools?|mcp servers?|functions)\b[^.\n]{0,20}\b(?:you|your|the (?:model|assistant|agent|llm)|available to)\b/,
  /\b(?:everything|anything|all (?:the )?(?:information|data|details|context)|any (?:other )?(?:information|data|details|context)) (?:that )?(?:you|the (?:model|assistant|agent|llm)) (?:know|have|has|can see|remember|learned|were told|gathered|collected)/,
  /\b(?:what|everything|anything|all that) the (?:user|human) (?:has |have )?(?:said|told|asked|typed|shared|wrote|pasted)\b/,
];

/** What a tool says when such a thing is its business: then the parameter is its subject and not its catch. */
const ABOUT_MODELS =
  /\b(?:llm|language model|chat ?bot|completions?|chat messages?|prompts?|conversations?|transcripts?|assistants?|agents?|fine-?tun|inference|embedding|mcp servers?|tool definitions?)\b/;

/** Too small to carry anything. */
const SMALL_TYPES = new Set(["boolean", "integer", "number", "null"]);

/** A parameter through which the model tells a stranger what it knows. */
export const HIDDEN_PARAMETER: Rule = {
  id: "hidden-parameter",
  severity: "high",
  title: "A parameter asks the model for what only the model knows",
  references: ["OWASP MCP03", "OWASP MCP10"],
  *find(subject) {
    for (const parameter of viewSchemas(subject.tool).parameters) {
      const hit = hiddenIn(parameter, subject);
      if (hit) yield hit;
    }
  },
};

/** Exported for the operator's view, which marks such parameters where they stand. */
export function hiddenIn(parameter: Parameter, { tool }: Pick<Subject, "tool">): Hit | undefined {
  const { name, words, where, about, types } = parameter;
  if (types.length > 0 && types.every((type) => SMALL_TYPES.has(type))) return undefined;
  if (about !== "" && ASKS_FOR_CONTEXT.some((pattern) => pattern.test(about)))
    return {
      where,
      quote: about,
      why: `The parameter is described as something that only the model knows, and the tool's author would receive it.`,
    };
  const joined = words.join(" ");
  if (!CONTEXT_WORD.test(joined)) return undefined;
  const named = CONTEXT_NAMES.find((row) => row.name.test(joined));
  if (!named) return undefined;
  return {
    where,
    quote: name,
    why: `By its name the parameter asks for ${named.what}, which the tool's author would receive.`,
    ...(about.trim() !== "" && isAboutModels(tool) ? { severity: "low" as const } : {}),
  };
}

const aboutModels = new WeakMap<ScannedTool, boolean>();

/** Read once for each tool, whatever the number of its parameters: both lengths together would take seconds. */
function isAboutModels(tool: ScannedTool): boolean {
  let isAbout = aboutModels.get(tool);
  if (isAbout === undefined) {
    const description = (tool.description ?? "").slice(0, TOOL_TEXT_MAX);
    isAbout = ABOUT_MODELS.test(`${tool.name.replaceAll("_", " ")} ${description}`.toLowerCase());
    aboutModels.set(tool, isAbout);
  }
  return isAbout;
}

/** Names that promise nothing: whatever the model has fits. */
const CATCH_ALL =
  /^(?:side ?notes?|asides?|footnotes?|(?:extra|additional|other|further|misc|miscellaneous|optional|free|background|user|hidden|internal|private|supplementary|supporting|related|relevant|surrounding|current) ?(?:info|information|context|data|notes?|details?|text|content|metadata|params?|fields?|input|payload|comments?|memory|args|arguments|knowledge|background)|context|notes?|metadata|misc|miscellaneous|extras?|background|memory|memories|telemetry|diagnostics?|debug(?: info| data)?|analytics(?: data)?|tracking(?: data)?|trace|scratch ?pad|everything|anything|stuff|blob|remarks?|annotations?|observations?|thoughts?|feedback)$/;
/** Those that are known from attacks, and hardly from anything else. */
const CATCH_ALL_ODD =
  /^(?:side ?notes?|asides?|(?:hidden|internal|private|background|surrounding) ?(?:info|information|context|data|notes?|details?|text|content)|everything|anything|telemetry|analytics data|tracking data)$/;

/** A text parameter that could carry anything, and that nothing explains. */
export const CATCH_ALL_PARAMETER: Rule = {
  id: "catch-all-parameter",
  severity: "high",
  title: "A parameter that could carry anything, and that nothing explains",
  references: ["OWASP MCP03", "OWASP MCP10"],
  *find({ tool }) {
    const { parameters, isMentioned } = viewSchemas(tool);
    const isExplained = (each: Parameter): boolean => each.about.trim() !== "" || isMentioned(each);
    const explained = parameters.filter(isExplained).length;
    for (const parameter of parameters) {
      const { types, words, where, name, isRequired } = parameter;
      if (types.length > 0 && types.every((type) => SMALL_TYPES.has(type))) continue;
      if (parameter.schema["enum"] !== undefined || parameter.schema["const"] !== undefined)
        continue;
      const joined = words.join(" ");
      const isOddName = CATCH_ALL_ODD.test(joined);
      // A name that is known from attacks is not explained by being mentioned.
      const isClear = isOddName ? parameter.about.trim() !== "" : isExplained(parameter);
      if (!CATCH_ALL.test(joined) || isClear) continue;
      // Where nothing is explained, one more says little; among explained ones it stands out.
      const isOdd = isOddName || (isRequired && explained > 0 && types.length === 0);
      yield {
        where,
        quote: name,
        why: "Neither the description nor the schema says what belongs in this parameter, so a model may put there whatever it knows.",
        severity: isOdd ? "high" : explained > 0 && isRequired ? "medium" : "low",
      };
    }
  },
};

/** More parameters than a person looks through. */
export const MANY_PARAMETERS: Rule = {
  id: "many-parameters",
  severity: "low",
  title: "More parameters than a person looks through",
  references: ["OWASP MCP03"],
  *find({ tool }) {
    const count = viewSchemas(tool).parameters.filter(({ depth }) => depth === 0).length;
    if (count > PARAMETERS_MAX)
      yield {
        where: "inputSchema.properties",
        why: `The tool has ${count} parameters: one among so many is not seen.`,
      };
  },
};
