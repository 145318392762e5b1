import { content, data, ehlo, handshake, helo, mail, rcpt, type Step, say } from "./dialogue.ts";
import { message } from "./message.ts";

/** Dialogues with servers that offer or require STARTTLS. */
export const upgrades: Readonly<Record<string, readonly Step[]>> = {
  "MAIL in clear": [ehlo, mail],
  "NOOP in clear": [ehlo, say("NOOP")],
  "RSET in clear": [ehlo, say("RSET")],
  "VRFY in clear": [ehlo, say("VRFY root")],
  "STARTTLS at the beginning": [say("STARTTLS")],
  "STARTTLS with an argument": [ehlo, say("STARTTLS now")],
  "a mail over TLS": [ehlo, say("STARTTLS"), handshake, ehlo, mail, rcpt, data, content(`${message}.\r\n`)],
  "MAIL before EHLO over TLS": [ehlo, say("STARTTLS"), handshake, mail],
  "STARTTLS over TLS": [ehlo, say("STARTTLS"), handshake, ehlo, say("STARTTLS")],
  "HELO over TLS": [ehlo, say("STARTTLS"), handshake, helo, mail],
  "STARTTLS after HELO": [helo, say("STARTTLS")],
};
