import { EnvoiError, type ErrorKind, reasonOf } from "../errors.ts";
import { withoutAddresses } from "./masking/address-mask.ts";
import type { Phase } from "./phase.ts";
import type { Reply } from "./reply.ts";
import type { Because } from "./send-report.ts";

/** What is known of a failure where it happens. */
export interface FailureFields {
  readonly kind: ErrorKind;
  readonly phase: Phase;
  readonly message: string;
  /** The reply that caused it. */
  readonly reply?: Reply | undefined;
  /** Whether the same mail may pass later; a reply answers it by its code. */
  readonly transient?: boolean;
  /** Whether the same mail will not pass; a reply answers it by its code. */
  readonly permanent?: boolean;
  readonly cause?: unknown;
  /** The recipients that are the reason, if some are. */
  readonly because?: Because | undefined;
  /** The last that was said on the connection. */
  readonly transcript?: readonly string[] | undefined;
}

/**
 * Something went wrong with a connection. It is thrown into the dialogue that is being played, which alone knows
 * what it means for the mail, and becomes an SmtpError when the outcome of every recipient has been settled.
 */
export class Failure extends Error {
  readonly kind: ErrorKind;
  readonly phase: Phase;
  readonly reply: Reply | undefined;
  readonly transient: boolean;
  readonly permanent: boolean;
  readonly transcript: readonly string[] | undefined;
  readonly because: Because | undefined;

  constructor({
    kind,
    phase,
    message,
    reply,
    transient,
    permanent,
    cause,
    transcript,
    because,
  }: FailureFields) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.phase = phase;
    this.reply = reply;
    this.transient = transient ?? reply?.transient ?? (kind === "connection" || kind === "timeout");
    this.permanent = permanent ?? reply?.permanent ?? false;
    this.transcript = transcript;
    this.because = because;
  }

  /** As it may stand under an error that callers see: without addresses, and without the words of the server. */
  asCause(): EnvoiError {
    const { kind, message, transient, permanent, cause } = this;
    return new EnvoiError(withoutAddresses(message), {
      ...{ kind, delivery: "not-sent", transient, permanent },
      cause,
    });
  }

  /** The same failure except for `changes`: the only way to make a failure from another, so that no field is lost. */
  with(changes: Partial<FailureFields>): Failure {
    const { kind, phase, message, reply, transient, permanent, cause, transcript, because } = this;
    const fields = { kind, phase, message, reply, transient, permanent, cause, transcript, because };
    return new Failure({ ...fields, ...changes });
  }

  /** The same, with the last that was said on the connection where it happened. */
  on(connection: { transcript(): readonly string[] }): Failure {
    return this.transcript === undefined ? this.with({ transcript: connection.transcript() }) : this;
  }
}

/**
 * The source of the content failed; the server has not seen the end of it. What an error of our own says of the mail
 * holds here too: a stream that gives what the server does not take is refused as octets are.
 */
export function sourceFailed(cause: unknown): Failure {
  const { kind, transient = false, permanent = false } = EnvoiError.is(cause) ? cause : {};
  const isUnsupported = kind === "unsupported";
  const reason = reasonOf(cause);
  return new Failure({
    kind: isUnsupported ? kind : "content",
    phase: "content",
    message: isUnsupported ? reason : `the content could not be read: ${reason}`,
    cause,
    transient,
    permanent,
  });
}
