// Writes the tables of README.md and THREAT_MODEL.md that are made from the sources: `npm run docs`. A test fails when they differ.
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatSize } from "@glovebox/host-api/size";
import { LOCAL_GATES } from "../../runtime/policy/gates/local-gates.ts";
import { HTTP_GATES } from "../../runtime/policy/gates/waivers.ts";
import { LIMIT_ROWS } from "../../runtime/policy/read-limits.ts";
import { DEFAULT_LIMITS, type Limits } from "../../runtime/sandbox/limits.ts";
import { loadCommands } from "../../runtime/cli/commands/table.ts";
import { fillTables } from "./fill-tables.ts";
import { fillThreatModel } from "./threat-model-tables.ts";

const ROOT = join(import.meta.dirname, "../..");
const README = join(ROOT, "README.md");
const THREAT_MODEL = join(ROOT, "THREAT_MODEL.md");
/** Of which start a gate asks. */
const EVERY = "every start";
/** Files that may hold a room's table of errors, from the ground of the house up. */
const ERROR_FILES = [
  "runtime/policy/errors.ts",
  "runtime/workspace-errors.ts",
  "runtime/cli/errors.ts",
  "runtime/supply/errors.ts",
  "runtime/supply/pin-errors.ts",
  "runtime/plugin/errors.ts",
  "runtime/plugin/component/errors.ts",
  "runtime/sandbox/errors.ts",
  "sdk-guest/build/errors.ts",
  "sdk-guest/new/errors.ts",
];

/** One row of a table in a room. The SDK's tables have no exit of their own: building fails. */
export interface DocumentedError {
  readonly file: string;
  readonly code: string;
  readonly summary: string;
  readonly remedy: string;
  readonly exit: number;
}

/** Every row of every table named `…_ERRORS`. A room whose file is not in the list is an error. */
export async function readErrorTables(): Promise<DocumentedError[]> {
  const found = globSync(["{runtime,sdk-guest}/**/*errors.ts", "host-api/**/*errors.ts"], {
    cwd: ROOT,
  })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => !/node_modules|dist\//.test(file));
  const tables = await Promise.all(
    [...new Set([...ERROR_FILES, ...found.toSorted()])].map(readTables),
  );
  return tables.flat();
}

async function readTables(file: string): Promise<DocumentedError[]> {
  const exported: Readonly<Record<string, unknown>> = await import(join(ROOT, file));
  const tables = Object.entries(exported).filter(([name]) => name.endsWith("_ERRORS"));
  return tables.flatMap(([, table]) =>
    Object.entries(
      table as Readonly<Record<string, { summary: string; remedy: string; exit?: number }>>,
    ).map(([code, { summary, remedy, exit = 1 }]) => ({ file, code, summary, remedy, exit })),
  );
}

/** README's text with its generated tables as the sources have them now. */
export async function fillReadme(text: string): Promise<string> {
  const errors = (await readErrorTables()).map(({ code, summary, remedy, exit }) => [
    `\`${code}\``,
    sentence(summary),
    sentence(remedy),
    String(exit),
  ]);
  const commands = (await loadCommands()).map(({ name, usage, summary }) => [
    `\`${`${name} ${usage}`.trim()}\``,
    summary,
  ]);
  const limits = Object.entries(LIMIT_ROWS).map(([key, { field, unit, min, max }]) => [
    `\`limits.${key}\``,
    LIMIT_WORDS[field],
    ...[DEFAULT_LIMITS[field], min, max].map((amount) => formatAmount(amount, unit)),
  ]);
  const gates = [
    ["`ring5`", "does the operating system's seal hold, as its probe sees it?", EVERY, "yes"],
    ["`probes`", "did every claim hold when the server attacked itself?", "every server", "yes"],
    ...HTTP_GATES.map(({ id, question, always, isWaivable }) => [
      `\`${id}\``,
      `${question}${always === true ? " (in development too)" : ""}`,
      LOCAL_GATES.some((gate) => gate.id === id) ? EVERY : "a server over HTTP",
      isWaivable ? "yes" : "no",
    ]),
  ];
  const tables = {
    limits: [["key", "of one call", "default", "least", "most"], ...limits],
    gates: [["gate", "what it asks", "asked of", "can be waived"], ...gates],
    commands: [["command", "what it does"], ...commands],
    errors: [["code", "what it means", "what to do", "exit"], ...errors],
  };
  return fillTables(text, tables);
}

const LIMIT_WORDS: Readonly<Record<keyof Limits, string>> = {
  deadlineMs: "wall time, then it is killed",
  memoryBytes: "linear memory of the component",
  residentBytes: "memory of the whole runner process",
  outputBytes: "size of the answer",
  hostCalls: "questions to the host",
  logBytes: "log that is kept; more is dropped and counted",
  concurrentCalls: "calls of one plugin at once",
  queuedCalls: "calls that may wait; further ones are `OVERLOADED`",
};

/** As the configuration writes it. */
function formatAmount(amount: number, unit: "duration" | "size" | "count" | "span"): string {
  if (unit === "size") return `\`${formatSize(amount).replace(" ", "")}\``;
  if (unit === "duration") return amount % 1000 === 0 ? `\`${amount / 1000}s\`` : `\`${amount}ms\``;
  return `\`${amount}\``;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

if (import.meta.main) {
  writeFileSync(README, await fillReadme(readFileSync(README, "utf8")));
  writeFileSync(THREAT_MODEL, fillThreatModel(readFileSync(THREAT_MODEL, "utf8")));
}
