import type { ProbeRun } from "../../debt/probe-result.ts";
import { EXIT } from "../../errors.ts";
import { readWorkspace } from "../../workspace.ts";
import type { Command, CommandCall } from "../command.ts";
import { CliError } from "../errors.ts";
import { effectiveMode } from "../machine.ts";
import { parseTerms, TERMS_OF_NONE, termsOf, type ProbeTerms } from "../probes/probe-terms.ts";
import { runProbes } from "../probes/run-probes.ts";

export const probe: Command = {
  name: "probe",
  summary: "let the hostile plugin of this release try on this machine what must not be possible",
  usage: "",
  description: [
    "Packs, signs, approves and calls a hostile plugin as any other, in a workspace of its own that is removed again, and says claim by claim what came of it.",
    "Takes over from glovebox.yaml, where there is one, the mode and how plugins are isolated. `doctor` runs this too, and a server by itself.",
    "Exit 5 when something got through, or could not be tried.",
  ],
  options: {
    terms: {
      type: "string",
      value: "WORDS",
      summary:
        "as a server says them that runs this: nothing is read, and it ends with its standard input",
    },
  },
  argumentsMin: 0,
  argumentsMax: 0,
  examples: ["glovebox probe", "glovebox probe --json"],
  async run(call) {
    const { out, machine } = call;
    const results = await runProbes(machine, out, readTerms(call), endOfParent(call));
    const isHeld = results.every(({ held }) => held);
    out.table(
      ["RING", "PROBE", "HELD", "CLAIM", "SAYS"],
      results.map(({ ring, id, held, claim, says }) => [
        ring === null ? "-" : String(ring),
        id,
        held ? "yes" : "NO",
        claim,
        says,
      ]),
    );
    out.line();
    out.line(isHeld ? `${results.length} attempts, none got through.` : "Something got through.");
    out.result({ at: new Date().toISOString(), results } satisfies ProbeRun);
    return isHeld ? EXIT.done : EXIT.escaped;
  },
};

function readTerms({ text, configFile, machine }: CommandCall): ProbeTerms {
  const words = text("terms");
  const told = words === undefined ? undefined : parseTerms(words);
  if (told) return told;
  if (words !== undefined)
    throw new CliError("ERR_USAGE", "`--terms` is for a server that runs this command.");
  if (machine.files.kindOf(configFile) === "nothing") return TERMS_OF_NONE;
  const { configuration } = readWorkspace(configFile, machine.files);
  return termsOf(configuration, effectiveMode(configuration.mode), Date.now());
}

/** Aborts when the server that runs this is gone: what it had begun is cleared away. */
function endOfParent({ text }: CommandCall): AbortSignal {
  const ended = new AbortController();
  if (text("terms") !== undefined) process.stdin.once("close", () => ended.abort()).resume();
  return ended.signal;
}
