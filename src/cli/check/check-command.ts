import { Command } from "commander";
import { collected } from "../collected.ts";
import type { CommandHost } from "../command-host.ts";
import type { CheckFlags } from "./check-flags.ts";

/** `envoi check`: its flags and its help. */
export function checkCommand(host: CommandHost): Command {
  return new Command("check")
    .summary("find out why mail does not go to a server or a domain")
    .description(
      "Connects as a mail client does and says what you must change, worst first. No mail is sent.",
    )
    .argument(
      "[target]",
      "a domain; or a server: smtps://user@host, smtp://host?tls=required or host:port. The default is ENVOI_RELAY or " +
        "SMTP_URL from the environment",
    )
    .option(
      "--user <name>",
      "the user to log in as; the password comes from ENVOI_PASSWORD, the URL in ENVOI_RELAY, or a prompt",
    )
    .option("--from <address>", "the sender to try in MAIL FROM")
    .option("--to <address>", "the recipient to try in RCPT TO; no content is sent")
    .option("--hello <name>", "the name in EHLO")
    .option("--selector <name>", "a DKIM selector to check; may be repeated", collected)
    .option("--ca <file>", "a PEM file with certificates to trust too; may be repeated", collected)
    .option("--dns <server>", "a DNS server to ask instead of the system's; may be repeated", collected)
    .option("--zone <file>", "read DNS records from this JSON file instead of asking DNS servers")
    .option("--timeout <time>", "how long each step may take: 500ms, 30s, 2m", "10s")
    .option("--no-connect", "check only the DNS of a domain")
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
