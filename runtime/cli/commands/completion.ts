import { EXIT } from "../../errors.ts";
import type { Command } from "../command.ts";
import { completionScript, SHELLS } from "../completion-scripts.ts";
import { CliError } from "../errors.ts";
import { loadCommands } from "./table.ts";

export const completion: Command = {
  name: "completion",
  summary: "print a completion script for bash, zsh or fish",
  usage: "bash|zsh|fish",
  description: [
    "Prints a script that completes commands and options. It works offline, and starts no Glovebox.",
  ],
  options: {},
  argumentsMin: 1,
  argumentsMax: 1,
  examples: [
    "glovebox completion bash > ~/.local/share/bash-completion/completions/glovebox",
    "glovebox completion fish | source",
  ],
  async run({ args: [name = ""], out }) {
    const shell = SHELLS.find((known) => known === name);
    if (!shell)
      throw new CliError("ERR_USAGE", `There is no completion for \`${name}\`.`, {
        remedy: `Use ${SHELLS.join(", ")}.`,
      });
    const script = completionScript(shell, await loadCommands());
    out.line(script.trimEnd());
    out.result({ shell, script });
    return EXIT.done;
  },
};
