import { Argument, Command, Option } from "commander";
import { mailStates } from "../../outbox/outbox-mail.ts";
import { suppressionReasons } from "../../outbox/suppressions/suppression.ts";
import type { CommandHost } from "../command-host.ts";
import { type OutboxAction, type OutboxFlags, outboxActions } from "./outbox-flags.ts";

/** `envoi outbox`: its flags and its help. */
export function outboxCommand(host: CommandHost): Command {
  return new Command("outbox")
    .summary("look at an outbox, and change what happens to its mails")
    .description("Shows an outbox in PostgreSQL or in a folder, and changes what happens to its mails.")
    .usage("<action> [arguments] [flags]")
    .addArgument(new Argument("<action>", "what to do").choices(outboxActions))
    .argument("[arguments...]", "what the action needs: see below")
    .option("--database <url>", "postgres://host/name, without a password; ENVOI_DATABASE can contain one")
    .option("--folder <folder>", "the folder of PGlite, while no other process uses it")
    .option("--schema <name>", "the schema of its tables", "envoi")
    .addOption(new Option("--state <state>", "for list: mails in this state").choices(mailStates))
    .option("--tenant <tenant>", "for list: mails of this tenant; for suppressions: those of this tenant")
    .option("--tag <tag>", "for list: mails with this tag")
    .option("--key <key>", "for list: the mail with this key")
    .option("--to <address>", "for list: mails to this address; for resend: only to this recipient")
    .option("--limit <number>", "for list: the most mails to show; 100 by default, 0 for all")
    .addOption(new Option("--reason <reason>", "for suppressions: the reason").choices(suppressionReasons))
    .option(
      "--days <number>",
      "for suppressions add and import: the number of days; by default they do not expire",
    )
    .option("--json", "print JSON: one object, or one on each line")
    .addHelpText(
      "after",
      `
Actions:
  status                             how many mails are in which state, how long they wait, which workers run
  list                               mails, oldest first
  show <id>                          one mail, with all attempts to send it
  resend <id>                        send a mail again whose sending has ended or is unknown
  settle <id> <sent|not-sent>        record the outcome of a mail that is unknown
  cancel <id>                        cancel a mail that is waiting
  suppressions                       the addresses that get no mail
  suppressions add <address>...      send no more mail to addresses, or to a domain such as @example.org
  suppressions remove <address>...   allow mail to them again
  suppressions import <file>         add those in a file, or in standard input (-): an address on each line, or JSON as
                                     "suppressions --json" prints it

Examples:
  envoi outbox status
  envoi outbox list --state unknown
  envoi outbox settle 4711 sent
  envoi outbox suppressions --json > suppressed.jsonl

Exit status: 0 done; 1 the state of the mail does not allow it, or the address was not there; 64 wrong usage;
65 an address in the file is not valid; 66 no such mail, or the file cannot be read; 69 the database cannot be reached.
`,
    )
    .action(async (action: OutboxAction, args: string[], flags: OutboxFlags) => {
      const { runOutbox } = await import("./run-outbox.ts");
      await runOutbox(action, args, flags, host);
    });
}
