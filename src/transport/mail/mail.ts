import type { Envelope } from "../../address/envelope.ts";
import type { EncodingConstraint } from "../../mime/part.ts";
import type { Requests } from "../requests/requests.ts";

/** The octets of a mail, on a way of which it is known what it bears. */
export interface MailContent {
  /** Whether octets above 127 are among them: the server must offer 8BITMIME. */
  readonly eightBit: boolean;
  /** Whether it may be no lines: the server must offer BINARYMIME. */
  readonly binary?: boolean | undefined;
  /** In octets; absent where the content comes in its own time. */
  readonly size: number | undefined;
  /** All of it; absent where the content comes in its own time. */
  readonly chunks: readonly Buffer[] | undefined;
  /** All of it, where it is small and ASCII throughout. */
  readonly text?: string | undefined;
  stream(): AsyncIterable<Buffer>;
  /** There where signatures must be waited for: gives the content with them. To be called before anything is said. */
  readonly signed?: (signal?: AbortSignal) => Promise<MailContent>;
  /** There where the header must be seen before anything is said: gives the content, whose stream has then begun. */
  readonly opened?: () => Promise<MailContent>;
}

/** What a transport hands over, whether a Message or octets from elsewhere. */
export interface Mail {
  readonly envelope: Envelope;
  readonly messageId: string | undefined;
  /** Whether the server must offer SMTPUTF8. */
  readonly international: boolean;
  /** The same of a header that shows only as it is read: to be asked when the content has been opened or signed. */
  readonly internationalHeader?: (() => boolean) | undefined;
  /** Told when the mail has its outcome: lets go of what it has opened. */
  readonly close?: (() => void) | undefined;
  /** What is asked of the server beside taking the mail. */
  readonly requests?: Requests | undefined;
  /** `false`: to all recipients or to none. */
  readonly partial?: boolean | undefined;
  content(way: EncodingConstraint): MailContent;
}
