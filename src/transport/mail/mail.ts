import type { Envelope } from "../../address/envelope.ts";
import type { EncodingConstraint } from "../../mime/part.ts";
import type { Requests } from "../extension-options/requests.ts";

/** The bytes of a mail for a server whose extensions are known. */
export interface MailContent {
  /** Whether there are bytes above 127: the server must offer 8BITMIME. */
  readonly eightBit: boolean;
  /** Whether it may not consist of lines: the server must offer BINARYMIME. */
  readonly binary?: boolean | undefined;
  /** In bytes; absent if the content is a stream. */
  readonly size: number | undefined;
  /** All of it; absent if the content is a stream. */
  readonly chunks: readonly Buffer[] | undefined;
  /** All of it, if it is small and only ASCII. */
  readonly text?: string | undefined;
  stream(): AsyncIterable<Buffer>;
  /** Set if signatures must be awaited: resolves to the content with them. Called before anything is sent. */
  readonly signed?: (signal?: AbortSignal) => Promise<MailContent>;
  /** Set if the header must be read first: resolves to the content, whose stream has begun. Called before sending. */
  readonly opened?: () => Promise<MailContent>;
}

/** What a transport sends, whether it was a Message or raw bytes. */
export interface Mail {
  readonly envelope: Envelope;
  readonly messageId: string | undefined;
  /** Whether the server must offer SMTPUTF8. */
  readonly international: boolean;
  /** The same of a header that shows only as it is read: to be asked when the content has been opened or signed. */
  readonly internationalHeader?: (() => boolean) | undefined;
  /** Called when the mail has its outcome: closes what it has opened. */
  readonly close?: (() => void) | undefined;
  /** What is asked of the server besides taking the mail. */
  readonly requests?: Requests | undefined;
  /** `false`: to all recipients or to none. */
  readonly partial?: boolean | undefined;
  content(way: EncodingConstraint): MailContent;
}
