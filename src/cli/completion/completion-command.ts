import { Argument, Command } from "commander";
import type { CommandHost } from "../command-host.ts";
import { type Shell, shells } from "./shell.ts";

/** `envoi completion`: its help. */
export function completionCommand({ terminal }: CommandHost): Command {
  const command = new Command("completion")
    .summary("print a script that lets your shell complete commands and flags")
    .description("Prints a script that lets your shell complete the commands and flags of envoi.")
    .addArgument(new Argument("<shell>", "your shell").choices(shells))
    .addHelpText(
      "after",
      `
Examples:
  source <(envoi completion bash)                                     now; or in ~/.bashrc for always
  envoi completion zsh > "\${fpath[1]}/_envoi"                         for zsh
  envoi completion fish > ~/.config/fish/completions/envoi.fish       for fish
`,
    );
  return command.action(async (shell: Shell) => {
    const { completionScript } = await import("./completion-script.ts");
    terminal.output.write(completionScript(shell, command.parent ?? command));
  });
}
