import type { Address } from "../../address/address.ts";
import type { Envelope } from "../../address/envelope.ts";
import { type Command, formatCommand } from "../command.ts";
import { DataWriter, dataText } from "../data.ts";
import { command, type Dialogue, type Pieces, read, write } from "../dialogue.ts";
import { Failure } from "../failure.ts";
import type { WithOthers } from "../other-parameter.ts";
import type { MailParameters, RcptParameters } from "../parameters.ts";
import type { Phase } from "../phase.ts";
import type { Reply } from "../reply.ts";
import { isLeave, isNegative, Ledger, type TransactionOutcome } from "./ledger.ts";

/** One mail, ready for one transaction. */
export interface MailTransaction {
  readonly envelope: Envelope;
  readonly parameters: WithOthers<MailParameters>;
  /** The parameters of RCPT, where there are any. */
  readonly recipientParameters?: ((to: Address) => WithOthers<RcptParameters>) | undefined;
  /** The content as it is, before dots are doubled: ASCII text, octets, or octets in their own time. */
  readonly content: string | readonly Buffer[] | AsyncIterable<Buffer>;
  /** Called when the first octet of content is about to go out. */
  readonly contentStarts?: () => void;
}

/** How a transaction is said. */
export interface TransactionManner {
  /** MAIL, RCPT and DATA go out together (RFC 2920): row 1 of docs/architecture.md; one at a time is row 0. */
  readonly pipelining: boolean;
  /** RSET goes before MAIL: something may be left of the transaction before. */
  readonly reset: boolean;
  /** The envelope has gone out already, together with the content of the mail before. */
  readonly said?: boolean;
  /** What goes out together with the content, if it is one write: the envelope of the next mail, or nothing. */
  readonly follow?: (() => string) | undefined;
}

/** Hands over one mail (RFC 5321 3.3) and settles the outcome of every recipient, whatever happens. */
export function* transaction(
  mail: MailTransaction,
  manner: TransactionManner,
  ledger: Ledger = new Ledger(mail.envelope),
): Dialogue<TransactionOutcome> {
  try {
    yield* manner.pipelining
      ? envelopeTogether(mail, manner, ledger)
      : envelopeStepwise(mail, manner.reset, ledger);
    if (ledger.dataReply?.code === 354) yield* content(mail, manner.follow, ledger);
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    ledger.interrupted = failure;
  }
  return ledger.close();
}

/** MAIL, RCPT and DATA of a mail, to go out in one write. */
export function envelopeFlight(mail: MailTransaction): string {
  const { envelope, parameters } = mail;
  let flight = formatCommand({ verb: "MAIL", from: envelope.from, parameters });
  for (const to of envelope.to) flight += formatCommand(recipientCommand(mail, to));
  return `${flight}DATA\r\n`;
}

/** RCPT for one recipient of a mail. */
export function recipientCommand({ recipientParameters }: MailTransaction, to: Address): Command {
  return { verb: "RCPT", to, parameters: recipientParameters?.(to) ?? none };
}

const none: RcptParameters = {};

/** Row 1: one flight, and every reply read before anything is decided. */
function* envelopeTogether(
  mail: MailTransaction,
  { reset, said }: TransactionManner,
  ledger: Ledger,
): Dialogue<void> {
  if (!said) yield* write(`${reset ? "RSET\r\n" : ""}${envelopeFlight(mail)}`, "mail");
  if (reset) stillServed(yield* read("reset"));
  ledger.mailReply = completion(yield* read("mail"), "mail");
  for (let i = 0; i < mail.envelope.to.length; i++)
    ledger.rcptReplies.push(completion(yield* read("rcpt"), "rcpt"));
  ledger.dataReply = yield* read("data");
}

