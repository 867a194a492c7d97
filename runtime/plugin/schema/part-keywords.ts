import { isJsonObject, type JsonValue } from "@glovebox/host-api/json";
import type { LinearPattern } from "../pattern.ts";
import { isList, plural, readCount, readNames, readSchemas } from "./check.ts";
import type { Check, Compiling, KeywordCompiler } from "./check.ts";
import { echo, equalityText, keysOf } from "./run.ts";
import type { Run } from "./run.ts";
import { testPattern } from "./value-keywords.ts";

function schemaMap(
  value: JsonValue | undefined,
  keyword: string,
  compiling: Compiling,
): Map<string, Check> {
  if (value === undefined) return new Map();
  if (!isJsonObject(value)) return compiling.refuse("not an object of schemas");
  return new Map(
    Object.entries(value).map(([key, schema]) => [key, compiling.child(schema, keyword, key)]),
  );
}

function compileProperties(value: JsonValue, compiling: Compiling): Check {
  const properties = [...schemaMap(value, "properties", compiling)];
  return (instance, run) => {
    if (!isJsonObject(instance)) return true;
    let valid = true;
    for (const [key, check] of properties) {
      run.spend(1);
      const part = Object.hasOwn(instance, key) ? instance[key] : undefined;
      if (part === undefined || run.within(key, () => check(part, run))) continue;
      valid = false;
      if (!run.wantsMore) return false;
    }
    return valid;
  };
}

/** The patterns of `patternProperties`, in order. */
function readPatterns(
  value: JsonValue | undefined,
  compiling: Compiling,
): readonly LinearPattern[] {
  return isJsonObject(value) ? Object.keys(value).map((source) => compiling.pattern(source)) : [];
}

function compilePatternProperties(value: JsonValue, compiling: Compiling): Check {
  const patterns = readPatterns(value, compiling);
  const checks = [...schemaMap(value, "patternProperties", compiling).values()];
  return (instance, run) => {
    if (!isJsonObject(instance)) return true;
    let valid = true;
    for (const key of keysOf(instance, run)) {
      const part = instance[key] ?? null;
      for (const [index, check] of checks.entries()) {
        const pattern = patterns[index];
        if (pattern === undefined || !testPattern(pattern, key, run)) continue;
        if (run.within(key, () => check(part, run))) continue;
        valid = false;
        if (!run.wantsMore) return false;
      }
    }
    return valid;
  };
}

/** Speaks of the properties that neither `properties` nor `patternProperties` beside it names. */
function compileAdditional(value: JsonValue, compiling: Compiling): Check {
  const { properties } = compiling.schema;
  const known = new Set(isJsonObject(properties) ? Object.keys(properties) : []);
  const patterns = readPatterns(compiling.schema["patternProperties"], compiling);
  const check = compiling.child(value, "additionalProperties");
  const words = [...known].slice(0, 20).map(echo).join(", ");
  return (instance, run) => {
    if (!isJsonObject(instance)) return true;
    let valid = true;
    for (const key of keysOf(instance, run)) {
      const part = instance[key] ?? null;
      if (known.has(key) || patterns.some((pattern) => testPattern(pattern, key, run))) continue;
      const accepted =
        value === false
          ? run.fail(
              () =>
                `must not have the property ${echo(key)}${words === "" ? "" : `; it knows ${words}`}`,
            )
          : run.within(key, () => check(part, run));
      if (accepted) continue;
      valid = false;
      if (!run.wantsMore) return false;
    }
    return valid;
  };
}

function compilePropertyNames(value: JsonValue, compiling: Compiling): Check {
  const check = compiling.child(value, "propertyNames");
  return (instance, run) => {
    if (!isJsonObject(instance)) return true;
    for (const key of keysOf(instance, run)) {
      if (!run.quietly(() => check(key, run))) {
        return run.fail(() => `must not have a property of the name ${echo(key)}`);
      }
    }
    return true;
  };
}

function compileRequired(value: JsonValue, compiling: Compiling): Check {
  const names = readNames(value, compiling);
  return (instance, run) => {
    if (!isJsonObject(instance)) return true;
    run.spend(names.length);
    const missing = names.filter((name) => !Object.hasOwn(instance, name));
    for (const name of missing) run.fail(() => `needs the property ${echo(name)}`);
    return missing.length === 0;
  };
}

