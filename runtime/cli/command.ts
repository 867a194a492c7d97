import type { ExitCode } from "../errors.ts";
import type { Machine } from "./machine.ts";
import type { Output } from "./output.ts";

/** One command of the command line: what `--help` teaches about it, and what it does. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What follows the name: `SOURCE [--as NAME]`. */
  readonly usage: string;
  /** What it does, what it leaves alone, what comes next. One sentence per entry. */
  readonly description: readonly string[];
  readonly options: Readonly<Record<string, OptionRow>>;
  /** Its arguments are names of installed plugins: shells complete them, and files for every other command. */
  readonly takesPlugins?: true;
  readonly argumentsMin: number;
  readonly argumentsMax: number;
  readonly examples: readonly string[];
  run(call: CommandCall): Promise<ExitCode>;
}

export interface OptionRow {
  readonly type: "boolean" | "string";
  readonly multiple?: boolean;
  /** Name of the value in help: `NAME`. */
  readonly value?: string;
  /** All that the value can be, or how it can begin: shells complete them. */
  readonly values?: readonly string[];
  readonly summary: string;
}

/** One use of a command, its words already parsed. */
export interface CommandCall {
  readonly args: readonly string[];
  readonly flag: (name: string) => boolean;
  readonly text: (name: string) => string | undefined;
  readonly texts: (name: string) => readonly string[];
  /** Absolute path of the configuration, whether or not it is there. */
  readonly configFile: string;
  readonly out: Output;
  readonly machine: Machine;
}
