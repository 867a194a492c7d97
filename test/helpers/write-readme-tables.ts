// Writes the tables of README.md that are made from the sources: `npm run docs`. A test fails when they differ.
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { COMMANDS } from "../../runtime/cli/commands/table.ts";

const ROOT = join(import.meta.dirname, "../..");
const README = join(ROOT, "README.md");
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

/** README's text with both generated tables as the sources have them now. */
export async function fillTables(text: string): Promise<string> {
  const errors = (await readErrorTables()).map(({ code, summary, remedy, exit }) => [
    `\`${code}\``,
    sentence(summary),
    sentence(remedy),
    String(exit),
  ]);
  const commands = COMMANDS.map(({ name, usage, summary }) => [
    `\`${`${name} ${usage}`.trim()}\``,
    summary,
  ]);
  const withErrors = fill(text, "errors", [
    ["code", "what it means", "what to do", "exit"],
    ...errors,
  ]);
  return fill(withErrors, "commands", [["command", "what it does"], ...commands]);
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function fill(
  text: string,
  name: string,
  [header = [], ...rows]: readonly (readonly string[])[],
): string {
  const [start, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md lacks the markers of ${name}`);
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  const table = [line(header), `|${"---|".repeat(header.length)}\n`, ...rows.map(line)].join("");
  return text.slice(0, from + start.length) + table + text.slice(to);
}

if (import.meta.main) writeFileSync(README, await fillTables(readFileSync(README, "utf8")));
