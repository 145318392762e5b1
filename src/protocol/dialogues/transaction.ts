import type { Address } from "../../address/address.ts";
import type { Envelope } from "../../address/envelope.ts";
import { formatCommand } from "../command.ts";
import { DataWriter } from "../data.ts";
import { command, type Dialogue, type Pieces, read, write } from "../dialogue.ts";
import { Failure } from "../failure.ts";
import type { MailParameters } from "../parameters.ts";
import type { Phase } from "../phase.ts";
import type { Reply } from "../reply.ts";
import type { RecipientOutcome } from "../send-report.ts";

/** One mail, ready for one transaction. */
export interface MailTransaction {
  readonly envelope: Envelope;
  readonly parameters: MailParameters;
  /** The content as it is, before dots are doubled. */
  readonly content: readonly Buffer[] | AsyncIterable<Buffer>;
  /** Called when the first octet of content is about to go out. */
  readonly contentStarts?: () => void;
}

/** How a transaction is said. */
export interface TransactionManner {
  /** MAIL, RCPT and DATA go out together (RFC 2920): row 1 of docs/architecture.md; one at a time is row 0. */
  readonly pipelining: boolean;
  /** RSET goes before MAIL: something may be left of the transaction before. */
  readonly reset: boolean;
}

/** What became of the mail. */
export interface TransactionOutcome {
  readonly recipients: readonly RecipientOutcome[];
  /** The final reply. */
  readonly reply?: Reply | undefined;
  /** The first refusal, or what happened to the connection; absent where every recipient accepted. */
  readonly failure?: Failure | undefined;
  /** Whether the connection is fit for another mail. */
  readonly reusable: boolean;
}

/** Hands over one mail (RFC 5321 3.3) and settles the outcome of every recipient, whatever happens. */
export function* transaction(mail: MailTransaction, manner: TransactionManner): Dialogue<TransactionOutcome> {
  const ledger = new Ledger(mail.envelope.to);
  try {
    yield* manner.pipelining
      ? envelopeTogether(mail, manner.reset, ledger)
      : envelopeStepwise(mail, manner.reset, ledger);
    if (ledger.dataReply?.code === 354) yield* content(mail, ledger);
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    ledger.interrupted = failure;
  }
  return ledger.close();
}

/** Row 1: one flight, and every reply read before anything is decided. */
function* envelopeTogether(
  { envelope, parameters }: MailTransaction,
  reset: boolean,
  ledger: Ledger,
): Dialogue<void> {
  let flight = reset ? "RSET\r\n" : "";
  flight += formatCommand({ verb: "MAIL", from: envelope.from, parameters });
  for (const to of envelope.to) flight += formatCommand({ verb: "RCPT", to, parameters: {} });
  flight += "DATA\r\n";
  yield* write(flight, "mail");
  if (reset) stillServed(yield* read("reset"));
  ledger.mailReply = completion(yield* read("mail"), "mail");
  for (let i = 0; i < envelope.to.length; i++)
    ledger.rcptReplies.push(completion(yield* read("rcpt"), "rcpt"));
  ledger.dataReply = yield* read("data");
}

/** Row 0: one command at a time, and none that a refusal has made pointless. */
function* envelopeStepwise(
  { envelope, parameters }: MailTransaction,
  reset: boolean,
  ledger: Ledger,
): Dialogue<void> {
  if (reset) stillServed(yield* command({ verb: "RSET" }, "reset"));
  ledger.mailReply = completion(
    yield* command({ verb: "MAIL", from: envelope.from, parameters }, "mail"),
    "mail",
  );
  if (!ledger.mailReply.positive) return;
  for (const to of envelope.to) {
    ledger.rcptReplies.push(completion(yield* command({ verb: "RCPT", to, parameters: {} }, "rcpt"), "rcpt"));
  }
  if (ledger.anyAccepted) ledger.dataReply = yield* command({ verb: "DATA" }, "data");
}

/** Whatever is said to RSET, but that the server had let go of the connection: then nothing of this mail counts. */
function stillServed(reply: Reply): void {
  if (!isLeave(reply)) return;
  const message = `the server closed the connection: ${reply}`;
  throw new Failure({ kind: "connection", phase: "reset", message, reply });
}

function* content(mail: MailTransaction, ledger: Ledger): Dialogue<void> {
  if (!ledger.anyAccepted) {
    // Nobody is left to send to, yet the server waits for content: the least that gets it out of there.
    yield* write(".\r\n", "content");
    yield* read("final");
    return;
  }
  mail.contentStarts?.();
  try {
    yield* contentAndEnd(mail);
  } catch (failure) {
    yield* earlyVerdict(ledger);
    throw failure;
  }
  ledger.handedOver = true;
  ledger.finalReply = completion(yield* read("final"), "final");
}

