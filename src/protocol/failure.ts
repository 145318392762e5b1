import { EnvoiError, type ErrorKind, reasonOf } from "../errors.ts";
import { withoutAddresses } from "./masking/address-mask.ts";
import type { Phase } from "./phase.ts";
import type { Reply } from "./reply.ts";
import type { Because } from "./send-report.ts";

/** What is known about a failure where it happens. */
export interface FailureFields {
  readonly kind: ErrorKind;
  readonly phase: Phase;
  readonly message: string;
  /** The reply that caused it. */
  readonly reply?: Reply | undefined;
  /** Whether the same mail may pass later; by default it follows from the code of the reply. */
  readonly transient?: boolean;
  /** Whether the same mail will not pass; by default it follows from the code of the reply. */
  readonly permanent?: boolean;
  readonly cause?: unknown;
  /** The recipients that are the reason, if some are. */
  readonly because?: Because | undefined;
  /** The last lines of the connection. */
  readonly transcript?: readonly string[] | undefined;
  /** Whether nothing of it is about the mail, so that the mail may be sent again at once. */
  readonly again?: boolean | undefined;
}

/**
 * Something went wrong with a connection. It is thrown into the current dialogue, which alone knows what it means for
 * the mail, and becomes an SmtpError when the outcome of every recipient is decided.
 */
export class Failure extends Error {
  readonly kind: ErrorKind;
  readonly phase: Phase;
  readonly reply: Reply | undefined;
  readonly transient: boolean;
  readonly permanent: boolean;
  readonly transcript: readonly string[] | undefined;
  readonly because: Because | undefined;
  readonly again: boolean;

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
    again = false,
  }: FailureFields) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.phase = phase;
    this.reply = reply;
    this.transient = transient ?? reply?.transient ?? (kind === "connection" || kind === "timeout");
    this.permanent = permanent ?? reply?.permanent ?? false;
    this.transcript = transcript;
    this.because = because;
    this.again = again;
  }

  /** The cause of an error that callers see: without addresses, and without the text of the server. */
  asCause(): EnvoiError {
    const { kind, message, transient, permanent, cause } = this;
    return new EnvoiError(withoutAddresses(message), {
      ...{ kind, delivery: "not-sent", transient, permanent },
      cause,
    });
  }

  /** The same failure except for `changes`: the only way to make a failure from another, so that no field is lost. */
  with(changes: Partial<FailureFields>): Failure {
    const { kind, phase, message, reply, transient, permanent, cause, transcript, because, again } = this;
    const fields = { kind, phase, message, reply, transient, permanent, cause, transcript, because, again };
    return new Failure({ ...fields, ...changes });
  }

  /** The same failure with the last lines of the connection where it happened. */
  on(connection: { transcript(): readonly string[] }): Failure {
    return this.transcript === undefined ? this.with({ transcript: connection.transcript() }) : this;
  }
}

/**
 * The source of the content failed before its end. If it failed with an error of envoi, such as for a line that cannot
 * be sent, that error decides the outcome.
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
