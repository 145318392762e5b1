import type { Address } from "../../address/address.ts";
import { closesConnection } from "../closing-reply.ts";
import { formatCommand } from "../command.ts";
import type { Dialect } from "../dialect.ts";
import { command, type Dialogue, heard, read, toRead, write } from "../dialogue.ts";
import { Failure } from "../failure.ts";
import type { RcptParameters } from "../parameters/parameters.ts";
import type { Reply } from "../reply.ts";
import { completion } from "./completion.ts";
import { connectionGivenUp } from "./connection-given-up.ts";
import { type Follow, goesByChunks, sayContent } from "./content.ts";
import { Ledger, type TransactionOutcome } from "./ledger.ts";
import type { MailTransaction } from "./mail-transaction.ts";

/** How a transaction is sent. */
export interface TransactionManner {
  /**
   * Whether MAIL, RCPT and DATA are sent together (RFC 2920), as "lone" in docs/architecture.md; otherwise "stepwise".
   */
  readonly pipelining: boolean;
  /** Whether RSET precedes MAIL, because the server may still have an open transaction. */
  readonly reset: boolean;
  /** SMTP by default. */
  readonly dialect?: Dialect | undefined;
  /** Whether the envelope was already sent, together with the content of the mail before. */
  readonly said?: boolean;
  /** Makes what is sent together with the content if that is one write: the envelope of the next mail, or nothing. */
  readonly follow?: Follow;
}

/** Sends one mail (RFC 5321 3.3) and decides the outcome of every recipient, whatever happens. */
export function* transaction(
  mail: MailTransaction,
  manner: TransactionManner,
  ledger: Ledger = new Ledger(mail, manner.dialect),
): Dialogue<TransactionOutcome> {
  // What follows the content of another mail uses a connection that has carried a mail.
  if (manner.said) ledger.used = true;
  try {
    yield* manner.pipelining
      ? envelopeTogether(mail, manner, ledger)
      : envelopeStepwise(mail, manner.reset, ledger);
    if (mail.partial === false && ledger.anyRefused) yield* takeBack(ledger);
    else yield* contentBehind(mail, manner, ledger);
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    ledger.interrupted = failure;
  }
  return ledger.close();
}

/** The commands of a mail that are one write: MAIL, RCPT, and DATA unless it must wait for their replies. */
export function envelopeFlight(mail: MailTransaction): string {
  const flight = mailAndRecipients(mail);
  return asksAtOnce(mail) ? `${flight}DATA\r\n` : flight;
}

/** MAIL and RCPT of a mail. */
export function mailAndRecipients(mail: MailTransaction): string {
  const { envelope, parameters } = mail;
  let flight = formatCommand({ verb: "MAIL", from: envelope.from, parameters });
  for (const to of envelope.to) flight += rcpt(mail, to);
  return flight;
}

function rcpt({ recipientParameters }: MailTransaction, to: Address): string {
  return formatCommand({ verb: "RCPT", to, parameters: recipientParameters?.(to) ?? none });
}

const none: RcptParameters = {};

function asksAtOnce(mail: MailTransaction): boolean {
  return mail.partial !== false && !goesByChunks(mail);
}

/** Lone: one write, and every reply is read before anything is decided. */
function* envelopeTogether(
  mail: MailTransaction,
  { reset, said }: TransactionManner,
  ledger: Ledger,
): Dialogue<void> {
  if (!said) yield { write: `${reset ? "RSET\r\n" : ""}${envelopeFlight(mail)}`, phase: "mail" };
  if (reset) cleared(yield* read("reset"));
  ledger.mailReply = completion(heard(yield toRead("mail")), "mail");
  for (let i = 0; i < mail.envelope.to.length; i++)
    ledger.rcptReplies.push(completion(heard(yield toRead("rcpt")), "rcpt"));
  if (asksAtOnce(mail)) ledger.dataReply = heard(yield toRead("data"));
}

/** Stepwise: one command at a time, and none that a refusal has made pointless. */
function* envelopeStepwise(mail: MailTransaction, reset: boolean, ledger: Ledger): Dialogue<void> {
  const { envelope, parameters } = mail;
  if (reset) cleared(yield* command({ verb: "RSET" }, "reset"));
  ledger.mailReply = completion(
    yield* command({ verb: "MAIL", from: envelope.from, parameters }, "mail"),
    "mail",
  );
  if (!ledger.mailReply.positive) return;
  for (const to of envelope.to) {
    yield* write(rcpt(mail, to), "rcpt");
    const reply = completion(yield* read("rcpt"), "rcpt");
    ledger.rcptReplies.push(reply);
    if (mail.partial === false && !reply.positive) return;
  }
}

/** If RSET is refused, the state of the server is unknown after it, so nothing of this mail counts. */
export function cleared(reply: Reply): void {
  if (reply.positive) return;
  if (closesConnection(reply)) throw connectionGivenUp("reset", reply);
  const message = `the server does not obey RSET: ${reply}`;
  throw new Failure({ kind: "protocol", phase: "reset", message, reply });
}

/** One recipient was refused, so the mail goes to nobody. The reply to RSET does not change that. */
function* takeBack(ledger: Ledger): Dialogue<void> {
  if (ledger.left) return;
  try {
    const reply = yield* command({ verb: "RSET" }, "reset");
    if (!closesConnection(reply)) return;
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
  }
  ledger.spoilt = true;
}

function* contentBehind(
  mail: MailTransaction,
  { dialect, follow }: TransactionManner,
  ledger: Ledger,
): Dialogue<void> {
  if (goesByChunks(mail)) {
    // After its 421 or 521, only a 354 would show that the server continues.
    if (ledger.anyAccepted && !ledger.left) yield* sayContent(mail, follow, ledger);
    return;
  }
  if (ledger.dataReply === undefined && ledger.anyAccepted)
    ledger.dataReply = yield* command({ verb: "DATA" }, "data");
  if (ledger.dataReply?.code !== 354) return;
  if (ledger.anyAccepted) yield* sayContent(mail, ledger.left ? undefined : follow, ledger);
  // In LMTP, content for nobody has no reply; and a dot after an accepted recipient would be an empty mail.
  else if (dialect === "lmtp" || ledger.rcptReplies.some(({ positive }) => positive)) ledger.spoilt = true;
  else yield* loneDot();
}

/** No recipient is left, but the server waits for content: a lone dot is the least that ends it. */
function* loneDot(): Dialogue<void> {
  yield* write(".\r\n", "content");
  yield* read("final");
}