function* contentAndEnd(mail: MailTransaction): Dialogue<void> {
  const writer = new DataWriter();
  const whole = inOneWrite(mail.content);
  if (whole !== undefined) {
    const pieces = whole.map((piece) => writer.write(piece));
    yield* write([...pieces, writer.end()], "content");
  } else {
    // Until the last octet has been handed over, the mail is not sent: so the end goes by itself.
    yield* write(dotStuffed(mail.content, writer), "content");
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

function inOneWrite(content: MailTransaction["content"]): readonly Buffer[] | undefined {
  if (Symbol.asyncIterator in content) return undefined;
  let size = 0;
  for (const piece of content) size += piece.length;
  return size > ONE_WRITE ? undefined : content;
}

function dotStuffed(content: MailTransaction["content"], writer: DataWriter): Pieces {
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

/** What the replies of one transaction come to. */
class Ledger {
  readonly #to: readonly Address[];
  mailReply: Reply | undefined;
  readonly rcptReplies: Reply[] = [];
  dataReply: Reply | undefined;
  handedOver = false;
  finalReply: Reply | undefined;
  interrupted: Failure | undefined;

  constructor(to: readonly Address[]) {
    this.#to = to;
  }

  get anyAccepted(): boolean {
    return this.mailReply?.positive === true && this.rcptReplies.some((reply) => reply.positive);
  }

  close(): TransactionOutcome {
    const recipients = this.#to.map((recipient, i) => this.#outcome(recipient, this.rcptReplies[i]));
    const refusal = this.#refusal();
    const nonsense = this.#nonsense();
    // Where every recipient has been refused, what became of the connection afterwards does not matter.
    const settled = recipients.every(({ outcome }) => outcome === "refused");
    const failure = settled ? refusal : (this.interrupted ?? nonsense ?? refusal);
    const reusable =
      this.interrupted === undefined && nonsense === undefined && !this.#replies().some(isLeave);
    return { recipients, reply: this.finalReply, failure, reusable };
  }

  #outcome(recipient: Address, rcpt: Reply | undefined): RecipientOutcome {
    const refusal = [this.mailReply, rcpt].find(isNegative);
    if (refusal !== undefined) return { recipient, outcome: "refused", reply: refusal };
    if (this.finalReply !== undefined) {
      return {
        recipient,
        outcome: this.finalReply.positive ? "accepted" : "refused",
        reply: this.finalReply,
      };
    }
    if (this.handedOver) return { recipient, outcome: "unknown" };
    if (this.dataReply !== undefined && isNegative(this.dataReply) && rcpt?.positive === true) {
      return { recipient, outcome: "refused", reply: this.dataReply };
    }
    return { recipient, outcome: "not-sent" };
  }

  /** The first reply that said no; what follows from it (503 to DATA) is not the reason. */
  #refusal(): Failure | undefined {
    const phases: readonly (readonly [Phase, Reply | undefined])[] = [
      ["mail", this.mailReply],
      ...this.rcptReplies.map((reply) => ["rcpt", reply] as const),
      ["data", this.dataReply],
      ["final", this.finalReply],
    ];
    for (const [phase, reply] of phases) {
      if (isNegative(reply)) return refusalAt(phase, reply);
    }
    return undefined;
  }

  /** DATA is answered by 354, or refused. */
  #nonsense(): Failure | undefined {
    const reply = this.dataReply;
    if (reply === undefined || reply.code === 354 || !(reply.positive || reply.intermediate))
      return undefined;
    const message = `protocol error: the server answered ${reply.code} to DATA`;
    return new Failure({
      kind: "protocol",
      phase: "data",
      message,
      reply,
      transient: false,
      permanent: false,
    });
  }

  #replies(): Reply[] {
    const { mailReply, rcptReplies, dataReply, finalReply } = this;
    return [mailReply, ...rcptReplies, dataReply, finalReply].filter((reply) => reply !== undefined);
  }
}

/** Whether the server says that it closes the connection (RFC 5321 3.8). */
function isLeave({ code }: Reply): boolean {
  return code === 421 || code === 521;
}

function isNegative(reply: Reply | undefined): reply is Reply {
  return reply !== undefined && (reply.transient || reply.permanent);
}

function refusalAt(phase: Phase, reply: Reply): Failure {
  // 552 is also said of a full mailbox (5.2.2), and to RCPT of too many recipients.
  const ofSize = [undefined, "5.0.0", "5.3.4"].includes(reply.enhancedCode);
  const tooLarge = reply.code === 552 && ofSize && phase !== "rcpt";
  const refused = {
    mail: "the server refused the sender",
    rcpt: "the server refused a recipient",
    data: "the server refused to take the content",
    final: "the server refused the mail",
  }[phase as "mail" | "rcpt" | "data" | "final"];
  return new Failure({
    kind: tooLarge ? "too-large" : "rejected",
    phase,
    message: `${refused}: ${reply}`,
    reply,
  });
}
