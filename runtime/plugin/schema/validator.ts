import { isJsonObject, type JsonObject, type JsonValue } from "@glovebox/host-api/json";
import { PluginError } from "../errors.ts";
import { compileLinearPattern } from "../pattern.ts";
import { SCHEMA_KEYWORDS } from "../schema-keywords.ts";
import { all } from "./check.ts";
import type { Check, Compiling } from "./check.ts";
import { LOGIC_KEYWORDS } from "./logic-keywords.ts";
import { PART_KEYWORDS } from "./part-keywords.ts";
import { Run, TooComplex } from "./run.ts";
import type { Issue } from "./run.ts";
import { VALUE_KEYWORDS } from "./value-keywords.ts";

export type { Issue } from "./run.ts";

/** Answers what is wrong with a value; nothing is wrong when the list is empty. Never throws, and ends in bounded time. */
export type Validator = (value: JsonValue) => readonly Issue[];

const SCHEMA_DEPTH_MAX = 32;
const SUBSCHEMAS_MAX = 2000;
/** Compiling a pattern takes up to 30 ms. */
const PATTERNS_MAX = 100;
const VALUE_DEPTH_MAX = 64;
const VALUE_NODES_MAX = 100_000;

const COMPILERS = { ...LOGIC_KEYWORDS, ...VALUE_KEYWORDS, ...PART_KEYWORDS };
const REFERENCE = /^#\/\$defs\/([A-Za-z0-9_.-]{1,100})$/u;

/**
 * Compiles a schema of JSON Schema 2020-12 into a validator: no eval, no engine of regular expressions that can run
 * away, no network, nothing shared between schemas. Formats are checked. Keywords are those of `SCHEMA_KEYWORDS`; any
 * other (`$id`, `$anchor`, `$dynamicRef`, …) refuses. The surface's parser is stricter; this does not rely on it.
 * Compile once for each version of a plugin. Throws `PluginError` (`ERR_SURFACE_INVALID`).
 */
export function compileValidator(schema: JsonObject): Validator {
  const check = new Compiler(schema).compile();
  return (value) => {
    const unreadable = measure(value);
    if (unreadable !== undefined) return [{ path: "", message: unreadable }];
    const run = new Run();
    try {
      return check(value, run) ? [] : run.issues;
    } catch (error) {
      if (!(error instanceof TooComplex)) throw error;
      return [
        { path: "", message: "takes too much work to check against the schema; send less at once" },
      ];
    }
  };
}

/** What makes a value unfit to be looked at: too deep, too many parts, numbers that JSON does not have. */
function measure(value: JsonValue): string | undefined {
  let nodes = 0;
  const look = (part: JsonValue, depth: number): string | undefined => {
    if (depth > VALUE_DEPTH_MAX) return `must not be nested deeper than ${VALUE_DEPTH_MAX} levels`;
    nodes += 1;
    if (nodes > VALUE_NODES_MAX) return `must not have more than ${VALUE_NODES_MAX} values in all`;
    if (typeof part === "number" && !Number.isFinite(part))
      return "must not have numbers that are too large";
    if (typeof part !== "object" || part === null) return undefined;
    for (const inner of Object.values(part)) {
      const unfit = look(inner, depth + 1);
      if (unfit !== undefined) return unfit;
    }
    return undefined;
  };
  return look(value, 0);
}

class Compiler {
  readonly #root: JsonObject;
  readonly #definitions = new Map<string, Check>();
  #subschemas = 0;
  #depth = 0;
  #patterns = 0;

  constructor(root: JsonObject) {
    this.#root = root;
  }

  compile(): Check {
    const check = this.#schema(this.#root, []);
    const { $defs = {} } = this.#root;
    if (!isJsonObject($defs)) return this.#refuse("not an object of schemas", ["$defs"]);
    // Definitions that nothing uses are checked too.
    for (const name of Object.keys($defs)) this.#define(name);
    return check;
  }

  #schema(schema: JsonValue | undefined, path: readonly (string | number)[]): Check {
    if (schema === true) return () => true;
    if (schema === false) return (_value, run) => run.fail(() => "must not be there");
    if (!isJsonObject(schema)) return this.#refuse("not a schema", path);
    this.#subschemas += 1;
    this.#depth += 1;
    if (this.#subschemas > SUBSCHEMAS_MAX)
      return this.#refuse(`more than ${SUBSCHEMAS_MAX} subschemas`, path);
    if (this.#depth > SCHEMA_DEPTH_MAX)
      return this.#refuse(`nested deeper than ${SCHEMA_DEPTH_MAX}`, path);
    const checks = Object.entries(schema).map(([keyword, value]) =>
      this.#keyword(keyword, value, schema, path),
    );
    this.#depth -= 1;
    const check = all(checks.filter((each) => each !== undefined));
    return (value, run) => run.frame(() => check(value, run));
  }

  #keyword(
    keyword: string,
    value: JsonValue,
    schema: JsonObject,
    path: readonly (string | number)[],
  ): Check | undefined {
    if (!SCHEMA_KEYWORDS.has(keyword) && !(keyword === "$schema" && path.length === 0)) {
      return this.#refuse(
        `the keyword ${JSON.stringify(keyword.slice(0, 80))} is not accepted`,
        path,
      );
    }
    const compile = Object.hasOwn(COMPILERS, keyword) ? COMPILERS[keyword] : undefined;
    const compiling: Compiling = {
      schema,
      child: (child, ...below) => this.#schema(child, [...path, ...below]),
      reference: (target) => this.#reference(target, path),
      pattern: (source) => {
        this.#patterns += 1;
        const patterns = this.#patterns;
        const pattern =
          typeof source === "string" && patterns <= PATTERNS_MAX
            ? compileLinearPattern(source)
            : undefined;
        return (
          pattern ??
          this.#refuse(
            "not a regular expression that runs in linear time, or a large one, or one of too many",
            [...path, keyword],
          )
        );
      },
      refuse: (message) => this.#refuse(message, [...path, keyword]),
    };
    return compile?.(value, compiling);
  }

  #reference(target: JsonValue, path: readonly (string | number)[]): Check {
    const name = typeof target === "string" ? REFERENCE.exec(target)?.[1] : undefined;
    if (name === undefined) return this.#refuse("a $ref that is not #/$defs/NAME", path);
    const { $defs } = this.#root;
    if (!isJsonObject($defs) || !Object.hasOwn($defs, name))
      return this.#refuse("a $ref to nothing", path);
    return (value, run) => this.#define(name)(value, run);
  }

  /** Compiled once, when `compile` goes through all definitions; references find it then. */
  #define(name: string): Check {
    const known = this.#definitions.get(name);
    if (known !== undefined) return known;
    const { $defs } = this.#root;
    const check = this.#schema(isJsonObject($defs) ? $defs[name] : undefined, ["$defs", name]);
    this.#definitions.set(name, check);
    return check;
  }

  #refuse(message: string, path: readonly (string | number)[]): never {
    const place = path.join("/").slice(0, 200);
    throw new PluginError(
      "ERR_SURFACE_INVALID",
      `${place === "" ? "The schema" : place}: ${message}`,
      {
        place: { path: place },
      },
    );
  }
}
