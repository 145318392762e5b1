import type { Verb } from "../command.ts";
import type { Reply } from "../reply.ts";
import { atrn } from "./commands/atrn.ts";
import { auth } from "./commands/auth.ts";
import { bdat, bdatWithoutRecipients, refuseChunk } from "./commands/bdat.ts";
import { burl } from "./commands/burl.ts";
import { xclient, xforward } from "./commands/client-attributes.ts";
import type { CommandHandler } from "./commands/command-handler.ts";
import { chunked, data, dataWithoutRecipients } from "./commands/data.ts";
import { etrn } from "./commands/etrn.ts";
import { hello } from "./commands/hello.ts";
import { mail } from "./commands/mail.ts";
import { help, noop, quit, reset, verify } from "./commands/other-commands.ts";
import { rcpt } from "./commands/rcpt.ts";
import { helloFirst, mailFirst, nested, notImplemented } from "./commands/refusals.ts";
import { starttls } from "./commands/starttls.ts";
import type { ConversationState } from "./conversation-state.ts";

/**
 * A row of the table: the handler of a command in each state. A reply is a refusal; the argument of the command is then
 * not even read.
 */
export type CommandRow<V extends Verb> = Readonly<Record<ConversationState, CommandHandler<V> | Reply>>;

/** What the server does about each command in each state (RFC 5321 4.1.4). */
export const commandTable: { readonly [V in Verb]: CommandRow<V> } = {
  HELO: { fresh: hello, ready: hello, mail: hello, recipients: hello, chunks: hello },
  EHLO: { fresh: hello, ready: hello, mail: hello, recipients: hello, chunks: hello },
  LHLO: { fresh: hello, ready: hello, mail: hello, recipients: hello, chunks: hello },
  STARTTLS: { fresh: helloFirst, ready: starttls, mail: starttls, recipients: starttls, chunks: starttls },
  XCLIENT: { fresh: xclient, ready: xclient, mail: nested, recipients: nested, chunks: nested },
  XFORWARD: { fresh: helloFirst, ready: xforward, mail: nested, recipients: nested, chunks: nested },
  AUTH: { fresh: helloFirst, ready: auth, mail: nested, recipients: nested, chunks: nested },
  MAIL: { fresh: helloFirst, ready: mail, mail: nested, recipients: nested, chunks: nested },
  RCPT: { fresh: helloFirst, ready: mailFirst, mail: rcpt, recipients: rcpt, chunks: nested },
  DATA: {
    fresh: helloFirst,
    ready: mailFirst,
    mail: dataWithoutRecipients,
    recipients: data,
    chunks: chunked,
  },
  BDAT: {
    fresh: refuseChunk(helloFirst),
    ready: refuseChunk(mailFirst),
    mail: bdatWithoutRecipients,
    recipients: bdat,
    chunks: bdat,
  },
  BURL: {
    fresh: helloFirst,
    ready: mailFirst,
    mail: dataWithoutRecipients,
    recipients: burl,
    chunks: burl,
  },
  ETRN: { fresh: helloFirst, ready: etrn, mail: nested, recipients: nested, chunks: nested },
  ATRN: { fresh: helloFirst, ready: atrn, mail: nested, recipients: nested, chunks: nested },
  RSET: { fresh: reset, ready: reset, mail: reset, recipients: reset, chunks: reset },
  NOOP: { fresh: noop, ready: noop, mail: noop, recipients: noop, chunks: noop },
  HELP: { fresh: help, ready: help, mail: help, recipients: help, chunks: help },
  VRFY: { fresh: verify, ready: verify, mail: verify, recipients: verify, chunks: verify },
  EXPN: {
    fresh: notImplemented,
    ready: notImplemented,
    mail: notImplemented,
    recipients: notImplemented,
    chunks: notImplemented,
  },
  QUIT: { fresh: quit, ready: quit, mail: quit, recipients: quit, chunks: quit },
};

/** The verb of a command line, in any case, or `undefined` if the command is unknown. */
export function readVerb(line: string): Verb | undefined {
  const space = line.indexOf(" ");
  const word = space === -1 ? line : line.slice(0, space);
  return verbs.get(word) ?? verbs.get(word.toUpperCase());
}

const verbs: ReadonlyMap<string, Verb> = new Map(
  Object.keys(commandTable).map((verb) => [verb, verb as Verb]),
);
