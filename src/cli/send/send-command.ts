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
        "the server: smtp://host, smtps://host, lmtp://host, smtp+unix:///path, or host:port. By default what " +
          "ENVOI_RELAY or SMTP_URL in the environment names, else smtp://localhost",
      ),
      flag("--tls [mode]", "none, opportunistic, required (STARTTLS) or wrapper; --tls alone is required"),
      flag("--ca <file>", "a PEM file with certificates to trust too"),
      flag("--tls-name <name>", "the name that the certificate must have, if it is not the host"),
      repeated("--pin <pin>", "the SHA-256 of the certificate, or sha256/ and that of its key in base64"),
      flag("--cert <file>", "a PEM file with the certificate to show to the server"),
      flag("--cert-key <file>", "its private key"),
      flag("--insecure", "accept any certificate: for test servers only"),
      flag(
        "--user <name>",
        "log in; the password comes from ENVOI_PASSWORD, from the URL in ENVOI_RELAY, or is asked for",
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
      repeated("--to <address>", "a recipient, several with commas between them, or @file with one a line"),
      repeated("--cc <address>", "a recipient of a copy"),
      repeated("--bcc <address>", "a recipient of a blind copy"),
      repeated("--reply-to <address>", "where answers go"),
      flag("--subject <text>", "the subject"),
      flag("--text <text>", "the text: itself, @file, or - for standard input"),
      flag("--html <html>", "the HTML: itself, @file, or - for standard input"),
      repeated("--attach <file>", "attach a file, or - for standard input; ;name= and ;type= may follow it"),
      repeated("--inline <file>", "an image for the HTML, which names it cid:file; ;cid= may follow it"),
      repeated("--header <field>", 'another header field, as "Name: value"'),
      flag("--eml <file>", "send this message as it is, or - for standard input"),
      flag("--envelope-from <address>", 'the sender of the envelope, if it is not --from; "<>" for none'),
      repeated("--envelope-to <address>", "the recipients of the envelope, if they are not those above"),
      flag("--dkim <settings>", "sign: domain=example.org,selector=s1,key=file.pem"),
      flag("--require-tls", "ask every server on the way for TLS (REQUIRETLS)"),
      flag("--dsn <when>", "ask for notifications: success,failure,delay or never"),
      flag("--dsn-return <part>", "what a notification contains: full or headers"),
      flag("--dsn-id <id>", "how notifications name this mail (ENVID)"),
    ],
  ],
  [
    "Many mails:",
    [
      flag(
        "--data <file>",
        "one mail for each row of this .csv, .tsv or .jsonl file, or - for standard input; the flags " +
          "above may then contain {{column}}",
      ),
      flag("--delimiter <character>", "between the columns of CSV; found in the first line by default"),
      flag("--rate <rate>", "at most so many mails in a time: 50/s, 1000/m, 20000/h"),
      flag(
        "--resume <file>",
        "keep what became of each row in this file, and go on from there when run again",
      ),
      flag("--key <column>", "the column that identifies a row; by default its line does"),
      flag(
        "--unknown <what>",
        "what to do with mails of which an earlier run does not know whether they went: hold or again",
      ).default("hold"),
      flag("--accept-changes", "go on although the data has changed; needs --key"),
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
66 a certificate or key cannot be read, 78 it cannot be used; 73 the file of --resume cannot be written.
`;
