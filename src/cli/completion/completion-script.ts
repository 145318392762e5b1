import type { Command, Option } from "commander";
import type { Shell } from "./shell.ts";

/** A command, as a shell completes it. */
interface Completed {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly CompletedFlag[];
  /** The words that its first argument can be; files if there are none. */
  readonly words: readonly string[];
}

interface CompletedFlag {
  readonly long?: string | undefined;
  readonly short?: string | undefined;
  readonly description: string;
  /** Whether a value must follow. */
  readonly takesValue: boolean;
  readonly choices: readonly string[];
}

/** The script for a shell, made from the program itself, so that it knows every command and flag. */
export function completionScript(shell: Shell, program: Command): string {
  const commands = program.commands.filter((command) => command.name() !== "help").map(completed);
  const help = {
    name: "help",
    summary: "show the help of a command",
    flags: [],
    words: commands.map(({ name }) => name),
  };
  return scripts[shell]([...commands, help]);
}

function completed(command: Command): Completed {
  const options = command.createHelp().visibleOptions(command);
  return {
    name: command.name(),
    summary: command.summary() || command.description(),
    flags: options.map(completedFlag),
    words: command.registeredArguments[0]?.argChoices ?? [],
  };
}

function completedFlag({ long, short, description, required, argChoices = [] }: Option): CompletedFlag {
  return { long, short, description, takesValue: required, choices: argChoices };
}

const scripts: Readonly<Record<Shell, (commands: readonly Completed[]) => string>> = { bash, zsh, fish };

function bash(commands: readonly Completed[]): string {
  const cases = commands.map(({ name, flags, words }) => {
    const valued = namesOf(flags.filter(({ takesValue, choices }) => takesValue && choices.length === 0));
    const chosen = flags
      .filter(({ choices }) => choices.length > 0)
      .map((flag) => `      ${namesOf([flag]).join("|")}) values="${flag.choices.join(" ")}" ;;`);
    return `  ${name})
    flags="${namesOf(flags).join(" ")}"
    words="${words.join(" ")}"
    case "$previous" in
${[...chosen, ...(valued.length > 0 ? [`      ${valued.join("|")}) files=yes ;;`] : [])].join("\n") || "      '') ;;"}
    esac
    ;;`;
  });
  return `# The completion of envoi for bash: source <(envoi completion bash)
_envoi() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local flags="" words="" values="" files=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(" ")} --help" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
  esac
  if [ -n "$values" ]; then
    COMPREPLY=($(compgen -W "$values" -- "$current"))
  elif [ -z "$files" ] && [ "\${current:0:1}" = - ]; then
    COMPREPLY=($(compgen -W "$flags" -- "$current"))
  elif [ -z "$files" ] && [ -n "$words" ]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  else
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -F _envoi envoi
`;
}

function zsh(commands: readonly Completed[]): string {
  const listed = commands.map(({ name, summary }) => `    ${single(`${name}:${summary}`)}`);
  const cases = commands.map(({ name, flags, words }) => {
    const specifications = flags.map((flag) => `        ${zshFlag(flag)}`);
    const rest = words.length > 0 ? `'1:word:(${words.join(" ")})'` : "'*:file:_files'";
    return `    ${name})\n      _arguments \\\n${[...specifications, `        ${rest}`].join(" \\\n")}\n      ;;`;
  });
  return `#compdef envoi
# The completion of envoi for zsh: envoi completion zsh > "\${fpath[1]}/_envoi"
_envoi() {
  local -a commands
  commands=(
${listed.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command="$words[2]"
  shift words
  (( CURRENT-- ))
  case "$command" in
${cases.join("\n")}
  esac
}
if [ "$funcstack[1]" = "_envoi" ]; then _envoi "$@"; else compdef _envoi envoi; fi
`;
}

function zshFlag(flag: CompletedFlag): string {
  const description = flag.description.replace(/[[\]:\\]/g, "\\$&");
  const value =
    flag.choices.length > 0 ? `:value:(${flag.choices.join(" ")})` : flag.takesValue ? ":value:_files" : "";
  // A flag may be given more than once.
  return namesOf([flag])
    .map((name) => single(`*${name}[${description}]${value}`))
    .join(" ");
}

function fish(commands: readonly Completed[]): string {
  const lines = [
    "# The completion of envoi for fish: envoi completion fish > ~/.config/fish/completions/envoi.fish",
  ];
  for (const { name, summary } of commands)
    lines.push(`complete -c envoi -f -n __fish_use_subcommand -a ${name} -d ${fishText(summary)}`);
  for (const { name, flags, words } of commands) {
    const when = `-n '__fish_seen_subcommand_from ${name}'`;
    if (words.length > 0) lines.push(`complete -c envoi -f ${when} -a ${fishText(words.join(" "))}`);
    for (const { long, short, description, takesValue, choices } of flags)
      lines.push(
        [
          `complete -c envoi ${when}`,
          ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
          ...(long === undefined ? [] : [`-l ${long.slice(2)}`]),
          ...(choices.length > 0 ? [`-x -a ${fishText(choices.join(" "))}`] : takesValue ? ["-r"] : []),
          `-d ${fishText(description)}`,
        ].join(" "),
      );
  }
  return `${lines.join("\n")}\n`;
}

function namesOf(flags: readonly CompletedFlag[]): string[] {
  return flags.flatMap(({ short, long }) => [short, long].filter((name) => name !== undefined));
}

/** A text in single quotes, for bash and zsh. */
function single(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function fishText(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
