import type { Address } from "../../address/address.ts";
import type { MailParameters, RcptParameters } from "../parameters.ts";

/** A recipient that has been accepted. */
export interface EnvelopeRecipient {
  /** The recipient. */
  readonly address: Address;
  /** The parameters of its RCPT. */
  readonly parameters: RcptParameters;
}

/** The envelope of a transaction as far as it has been accepted. */
export interface ReceivedEnvelope {
  /** `null` is the null reverse-path of bounces, `<>`. */
  readonly from: Address | null;
  /** The recipients that have been accepted, in the order in which they were named. */
  readonly to: readonly EnvelopeRecipient[];
  /** The parameters of MAIL. */
  readonly parameters: MailParameters;
}
