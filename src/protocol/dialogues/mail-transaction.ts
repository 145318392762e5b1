import type { Address } from "../../address/address.ts";
import type { Envelope } from "../../address/envelope.ts";
import type { WithOthers } from "../parameters/other-parameter.ts";
import type { MailParameters, RcptParameters } from "../parameters/parameters.ts";

/** One mail, ready for one transaction. */
export interface MailTransaction {
  readonly envelope: Envelope;
  /** With `BODY=BINARYMIME` the content is sent by BDAT. */
  readonly parameters: WithOthers<MailParameters>;
  /** The parameters of each RCPT; none if absent. */
  readonly recipientParameters?: ((recipient: Address) => WithOthers<RcptParameters>) | undefined;
  /** The content as it is, before dots are doubled. */
  readonly content: Octets;
  /** If `false`, the mail is sent to nobody when a recipient is refused. `true` by default. */
  readonly partial?: boolean | undefined;
  /**
   * Whether the connection carried another mail before: then 503 to MAIL and 521 to RCPT are about the connection.
   * `false` by default.
   */
  readonly used?: boolean | undefined;
  /** Called just before the first octet of content is sent. */
  readonly contentStarts?: () => void;
}

/** The content of a mail: ASCII text, octets, or an asynchronous source of octets. */
export type Octets = string | readonly Buffer[] | AsyncIterable<Buffer>;
