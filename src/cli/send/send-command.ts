import { Command, Option } from "commander";
import { collected } from "../collected.ts";
import type { CommandHost } from "../command-host.ts";
import type { SendFlags } from "./send-flags.ts";

/** `envoi send`: its flags and its help. */
export function sendCommand(host: CommandHost): Command {
  const command = new Command("send")
    .summary("send one mail, or one for each row of a file")
    .description(
      "Sends one mail, or one for each row of a CSV or JSONL file. Without subject and content it sends a test mail.",
    )
    .usage("--relay <url> --from <address> --to <address> [flags]");
  for (const [heading, flags] of groups) for (const flag of flags) command.addOption(flag.helpGroup(heading));
  return command
    .addHelpText("after", examples)
    .action(async (flags: SendFlags) => (await import("./run-send.ts")).runSend(flags, host));
}

function flag(name: string, description: string): Option {
  return new Option(name, description);
}

/** A flag that may be repeated. */
function repeated(name: string, description: string): Option {
  return flag(name, `${description}; may be repeated`).argParser(collected);
}

const groups: readonly (readonly [string, readonly Option[]])[] = [
  [
    "Relay:",
    [
      flag(
        "--relay <url>",
        "the server: smtp://host, smtps://host, lmtp://host, smtp+unix:///path, or host:port. The default is " +
          "ENVOI_RELAY or SMTP_URL from the environment, or else smtp://localhost",
      ),
      flag("--tls [mode]", "none, opportunistic, required (STARTTLS) or wrapper; --tls alone is required"),
      flag("--ca <file>", "a PEM file with certificates to trust too"),
      flag("--tls-name <name>", "the name that the certificate must have, if it is not the host"),
      repeated("--pin <pin>", "the SHA-256 of the certificate, or sha256/ and that of its key in base64"),
      flag("--cert <file>", "a PEM file with the client certificate"),
      flag("--cert-key <file>", "a PEM file with the private key of --cert"),
      flag("--insecure", "accept any certificate: for test servers only"),
      flag(
        "--user <name>",
        "the user to log in as; the password comes from ENVOI_PASSWORD, the URL in ENVOI_RELAY, or a prompt",
      ),
      flag("--mechanism <list>", "how to log in, such as PLAIN or CRAM-MD5,LOGIN; by default the strongest"),
      flag("--allow-plaintext-password", "send the password over a connection that others can read"),
      flag("--hello <name>", "the name in EHLO"),
      flag(
        "--proxy <url>",
        "connect through http://, https:// or socks5://; ENVOI_PROXY may contain a password",
      ),
      flag("--local-address <ip>", "the IP address of this machine to connect from"),
      flag("--timeout <time>", "how long each step may take: 500ms, 30s, 2m"),
      flag("--connections <number>", "the most connections at once; 5 by default"),
      flag("--pipelining <mode>", "off, auto or window; auto by default"),
    ],
  ],
  [
    "Message:",
    [
      flag("--from <address>", "the author and sender; ENVOI_FROM by default"),
      repeated(
        "--to <address>",
        "a recipient; several, with commas between them; or @file with an address on each line",
      ),
      repeated("--cc <address>", "a recipient of a copy"),
      repeated("--bcc <address>", "a recipient of a blind copy"),
      repeated("--reply-to <address>", "the address for replies"),
      flag("--subject <text>", "the subject"),
      flag("--text <text>", "the text; @file reads it from a file, - from standard input"),
      flag("--html <html>", "the HTML; @file reads it from a file, - from standard input"),
      repeated(
        "--attach <file>",
        "a file to attach, or - for standard input; ;name= and ;type= may follow the path",
      ),
      repeated("--inline <file>", "an image that the HTML shows as cid:file; ;cid= may follow the path"),
      repeated("--header <field>", 'another header field, as "Name: value"'),
      flag("--eml <file>", "send this stored message unchanged, without Bcc; - for standard input"),
      flag("--envelope-from <address>", 'the sender of the envelope, if it is not --from; "<>" for none'),
      repeated("--envelope-to <address>", "the recipients of the envelope, if they are not those above"),
      flag("--dkim <settings>", "sign: domain=example.org,selector=s1,key=file.pem"),
      flag("--require-tls", "require TLS from every server on the way (REQUIRETLS)"),
      flag(
        "--dsn <when>",
        "request delivery notifications: success, failure and delay, with commas between them, or never",
      ),
      flag("--dsn-return <part>", "what a notification returns: full (the whole mail) or headers"),
      flag("--dsn-id <id>", "the id of this mail in notifications (ENVID)"),
    ],
  ],
  [
    "Many mails:",
    [
      flag(
        "--data <file>",
        "send a mail for each row of this .csv, .tsv or .jsonl file, or - for standard input; the flags " +
          "above can then contain {{column}}",
      ),
      flag(
        "--delimiter <character>",
        "the character between columns of CSV; detected from the first line by default",
      ),
      flag("--rate <rate>", "the most mails in a given time: 50/s, 1000/m, 20000/h"),
      flag(
        "--resume <file>",
        "record the outcome of each row in this file, and continue from there when run again",
      ),
      flag("--key <column>", "the column that identifies a row; the default is the line number"),
      flag(
        "--unknown <what>",
        "what to do with mails whose outcome an earlier run does not know: hold them, or send them again",
      ).default("hold"),
      flag("--accept-changes", "continue although the data has changed; needs --key"),
    ],
  ],
  [
    "What happens and what is shown:",
    [
      flag("--dry-run", "print the message instead of sending it"),
      flag("--quit-after <step>", "stop after hello, auth or rcpt instead of sending"),
      flag("-v, --verbose", "show the conversation, with times and certificates; secrets are masked"),
      flag("--json", "print JSON: the report of a mail, or a line for each of many"),
      // Only to say where a password belongs.
      flag("--password [password]", "").hideHelp(),
    ],
  ],
];

const examples = `
Examples:
  envoi send --relay smtps://jane@mail.example.org --from jane@example.org --to joe@example.net \\
    --subject "Minutes" --text @minutes.txt --attach minutes.pdf
  envoi send --relay localhost:1025 --from a@example.org --to b@example.net        a test mail
  envoi send --relay mail.example.org:587 --from a@example.org --to b@example.net --eml mail.eml --verbose
  envoi send --from "News <news@example.org>" --to "{{name}} <{{email}}>" --subject "Hello {{name}}" \\
    --html @news.html --data readers.csv --rate 50/s --resume news.state --key email

Exit status: 0 accepted for every recipient; 64 wrong usage; 65 a message cannot be built, or a file of which it is made
cannot be read; otherwise 70 if the outcome of any is unknown, else 75 if any may pass later, else 69.
66 a file of --ca, --cert or --cert-key cannot be read, 78 it cannot be used; 73 the file of --resume cannot be written.
`;
