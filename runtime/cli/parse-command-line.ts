import { parseArgs } from "node:util";
import { remedyForUnknown } from "../plugin/suggest.ts";
import type { Command } from "./command.ts";
import { CliError } from "./errors.ts";

/** Options that every command has. */
export const COMMON_OPTIONS = {
  config: { type: "string", value: "FILE", summary: "the configuration (default ./glovebox.yaml)" },
  json: { type: "boolean", summary: "print one JSON value for programs" },
  help: { type: "boolean", summary: "show how to use the command" },
} as const;

export interface ParsedWords {
  readonly args: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;
}

/** Parses one command's words. Throws `CliError` that names the option that was meant. */
export function parseCommandLine(command: Command, words: readonly string[]): ParsedWords {
  const rows = { ...COMMON_OPTIONS, ...command.options };
  const options = Object.fromEntries(
    Object.entries(rows).map(([name, row]) => [name, { type: row.type, multiple: "multiple" in row && row.multiple === true }]),
  );
  const { tokens } = parseArgs({ args: [...words], options, allowPositionals: true, strict: false, tokens: true });
  const values: Record<string, string | boolean | (string | boolean)[]> = {};
  const args: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") args.push(token.value);
    if (token.kind !== "option") continue;
    const row = Object.hasOwn(rows, token.name) ? rows[token.name as keyof typeof rows] : undefined;
    if (!row) throw unknownOption(command, token.rawName, Object.keys(rows));
    if (row.type === "string" && (token.value === undefined || (!token.inlineValue && token.value.startsWith("--"))))
      throw new CliError("ERR_USAGE", `\`--${token.name}\` needs a value${row.value ? `: --${token.name} ${row.value}` : ""}.`);
    if (row.type === "boolean" && token.value !== undefined) throw new CliError("ERR_USAGE", `\`--${token.name}\` takes no value.`);
    const value = token.value ?? true;
    if ("multiple" in row && row.multiple) ((values[token.name] ??= []) as (string | boolean)[]).push(value);
    else if (token.name in values) throw new CliError("ERR_USAGE", `\`--${token.name}\` was given twice.`);
    else values[token.name] = value;
  }
  if (values["help"] !== true && (args.length < command.argumentsMin || args.length > command.argumentsMax))
    throw new CliError("ERR_USAGE", `\`glovebox ${command.name}\` is used as: glovebox ${command.name} ${command.usage}`.trimEnd());
  return { args, values };
}

function unknownOption(command: Command, rawName: string, known: readonly string[]): CliError {
  return new CliError("ERR_USAGE", `\`glovebox ${command.name}\` has no option \`${rawName}\`.`, {
    remedy: remedyForUnknown(rawName.replace(/^-+/, ""), known),
  });
}
