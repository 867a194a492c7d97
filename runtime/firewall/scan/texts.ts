import type { JsonValue } from "@glovebox/host-api/json";
import { joinPath } from "../tool-path.ts";
import type { ScannedTool, TextKind, ToolText } from "./rule.ts";
import { foldText } from "./text-view.ts";
import type { TextView } from "./text-view.ts";

/** What of one tool is read at most; a person who approves reads less. */
export const TOOL_TEXT_MAX = 64 * 1024;
export const TOOL_NODES_MAX = 10_000;
export const TOOL_DEPTH_MAX = 48;
/** A value without a text takes as long as so many characters: three bytes of JSON (`{},`) are a schema to every rule. */
const NODE_COST = 24;
/** So does every tool, by the rules that are asked about it. */
const TOOL_COST = 100;

const PROSE = new Set([
  "description",
  "$comment",
  "summary",
  "instructions",
  "markdownDescription",
]);
/** Keys whose object has names of the author's choice, not keywords. */
const NAMING = new Set([
  "properties",
  "$defs",
  "definitions",
  "patternProperties",
  "dependentSchemas",
  "dependentRequired",
]);
/** Keywords and members that mean something by their name; every other key is the author's text. */
const KEYWORDS = new Set(
  (
    "name title description inputSchema outputSchema annotations type properties required items enum const default " +
    "examples $ref $defs definitions $schema $id $anchor $comment allOf anyOf oneOf not if then else format pattern " +
    "patternProperties additionalProperties unevaluatedProperties propertyNames minProperties maxProperties minItems " +
    "maxItems uniqueItems prefixItems contains minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum " +
    "multipleOf dependentSchemas dependentRequired readOnly writeOnly deprecated nullable readOnlyHint destructiveHint " +
    "idempotentHint openWorldHint _meta icons execution parameters"
  ).split(" "),
);

/** All strings of one tool, and whether that is all of them. */
export interface CollectedTexts {
  readonly texts: readonly ToolText[];
  /** What reading it takes, in characters: those of the texts, and some for every value. */
  readonly cost: number;
  readonly isCut: boolean;
}

/**
 * Every string in `tool` that a model may be shown, keys included, in the order in which they stand;
 * as much of it
 * as may be read at the cost of `costMax` characters.
 */
export function collectTexts(tool: ScannedTool, costMax = Infinity): CollectedTexts {
  const walk = new Walk(costMax);
  walk.object(tool as unknown as Record<string, JsonValue>, "", 0, true);
  const cost = TOOL_COST + walk.length + walk.nodes * NODE_COST;
  return { texts: walk.texts, cost, isCut: walk.isCut };
}

class Walk {
  readonly texts: ToolText[] = [];
  isCut = false;
  nodes = 0;
  length = 0;
  readonly #lengthMax: number;
  readonly #nodesMax: number;

  constructor(costMax: number) {
    this.#lengthMax = Math.min(costMax, TOOL_TEXT_MAX);
    this.#nodesMax = Math.min(Math.ceil(costMax / NODE_COST), TOOL_NODES_MAX);
  }

  object(
    value: { readonly [key: string]: JsonValue },
    where: string,
    depth: number,
    isTool = false,
    isNaming = false,
  ): void {
    for (const key of Object.keys(value)) {
      if (this.nodes > this.#nodesMax) break;
      const below = joinPath(where, key);
      if (isNaming || !KEYWORDS.has(key)) this.#text("key", key, below);
      const member = value[key];
      if (member !== undefined) {
        this.#value(
          member,
          below,
          depth + 1,
          isNaming ? "value" : kindOf(key, isTool),
          key,
          isNaming,
        );
      }
    }
  }

  #value(
    value: JsonValue,
    where: string,
    depth: number,
    kind: TextKind,
    key: string,
    isNamed: boolean,
  ): void {
    if (++this.nodes > this.#nodesMax || depth > TOOL_DEPTH_MAX) {
      this.isCut = true;
    } else if (typeof value === "string") {
      this.#text(kind, value, where);
    } else if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) {
        if (this.nodes > this.#nodesMax) break;
        this.#value(item, `${where}[${index}]`, depth + 1, "value", "", true);
      }
    } else if (typeof value === "object" && value !== null) {
      const isNaming = !isNamed && NAMING.has(key);
      this.object(value as Record<string, JsonValue>, where, depth, false, isNaming);
    }
  }

  #text(kind: TextKind, raw: string, where: string): void {
    const read = raw.slice(0, this.#lengthMax - this.length);
    if (read.length < raw.length) this.isCut = true;
    this.length += read.length;
    if (read !== "") this.texts.push(new LazyText(where, kind, read));
  }
}

/** A text whose folded view is made when it is first asked for. */
export class LazyText implements ToolText {
  readonly where: string;
  readonly kind: TextKind;
  readonly raw: string;
  readonly via: string | undefined;
  #view: TextView | undefined;

  constructor(where: string, kind: TextKind, raw: string, via?: string) {
    this.where = where;
    this.kind = kind;
    this.raw = raw;
    this.via = via;
  }

  get view(): TextView {
    return (this.#view ??= foldText(this.raw));
  }
}

function kindOf(key: string, isTool: boolean): TextKind {
  if (isTool && key === "name") return "name";
  if (key === "title") return "title";
  return PROSE.has(key) ? "prose" : "value";
}
