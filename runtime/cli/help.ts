import type { Command } from "./command.ts";
import type { Output } from "./output.ts";
import { COMMON_OPTIONS } from "./parse-command-line.ts";

/** The commands by what one wants to do, in the order one needs them. */
const GROUPS: readonly (readonly [title: string, names: readonly string[]])[] = [
  ["See it work", ["demo"]],
  ["Write a plugin", ["new", "build", "pack", "keygen", "sign", "publish"]],
  [
    "Install plugins",
    ["init", "trust", "add", "endorse", "scan", "list", "inspect", "approve", "remove", "verify"],
  ],
  ["Keep them as they are", ["outdated", "diff", "update", "restore"]],
  ["Use them", ["flow", "approvals", "call", "serve", "key", "tenant"]],
  [
    "Ask about the runtime",
    ["audit", "filter", "doctor", "probe", "debt", "evidence", "verify-evidence", "completion"],
  ],
];

/** Names of all commands, in the order of the help. */
export function listedNames(): readonly string[] {
  return GROUPS.flatMap(([, names]) => names);
}

export function generalHelp(commands: readonly Command[], out: Output): string {
  const lines = [
    "Glovebox runs third-party MCP tools as sealed WebAssembly components.",
    "",
    `${out.style("bold", "Usage")}  glovebox COMMAND [--config FILE] [--json] [--help]`,
  ];
  for (const [title, names] of GROUPS) {
    lines.push("", out.style("bold", title));
    for (const name of names) {
      const command = commands.find((candidate) => candidate.name === name);
      if (command) lines.push(`  ${name.padEnd(15)} ${command.summary}`);
    }
  }
  lines.push(
    "",
    "`glovebox help COMMAND` explains one command with examples.",
    "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 refused, 4 the tool answered an error, 5 a probe of a server saw an escape.",
  );
  return `${lines.join("\n")}\n`;
}

export function commandHelp(command: Command, out: Output): string {
  const lines = [
    `${out.style("bold", "Usage")}  glovebox ${command.name} ${command.usage}`.trimEnd(),
    "",
    ...command.description,
    "",
    out.style("bold", "Options"),
  ];
  const rows = Object.entries({ ...command.options, ...COMMON_OPTIONS });
  const words = rows.map(
    ([name, row]) => `--${name}${"value" in row && row.value ? ` ${row.value}` : ""}`,
  );
  const width = Math.max(...words.map((word) => word.length));
  rows.forEach(([, row], index) =>
    lines.push(`  ${(words[index] ?? "").padEnd(width)}  ${row.summary}`),
  );
  lines.push(
    "",
    out.style("bold", "Examples"),
    ...command.examples.map((example) => `  ${example}`),
  );
  return `${lines.join("\n")}\n`;
}
