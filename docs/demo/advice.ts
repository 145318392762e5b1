import type { EnvoiError } from "envoi";

/** What to do about an error, in short; docs/errors.md has the whole table. */
export function advice({ kind, delivery, transient }: EnvoiError): string {
  if (delivery === "unknown") {
    return "It may have been delivered. Look for its Message-ID in the relay's log before you send it again.";
  }
  switch (kind) {
    case "connection":
    case "timeout":
    case "closed":
      return "Nothing is lost: check host, port and network, then send it again.";
    case "tls":
      return "Nothing went out. Choose the mode and port that the server speaks, or trust its authority.";
    case "authentication":
      return transient ? "Send it again later." : "Nothing went out. Check user, password and mechanism.";
    case "rejected":
      return transient
        ? "Send it again later, to those recipients alone that were refused."
        : "Do not send it again as it is: error.reply says what the server has against it.";
    case "too-large":
    case "content":
    case "message":
    case "address":
    case "unsupported":
    case "configuration":
      return "Change what was given: sending the same again fails the same way.";
    case "protocol":
      return "The server broke the rules of SMTP: tell its operator, or take another.";
    case "aborted":
    case "queue-full":
      return "Nothing is lost: send it again when there is time for it.";
  }
}
