import { Envelope } from "envoi";

/** The small message, as envoi's client sends it; smtp-source makes one of the same size. */
export const small: { readonly envelope: Envelope; readonly content: string; readonly size: number } = {
  envelope: Envelope.of("jo@example.com", ["jane@example.net"]),
  content: `From: <jo@example.com>\r\nSubject: small\r\n\r\n${`${"X".repeat(72)}\r\n`.repeat(13)}`,
  size: 1000,
};
