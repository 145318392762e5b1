import type { Envelope } from "../../address/envelope.ts";
import { isSendError, type SendError } from "../../protocol/send-error.ts";
import type { SendReport } from "../../protocol/send-report.ts";
import type { FollowedSendOptions, SendOptions } from "../send-options.ts";
import type { Transport } from "../transport.ts";

/** One mail on its way through transports that the caller made. */
export interface ForwardedMail {
  readonly envelope: Envelope;
  readonly messageId: string | undefined;
  /** The options of the send; without an envelope. */
  readonly options: FollowedSendOptions;
  /** Aborts when the forwarding transport is closed by force. */
  readonly closing: AbortSignal;
  /** Gives it to a transport, for these recipients. */
  giveTo(transport: Transport, envelope: Envelope, options: SendOptions): Promise<SendReport>;
}

/** The end of an attempt: the outcome of each recipient and, if the attempt failed, why. */
export interface Attempt {
  readonly report: SendReport;
  readonly error?: SendError | undefined;
}

/**
 * Gives a mail to a transport and returns the outcome.
 *
 * @throws if the caller made a mistake: no other transport could correct it.
 */
export async function attempt(
  mail: ForwardedMail,
  transport: Transport,
  envelope: Envelope,
  options: SendOptions,
): Promise<Attempt> {
  try {
    return { report: await mail.giveTo(transport, envelope, options) };
  } catch (error) {
    if (isSendError(error)) return { report: error.report, error };
    throw error;
  }
}
