import type { SmtpOptions } from "../options.ts";
import type { Session } from "./session.ts";

/** Whether mails may go in a window on this connection, once the server has passed the test. */
export function mayWindow({ pipelining, dialect }: SmtpOptions, session: Session): boolean {
  return pipelining === "window" && dialect === "smtp" && chunks(session);
}

/** Whether content may go as it is, lines or not (RFC 3030 3). Parts of it that are 8-bit lines need 8BITMIME too. */
export function mayBinary({ pipelining, chunking }: SmtpOptions, session: Session): boolean {
  const { BINARYMIME, "8BITMIME": eightBit } = session.capabilities.extensions;
  const isOffered = BINARYMIME === true && eightBit === true;
  return chunking === "auto" && pipelining !== "off" && isOffered && chunks(session);
}

/**
 * Whether chunks can be handed to this server before it has answered what went before. Some of Microsoft's servers hang
 * on BDAT.
 */
function chunks({ capabilities, greeting }: Session): boolean {
  const { PIPELINING, CHUNKING } = capabilities.extensions;
  return PIPELINING === true && CHUNKING === true && !/\bmicrosoft\b/i.test(greeting.lines.join(" "));
}
