import type { CapturedMessage } from "../../testing/messages/captured-message.ts";
import type { ParsedMessage } from "../../testing/messages/parsed-message.ts";
import type { MailReader } from "./mail-reader.ts";

/** Who a mail was sent by and to, as the client said by MAIL and RCPT. */
export interface MailEnvelope {
  /** The sender; empty for the null sender of bounces. */
  readonly from: string;
  /** The accepted recipients. */
  readonly to: readonly string[];
}

/** What is known of the connection by which a mail came. */
export interface MailClient {
  /** The IP address; empty if it is not known. */
  readonly address: string;
  /** How the client introduced itself. */
  readonly hello?: string;
  /** The user who logged in. */
  readonly user?: string;
  /** The version of TLS, such as `"TLSv1.3"`. */
  readonly tls?: string;
}

/** What a mail is made from. */
export interface MailFacts {
  /** From {@link newMailId}: never from the mail. */
  readonly id: string;
  /** When it was complete. */
  readonly receivedAt: Date;
  /** The mail, byte for byte. Do not change it. */
  readonly raw: Buffer;
  readonly envelope: MailEnvelope;
  /** `undefined` if it did not come by SMTP. */
  readonly client?: MailClient | undefined;
  /** The tags that somebody set; by default those that the mail brings. */
  readonly tags?: readonly string[] | undefined;
  readonly isRead?: boolean | undefined;
  /** The same mail as the TestServer knows it, with its session, transcript and verdicts; not after a restart. */
  readonly captured?: CapturedMessage | undefined;
}

/**
 * A mail in the store. It is kept as bytes; what is read from them is read when it is looked at. Only the store changes
 * a mail.
 */
export class StoredMail {
  readonly id: string;
  readonly receivedAt: Date;
  readonly raw: Buffer;
  readonly envelope: MailEnvelope;
  readonly client: MailClient | undefined;
  readonly captured: CapturedMessage | undefined;
  /** Whether somebody has opened it. Change it by `MailStore.setRead`. */
  isRead: boolean;
  /** The tags that somebody set; `undefined` until then. Change them by `MailStore.setTags`. */
  ownTags: readonly string[] | undefined;
  readonly #reader: MailReader;
  #tags: readonly string[] | undefined;

  constructor(facts: MailFacts, reader: MailReader) {
    this.id = facts.id;
    this.receivedAt = facts.receivedAt;
    this.raw = facts.raw;
    this.envelope = facts.envelope;
    this.client = facts.client;
    this.captured = facts.captured;
    this.isRead = facts.isRead ?? false;
    this.ownTags = facts.tags;
    this.#reader = reader;
  }

  /** The size in bytes. */
  get size(): number {
    return this.raw.length;
  }

  /** What the header says. It is parsed without the body, so it is cheap: a list needs nothing else. */
  get head(): ParsedMessage {
    return this.#reader.head(this);
  }

  /** The whole mail, parsed. It is kept for a while, so do not keep it yourself. */
  get parsed(): ParsedMessage {
    return this.#reader.parsed(this);
  }

  /** The tags: those that somebody set, otherwise those that the mail brings. */
  get tags(): readonly string[] {
    this.#tags ??= this.#reader.tags(this);
    return this.ownTags ?? this.#tags;
  }
}
