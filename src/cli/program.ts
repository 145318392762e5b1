import process from "node:process";
import { Command, CommanderError } from "commander";
import { EnvoiError } from "../errors.ts";
import { catchCommand } from "./catch/catch-command.ts";
import { checkCommand } from "./check/check-command.ts";
import type { CommandFactory, CommandHost } from "./command-host.ts";
import { completionCommand } from "./completion/completion-command.ts";
import { CommandError, ExitStatus } from "./exit-status.ts";
import { masked } from "./masked.ts";
import { outboxCommand } from "./outbox/outbox-command.ts";
import { sendCommand } from "./send/send-command.ts";
import { hasColours, type Terminal, widthOf } from "./terminal.ts";
import { usageError } from "./usage-error.ts";
import { verifyCommand } from "./verify/verify-command.ts";
import { ownVersion } from "./version.ts";

/** The commands, in the order in which the help lists them. */
const commands: readonly CommandFactory[] = [
  sendCommand,
  catchCommand,
  checkCommand,
  verifyCommand,
  outboxCommand,
  completionCommand,
];

/**
 * Runs the command line.
 *
 * @param args what follows the name of the program
 * @returns the exit status, when the command has ended
 */
export async function runProgram(
  args: readonly string[],
  terminal: Terminal,
  factories: readonly CommandFactory[] = commands,
): Promise<ExitStatus> {
  let status: ExitStatus = ExitStatus.ok;
  const host: CommandHost = {
    terminal,
    finish: (finished) => {
      status = finished;
    },
  };
  try {
    await programFor(host, factories).parseAsync([...args], { from: "user" });
    return status;
  } catch (error) {
    return statusOf(error, terminal);
  }
}

/** The program with these commands. */
export function programFor(host: CommandHost, factories: readonly CommandFactory[]): Command {
  const { terminal } = host;
  const program = new Command("envoi")
    .description("Send mail, see mail, and find out why it does not arrive.")
    .helpCommand("help [command]", "show the help of a command")
    .option("-V, --version", "print the version")
    .on("option:version", () => {
      terminal.output.write(`${ownVersion()}\n`);
      throw new CommanderError(0, "commander.version", ownVersion());
    });
  for (const factory of factories) program.addCommand(factory(host));
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .helpOption("-h, --help", "show this help")
      .showHelpAfterError(`(envoi ${command === program ? "" : `${command.name()} `}--help shows all flags)`)
      .configureOutput({
        writeOut: (text) => terminal.output.write(text),
        writeErr: (text) => terminal.errors.write(text),
        outputError: (text, write) => write(usageError(text)),
        getOutHelpWidth: () => widthOf(terminal.output, terminal.environment),
        getErrHelpWidth: () => widthOf(terminal.errors, terminal.environment),
        getOutHasColors: () => hasColours(terminal.output, terminal.environment),
        getErrHasColors: () => hasColours(terminal.errors, terminal.environment),
      });
  }
  return program;
}

/** Tells a person of an error, and gives the exit status for it. */
function statusOf(error: unknown, { errors, environment }: Terminal): ExitStatus {
  // commander has written its message.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitStatus.ok : ExitStatus.usage;
  const message = error instanceof Error ? error.message : String(error);
  errors.write(`envoi: ${masked(message)}\n`);
  if (error instanceof CommandError) return error.status;
  // Names of hosts and addresses come from flags, as settings do; those of mails have been reported before.
  if (EnvoiError.is(error))
    return error.kind === "configuration" || error.kind === "address"
      ? ExitStatus.usage
      : ExitStatus.unavailable;
  if (environment["ENVOI_DEBUG"] !== undefined && error instanceof Error)
    errors.write(`${masked(String(error.stack))}\n`);
  return ExitStatus.software;
}

/** The streams and the environment of this process. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr, env } = process;
  return { input: stdin, output: stdout, errors: stderr, environment: env };
}