/** Row 0: one command at a time, and none that a refusal has made pointless. */
function* envelopeStepwise(mail: MailTransaction, reset: boolean, ledger: Ledger): Dialogue<void> {
  const { envelope, parameters } = mail;
  if (reset) stillServed(yield* command({ verb: "RSET" }, "reset"));
  ledger.mailReply = completion(
    yield* command({ verb: "MAIL", from: envelope.from, parameters }, "mail"),
    "mail",
  );
  if (!ledger.mailReply.positive) return;
  for (const to of envelope.to) {
    ledger.rcptReplies.push(completion(yield* command(recipientCommand(mail, to), "rcpt"), "rcpt"));
  }
  if (ledger.anyAccepted) ledger.dataReply = yield* command({ verb: "DATA" }, "data");
}

/** Whatever is said to RSET, but that the server had let go of the connection: then nothing of this mail counts. */
function stillServed(reply: Reply): void {
  if (!isLeave(reply)) return;
  const message = `the server closed the connection: ${reply}`;
  throw new Failure({ kind: "connection", phase: "reset", message, reply });
}

function* content(
  mail: MailTransaction,
  follow: TransactionManner["follow"],
  ledger: Ledger,
): Dialogue<void> {
  if (!ledger.anyAccepted) {
    // Nobody is left to send to, yet the server waits for content: the least that gets it out of there.
    yield* write(".\r\n", "content");
    yield* read("final");
    return;
  }
  mail.contentStarts?.();
  try {
    yield* contentAndEnd(mail, follow);
  } catch (failure) {
    yield* earlyVerdict(ledger);
    throw failure;
  }
  ledger.handedOver = true;
  ledger.finalReply = completion(yield* read("final"), "final");
}

function* contentAndEnd(mail: MailTransaction, follow: TransactionManner["follow"]): Dialogue<void> {
  const { content } = mail;
  if (typeof content === "string") {
    yield* write(dataText(content) + (follow?.() ?? ""), "content");
    return;
  }
  const writer = new DataWriter();
  const whole = inOneWrite(content);
  if (whole !== undefined) {
    const pieces = whole.map((piece) => writer.write(piece));
    pieces.push(writer.end());
    const behind = follow?.() ?? "";
    if (behind !== "") pieces.push(Buffer.from(behind));
    yield* write(pieces, "content");
  } else {
    // Until the last octet has been handed over, the mail is not sent: so the end goes by itself.
    yield* write(dotStuffed(content, writer), "content");
    yield* write([writer.end()], "content");
  }
}

/** A server that does not wait for the end of content to refuse it has perhaps said why it let go. */
function* earlyVerdict(ledger: Ledger): Dialogue<void> {
  try {
    const reply = yield* read("final");
    if (isNegative(reply)) ledger.finalReply = reply;
  } catch {
    // It has said nothing.
  }
}

/** Content up to this many octets goes out in one write; what is larger waits for the socket to take each piece. */
const ONE_WRITE = 65_536;

type Octets = Exclude<MailTransaction["content"], string>;

function inOneWrite(content: Octets): readonly Buffer[] | undefined {
  if (Symbol.asyncIterator in content) return undefined;
  let size = 0;
  for (const piece of content) size += piece.length;
  return size > ONE_WRITE ? undefined : content;
}

function dotStuffed(content: Octets, writer: DataWriter): Pieces {
  return Symbol.asyncIterator in content ? stuffedStream(content, writer) : stuffedPieces(content, writer);
}

async function* stuffedStream(content: AsyncIterable<Buffer>, writer: DataWriter): AsyncGenerator<Buffer> {
  for await (const piece of content) yield* stuffedPieces([piece], writer);
}

function* stuffedPieces(content: readonly Buffer[], writer: DataWriter): Generator<Buffer> {
  for (const piece of content) {
    for (let at = 0; at < piece.length; at += ONE_WRITE)
      yield writer.write(piece.subarray(at, at + ONE_WRITE));
  }
}

/** A reply that must be 2xx, 4xx or 5xx. */
function completion(reply: Reply, phase: Phase): Reply {
  if (!reply.intermediate) return reply;
  const message = `protocol error: the server answered ${reply.code} ${phase === "final" ? "to content" : `to ${phase.toUpperCase()}`}`;
  throw new Failure({ kind: "protocol", phase, message, reply, transient: false, permanent: false });
}
