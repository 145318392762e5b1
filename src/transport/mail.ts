import type { Envelope } from "../address/envelope.ts";

/** The octets of a mail, on a way of which it is known what it bears. */
export interface MailContent {
  /** Whether octets above 127 are among them: the server must offer 8BITMIME. */
  readonly eightBit: boolean;
  /** In octets; absent where the content comes in its own time. */
  readonly size: number | undefined;
  /** All of it; absent where the content comes in its own time. */
  readonly chunks: readonly Buffer[] | undefined;
  stream(): AsyncIterable<Buffer>;
}

/** What a transport hands over, whether a Message or octets from elsewhere. */
export interface Mail {
  readonly envelope: Envelope;
  readonly messageId: string | undefined;
  /** Whether the server must offer SMTPUTF8. */
  readonly international: boolean;
  content(way: { readonly eightBit: boolean }): MailContent;
}