function compileDependentRequired(value: JsonValue, compiling: Compiling): Check {
  if (!isJsonObject(value)) return compiling.refuse("not an object of lists of names");
  const rules = Object.entries(value).map(
    ([key, names]) => [key, readNames(names, compiling)] as const,
  );
  return (instance, run) => {
    if (!isJsonObject(instance)) return true;
    for (const [key, names] of rules) {
      run.spend(1 + names.length);
      const missing =
        Object.hasOwn(instance, key) && names.find((name) => !Object.hasOwn(instance, name));
      if (typeof missing === "string") {
        return run.fail(() => `needs the property ${echo(missing)}, since it has ${echo(key)}`);
      }
    }
    return true;
  };
}

function compileDependentSchemas(value: JsonValue, compiling: Compiling): Check {
  const rules = [...schemaMap(value, "dependentSchemas", compiling)];
  return (instance, run) => {
    run.spend(rules.length);
    return (
      !isJsonObject(instance) ||
      rules.every(([key, check]) => !Object.hasOwn(instance, key) || check(instance, run))
    );
  };
}

type Count = (value: JsonValue, run: Run) => number | undefined;

function compileCount(
  count: Count,
  one: string,
  words: string,
  holds: (count: number, limit: number) => boolean,
): KeywordCompiler {
  return (limit, compiling) => {
    const bound = readCount(limit, compiling);
    return (value, run) => {
      const found = count(value, run);
      return (
        found === undefined ||
        holds(found, bound) ||
        run.fail(() => `must have ${words} ${plural(bound, one)}`)
      );
    };
  };
}

const properties: Count = (value, run) =>
  isJsonObject(value) ? keysOf(value, run).length : undefined;
const items: Count = (value) => (isList(value) ? value.length : undefined);
const atLeast = (count: number, limit: number): boolean => count >= limit;
const atMost = (count: number, limit: number): boolean => count <= limit;

function compileItems(value: JsonValue, compiling: Compiling): Check {
  const { prefixItems } = compiling.schema;
  const from = isList(prefixItems) ? prefixItems.length : 0;
  const check = compiling.child(value, "items");
  return (instance, run) => {
    if (!isList(instance)) return true;
    let valid = true;
    for (let index = from; index < instance.length; index += 1) {
      const item = instance[index] ?? null;
      if (run.within(index, () => check(item, run))) continue;
      valid = false;
      if (!run.wantsMore) return false;
    }
    return valid;
  };
}

function compilePrefixItems(value: JsonValue, compiling: Compiling): Check {
  const checks = readSchemas(value, "prefixItems", compiling);
  return (instance, run) => {
    if (!isList(instance)) return true;
    return checks.every((check, index) => {
      const item = instance[index];
      return item === undefined || run.within(index, () => check(item, run));
    });
  };
}

/** `minContains` and `maxContains` say how many items must pass; without them, at least one. */
function compileContains(value: JsonValue, compiling: Compiling): Check {
  const { minContains = 1, maxContains } = compiling.schema;
  const least = readCount(minContains, compiling);
  const most = maxContains === undefined ? Infinity : readCount(maxContains, compiling);
  const check = compiling.child(value, "contains");
  return (instance, run) => {
    if (!isList(instance)) return true;
    const found = instance.filter((item) => run.quietly(() => check(item, run))).length;
    if (found < least)
      return run.fail(
        () => `needs at least ${plural(least, "item")} of a certain form, and has ${found}`,
      );
    return (
      found <= most ||
      run.fail(
        () => `must have at most ${plural(most, "item")} of a certain form, and has ${found}`,
      )
    );
  };
}

function compileUnique(value: JsonValue): Check | undefined {
  if (value !== true) return undefined;
  return (instance, run) => {
    if (!isList(instance)) return true;
    const seen = new Map<string, number>();
    for (const [index, item] of instance.entries()) {
      const text = equalityText(item, run);
      const earlier = seen.get(text);
      if (earlier !== undefined)
        return run.fail(() => `must have different items; ${earlier} and ${index} are equal`);
      seen.set(text, index);
    }
    return true;
  };
}

export const PART_KEYWORDS: Readonly<Record<string, KeywordCompiler>> = {
  properties: compileProperties,
  patternProperties: compilePatternProperties,
  additionalProperties: compileAdditional,
  propertyNames: compilePropertyNames,
  required: compileRequired,
  dependentRequired: compileDependentRequired,
  dependentSchemas: compileDependentSchemas,
  minProperties: compileCount(properties, "property", "at least", atLeast),
  maxProperties: compileCount(properties, "property", "at most", atMost),
  minItems: compileCount(items, "item", "at least", atLeast),
  maxItems: compileCount(items, "item", "at most", atMost),
  items: compileItems,
  prefixItems: compilePrefixItems,
  contains: compileContains,
  uniqueItems: compileUnique,
};
