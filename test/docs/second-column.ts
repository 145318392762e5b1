import type { Snippet } from "./snippet.ts";

/**
 * What a guide to those who come from elsewhere says that things are called here, as modules that compile: the code in
 * the second column of its tables, one module a row.
 */
export function secondColumnOf(path: string, text: string): Snippet[] {
  return text.split("\n").flatMap((line, index) => {
    const [, , cell] = line.split(/(?<!\\)\|/);
    if (cell === undefined || /^-*$/.test(cell.trim())) return [];
    const statements = [...cell.matchAll(/`([^`]+)`/g)].flatMap(([, span = ""]) => statementOf(span));
    return statements.length === 0
      ? []
      : [{ path, line: index + 1, code: `${preamble} ${statements.join(" ")}\n` }];
  });
}

/** The one line in which a span of code stands as a reader would write it. */
function statementOf(span: string): string[] {
  // Words of others, and of HTML.
  if (["{ name, address }", "cid:", "await using"].includes(span) || span.startsWith("<")) return [];
  const code = span.replace(/\{ \.\.\. \}|(?<==> )\.\.\./g, "anything");
  if (code.startsWith(".")) return [`builder${code};`];
  if (/^(await )?[a-z]\w*\(/.test(code)) return [code.replace(/(?=\b\w+\()/, "transport.").concat(";")];
  if (/^"/.test(code)) return [`${code} satisfies ErrorKind | Delivery;`];
  if (/^[a-z]\w*$/.test(code)) return [`"${code}" satisfies keyof MessageFields | keyof SmtpTransport;`];
  if (/^[A-Z]\w*$/.test(code)) return [`{ type Named = ${code}; }`];
  if (/^\w+: /.test(code)) return [`({ ${code} }) satisfies MessageFields | SendOptions;`];
  return [`${code};`];
}

/** What the tables speak of: the things of ours by their types, and the reader's values, which may be any. */
const preamble = [
  `import { ${[
    ...[
      "Attachment",
      "Credentials",
      "type Delivery",
      "DkimSigner",
      "Envelope",
      "type ErrorKind",
      "FileTransport",
    ],
    ...[
      "LmtpTransport",
      "Mailbox",
      "Mechanism",
      "type Message",
      "type MessageFields",
      "MultiPart",
      "RawTransport",
    ],
    ...[
      "type Reply",
      "type SendOptions",
      "type SendReport",
      "SendmailTransport",
      "SinglePart",
      "type SmtpError",
    ],
    ...["SmtpTransport", "type SmtpTransportBuilder", "StubTransport", "Tls", "TlsParameters"],
  ].join(", ")} } from "envoi";`,
  "declare const builder: SmtpTransportBuilder, transport: SmtpTransport, message: Message, report: SendReport;",
  "declare const error: SmtpError & { readonly reply: Reply }, envelope: Envelope;",
  ...[
    ...[
      "anything",
      "address",
      "args",
      "bytes",
      "ca",
      "clientId",
      "clientSecret",
      "command",
      "connect",
      "content",
    ],
    ...[
      "createReadStream",
      "directory",
      "envid",
      "filename",
      "final",
      "greeting",
      "hook",
      "host",
      "ics",
      "idleTimeout",
    ],
    ...[
      "ip",
      "maxMessagesPerConnection",
      "maxSize",
      "method",
      "ms",
      "name",
      "notify",
      "orcpt",
      "pass",
      "path",
      "port",
    ],
    ...["rateDelta", "rateLimit", "refreshToken", "ret", "text", "token", "tokenUrl", "type", "url", "user"],
  ].map((name) => `declare const ${name}: any;`),
].join(" ");
