/**
 * One mail as Postfix's virtual(8) has put it into the maildir, taken apart again.
 *
 * Postfix changes a mail in two ways. It puts four fields in front: Return-Path, X-Original-To and Delivered-To when
 * it delivers, and below them one Received when it accepts. And it ends lines with LF. Everything else that it may do
 * to headers (adding Message-ID, Date and From, completing addresses, dropping Bcc) is switched off in `main.cf`, so
 * that `message` is what came over the wire, with the dots unstuffed.
 */
export interface Delivered {
  /** The envelope's sender; empty for a null sender. */
  readonly returnPath: string;
  /** The envelope's recipient. */
  readonly to: string;
  /** The trace field: who connected, by which protocol, TLS version, authenticated as whom; unfolded. */
  readonly received: string;
  /** The bytes that were sent, with CRLF line ends. */
  readonly message: Buffer;
}

/** Takes a file of the maildir apart. */
export function parseDelivered(file: Buffer): Delivered {
  const text = file.toString("latin1");
  const trace = tracePattern.exec(text);
  if (trace === null) throw new Error(`not as Postfix's virtual(8) writes it: ${text.slice(0, 400)}`);
  const [whole, returnPath = "", to = "", received = ""] = trace.map((part) =>
    Buffer.from(part, "latin1").toString(),
  );
  const length = Buffer.byteLength(whole ?? "");
  return {
    returnPath,
    to,
    received: received.replaceAll(/\n\s+/g, " "),
    message: Buffer.from(text.slice(length).replaceAll("\n", "\r\n"), "latin1"),
  };
}

const tracePattern =
  /^Return-Path: <(.*)>\nX-Original-To: (.*)\nDelivered-To: .*\nReceived: ((?:.*\n[ \t])*.*)\n/;
