import { isJsonObject, type JsonObject, type JsonValue } from "@glovebox/host-api/json";
import { joinPath } from "../tool-path.ts";
import type { ScannedTool } from "./rule.ts";
import { foldText } from "./text-view.ts";
import { TOOL_DEPTH_MAX, TOOL_NODES_MAX, TOOL_TEXT_MAX } from "./texts.ts";

/** One thing that a model may send: a property of the input schema, at whatever depth. */
export interface Parameter {
  readonly name: string;
  readonly where: string;
  /** Its name as words in lower case: `convHistory` is `conv history`. */
  readonly words: readonly string[];
  readonly schema: JsonObject;
  /** JSON Schema's types; none where the schema names none. */
  readonly types: readonly string[];
  readonly isRequired: boolean;
  /** 0 for a tool's own parameters. */
  readonly depth: number;
  /** What is said of it, folded: title and description of its schema, and its line in the tool's description. */
  readonly about: string;
}

/** One schema within a tool, itself included. */
export interface PlacedSchema {
  readonly where: string;
  readonly schema: JsonObject;
}

export interface SchemaView {
  readonly parameters: readonly Parameter[];
  readonly schemas: readonly PlacedSchema[];
  /** Whether the tool's description has a parameter's name, or all words of it. */
  readonly isMentioned: (parameter: Parameter) => boolean;
}

/** Keywords whose value is an object of schemas by name, and those whose value holds no schemas. */
const NAMED = new Set([
  "properties",
  "patternProperties",
  "$defs",
  "definitions",
  "dependentSchemas",
]);
const DATA = new Set(["default", "const", "enum", "examples", "required"]);
/** `name: what it is`, `- name (string, optional): …`, `@param name …`, `:param name: …`. */
const ARGUMENT_LINE =
  /^\s*(?:[-*•]\s*|[@:]param\s+)?[`"'*]{0,3}([A-Za-z_$][\w$.-]{0,63})[`"'*]{0,3}[ \t]{0,3}(?:\([^)]{0,200}\))?[ \t]{0,3}[:=–—-](.*)$/;
const LINE_CHARS_MAX = 2000;
const views = new WeakMap<ScannedTool, SchemaView>();

/** The schemas of one tool and the parameters in them. Made once per tool; linear, and ended where the texts are ended. */
export function viewSchemas(tool: ScannedTool): SchemaView {
  let view = views.get(tool);
  if (!view) views.set(tool, (view = makeView(tool)));
  return view;
}

function makeView(tool: ScannedTool): SchemaView {
  const walk = new SchemaWalk(readArguments(tool.description));
  walk.schema(tool.inputSchema, { where: "inputSchema", depth: 0, level: 0 });
  walk.schema(tool.outputSchema, { where: "outputSchema", depth: 0, level: -1 });
  const { parameters, schemas } = walk;
  let mentioned: ReadonlySet<string> | undefined;
  const isMentioned = ({ name, words }: Parameter): boolean => {
    const known = (mentioned ??= wordsIn(tool.description));
    return known.has(name.toLowerCase()) || words.every((word) => known.has(word));
  };
  return { parameters, schemas, isMentioned };
}

/** The words of a description, names with `_` also whole. Looked up for each parameter: searching the text would take both lengths. */
function wordsIn(description: unknown): ReadonlySet<string> {
  if (typeof description !== "string") return new Set();
  const names =
    description
      .slice(0, TOOL_TEXT_MAX)
      .toLowerCase()
      .match(/[\p{L}\p{N}_$-]+/gu) ?? [];
  return new Set([...names, ...names.flatMap((name) => name.match(/\p{L}+|\p{N}+/gu) ?? [])]);
}

/** What a description says of each argument on a line of its own. */
function readArguments(description: unknown): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (typeof description !== "string") return found;
  for (const line of description.split("\n")) {
    const [, name, about] = ARGUMENT_LINE.exec(line.slice(0, LINE_CHARS_MAX)) ?? [];
    if (name !== undefined && about !== undefined && !found.has(name)) found.set(name, about);
  }
  return found;
}

