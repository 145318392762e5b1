import { Command } from "commander";
import { collected } from "../collected.ts";
import type { CommandHost } from "../command-host.ts";
import type { CheckFlags } from "./check-flags.ts";

/** `envoi check`: its flags and its help. */
export function checkCommand(host: CommandHost): Command {
  return new Command("check")
    .summary("find out why mail does not go to a server or a domain")
    .description(
      "Connects as a mail client does, and says what must be changed, the worst first. No mail is sent.",
    )
    .argument(
      "[target]",
      "a domain; or a server: smtps://user@host, smtp://host?tls=required or host:port. By default what ENVOI_RELAY or " +
        "SMTP_URL in the environment names",
    )
    .option(
      "--user <name>",
      "log in; the password comes from ENVOI_PASSWORD, from the URL in ENVOI_RELAY, or is asked for",
    )
    .option("--from <address>", "the sender to try in MAIL FROM")
    .option("--to <address>", "the recipient to try in RCPT TO; no content is sent")
    .option("--hello <name>", "the name to give in EHLO")
    .option("--selector <name>", "a DKIM selector to look up; may be repeated", collected)
    .option(
      "--ca <file>",
      "certificates to trust besides those of Node.js, in PEM; may be repeated",
      collected,
    )
    .option("--dns <server>", "a DNS server to ask instead of the system's; may be repeated", collected)
    .option("--zone <file>", "take DNS from a file (JSON) instead of asking")
    .option("--timeout <time>", "how long each step may take: 500ms, 30s, 2m", "10s")
    .option("--no-connect", "of a domain, look only at DNS")
    .option("--json", "print the report as JSON")
    .addHelpText(
      "after",
      `
Examples:
  envoi check example.org --selector mail
  envoi check smtps://shop@mail.example.org
  envoi check "smtp://mail.example.org?tls=required" --from shop@example.org --to ada@example.net
  envoi check smtp://localhost:1025 --json

Exit status: 0 nothing was found; 1 something was found; 64 wrong usage; 66 a file cannot be read, 78 it has a mistake
in it.
`,
    )
    .action(async (target: string | undefined, flags: CheckFlags) => {
      const { runCheck } = await import("./run-check.ts");
      await runCheck(target, flags, host);
    });
}
