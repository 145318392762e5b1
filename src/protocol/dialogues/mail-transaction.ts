import type { Address } from "../../address/address.ts";
import type { Envelope } from "../../address/envelope.ts";
import type { WithOthers } from "../parameters/other-parameter.ts";
import type { MailParameters, RcptParameters } from "../parameters/parameters.ts";

/** One mail, ready for one transaction. */
export interface MailTransaction {
  readonly envelope: Envelope;
  /** `BODY=BINARYMIME` among them means that the content goes by BDAT. */
  readonly parameters: WithOthers<MailParameters>;
  /** What is said of each recipient; nothing where this is absent. */
  readonly recipientParameters?: ((recipient: Address) => WithOthers<RcptParameters>) | undefined;
  /** The content as it is, before dots are doubled. */
  readonly content: Octets;
  /** `false`: where a recipient is refused, the mail goes to nobody. `true` without this. */
  readonly partial?: boolean | undefined;
  /**
   * Whether the connection carried another mail before: then 503 to MAIL, and 521 to RCPT, say something of the
   * connection. `false` without this.
   */
  readonly used?: boolean | undefined;
  /** Called when the first octet of content is about to go out. */
  readonly contentStarts?: () => void;
}

/** The content of a mail: ASCII text, octets, or octets in their own time. */
export type Octets = string | readonly Buffer[] | AsyncIterable<Buffer>;
