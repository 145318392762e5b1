import { Argument, Command, Option } from "commander";
import { mailStates } from "../../outbox/outbox-mail.ts";
import { suppressionReasons } from "../../outbox/suppressions/suppression.ts";
import type { CommandHost } from "../command-host.ts";
import { type OutboxAction, type OutboxFlags, outboxActions } from "./outbox-flags.ts";

/** `envoi outbox`: its flags and its help. */
export function outboxCommand(host: CommandHost): Command {
  return new Command("outbox")
    .summary("look at an outbox, and change what becomes of its mails")
    .description("Looks at an outbox in PostgreSQL or in a folder, and changes what becomes of its mails.")
    .usage("<action> [arguments] [flags]")
    .addArgument(new Argument("<action>", "what to do").choices(outboxActions))
    .argument("[arguments...]", "what the action needs: see below")
    .option("--database <url>", "postgres://host/name, without a password; ENVOI_DATABASE may have one")
    .option("--folder <folder>", "the folder of PGlite, while no other process uses it")
    .option("--schema <name>", "the schema of its tables", "envoi")
    .addOption(new Option("--state <state>", "of list: mails of this state").choices(mailStates))
    .option("--tenant <tenant>", "of list: mails of this tenant; of suppressions: those for this tenant")
    .option("--tag <tag>", "of list: mails with this tag")
    .option("--key <key>", "of list: the mail with this key")
    .option("--to <address>", "of list: mails to this address; of resend: only to this recipient")
    .option("--limit <number>", "of list: at most so many; 100 by default, 0 for all")
    .addOption(new Option("--reason <reason>", "of suppressions: why").choices(suppressionReasons))
    .option("--days <number>", "of suppressions add and import: for so many days instead of for good")
    .option("--json", "print JSON: an object, or one a line")
    .addHelpText(
      "after",
      `
Actions:
  status                             how many mails are in which state, how long they wait, who works
  list                               mails, oldest first
  show <id>                          one mail, with what was done to send it
  resend <id>                        send a mail again that has ended or is unknown
  settle <id> <sent|not-sent>        say what became of a mail that is unknown
  cancel <id>                        take back a mail that waits
  suppressions                       the addresses that get no mail
  suppressions add <address>...      let addresses, or a domain as @example.org, get no mail
  suppressions remove <address>...   let them get mail again
  suppressions import <file>         add those of a file, or of - for standard input: an address a line, or JSON as
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
