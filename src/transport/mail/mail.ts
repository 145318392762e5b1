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
  /** The whole content; absent if the content is a stream. */
  readonly chunks: readonly Buffer[] | undefined;
  /** The whole content, if it is small and only ASCII. */
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
  /** The same for a header that must be read first: asked after the content was opened or signed. */
  readonly internationalHeader?: (() => boolean) | undefined;
  /** Called when the mail has its outcome: closes what it has opened. */
  readonly close?: (() => void) | undefined;
  /** The options that use extensions, as parameters. */
  readonly requests?: Requests | undefined;
  /** `false`: the mail goes to all recipients or to none. */
  readonly partial?: boolean | undefined;
  /** Its MAIL is sent once at most: nothing is sent again, and there is one transaction. */
  readonly once?: boolean | undefined;
  content(way: EncodingConstraint): MailContent;
}
