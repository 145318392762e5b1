/**
 * One mail as a foreign server has put it into its maildir, taken apart again.
 *
 * A server changes a mail in two ways. It puts fields in front: Return-Path, what says for whom it was
 * (X-Original-To, Envelope-to or Delivered-To), and below them one Received. And it ends lines with LF.
 * Everything else that it may do to headers (adding Message-ID, Date and From, completing addresses, dropping Bcc) is
 * switched off in its configuration, so that `message` is what came over the wire, with the dots unstuffed.
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
  if (trace === null) throw new Error(`the fields in front are missing: ${text.slice(0, 400)}`);
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
  /^Return-[Pp]ath: <(.*)>\n(?:X-Original-To|Envelope-to|Delivered-To): <?(.*?)>?(?:,\n[ \t].*)*\n(?:Delivered-To: .*\n)?Received: ((?:.*\n[ \t])*.*)\n/;
