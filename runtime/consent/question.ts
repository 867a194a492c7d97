import type { JsonObject, JsonValue } from "@glovebox/host-api/json";
import { formatVisibleJson } from "../firewall/visible.ts";
import type { InputRequest } from "../inputs.ts";

/** What a person can be expected to read, and a client to show. Beyond it nothing is cut: nobody is asked in this way. */
const QUESTION_CHARS_MAX = 12_000;
/** Beyond this, indentation would push the words out of sight. */
const INDENTED_DEPTH_MAX = 12;
/** In a row, blanks hide what follows. */
const BLANKS = /[^\S\n]{16,}/g;

/** Everything that is shown of a call. */
export interface QuestionFacts {
  readonly tool: string;
  readonly plugin: string;
  readonly version: string;
  readonly signers: readonly string[];
  readonly profile?: string;
  readonly why: readonly string[];
  readonly arguments: JsonValue;
  /** Where the plugin can send to; empty where it can send nowhere. */
  readonly sends: readonly string[];
  /** The plugin asks something itself, and gets the answers when this is approved. */
  readonly goesOn?: boolean;
}

/** The form that a client shows. Accepting it is not enough: the box says what was read. */
const SCHEMA: JsonObject = {
  type: "object",
  properties: {
    approve: {
      type: "boolean",
      title: "Let it run with exactly these arguments",
      description: "Leave it off, decline or cancel, and nothing runs.",
    },
  },
  required: ["approve"],
};

/** The question for a person, or undefined where all the arguments are more than one can be shown. */
export function makeQuestion(facts: QuestionFacts): InputRequest | undefined {
  const message = describeCall(facts).join("\n");
  return message.length > QUESTION_CHARS_MAX
    ? undefined
    : { kind: "form", message, schema: SCHEMA };
}

/** The call in lines: who runs, why it is asked, all that it is told, where that can go. */
export function describeCall(facts: QuestionFacts): readonly string[] {
  const { tool, plugin, version, signers, profile, why, sends } = facts;
  return [
    facts.goesOn
      ? `Shall the tool ${tool} go on with the answers to the questions that it asks now? It can send them out.`
      : `Shall the tool ${tool} run?`,
    "",
    `Plugin: ${[plugin, version].filter(Boolean).join(" ")}, ${signers.length > 0 ? `signed by ${signers.join(", ")}` : "UNSIGNED"}${profile === undefined ? "" : `, profile ${profile}`}`,
    ...why.map((reason) => `Why you are asked: ${reason}`),
    ...(sends.length === 0
      ? []
      : [
          "Where it can send to, the arguments and what the plugin itself keeps:",
          ...sends.map((place) => `- ${place}`),
        ]),
    "All of its arguments:",
    // A fence keeps a client that draws Markdown from fetching anything. No line of JSON can end it: none begins with one.
    "```json",
    showArguments(facts.arguments),
    "```",
  ];
}

/** Arguments word for word as JSON. Whatever a screen would obey or not show stands there as the JSON escape of the same character. */
export function showArguments(value: JsonValue): string {
  const text =
    depthOf(value) > INDENTED_DEPTH_MAX
      ? formatVisibleJson(value).replaceAll(/\n */g, " ")
      : formatVisibleJson(value);
  return text.replaceAll(/"(?:[^"\\]|\\.)*"/g, (literal) =>
    literal.replace(BLANKS, (run) => Array.from(run, escapeBlank).join("")),
  );
}

function escapeBlank(blank: string): string {
  return `\\u${blank.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function depthOf(value: JsonValue): number {
  let depth = 0;
  let level: readonly JsonValue[] = [value];
  while (level.length > 0 && depth <= INDENTED_DEPTH_MAX) {
    depth += 1;
    level = level.flatMap((part): readonly JsonValue[] =>
      typeof part === "object" && part !== null ? Object.values(part) : [],
    );
  }
  return depth;
}
