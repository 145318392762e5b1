import { Command } from "commander";
import { collected } from "../collected.ts";
import type { CommandHost } from "../command-host.ts";
import type { VerifyFlags } from "./verify-flags.ts";

/** `envoi verify`: its flags and its help. */
export function verifyCommand(host: CommandHost): Command {
  return new Command("verify")
    .summary("say who sent a mail (SPF, DKIM, DMARC, ARC), and what its sender should change")
    .description(
      "Verifies a message as its receivers do (SPF, DKIM, DMARC and ARC), gives the reasons, and says what its " +
        "sender should change.",
    )
    .argument("<file>", "the message (.eml), or - for standard input")
    .option("--ip <address>", "the IP address that the message came from; SPF cannot be checked without it")
    .option("--hello <name>", "the name that the client gave in EHLO")
    .option("--from <address>", 'the sender of the envelope (MAIL FROM); "<>" for none')
    .option(
      "--received [number]",
      "take these three values from the Received field with this number, counted from the top (default 1), and from " +
        "Return-Path. Trust only fields that your own server has written",
    )
    .option("--dns <server>", "a DNS server to ask instead of the system's; may be repeated", collected)
    .option("--zone <file>", "read DNS records from this JSON file instead of asking DNS servers")
    .option("--timeout <time>", "how long all DNS questions may take: 500ms, 30s, 2m", "20s")
    .option("--json", "print the verdicts as JSON")
    .addHelpText(
      "after",
      `
Examples:
  envoi verify mail.eml
  envoi verify mail.eml --ip 192.0.2.7 --hello mail.example.org --from ada@example.org
  envoi verify mail.eml --received                 a mail that your own server has received
  envoi verify - --json < mail.eml

Exit status: 0 nothing is wrong; 1 the sender should change something (an error or a warning);
64 wrong usage; 65 the file is not a mail; 66 a file cannot be read; 78 the file of --zone has a mistake in it.
`,
    )
    .action(async (file: string, flags: VerifyFlags) => {
      const { runVerify } = await import("./run-verify.ts");
      await runVerify(file, flags, host);
    });
}
