import type { Reply } from "../../protocol/reply.ts";
import type { RecipientOutcome } from "../../protocol/send-report.ts";
import type { HandedMail } from "./handed-mail.ts";

/** The outcome of a mail; without `recipients` it was accepted for all. */
export interface HandedOver {
  /** The outcome of each recipient, if not all were accepted. One that is missing is `"not-sent"`. */
  readonly recipients?: readonly RecipientOutcome[] | undefined;
  /** The reply of the server that accepted it, if there is one. */
  readonly reply?: Reply | undefined;
  /** The id of the mail in its new place, such as the name of a file or of an entry in a queue. */
  readonly id?: string | undefined;
}

/**
 * Delivers one mail: resolves when another program or machine has it, and throws if none has.
 *
 * The `delivery` of an {@link EnvoiError} that it throws says what is known. After any other error the mail is
 * `"not-sent"` if its bytes were not read to the end, and `"unknown"` if they were.
 */
export type Deliver = (mail: HandedMail) => Promise<HandedOver | undefined>;
