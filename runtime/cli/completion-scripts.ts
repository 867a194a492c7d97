import type { Command } from "./command.ts";
import { COMMON_OPTIONS } from "./parse-command-line.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;

/** Names of installed plugins, from the lockfile here: it is written by us, one name a line, so nothing needs to be started. */
const PLUGIN_NAMES = String.raw`sed -n 's/^    "\([a-z][a-z0-9-]*\)": {$/\1/p' glovebox.lock.json 2>/dev/null`;

/** A script that completes commands and options without running Glovebox: the words are written into it. */
export function completionScript(
  shell: (typeof SHELLS)[number],
  commands: readonly Command[],
): string {
  return { bash, zsh, fish }[shell](commands);
}

function bash(commands: readonly Command[]): string {
  const names = commands.map((command) => command.name).join(" ");
  const cases = commands.map(
    (command) =>
      `    ${command.name}) options="${optionsOf(command).join(" ")}"${command.takesPlugins ? " plugins=1" : ""}${takesFiles(command) ? " files=1" : ""}${verbsOf(command) ? ` verbs="${verbsOf(command)}"` : ""} ;;`,
  );
  const values = commands.flatMap(({ name, options }) =>
    Object.entries(options).flatMap(([option, row]) =>
      row.values
        ? [
            `    "${name} --${option}") mapfile -t COMPREPLY < <(compgen -W "${row.values.join(" ")}" -- "$word"); return ;;`,
          ]
        : [],
    ),
  );
  return `_glovebox() {
  local word="\${COMP_WORDS[COMP_CWORD]}" options="" plugins="" verbs="" files=""
  COMPREPLY=()
  if [ "$COMP_CWORD" = 1 ]; then mapfile -t COMPREPLY < <(compgen -W "${names}" -- "$word"); return; fi
  case "\${COMP_WORDS[1]}" in
    help) mapfile -t COMPREPLY < <(compgen -W "${names}" -- "$word"); return ;;
${cases.join("\n")}
  esac
  case "\${COMP_WORDS[1]} \${COMP_WORDS[COMP_CWORD-1]}" in
    "call call") mapfile -t COMPREPLY < <(compgen -W "$(${PLUGIN_NAMES} | sed 's/-/_/g; s/$/__/') report_pattern_debt" -- "$word")
      compopt -o nospace 2>/dev/null || true; return ;;
${values.join("\n")}
  esac
  case "$word" in
    -*) mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word") ;;
    *) if [ "$verbs" ] && [ "$COMP_CWORD" = 2 ]; then mapfile -t COMPREPLY < <(compgen -W "$verbs" -- "$word"); return; fi
      if [ "$plugins" ]; then mapfile -t COMPREPLY < <(compgen -W "$(${PLUGIN_NAMES})" -- "$word"); fi
      if [ "\${#COMPREPLY[@]}" -gt 0 ] || { [ "$plugins" ] && [ "$COMP_CWORD" = 2 ]; }; then return; fi
      if [ "$files" ] || [[ "\${COMP_WORDS[COMP_CWORD-1]}" = -* ]]; then mapfile -t COMPREPLY < <(compgen -f -- "$word"); fi ;;
  esac
}
complete -o filenames -F _glovebox glovebox
`;
}

function zsh(commands: readonly Command[]): string {
  const described = commands
    .map((command) => `'${command.name}:${plain(command.summary)}'`)
    .join(" ");
  const cases = commands.map((command) => {
    const options = optionsOf(command).map((option) => `'${option}'`);
    const files = takesFiles(command) ? "'*:file:_files'" : "";
    const words = command.takesPlugins ? "'*:plugin:_glovebox_plugins'" : files;
    return `    ${command.name}) _arguments ${options.join(" ")} ${words} ;;`;
  });
  return `#compdef glovebox
_glovebox_plugins() {
  local -a names=(\${(f)"$(${PLUGIN_NAMES})"})
  compadd -a names; _files
}
_glovebox() {
  if (( CURRENT == 2 )); then
    local -a commands=(${described})
    _describe command commands; return
  fi
  case "$words[2]" in
${cases.join("\n")}
  esac
}
compdef _glovebox glovebox
`;
}

function fish(commands: readonly Command[]): string {
  const lines = commands.flatMap((command) => [
    `complete -c glovebox -n __fish_use_subcommand -a ${command.name} -d '${plain(command.summary)}'`,
    ...optionsOf(command).map(
      (option) =>
        `complete -c glovebox -n '__fish_seen_subcommand_from ${command.name}' -l ${option.slice(2)}`,
    ),
    ...(takesFiles(command)
      ? []
      : [`complete -c glovebox -n '__fish_seen_subcommand_from ${command.name}' -f`]),
    ...(command.takesPlugins
      ? [
          `complete -c glovebox -n '__fish_seen_subcommand_from ${command.name}' -a '(${PLUGIN_NAMES.replaceAll("\\", "\\\\").replaceAll("'", "\\'")})'`,
        ]
      : []),
  ]);
  return `${lines.join("\n")}\n`;
}

/** The words with which the ways to use a command begin: `list | remove NAME`. */
function verbsOf({ usage }: Command): string {
  const words = usage.split("|").map((way) => way.trim().split(" ")[0] ?? "");
  return words.filter((word) => /^[a-z]+$/.test(word)).join(" ");
}

/** Whether a word of its own may be a file's name; the value of an option always may. */
function takesFiles({ usage }: Command): boolean {
  return /\b(FILE|SOURCE|DIR|PUBKEY|WHAT)\b/.test(usage.replaceAll(/--[a-z-]+ [A-Z]+/g, ""));
}

function optionsOf(command: Command): string[] {
  return Object.keys({ ...command.options, ...COMMON_OPTIONS }).map((name) => `--${name}`);
}

/** Without what a shell or its completion would read as its own. */
function plain(text: string): string {
  return text.replaceAll(/['":\\$`]/g, "");
}
