import type { Address } from "../../address/address.ts";
import type { MailParameters, RcptParameters } from "../parameters/parameters.ts";

/** An accepted recipient. */
export interface EnvelopeRecipient {
  /** The recipient. */
  readonly address: Address;
  /** The parameters of its RCPT. */
  readonly parameters: RcptParameters;
}

/** The envelope of a transaction, as far as the server has accepted it. */
export interface ReceivedEnvelope {
  /** `null` is the null reverse-path of bounces, `<>`. */
  readonly from: Address | null;
  /** The accepted recipients, in the order of RCPT. */
  readonly to: readonly EnvelopeRecipient[];
  /** The parameters of MAIL. */
  readonly parameters: MailParameters;
}