interface Spot {
  readonly where: string;
  /** Containers around it. */
  readonly depth: number;
  /** Objects of parameters around it; below zero where nothing is a parameter. */
  readonly level: number;
}

class SchemaWalk {
  readonly parameters: Parameter[] = [];
  readonly schemas: PlacedSchema[] = [];
  readonly #arguments: ReadonlyMap<string, string>;
  #nodesLeft = TOOL_NODES_MAX;

  constructor(described: ReadonlyMap<string, string>) {
    this.#arguments = described;
  }

  schema(value: JsonValue | undefined, spot: Spot): void {
    if (this.#nodesLeft-- <= 0 || spot.depth > TOOL_DEPTH_MAX) return;
    if (Array.isArray(value)) {
      for (const [index, item] of (value as readonly JsonValue[]).entries())
        this.schema(item, { ...spot, where: `${spot.where}[${index}]`, depth: spot.depth + 1 });
    } else if (isJsonObject(value)) {
      this.schemas.push({ where: spot.where, schema: value });
      for (const key of Object.keys(value)) {
        const member = value[key];
        const below = { ...spot, where: joinPath(spot.where, key), depth: spot.depth + 1 };
        if (NAMED.has(key) && isJsonObject(member)) this.#named(value, key, member, below);
        else if (!DATA.has(key)) this.schema(member, below);
      }
    }
  }

  #named(parent: JsonObject, keyword: string, members: JsonObject, spot: Spot): void {
    const isParameters = keyword === "properties" && spot.level >= 0;
    const required: unknown = parent["required"];
    const isRequired = new Set<unknown>(Array.isArray(required) ? required : []);
    for (const name of Object.keys(members)) {
      if (this.#nodesLeft <= 0) return;
      const below = { where: joinPath(spot.where, name), depth: spot.depth + 1, level: spot.level };
      const schema = members[name];
      if (isParameters) {
        this.#parameter(name, isJsonObject(schema) ? schema : {}, isRequired.has(name), below);
        below.level++;
      }
      this.schema(schema, below);
    }
  }

  #parameter(name: string, schema: JsonObject, isRequired: boolean, spot: Spot): void {
    const said = [schema["title"], schema["description"], this.#arguments.get(name)];
    const about = said.filter((text) => typeof text === "string").join("\n");
    this.parameters.push({
      name,
      where: spot.where,
      words: splitName(name),
      schema,
      types: typesOf(schema),
      isRequired,
      depth: spot.level,
      about: about === "" ? "" : foldText(about.slice(0, 2 * LINE_CHARS_MAX)).text,
    });
  }
}

function typesOf(schema: JsonObject): string[] {
  const alternatives = [schema, ...listOf(schema["anyOf"]), ...listOf(schema["oneOf"])];
  return alternatives
    .slice(0, 20)
    .flatMap((part) =>
      isJsonObject(part) ? (Array.isArray(part["type"]) ? part["type"] : [part["type"]]) : [],
    )
    .filter((type): type is string => typeof type === "string");
}

const NAME_CHARS_MAX = 128;
const ASCII = /^[\x20-\x7e]*$/;
const ASCII_WORDS = /[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+/g;

/** The words of a name: `getUserID_v2` is `get user id v 2`. Folded, so that look-alike letters are the letters they look like. */
export function splitName(name: string): string[] {
  const read = name.slice(0, NAME_CHARS_MAX);
  if (ASCII.test(read)) return read.match(ASCII_WORDS)?.map((word) => word.toLowerCase()) ?? [];
  const spaced = read.replace(
    /(?<=\p{Ll}|\d)(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})|(?<=\p{L})(?=\d)|(?<=\d)(?=\p{L})/gu,
    " ",
  );
  return foldText(spaced).text.match(/\p{L}+|\p{N}+/gu) ?? [];
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}
