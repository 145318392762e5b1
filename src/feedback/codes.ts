/** Codes that a text tells. None is made up: a text without a code has none. */
export interface Codes {
  /** The enhanced status code (RFC 3463). */
  readonly status?: string | undefined;
  /** The code of an SMTP reply. */
  readonly code?: number | undefined;
}

/** Reads the codes of what a server said. */
export function codesIn(text: string): Codes {
  const [, after, both] = replyWithStatus.exec(text) ?? [];
  if (after !== undefined) return { code: Number(after), status: both };
  const code = replyAtStart.exec(text)?.[1] ?? replyBehindWord.exec(text)?.[1];
  return { code: code === undefined ? undefined : Number(code), status: statusIn(text) };
}

/** The first enhanced status code of a text. Addresses of hosts and versions of programs look like one. */
export function statusIn(text: string): string | undefined {
  for (const match of text.matchAll(statusCode))
    if (!program.test(text.slice(Math.max(0, match.index - 12), match.index))) return match[1];
  return undefined;
}

/** The subjects that are registered are 0 to 7 (RFC 3463 section 4). */
const statusCode: RegExp = /(?<![\d.\w/@-])([245]\.[0-7]\.\d{1,3})(?!\.?\d|\w|@)/g;
const program: RegExp = /(?:version|release|exim|postfix|sendmail|smtpd?|qmail|server|\bv\.?) *[[(#]? *$/i;

/** `550 5.1.1` and `550-5.1.1`: both codes are of one class. */
const replyWithStatus: RegExp =
  /(?<![\d.\w@-])([245]\d\d)(?:[ -]|: )[#'"([]{0,2}((?:2\.|4\.|5\.)[0-7]\.\d{1,3})(?!\.?\d)/;
const replyAtStart: RegExp = /^[\s<>"'([]{0,5}(?:smtp; ?)?([245][0-5]\d)(?=[-\s,:;.<#)\]]|$)/i;
const replyBehindWord: RegExp =
  /(?:<<<|said:|says:|replied:?|responded(?: with)?:|response(?: was)?:|returned:|error:|error code:?|reason:|failed with:|[\])>"]:|was:) ?["'<([]?([245][0-5]\d)(?=[-\s,:;.<#)\]]|$)/i;
