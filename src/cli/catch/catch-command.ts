import { Command, Option } from "commander";
import type { CommandHost } from "../command-host.ts";
import type { CatchFlags } from "./catch-flags.ts";

/** `envoi catch`: its flags and its help. */
export function catchCommand(host: CommandHost): Command {
  const command = new Command("catch")
    .summary("catch mail, and look at it in a browser")
    .description(
      "Catches all mail that is sent to it and shows it on a web page and through the API of mailpit, until you stop " +
        "it with Ctrl-C. Nothing is delivered.",
    )
    .usage("[flags]");
  for (const [heading, flags] of groups) for (const flag of flags) command.addOption(flag.helpGroup(heading));
  return command
    .addHelpText("after", examples)
    .action(async (flags: CatchFlags) => (await import("./run-catch.ts")).runCatch(flags, host));
}

function flag(name: string, description: string): Option {
  return new Option(name, description);
}

/** A flag that may be repeated, or have several values between commas. */
function several(name: string, description: string): Option {
  return flag(name, `${description}; may be repeated`).argParser((value: string, before: unknown) => [
    ...((before as string[] | undefined) ?? []),
    ...value.split(",").map((each) => each.trim()),
  ]);
}

const groups: readonly (readonly [string, readonly Option[]])[] = [
  [
    "Addresses:",
    [
      flag("--smtp <host:port>", "the address to listen on for mail; port 0 uses any free port").default(
        "127.0.0.1:1025",
      ),
      flag("--http <host:port>", "the address of the page and the API").default("127.0.0.1:8025"),
      flag("--json", "print the addresses as one line of JSON once it listens"),
    ],
  ],
  [
    "Mail server:",
    [
      flag("--tls [mode]", "encrypt: starttls or implicit (from the first byte); --tls alone is starttls"),
      flag(
        "--cert <file>",
        "a PEM file with the certificate for --tls; by default a new authority issues one",
      ),
      flag("--key <file>", "the private key of the certificate"),
      flag(
        "--users <file>",
        'who may log in: a JSON file such as {"user": "password"}; the word any lets everybody log in',
      ),
      flag("--zone <file>", "verify SPF, DKIM and DMARC with the DNS records in this JSON file"),
      flag("--client-ip <ip>", "the IP address that clients appear to have when their mail is verified"),
      flag("--fail <file>", "fail on purpose: a JSON file with faults of TestServer"),
    ],
  ],
  [
    "Mails:",
    [
      flag("--keep <folder>", "keep mails as files in this folder, and load them at the next start"),
      flag("--max <number>", "the most mails to keep; the oldest are deleted first").default("500"),
      flag("--max-bytes <number>", "the most bytes of mail to keep; 268435456 by default"),
      flag(
        "--relay <url>",
        "the server to release mails to: smtp://user@host; ENVOI_RELAY contains its password, or the whole URL",
      ),
      several("--relay-to <address>", "release only to this address, or to a domain such as @example.org"),
      flag("--webhook <url>", "post each mail to this URL as JSON; ENVOI_WEBHOOK can contain it"),
      flag("--link-check", "let the page check links; the catcher then connects to the hosts in mails"),
    ],
  ],
  [
    "Who may look:",
    [
      several(
        "--host <name>",
        "a host name under which browsers can open the page, besides IP addresses and localhost",
      ),
      several(
        "--allow-origin <origin>",
        "the origin of another page that may use the API, such as https://app.example",
      ),
      flag(
        "--auth <user:file>",
        "require a login; the file contains the password; user:env:NAME takes it from a variable",
      ),
      flag("--public", "listen to other machines without --auth: everybody can read all mails"),
    ],
  ],
];

const examples = `
Examples:
  envoi catch
  envoi catch --smtp 127.0.0.1:0 --http 127.0.0.1:0 --json
  envoi catch --keep ./mails --max 1000
  ENVOI_RELAY=smtps://me:secret@relay.example envoi catch --relay-to @example.org

Exit status: 0 it was stopped; 64 wrong usage; 66 a file cannot be read; 71 it cannot listen, for example because a port
is in use; 73 the folder of --keep cannot be used; 78 a file has a mistake in it.
`;
