import { MASK } from "./known-secrets.ts";

/**
 * Splits what a client sent into lines as they may be shown.
 *
 * @param auth whether all lines belong to an AUTH exchange
 */
export function commandLines(said: string, auth: boolean): string[] {
  const lines = said.split("\r\n");
  if (lines.at(-1) === "") lines.pop();
  const mask = new DialogueMask(MASK);
  return lines.map((line) => mask.line(line, auth));
}

/**
 * Masks what authenticates in the lines of a connection (RFC 4954): the argument of AUTH, however it is written, every
 * answer to a 334, and lines after an AUTH that are not commands, because a client may send its secret although it was
 * refused. Of the URL of BURL it masks the authorization. It must see all lines of the connection, in order.
 */
export class DialogueMask {
  /** Replaces secrets. */
  readonly mask: string;
  #loggingIn = false;

  constructor(mask: string) {
    this.mask = mask;
  }

  /** The next line, without its end, as it may be shown. `answer`: it answers a 334, and is not a command. */
  line(line: string, answer: boolean): string {
    const login = COMMAND.test(line) ? null : LOGIN.exec(line);
    if (login !== null && (!answer || COMMAND_AUTH.test(line))) {
      this.#loggingIn = true;
      const shown = login.index + login[0].length;
      return line.slice(shown).trim() === "" ? line : `${line.slice(0, shown)} ${this.mask}`;
    }
    if (answer) this.#loggingIn = true;
    else if (COMMAND.test(line)) this.#loggingIn = false;
    if (answer || this.#loggingIn) return this.mask;
    return BURL.test(line) ? line.replace(URL_AUTHORIZATION, `$1${this.mask}`) : line;
  }

  /** One or more replies as they may be shown: a challenge may contain a user name. */
  reply(replies: string): string {
    return replies.replace(/^334([ -])[^\r\n]*/gm, `334$1${this.mask}`);
  }
}

/** Commands that cannot be mistaken for part of a login. */
const COMMAND =
  /^[ \t]*(?:HELO|EHLO|LHLO|MAIL|RCPT|DATA|BDAT|BURL|RSET|NOOP|QUIT|HELP|VRFY|EXPN|STARTTLS|ETRN|ATRN|TURN|SEND|SOML|SAML|XCLIENT|XFORWARD)(?:[ \t:]|$)/i;

const BURL = /^[ \t]*BURL[ \t]/i;

/** Whoever has this part of a URL may fetch the message (RFC 4467). */
const URL_AUTHORIZATION = /(;URLAUTH=)[^ \t]*/i;

/** AUTH as the client of envoi writes it. Its answers may look like anything. */
const COMMAND_AUTH = /^AUTH(?: |$)/i;

/**
 * The start of a login in SMTP, POP3 or IMAP, with the name of a known mechanism. Any other word in its place is taken
 * for a secret, because a client may forget the mechanism.
 */
const LOGIN =
  /(?:AUTH(?:ENTICATE)?(?:[^A-Za-z0-9]*(?:SCRAM-SHA-?\d+(?:-PLUS)?|PLAIN|LOGIN|CRAM-MD5|DIGEST-MD5|XOAUTH2?|OAUTHBEARER|EXTERNAL|ANONYMOUS|NTLM|GSSAPI|SPNEGO)(?![\w-]))?|\b(?:LOGIN|PASS(?:WORD)?|USER|PLAIN)(?![\w-]))/i;
