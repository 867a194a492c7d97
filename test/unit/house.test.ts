// The house's rules, read from the sources themselves: imports only go down, the machine is reached in one room only.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

/** Rooms by floor, from the ground up. A file may import from its own room and from lower floors. */
const FLOORS: readonly (readonly string[])[] = [
  ["host-api"],
  ["runtime/errors.ts"],
  ["runtime/sandbox", "runtime/plugin", "runtime/audit", "runtime/at-rest"],
  ["runtime/policy", "runtime/supply", "runtime/firewall"],
  [
    "runtime/workspace-errors.ts",
    "runtime/workspace-paths.ts",
    "runtime/answer.ts",
    "runtime/inputs.ts",
  ],
  [
    "runtime/explain-failure.ts",
    "runtime/workspace.ts",
    "runtime/workspace-trust.ts",
    "runtime/change-workspace.ts",
    "runtime/compare-releases.ts",
    "runtime/examine.ts",
    "runtime/approve.ts",
    "runtime/scan-release.ts",
    "runtime/calling.ts",
    "runtime/asking.ts",
    "runtime/callable.ts",
    "runtime/changes.ts",
    "runtime/offer-callables.ts",
    "runtime/read-answer.ts",
    "runtime/call.ts",
    "runtime/filter-answer.ts",
    "runtime/hear-through.ts",
    "runtime/consent",
    "runtime/call-record.ts",
    "runtime/call-refusals.ts",
  ],
  ["runtime/debt"],
  ["runtime/server"],
  ["runtime/cli"],
];
/** Implementations of powers: they see every type they implement, and only the composition root sees them. */
const POWERS = "runtime/powers";
/** Programs that run as processes of their own, inside the seal or on the way into it. */
const PROGRAMS = [
  "runtime/sandbox/runner",
  "runtime/sandbox/launch",
  "runtime/sandbox/transpile/main.ts",
  "runtime/sandbox/seal/probe-program.ts",
  "runtime/sandbox/hostile/main.ts",
];
const MACHINE_MODULES =
  /^node:(fs|net|child_process|dns|http|https|http2|tls|dgram|sqlite|ffi|cluster|worker_threads|os|inspector)(\/|$)/;
const PURE_ROOMS = ["runtime/plugin", "runtime/policy", "runtime/firewall", "host-api"];
const LINES_MAX = 400;

interface Import {
  readonly from: string;
  readonly to: string;
  /** Whether it is loaded only when the code around it runs. */
  readonly isLazy: boolean;
}

const sources = ["runtime", "host-api", "sdk-guest"].flatMap((root) =>
  globSync(`${root}/**/*.{ts,mjs}`, { exclude: (name) => /node_modules|dist|\/test\//.test(name) }),
);

function importsOf(file: string): Import[] {
  const text = readFileSync(file, "utf8");
  const found = text.matchAll(
    /(?:^|\n)(?:import|export)\s[^;"'=]*?\sfrom\s+["']([^"']+)["']|import\(\s*["']([^"']+)["']\s*\)|(?:^|\n)import\s+["']([^"']+)["']/g,
  );
  return [...found].map((match) => ({
    from: file,
    to: resolve(file, match[1] ?? match[2] ?? match[3] ?? ""),
    isLazy: match[2] !== undefined || /^\s*(import|export) type\b/.test(match[0]),
  }));
}

function resolve(file: string, specifier: string): string {
  if (specifier.startsWith(".")) return path.posix.join(path.posix.dirname(file), specifier);
  if (specifier.startsWith("@glovebox/host-api/"))
    return `host-api/${specifier.slice("@glovebox/host-api/".length)}.ts`;
  if (specifier.startsWith("@glovebox/sdk"))
    return `sdk-guest/${specifier.slice("@glovebox/sdk/".length) || "index"}.ts`;
  return specifier;
}

function isIn(file: string, room: string): boolean {
  return file === room || file.startsWith(`${room}/`);
}

function floorOf(file: string): number {
  return FLOORS.findIndex((rooms) => rooms.some((room) => isIn(file, room)));
}

