import { Command } from "commander";
import type { CommandHost } from "../program.ts";

/** The flags of `envoi check`. */
export interface CheckFlags {
  readonly json?: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly hello?: string;
  readonly selector: readonly string[];
  readonly ca: readonly string[];
  readonly dns: readonly string[];
  readonly zone?: string;
  readonly timeout: string;
  readonly connect: boolean;
}

/** `envoi check`: its flags and its help. */
export function checkCommand(host: CommandHost): Command {
  return new Command("check")
    .summary("find out why mail does not go to a server or a domain")
    .description(
      "Connect as a mail client would, and say what must be changed, the worst first. No mail is sent. " +
        "The exit status is 0 if nothing was found, 1 if something was.",
    )
    .argument("[target]", "a URL such as smtps://user@mail.example.org, or a domain; default: ENVOI_RELAY")
    .option("--json", "print the report as JSON")
    .option("--from <address>", "the sender to try in MAIL FROM")
    .option("--to <address>", "the recipient to try in RCPT TO; no content is sent")
    .option("--hello <name>", "the name to give in EHLO")
    .option("--selector <name>", "a DKIM selector to look up; may be repeated", collect, [])
    .option("--ca <file>", "certificates to trust besides those of Node.js, in PEM; may be repeated", collect, [])
    .option("--dns <server>", "a DNS server to ask instead of the system's; may be repeated", collect, [])
    .option("--zone <file>", "take DNS from a file (JSON) instead of asking")
    .option("--timeout <seconds>", "how long each step may take", "10")
    .option("--no-connect", "of a domain, look only at DNS")
    .addHelpText(
      "after",
      `
The password of the user in the URL comes from ENVOI_PASSWORD, or is asked for.

Examples:
  envoi check example.org --selector mail
  envoi check smtps://shop@mail.example.org
  envoi check "smtp://mail.example.org?tls=required" --from shop@example.org --to ada@example.net
  envoi check smtp://localhost:1025 --json
`,
    )
    .action(async (target: string | undefined, flags: CheckFlags) => {
      const { runCheck } = await import("./run-check.ts");
      await runCheck(target, flags, host);
    });
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
