import { isJsonObject, type JsonObject, type JsonValue } from "@glovebox/host-api/json";
import type { GloveboxError, Place } from "../../errors.ts";
import type { ScannedTool } from "../../firewall/scan/rule.ts";
import { joinPath } from "../../firewall/tool-path.ts";
import { parseJson, type JsonLimits } from "../../plugin/json.ts";
import { Problems } from "../../plugin/problems.ts";
import { CliError } from "../errors.ts";

type Path = readonly (string | number)[];

/** What one server lists. */
export interface ToolList {
  readonly tools: readonly ScannedTool[];
  /** Where a finding's `where` stands in the file, of the tool with this index. */
  readonly placeOf: (tool: number, where: string) => Place;
}

export const TOOLS_BYTES_MAX = 16 * 1024 * 1024;
const LIMITS: JsonLimits = { bytesMax: TOOLS_BYTES_MAX, depthMax: 64, nodesMax: 1_000_000 };
const TEXTS = ["title", "description"] as const;

/**
 * Reads what any server answers to `tools/list`: the JSON-RPC answer, its result, the array of tools, or one tool.
 * Strict where two readers could read two things (duplicate keys, depth, encoding), and lenient where the scanner has something to
 * say: hidden characters, unknown keys, schemas of any kind. Throws `ERR_SCAN_INPUT`.
 */
export function parseToolList(bytes: Uint8Array, file: string): ToolList {
  const document = parseReadable(bytes, LIMITS, file);
  const path = findTools(document.value);
  if (!path) throw invalid("There is no list of tools in it.", { file });
  const found = valueAt(document.value, path);
  const values = Array.isArray(found) ? (found as readonly JsonValue[]) : [found];
  const pathOf = (index: number): Path => (Array.isArray(found) ? [...path, index] : path);
  const tools = values.map((value, index) =>
    readTool(value, `tool ${index + 1}`, document.placeOf(pathOf(index))),
  );
  return {
    tools,
    placeOf: (index, where) => document.placeOf([...pathOf(index), ...pathTo(tools[index], where)]),
  };
}

/** JSON of which hidden characters are no fault. Throws `ERR_SCAN_INPUT`. */
export function parseReadable(
  bytes: Uint8Array,
  limits: JsonLimits,
  file: string | undefined,
): ReturnType<typeof parseJson> {
  const problems = new ReadableProblems();
  const document = parseJson(
    bytes,
    {
      ...(file === undefined ? {} : { file }),
      limits,
      invalid: (message, detail) => new CliError("ERR_SCAN_INPUT", message, detail),
      hidden: (message, detail) => problems.note(new CliError("ERR_SCAN_INPUT", message, detail)),
    },
    problems,
  );
  const [first] = problems.found;
  if (first) throw first;
  return document;
}

/** Those of a parser, but for what the scanner itself reports. */
class ReadableProblems extends Problems {
  readonly #ignored = new WeakSet<GloveboxError>();

  note<Problem extends GloveboxError>(problem: Problem): Problem {
    this.#ignored.add(problem);
    return problem;
  }

  override add(problem: GloveboxError): void {
    if (!this.#ignored.has(problem)) super.add(problem);
  }
}

/** One definition. Throws `ERR_SCAN_INPUT` for what no client would take for one. */
export function readTool(value: JsonValue | undefined, what: string, place: Place): ScannedTool {
  if (!isJsonObject(value)) throw invalid(`${what} is no object`, place);
  const name = own(value, "name");
  if (typeof name !== "string") throw invalid(`${what} has no name`, place);
  for (const key of TEXTS) {
    const text = own(value, key);
    // A null is how some servers leave a text out.
    if (text !== undefined && text !== null && typeof text !== "string")
      throw invalid(`the ${key} of ${what} is no text`, place);
  }
  const { title, description, ...rest } = value;
  return {
    ...rest,
    name,
    ...(typeof title === "string" && { title }),
    ...(typeof description === "string" && { description }),
  };
}

function findTools(value: JsonValue): Path | undefined {
  const candidates: readonly Path[] = [[], ["result", "tools"], ["tools"]];
  const list = candidates.find((path) => Array.isArray(valueAt(value, path)));
  if (list) return list;
  return isJsonObject(value) && typeof own(value, "name") === "string" ? [] : undefined;
}

function valueAt(value: JsonValue, path: Path): JsonValue | undefined {
  let found: JsonValue | undefined = value;
  for (const key of path) found = isJsonObject(found) ? own(found, String(key)) : undefined;
  return found;
}

/** The keys on the way to what a finding calls `where`, as far as there are any. */
function pathTo(tool: ScannedTool | undefined, where: string): Path {
  const path: (string | number)[] = [];
  let value: unknown = tool;
  let at = "";
  while (at !== where) {
    const step = stepsOf(value, at).find(({ below }) => isWithin(where, below));
    if (!step) break;
    path.push(step.key);
    [value, at] = [step.value, step.below];
  }
  return path;
}

function stepsOf(
  value: unknown,
  at: string,
): readonly { readonly key: string | number; readonly below: string; readonly value: unknown }[] {
  if (Array.isArray(value))
    return value.map((item: unknown, key) => ({ key, below: `${at}[${key}]`, value: item }));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).map(([key, member]: [string, unknown]) => ({
    key,
    below: joinPath(at, key),
    value: member,
  }));
}

function isWithin(where: string, place: string): boolean {
  return where === place || where.startsWith(`${place}.`) || where.startsWith(`${place}[`);
}

function invalid(message: string, place: Place): CliError {
  return new CliError("ERR_SCAN_INPUT", message, { place });
}

function own(value: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}
