/**
 * The lines of what a client said that may be shown, as {@link CommandMask} shows them.
 *
 * @param auth whether all of it belongs to an exchange of AUTH
 */
export function commandLines(said: string, auth: boolean): string[] {
  const lines = said.split("\r\n");
  if (lines.at(-1) === "") lines.pop();
  const mask = new CommandMask("***");
  return lines.map((line) => mask.line(line, auth));
}

/**
 * The one place that says what of the lines of a connection may be shown. What authenticates is masked (RFC 4954): the
 * argument of AUTH, however it is written, every answer to a 334, and what a client that was refused says all the same:
 * lines behind an AUTH that are no commands.
 */
export class CommandMask {
  /** What stands in place of secrets. */
  readonly mask: string;
  #loggingIn = false;

  constructor(mask: string) {
    this.mask = mask;
  }

  /**
   * The next line, without its end, as it may be shown; `answer`: it is said in answer to the server, and no command.
   */
  line(line: string, answer: boolean): string {
    const login = COMMAND.test(line) ? null : LOGIN.exec(line);
    if (login !== null && (!answer || COMMAND_AUTH.test(line))) {
      this.#loggingIn = true;
      const shown = login.index + login[0].length;
      return line.slice(shown).trim() === "" ? line : `${line.slice(0, shown)} ${this.mask}`;
    }
    if (answer) this.#loggingIn = true;
    else if (COMMAND.test(line)) this.#loggingIn = false;
    return answer || this.#loggingIn ? this.mask : line;
  }

  /** A reply, or several, as they may be shown: challenges may hold a name. */
  reply(replies: string): string {
    return replies.replace(/^334([ -])[^\r\n]*/gm, `334$1${this.mask}`);
  }
}

/** What is a command beyond doubt, and has nothing to do with logins. */
const COMMAND =
  /^[ \t]*(?:HELO|EHLO|LHLO|MAIL|RCPT|DATA|BDAT|BURL|RSET|NOOP|QUIT|HELP|VRFY|EXPN|STARTTLS|ETRN|ATRN|TURN|SEND|SOML|SAML|XCLIENT|XFORWARD)(?:[ \t:]|$)/i;

/** AUTH as a client of ours says it: its answers may look like anything. */
const COMMAND_AUTH = /^AUTH(?: |$)/i;

/**
 * What begins a login, of whatever protocol, and the mechanism behind it. Nothing but the name of a known mechanism:
 * who forgets it has a secret in its place.
 */
const LOGIN =
  /(?:AUTH(?:ENTICATE)?(?:[^A-Za-z0-9]*(?:SCRAM-SHA-?\d+(?:-PLUS)?|PLAIN|LOGIN|CRAM-MD5|DIGEST-MD5|XOAUTH2?|OAUTHBEARER|EXTERNAL|ANONYMOUS|NTLM|GSSAPI|SPNEGO)(?![\w-]))?|\b(?:LOGIN|PASS(?:WORD)?|USER|PLAIN)(?![\w-]))/i;
