import { parseArgs } from "node:util";
import { suggestWord } from "../plugin/suggest.ts";
import type { Command, OptionRow } from "./command.ts";
import { CliError } from "./errors.ts";

/** Options that every command has. */
export const COMMON_OPTIONS = {
  config: { type: "string", value: "FILE", summary: "the configuration (default ./glovebox.yaml)" },
  json: { type: "boolean", summary: "print one JSON value for programs" },
  help: { type: "boolean", summary: "show how to use the command" },
} as const;

export interface ParsedWords {
  readonly args: readonly string[];
  readonly values: Readonly<
    Record<string, string | boolean | readonly (string | boolean)[] | undefined>
  >;
}

/** Parses one command's words. Throws `CliError` that names the option that was meant. */
export function parseCommandLine(command: Command, words: readonly string[]): ParsedWords {
  const rows = new Map<string, OptionRow>(
    Object.entries({ ...COMMON_OPTIONS, ...command.options }),
  );
  const options = Object.fromEntries([...rows].map(([name, { type }]) => [name, { type }]));
  const { tokens } = parseArgs({
    args: [...words],
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const values = new Map<string, string | boolean | readonly (string | boolean)[]>();
  const args: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") args.push(readArgument(command, token.value));
    if (token.kind !== "option") continue;
    const row = rows.get(token.name);
    if (!row || token.rawName !== `--${token.name}`)
      throw unknownOption(command, token.rawName, [...rows.keys()]);
    const value = readValue(token, row);
    const earlier = values.get(token.name);
    if (row.multiple) values.set(token.name, [...(Array.isArray(earlier) ? earlier : []), value]);
    else if (earlier !== undefined)
      throw new CliError("ERR_USAGE", `\`--${token.name}\` was given twice.`);
    else values.set(token.name, value);
  }
  if (
    values.get("help") !== true &&
    (args.length < command.argumentsMin || args.length > command.argumentsMax)
  )
    throw new CliError(
      "ERR_USAGE",
      `\`glovebox ${command.name}\` is used as: glovebox ${command.name} ${command.usage}`.trimEnd(),
    );
  return { args, values: Object.fromEntries(values) };
}

/** An empty word is a variable that was not set: as a path it would mean the current folder. */
function readArgument(command: Command, value: string): string {
  if (value !== "") return value;
  throw new CliError("ERR_USAGE", `An argument of \`glovebox ${command.name}\` is empty.`);
}

interface OptionToken {
  readonly name: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

/** What looks like an option is not taken for the value of another: `--name=-x` says that it is meant. */
function readValue({ name, value, inlineValue }: OptionToken, row: OptionRow): string | boolean {
  if (row.type === "boolean") {
    if (value === undefined) return true;
    throw new CliError("ERR_USAGE", `\`--${name}\` takes no value.`);
  }
  const isOption = !inlineValue && value !== undefined && value.startsWith("-") && value !== "-";
  if (value !== undefined && value !== "" && !isOption) return value;
  throw new CliError(
    "ERR_USAGE",
    `\`--${name}\` needs a value${row.value ? `: --${name} ${row.value}` : ""}.`,
  );
}

function unknownOption(command: Command, rawName: string, known: readonly string[]): CliError {
  const meant = suggestWord(rawName.replace(/^-+/, ""), known);
  return new CliError("ERR_USAGE", `\`glovebox ${command.name}\` has no option \`${rawName}\`.`, {
    remedy:
      meant === undefined
        ? `Known here: ${known.map((name) => `--${name}`).join(", ")}.`
        : `Did you mean \`--${meant}\`?`,
  });
}