function roomOf(file: string): string | undefined {
  return FLOORS.flat().find((room) => isIn(file, room));
}

const imports = sources.flatMap(importsOf);

test("every source file stands in a room that has a floor", () => {
  const homeless = sources.filter(
    (file) => !isIn(file, POWERS) && !isIn(file, "sdk-guest") && floorOf(file) < 0,
  );
  assert.deepEqual(homeless, []);
});

test("an import only goes down", () => {
  const upward = imports.filter(({ from, to }) => {
    if (isIn(from, POWERS) || isIn(from, "sdk-guest")) return false;
    const [here, there] = [floorOf(from), floorOf(to)];
    return (
      there >= 0 &&
      (there > here ||
        (there === here && roomOf(from) !== roomOf(to) && !FLOORS[here]?.includes(to)))
    );
  });
  assert.deepEqual(upward, []);
});

test("only the composition root sees the implementations of powers", () => {
  const wrong = imports.filter(
    ({ from, to }) => isIn(to, POWERS) && !isIn(from, POWERS) && !isIn(from, "runtime/cli"),
  );
  assert.deepEqual(wrong, []);
});

test("only the powers and the sealed programs reach the machine", () => {
  const allowed = (file: string): boolean =>
    isIn(file, POWERS) ||
    isIn(file, "sdk-guest") ||
    PROGRAMS.some((program) => isIn(file, program));
  const wrong = imports.filter(({ from, to }) => MACHINE_MODULES.test(to) && !allowed(from));
  assert.deepEqual(wrong, []);
});

test("host-api imports nothing outside itself but the address parser", () => {
  const wrong = imports.filter(
    ({ from, to }) =>
      isIn(from, "host-api") &&
      !isIn(to, "host-api") &&
      to !== "ipaddr.js" &&
      !/^node:(path\/posix|buffer)$/.test(to),
  );
  assert.deepEqual(wrong, []);
});

test("pure rooms use neither the process nor the clock", () => {
  const wrong = sources.filter(
    (file) =>
      PURE_ROOMS.some((room) => isIn(file, room)) &&
      /\bprocess\.(env|exit|cwd|stdout)\b|\bDate\.now\(/.test(withoutComments(file)),
  );
  assert.deepEqual(
    wrong.filter((file) => !file.endsWith("guest.ts")),
    [],
  );
});

test("only the server imports the MCP SDK", () => {
  const wrong = imports.filter(
    ({ from, to }) => to.startsWith("@modelcontextprotocol/") && !isIn(from, "runtime/server"),
  );
  assert.deepEqual(
    wrong.filter(({ from }) => !isIn(from, "runtime/cli/demo")),
    [],
  );
});

/** Whatever is loaded with this file, before anything in it runs. */
function loadedWith(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const { from, to, isLazy } of imports) if (from === file && !isLazy) loadedWith(to, seen);
  return seen;
}

test("the command line loads no package before it knows the command, and a server none that it does not need", () => {
  const packages = (file: string): string[] =>
    [...loadedWith(file)].filter(
      (name) => /^(@?[a-z])/.test(name) && !/\.(ts|mjs)$/.test(name) && !name.startsWith("node:"),
    );
  assert.deepEqual(packages("runtime/cli/main.ts"), []);
  const compilers =
    /rolldown|componentize|jco|undici|zod|modelcontextprotocol.client|opentelemetry|redis/;
  for (const file of [
    "runtime/cli/commands/serve.ts",
    "runtime/cli/make-machine.ts",
    "runtime/cli/run-command.ts",
  ])
    assert.deepEqual(
      packages(file).filter((name) => compilers.test(name)),
      [],
    );
});

test("no file is longer than 400 lines", () => {
  const long = sources.filter((file) => readFileSync(file, "utf8").split("\n").length > LINES_MAX);
  assert.deepEqual(long, []);
});

function withoutComments(file: string): string {
  return readFileSync(file, "utf8").replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, "");
}
