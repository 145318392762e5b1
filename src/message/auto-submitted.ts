import { Header } from "../mime/header.ts";
import { wrongWord } from "../mime/message-error.ts";

/** Whether a mail was written by a program, so that other programs do not answer it (RFC 3834, RFC 5436). */
export type AutoSubmitted = "no" | "auto-generated" | "auto-replied" | "auto-notified";

const known = new Set<string>(["no", "auto-generated", "auto-replied", "auto-notified"]);

/** The field Auto-Submitted. @throws MessageError if the value is not one of the four. */
export function autoSubmittedHeader(value: AutoSubmitted): Header {
  if (known.has(value)) return Header.formatted("Auto-Submitted", value, `Auto-Submitted: ${value}`);
  throw wrongWord("autoSubmitted", `one of ${[...known].join(", ")}`, value);
}
