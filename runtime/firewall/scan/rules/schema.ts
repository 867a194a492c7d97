import { isJsonObject, type JsonValue } from "@glovebox/host-api/json";
import { joinPath } from "../../tool-path.ts";
import { viewSchemas, type PlacedSchema } from "../parameters.ts";
import type { Hit, Rule, ScannedTool } from "../rule.ts";
import { foldText } from "../text-view.ts";
import { isSlowPattern } from "../slow-pattern.ts";

const REFERENCES = ["$ref", "$dynamicRef", "$recursiveRef"] as const;
const DIALECTS = /^https?:\/\/json-schema\.org\//;
const KEYWORD_REFERENCES = ["OWASP MCP03", "JSON Schema 2020-12 Core 9.4"];

/** A schema whose meaning stands elsewhere, where it can change after approval, or that leads round in a circle. */
export const SCHEMA_REFERENCE: Rule = {
  id: "schema-reference",
  severity: "high",
  title: "A schema that leads out of the tool, or round in a circle",
  references: KEYWORD_REFERENCES,
  *find({ tool }) {
    for (const placed of viewSchemas(tool).schemas) yield* referencesIn(placed, tool);
  },
};

function* referencesIn({ where, schema }: PlacedSchema, tool: ScannedTool): Iterable<Hit> {
  for (const keyword of REFERENCES) {
    const target = own(schema, keyword);
    const place = joinPath(where, keyword);
    if (typeof target !== "string") continue;
    if (!target.startsWith("#"))
      yield {
        where: place,
        quote: target,
        why: "The schema is fetched from elsewhere: it is not what is approved here, and fetching it tells that you have it.",
      };
    else if (isCircle(target, where, tool))
      yield {
        where: place,
        quote: target,
        why: "The schema leads back to itself: some readers never end.",
        severity: "medium",
      };
  }
  const id = own(schema, "$id");
  if (typeof id === "string" && id !== "")
    yield {
      where: joinPath(where, "$id"),
      quote: id,
      why: "`$id` gives every `$ref` in it another meaning, and names a schema that others may take for theirs.",
      severity: "low",
    };
  const dialect = own(schema, "$schema");
  if (typeof dialect === "string" && !DIALECTS.test(dialect))
    yield {
      where: joinPath(where, "$schema"),
      quote: dialect,
      why: "The schema is in a dialect of its own: what its keywords mean stands at that address.",
      severity: "medium",
    };
}

/** Whether `#/properties/x` names a schema around the reference, or the reference itself, with nothing to end it. */
function isCircle(target: string, where: string, tool: ScannedTool): boolean {
  const root = where.startsWith("outputSchema") ? "outputSchema" : "inputSchema";
  if (target === "#")
    return where !== root ? false : own(tool[root] as never, "$ref") !== undefined;
  const pointed = target
    .slice(2)
    .split("/")
    .slice(0, 50)
    .reduce((path, part) => joinPath(path, part.replaceAll("~1", "/").replaceAll("~0", "~")), root);
  return pointed === where;
}

/** An expression that takes a backtracking engine for ever: every client that checks arguments runs it. */
export const SCHEMA_PATTERN: Rule = {
  id: "schema-pattern",
  severity: "high",
  title: "A regular expression that holds up whoever runs it",
  references: ["OWASP MCP03", "CWE-1333"],
  *find({ tool }) {
    for (const { where, schema } of viewSchemas(tool).schemas) {
      const pattern = own(schema, "pattern");
      const places: readonly (readonly [string, unknown])[] = [
        [joinPath(where, "pattern"), pattern],
        ...keysOf(own(schema, "patternProperties")).map(
          (key) => [joinPath(joinPath(where, "patternProperties"), key), key] as const,
        ),
      ];
      for (const [place, source] of places)
        if (typeof source === "string" && isSlowPattern(source))
          yield {
            where: place,
            quote: source,
            why: "Within one repetition stands another: on some texts a client that checks arguments would not come to an end.",
          };
    }
  },
};

