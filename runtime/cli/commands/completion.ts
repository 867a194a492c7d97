import { EXIT } from "../../errors.ts";
import type { Command } from "../command.ts";
import { CliError } from "../errors.ts";
import { COMMON_OPTIONS } from "../parse-command-line.ts";

/** Shell completion that needs no network and no running Glovebox: the words are written into the script. */
export function makeCompletion(commands: () => readonly Command[]): Command {
  return {
    name: "completion",
    summary: "print a completion script for bash, zsh or fish",
    usage: "bash|zsh|fish",
    description: ["Prints a script that completes commands and options. It works offline."],
    options: {},
    argumentsMin: 1,
    argumentsMax: 1,
    examples: ["glovebox completion bash > ~/.local/share/bash-completion/completions/glovebox", "glovebox completion fish | source"],
    async run({ args: [shell = ""] }) {
      const script = SCRIPTS[shell];
      if (!script) throw new CliError("ERR_USAGE", `There is no completion for \`${shell}\`.`, { remedy: "Use bash, zsh or fish." });
      process.stdout.write(script(commands()));
      return EXIT.done;
    },
  };
}

const SCRIPTS: Readonly<Record<string, (commands: readonly Command[]) => string>> = {
  bash: (commands) => `_glovebox() {
  local words="\${COMP_WORDS[COMP_CWORD]}" options=""
  if [ "$COMP_CWORD" = 1 ]; then COMPREPLY=($(compgen -W "${names(commands).join(" ")}" -- "$words")); return; fi
  case "\${COMP_WORDS[1]}" in
${commands.map((command) => `    ${command.name}) options="${optionsOf(command).join(" ")}" ;;`).join("\n")}
  esac
  case "$words" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$words")) ;;
    *) COMPREPLY=($(compgen -f -- "$words")) ;;
  esac
}
complete -o filenames -F _glovebox glovebox
`,
  zsh: (commands) => `#compdef glovebox
_glovebox() {
  if (( CURRENT == 2 )); then
    local -a commands=(${commands.map((command) => `'${command.name}:${quote(command.summary)}'`).join(" ")})
    _describe command commands; return
  fi
  case "$words[2]" in
${commands.map((command) => `    ${command.name}) _arguments ${optionsOf(command).map((option) => `'${option}'`).join(" ")} '*:file:_files' ;;`).join("\n")}
  esac
}
compdef _glovebox glovebox
`,
  fish: (commands) =>
    commands
      .flatMap((command) => [
        `complete -c glovebox -n __fish_use_subcommand -a ${command.name} -d '${quote(command.summary)}'`,
        ...optionsOf(command).map((option) => `complete -c glovebox -n '__fish_seen_subcommand_from ${command.name}' -l ${option.slice(2)}`),
      ])
      .join("\n")
      .concat("\n"),
};

function names(commands: readonly Command[]): string[] {
  return commands.map((command) => command.name);
}

function optionsOf(command: Command): string[] {
  return Object.keys({ ...command.options, ...COMMON_OPTIONS }).map((name) => `--${name}`);
}

function quote(text: string): string {
  return text.replaceAll("'", "").replaceAll(":", "");
}
