import type { ArcVerdict } from "../arc/arc-verdict.ts";
import type { DkimVerdict } from "../dkim/dkim-verdict.ts";
import type { DmarcVerdict } from "../dmarc/dmarc-verdict.ts";
import type { Query } from "../resolver/answer.ts";
import type { SpfVerdict } from "../spf/spf-verdict.ts";

/** The author of a message, as its From says. It is proved only if DMARC passes. */
export interface AuthenticationAuthor {
  /** The domain of the author, as A-labels; absent if there is not exactly one. */
  readonly domain?: string | undefined;
  /** The addresses in From that could be read. */
  readonly addresses: readonly string[];
  /** Why there is no domain, in an English sentence. */
  readonly reason?: string | undefined;
}

/** What is known about who sent a message. */
export interface Authentication {
  /** Who the message says its author is. */
  readonly author: AuthenticationAuthor;
  /** Whether the client may send for the domain of MAIL FROM or, if the sender is null, for its name in HELO. */
  readonly spf: SpfVerdict;
  /** The same for the name in HELO, if the sender is not null and the name is a domain. */
  readonly helloSpf?: SpfVerdict | undefined;
  /** A verdict for each DKIM signature, from the top, of the first 20. Empty if the message is not signed. */
  readonly dkim: readonly DkimVerdict[];
  /** The verdict on the ARC chain. */
  readonly arc: ArcVerdict;
  /**
   * Whether the author's domain is proved, and what its owner asks to be done otherwise. If a trusted ARC chain speaks
   * for the message, the result stays `"fail"`, the disposition is `"none"`, and the code is `"arc"`.
   */
  readonly dmarc: DmarcVerdict;
  /** All questions that were asked. */
  readonly queries: readonly Query[];
  /** The whole Authentication-Results field: folded, with CRLF at its end. */
  readonly field: string;
  /**
   * Puts the field on top of the message, and takes out the fields that others wrote in our name (RFC 8601 section 5).
   * Lines end as in the message.
   *
   * @throws MessageError, of a stream, if its header has more than 16 MiB.
   */
  stamp(message: Uint8Array): Buffer;
  stamp(message: AsyncIterable<Uint8Array>): AsyncIterable<Buffer>;
}