const SHELL =
  /(?:^|[\s;&|`(])(?:curl|wget|nc|ncat|bash|sh|zsh|powershell|pwsh|certutil|python3?|perl|ruby|node|eval|exec|chmod|sudo|rm|scp|rsync)\s+(?:-{1,2}[a-z]|['"]?(?:https?:|\/|~|\$|\.\/)|-)|\|\s*(?:ba|z)?sh\b|\$\([^)]{1,200}\)|`[^`]{3,200}`|<\s*script|javascript:|data:text\/html/;
const FAR = /^(?:https?|wss?|ftp):\/\/[^\s/@]*@?|^[\w.+-]+@[\w-]+\.[\w.-]+$/;
const SINK_NAME =
  /\b(?:webhook|callback|bcc|cc|forward|notify|report|collector|exfil|telemetry|upload|mirror|audit)\b/;
const DEFAULT_CHARS_MAX = 400;

/** A value that a model sends unless it says otherwise. */
export const SCHEMA_DEFAULT: Rule = {
  id: "schema-default",
  severity: "high",
  title: "A default value that carries more than a value",
  references: ["OWASP MCP03", "OWASP MCP05"],
  *find({ tool }) {
    const { schemas, parameters } = viewSchemas(tool);
    const names = new Map(parameters.map(({ where, words }) => [where, words.join(" ")]));
    for (const { where, schema } of schemas) {
      for (const keyword of ["default", "const"]) {
        const value = own(schema, keyword);
        if (typeof value === "string")
          yield* payloadIn(value, joinPath(where, keyword), names.get(where) ?? "");
      }
    }
  },
};

function* payloadIn(value: string, where: string, name: string): Iterable<Hit> {
  const text = foldText(value.slice(0, DEFAULT_CHARS_MAX)).text;
  if (SHELL.test(text))
    yield {
      where,
      quote: value,
      why: "The default is a command or a script: a model sends it without anybody having asked.",
    };
  else if (FAR.test(text) && SINK_NAME.test(name))
    yield {
      where,
      quote: value,
      why: "Unless the model says otherwise, this parameter sends to an address of the author's.",
    };
  else if (value.length > DEFAULT_CHARS_MAX)
    yield {
      where,
      quote: value,
      why: `The default is ${value.length} characters long: a text, not a value.`,
      severity: "medium",
    };
}

const FILL =
  /\b(?:any|all|every|other|additional|extra|more|further|relevant|useful|everything)\b[^.\n]{0,60}\b(?:context|information|info|data|details|conversation|history|fields?|keys?|propert(?:y|ies)|parameters?|secrets?|credentials?|environment)\b/;
const FILL_VERB =
  /\b(?:include|add|pass|provide|put|fill|attach|supply|send|append|dump|store|forward|share|copy)\b/;

/** An object with room for anything, and a text that asks to use the room. */
export const SCHEMA_OPEN: Rule = {
  id: "schema-open",
  severity: "high",
  title: "An open object, and a text that asks to fill it",
  references: ["OWASP MCP03", "OWASP MCP10"],
  *find({ tool }) {
    for (const { where, schema } of viewSchemas(tool).schemas) {
      const additional = own(schema, "additionalProperties");
      const isOpen = additional === true || isJsonObject(additional);
      if (!isOpen) continue;
      const isRoot = where === "inputSchema";
      const said = [
        own(schema, "description"),
        isJsonObject(additional) ? own(additional, "description") : "",
      ];
      const text = foldText(
        said
          .filter((part) => typeof part === "string")
          .join("\n")
          .slice(0, 4000),
      ).text;
      const asks = FILL.test(text) && FILL_VERB.test(text);
      const asksForContext =
        asks &&
        /\b(?:context|conversation|history|secrets?|credentials?|environment|you (?:know|have))\b/.test(
          text,
        );
      if (asks)
        yield {
          where: joinPath(where, "additionalProperties"),
          quote: text,
          why: "The object takes any member, and its description asks the model to add some.",
          severity: asksForContext ? "high" : isRoot ? "medium" : "low",
        };
    }
  },
};

function own(object: { readonly [key: string]: JsonValue }, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function keysOf(value: JsonValue | undefined): readonly string[] {
  return isJsonObject(value) ? Object.keys(value) : [];
}
