import type { ProbeRun } from "../../debt/probe-result.ts";
import { EXIT } from "../../errors.ts";
import { readWorkspace } from "../../workspace.ts";
import type { Command, CommandCall } from "../command.ts";
import { CliError } from "../errors.ts";
import { effectiveMode, type Machine } from "../machine.ts";
import type { Output } from "../output.ts";
import { attackRelease } from "../probes/attack-release.ts";
import { keepRun } from "../probes/kept-run.ts";
import { parseTerms, TERMS_OF_NONE, termsOf } from "../probes/probe-terms.ts";
import { runProbes } from "../probes/run-probes.ts";
import { showProbes } from "../show/show-probes.ts";

export const probe: Command = {
  name: "probe",
  summary: "let the hostile plugin of this release try on this machine what must not be possible",
  usage: "",
  description: [
    "Packs, signs, approves and calls a hostile plugin as any other, in a workspace of its own that is removed again, and says claim by claim what came of it.",
    "Takes over from glovebox.yaml, where there is one, how plugins are isolated. `doctor` runs this too, and a server by itself.",
    "Exit 5 when something got through, or could not be tried.",
  ],
  options: {
    terms: {
      type: "string",
      value: "WORDS",
      summary: "not for use by hand: how a server, `doctor` and `evidence` start this command",
    },
  },
  argumentsMin: 0,
  argumentsMax: 0,
  examples: ["glovebox probe", "glovebox probe --json"],
  async run(call) {
    const { out, machine, text } = call;
    const told = text("terms");
    const run = told === undefined ? await attackFromHere(call) : await attack(told, machine, out);
    const isHeld = run.results.every(({ held }) => held);
    showProbes(run.results, out);
    out.result(run);
    return isHeld ? EXIT.done : EXIT.escaped;
  },
};

/** What a server asks for. Ends when the server is gone: what it had begun is cleared away. */
async function attack(told: string, machine: Machine, out: Output): Promise<ProbeRun> {
  const terms = parseTerms(told);
  if (!terms) throw new CliError("ERR_USAGE", "`--terms` is for a server that runs this command.");
  const ended = new AbortController();
  process.stdin.once("close", () => ended.abort()).resume();
  const results = await runProbes(machine, out, terms, ended.signal);
  return { at: new Date().toISOString(), results };
}

async function attackFromHere({ configFile, machine, out }: CommandCall): Promise<ProbeRun> {
  out.progress("Attacking this release");
  if (machine.files.kindOf(configFile) === "nothing")
    return attackRelease({ terms: TERMS_OF_NONE });
  const { configuration, paths } = readWorkspace(configFile, machine.files);
  const mode = effectiveMode(configuration.mode);
  const terms = termsOf(configuration, mode, Date.now());
  const run = await attackRelease({ terms, near: [paths.folder] });
  keepRun(run, terms, paths, machine.files);
  return run;
}
