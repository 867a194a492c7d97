import type { JsonValue } from "@glovebox/host-api/json";
import { all, readSchemas } from "./check.ts";
import type { Check, Compiling, KeywordCompiler } from "./check.ts";

function compileAnyOf(value: JsonValue, compiling: Compiling): Check {
  const checks = readSchemas(value, "anyOf", compiling);
  return (instance, run) => {
    if (run.quietly(() => checks.some((check) => check(instance, run)))) return true;
    return explain(checks, instance, run, `must have one of ${checks.length} forms`);
  };
}

function compileOneOf(value: JsonValue, compiling: Compiling): Check {
  const checks = readSchemas(value, "oneOf", compiling);
  return (instance, run) => {
    let passed = 0;
    run.quietly(() => checks.every((check) => (passed += check(instance, run) ? 1 : 0) < 2));
    if (passed === 1) return true;
    if (passed > 1)
      return run.fail(() => `must have exactly one of ${checks.length} forms, and has several`);
    return explain(checks, instance, run, `must have one of ${checks.length} forms`);
  };
}

/** Says what is wrong with the value for the form that it comes closest to: the one that fails deepest inside. */
function explain(
  checks: readonly Check[],
  instance: JsonValue,
  run: Parameters<Check>[1],
  message: string,
): false {
  if (!run.wantsMore) return false;
  const before = run.issues.length;
  const depths = checks.map((check) => {
    check(instance, run);
    const found = run.issues.splice(before);
    return { found, depth: Math.max(0, ...found.map((issue) => issue.path.length)) };
  });
  const closest = depths.toSorted((left, right) => right.depth - left.depth)[0]?.found[0];
  run.fail(() =>
    closest === undefined ? message : `${message}: ${closest.path || "it"} ${closest.message}`,
  );
  return false;
}

function compileNot(value: JsonValue, compiling: Compiling): Check {
  const check = compiling.child(value, "not");
  return (instance, run) =>
    !run.quietly(() => check(instance, run)) ||
    run.fail(() => "must not have the form that it has");
}

function compileIf(value: JsonValue, compiling: Compiling): Check {
  const { then: whenTrue = true, else: whenFalse = true } = compiling.schema;
  const condition = compiling.child(value, "if");
  const yes = compiling.child(whenTrue, "then");
  const no = compiling.child(whenFalse, "else");
  return (instance, run) => (run.quietly(() => condition(instance, run)) ? yes : no)(instance, run);
}

export const LOGIC_KEYWORDS: Readonly<Record<string, KeywordCompiler>> = {
  $ref: (target, compiling) => compiling.reference(target),
  allOf: (value, compiling) => all(readSchemas(value, "allOf", compiling)),
  anyOf: compileAnyOf,
  oneOf: compileOneOf,
  not: compileNot,
  if: compileIf,
};
