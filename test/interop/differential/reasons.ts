import type { Difference } from "./compare.ts";

/** Why our server does not do what another does: every expression that is given has to match. */
export interface Reason {
  readonly reason: string;
  readonly oracle?: Difference["oracle"];
  readonly dialogue?: RegExp;
  readonly said?: RegExp;
  readonly ours: RegExp;
  readonly theirs: RegExp;
}

/** The written reasons. Each is needed: the test fails for one that no longer explains anything. */
export const reasons: readonly Reason[] = [
  // Strictness
  {
    reason: "521 and close for a bare CR, a bare LF or a NUL, which others take for data or a line end",
    dialogue: /^(?:octets|content): /,
    said: /[\0\n\r]/,
    ours: /^(?:521 5\.5\.2|closed)/,
    theirs: /^(?:[25]\d\d)/,
  },
  {
    reason: "554 5.6.0 for a bare CR, a bare LF or a NUL in chunks without BODY=BINARYMIME",
    dialogue: /^BDAT: a (?:bare|NUL)/,
    ours: /^554 5\.6\.0$/,
    theirs: /^250/,
  },
  {
    reason:
      "addresses are what RFC 5321 4.1.2 says: dots between atoms, specials quoted, 254 octets, a domain",
    said: /^(?:MAIL FROM|RCPT TO):<[^<]/,
    ours: /^501 5\.1\.[37]$/,
    theirs: /^250/,
  },
  {
    reason: "a path has one pair of angle brackets around it",
    said: /^(?:MAIL FROM|RCPT TO):(?:[^<]|<<)/,
    ours: /^501 5\.5\.4$/,
    theirs: /^250/,
  },
  {
    reason: "parameters that are repeated or malformed are refused (RFC 5321 4.1.1.11)",
    said: /^(?:MAIL FROM|RCPT TO):<\S+> (?:SIZE|BODY|RET|ENVID|SMTPUTF8|AUTH|NOTIFY|ORCPT)/,
    ours: /^50[14] 5\.5\.4$/,
    theirs: /^250/,
  },
  {
    reason: "a parameter of an extension that is not offered is unknown (RFC 5321 4.1.1.11)",
    said: /^MAIL FROM:<\S+> (?:AUTH|SIZE)=/,
    ours: /^555 5\.5\.4$/,
    theirs: /^250/,
  },
  {
    reason: "an address that is not ASCII needs SMTPUTF8, at MAIL (RFC 6531 3.4, 3.5)",
    said: /^(?:MAIL FROM|RCPT TO):<[^>]*[\x80-\xff][^>]*>\r\n/,
    ours: /^553 5\.6\.7$/,
    theirs: /^250/,
  },
  {
    reason:
      "the name in EHLO and HELO is a domain, even one with underscores, or a literal, of 255 octets at most",
    said: /^(?:EHLO|HELO) /,
    ours: /^501$/,
    theirs: /^250$/,
  },
  {
    reason: "white space belongs behind a verb, and is a space",
    oracle: "Postfix",
    said: /^(?:[ \t]NOOP|NOOP\t)/,
    ours: /^500 5\.5\.2$/,
    theirs: /^250/,
  },
  {
    reason: "commands are UTF-8",
    oracle: "Exim",
    said: /^NOOP [\x80-\xff]/,
    ours: /^500 5\.5\.2$/,
    theirs: /^250$/,
  },
  {
    reason: "a command line above 12,288 octets ends the connection",
    dialogue: /\(20005\)$/,
    ours: /^(?:500 5\.5\.2|closed)$/,
    theirs: /^(?:250|500)/,
  },
  {
    reason: "QUIT takes no argument (RFC 5321 4.1.1.10)",
    oracle: "Postfix",
    said: /^QUIT x/,
    ours: /^501 5\.5\.4$/,
    theirs: /^221/,
  },
  {
    reason: "AUTH PLAIN has one argument at most, and nobody may act for another",
    oracle: "Exim",
    dialogue: /^AUTH: PLAIN, (?:another's name|two words)/,
    ours: /^501 5\.5\.2$/,
    theirs: /^235$/,
  },
  {
    reason:
      "521 and close where BDAT does not say how many octets follow: nobody can tell where the next command begins",
    oracle: "Exim",
    said: /^(?:BDAT|NOOP)/,
    dialogue: /BDAT/,
    ours: /^(?:521 5\.5\.4|closed)$/,
    theirs: /^(?:250|silence)/,
  },
  // What tells nothing
  {
    reason: "VRFY tells nothing (RFC 5321 7.3)",
    said: /^VRFY /,
    ours: /^252 2\.5\.0$/,
    theirs: /^5/,
  },
  {
    reason:
      "RSET asks for nothing, so it is answered in plaintext; Postfix refuses it if it requires TLS (RFC 3207 4)",
    oracle: "Postfix",
    dialogue: /^STARTTLS: /,
    said: /^RSET/,
    ours: /^250 2\.0\.0$/,
    theirs: /^530 5\.7\.0$/,
  },
  {
    reason: "our hook refuses who has not logged in at MAIL; Postfix waits for RCPT",
    oracle: "Postfix",
    dialogue: /^AUTH: /,
    said: /^MAIL /,
    ours: /^530 5\.7\.0$/,
    theirs: /^250/,
  },
  // What others cannot do, or cannot be told to do
  {
    reason: "Postfix does not know HELP",
    oracle: "Postfix",
    said: /^HELP/,
    ours: /^214 2\.0\.0$/,
    theirs: /^500/,
  },
  {
    reason: "Postfix hangs up on what looks like a header of a mail",
    oracle: "Postfix",
    said: /^MAILFROM:/,
    ours: /^500 5\.5\.2$/,
    theirs: /^221/,
  },
  {
    reason: "Postfix wants something in a chunk unless it is the last",
    oracle: "Postfix",
    said: /^BDAT 0\r\n/,
    ours: /^250 2\.0\.0$/,
    theirs: /^551/,
  },
  {
    reason: "Postfix takes STARTTLS before EHLO",
    oracle: "Postfix",
    dialogue: /^STARTTLS: STARTTLS at the beginning/,
    ours: /^503 5\.5\.1$/,
    theirs: /^220/,
  },
  {
    reason:
      "Exim knows neither underscores nor letters beyond ASCII in names, and address literals only where told",
    oracle: "Exim",
    said: /^(?:(?:EHLO|HELO) \S*[_\x80-\xff]|MAIL FROM:<a@(?:b_c|\[))/,
    ours: /^250/,
    theirs: /^501$/,
  },
  {
    reason: "Exim wants one space between MAIL and FROM",
    oracle: "Exim",
    said: /^MAIL {2}FROM/,
    ours: /^250/,
    theirs: /^500/,
  },
  {
    reason: "Exim wants EHLO before STARTTLS, and HELO will not do",
    oracle: "Exim",
    dialogue: /^STARTTLS: STARTTLS after HELO/,
    ours: /^220/,
    theirs: /^503$/,
  },
  {
    reason: "ETRN needs a hook; Exim always has it, and queues nothing",
    oracle: "Exim",
    said: /^ETRN/,
    ours: /^502 5\.5\.1$/,
    theirs: /^4/,
  },
  {
    reason:
      "Exim takes BDAT where nothing was accepted, or not even begun, for lines, or keeps the transaction open",
    oracle: "Exim",
    dialogue: /BDAT LAST (?:at the beginning|after HELO|after MAIL|after a refused RCPT)$/,
    ours: /^(?:221 2\.0\.0|503 5\.5\.1)$/,
    theirs: /^(?:250|500)/,
  },
  {
    reason: "Exim knows but BDAT and QUIT between the chunks of a message; RSET then ends the connection",
    oracle: "Exim",
    dialogue: /after a chunk$|between chunks$/,
    ours: /^(?:25[02]|214|closed)/,
    theirs: /^(?:503|closed|421)/,
  },
  {
    reason: "Exim counts hops when it delivers, not when it accepts",
    oracle: "Exim",
    dialogue: /^content: a hundred hops/,
    ours: /^554 5\.4\.6$/,
    theirs: /^250$/,
  },
];

/** Why what is delivered is not the same, though it was answered alike. */
export const contentReasons: readonly Reason[] = [
  {
    reason: "we deliver what came; others end a header that has no end with an empty line",
    dialogue:
      /^content: (?:a header field without a colon|no header but text|a header alone|nothing)|^BDAT: nothing/,
    ours: /^/,
    theirs: /(?:^|\r\n)\r\n/,
  },
  {
    reason: "we deliver what came; others end a last line that has no end",
    dialogue: /^BDAT: no last line end/,
    ours: /no en$/,
    theirs: /no en\r\n$/,
  },
  {
    reason: "we deliver what came; Postfix takes white space from before a colon",
    oracle: "Postfix",
    dialogue: /space before its colon/,
    ours: /Wrong : x/,
    theirs: /Wrong: x/,
  },
];
