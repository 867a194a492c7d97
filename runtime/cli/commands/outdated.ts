import { EXIT, type ExitCode } from "../../errors.ts";
import { readWorkspace } from "../../workspace.ts";
import type { Command } from "../command.ts";
import {
  compareSource,
  type SourceComparison,
  type SourceState,
} from "../approval/compare-source.ts";

const WORDS: Readonly<Record<SourceState, string>> = {
  current: "as pinned",
  newer: "a newer version",
  older: "AN OLDER VERSION",
  changed: "SAME VERSION, OTHER BYTES OR SIGNATURES",
  refused: "SOMETHING THAT IS REFUSED",
  unpinned: "never approved",
  gone: "nothing is there",
  unreachable: "could not be asked",
};
/** What the source no longer has as pinned: a person must look. */
const DIFFERENT: readonly SourceState[] = ["newer", "older", "changed", "refused", "unpinned"];

export const outdated: Command = {
  name: "outdated",
  summary: "what each plugin's source has now against what is pinned, for CI",
  usage: "[NAME…]",
  description: [
    "Asks every source, remote ones too, and compares versions, digests and signatures with the lockfile.",
    "Runs nothing, stores nothing and changes nothing; what runs stays what is pinned.",
    "Exit 3 when a source has something else than what is pinned, 1 when one could not be asked, 0 when all are as pinned.",
  ],
  options: {},
  takesPlugins: true,
  argumentsMin: 0,
  argumentsMax: 64,
  examples: ["glovebox outdated", "glovebox outdated time --json"],
  async run(call) {
    const { args, configFile, machine, out } = call;
    const workspace = readWorkspace(configFile, machine.files);
    const names =
      args.length > 0 ? [...new Set(args)] : Object.keys(workspace.configuration.plugins);
    const rows: SourceComparison[] = [];
    for (const alias of names) {
      out.progress(`Asking the source of ${alias}`);
      rows.push(await compareSource(alias, workspace, call));
    }
    out.progressDone();
    if (rows.length === 0) out.line("No plugins are installed. Next: `glovebox add SOURCE`.");
    else
      out.table(
        ["NAME", "PINNED", "AT THE SOURCE", "STATE"],
        rows.map(({ alias, pinned, found, state }) => [
          alias,
          pinned?.version ?? "nothing",
          found?.version ?? "?",
          WORDS[state],
        ]),
      );
    for (const { alias, state, reasons } of rows) {
      if (reasons.length === 0) continue;
      out.line();
      out.line(`${out.style("bold", alias)}: ${WORDS[state]}`);
      for (const { code, message } of reasons) out.line(`  ${code}: ${message}`);
    }
    const exit = exitOf(rows);
    if (exit === EXIT.refused) {
      out.line();
      out.line(
        "Next: `glovebox diff NAME` shows what differs; `glovebox update NAME` asks for approval.",
      );
    }
    out.result({ plugins: rows });
    return exit;
  },
};

function exitOf(rows: readonly SourceComparison[]): ExitCode {
  const states = rows.map(({ state }) => state);
  if (states.some((state) => DIFFERENT.includes(state))) return EXIT.refused;
  return states.every((state) => state === "current") ? EXIT.done : EXIT.failed;
}
