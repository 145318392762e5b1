import { content, data, mail, octets, rcpt, type Step, say } from "./dialogue.ts";
import { MESSAGE_LIMIT } from "./limits.ts";
import { lineOf, many, message, upTo } from "./message.ts";

const size = message.length;

/** The whole message in one chunk. */
export const wholeChunk = `BDAT ${size} LAST\r\n${message}`;

/** What follows RCPT. */
export const chunks: Readonly<Record<string, readonly Step[]>> = {
  "one chunk": [octets(wholeChunk)],
  "two chunks": [
    octets(`BDAT 10\r\n${message.slice(0, 10)}`),
    octets(`BDAT ${size - 10} LAST\r\n${message.slice(10)}`),
  ],
  "an empty last chunk": [octets(`BDAT ${size}\r\n${message}`), octets("BDAT 0 LAST\r\n")],
  "an empty first chunk": [octets("BDAT 0\r\n"), octets(wholeChunk)],
  "nothing at all": [octets("BDAT 0 LAST\r\n")],
  "one chunk by octets": [
    octets("BDAT 1\r\nF"),
    octets("BDAT 1\r\nr"),
    octets(`BDAT ${size - 2} LAST\r\n${message.slice(2)}`),
  ],
  "CR and LF in two chunks": [
    octets(`BDAT ${size - 1}\r\n${message.slice(0, -1)}`),
    octets("BDAT 1 LAST\r\n\n"),
  ],
  "lower case": [octets(`bdat ${size} last\r\n${message}`)],
  "a trailing space": [octets(`BDAT ${size} LAST \r\n${message}`)],
  "two spaces": [octets(`BDAT  ${size}  LAST\r\n${message}`)],
  "leading zeros": [octets(`BDAT 000${size} LAST\r\n${message}`)],
  "no last line end": [octets(`BDAT ${size + 5} LAST\r\n${message}no end`.slice(0, -1))],
  "dots that are not doubled": [octets(`BDAT ${size + 11} LAST\r\n${message}.\r\n..\r\n.a\r\n`)],
  "commands inside": [octets(`BDAT ${size + 12} LAST\r\n${message}RSET\r\nQUIT\r\n`)],
  "8-bit octets": [octets(`BDAT ${size + 4} LAST\r\n${message}\xe4\xf6\r\n`)],
  "a bare LF": [octets(`BDAT ${size + 5} LAST\r\n${message}a\nb\r\n`)],
  "a bare CR": [octets(`BDAT ${size + 5} LAST\r\n${message}a\rb\r\n`)],
  "a NUL": [octets(`BDAT ${size + 5} LAST\r\n${message}a\0b\r\n`)],
  "no size": [octets("BDAT\r\n")],
  "no size but LAST": [octets("BDAT LAST\r\n")],
  "a size that is none": [octets("BDAT ten LAST\r\n")],
  "a negative size": [octets("BDAT -1\r\n")],
  "an enormous size": [octets("BDAT 99999999999999999999\r\n")],
  "a word that is not LAST": [octets("BDAT 6 LASTX\r\nRSET\r\n")],
  "two words": [octets("BDAT 6 LAST LAST\r\nRSET\r\n")],
  "a decimal": [octets("BDAT 6.0\r\n")],
  "RSET between chunks": [octets("BDAT 5\r\nHello"), say("RSET"), rcpt],
  "NOOP between chunks": [octets("BDAT 5\r\nHello"), say("NOOP"), octets(`BDAT ${size} LAST\r\n${message}`)],
  "DATA after a chunk": [octets("BDAT 5\r\nHello"), data, content(".\r\n")],
  "MAIL after a chunk": [octets("BDAT 5\r\nHello"), mail],
  "RCPT after a chunk": [octets("BDAT 5\r\nHello"), rcpt],
  "a chunk after the last": [octets(wholeChunk), octets("BDAT 6\r\nRSET\r\n")],
  "two mails": [octets(wholeChunk), mail, rcpt, octets(wholeChunk)],
  "more than the limit at once": [
    octets(`BDAT ${MESSAGE_LIMIT + 1_000} LAST\r\n${upTo(MESSAGE_LIMIT + 1_000)}`),
    mail,
  ],
  "more than the limit by and by": [
    octets(`BDAT ${MESSAGE_LIMIT - 1_000}\r\n${upTo(MESSAGE_LIMIT - 1_000)}`),
    octets(`BDAT 2000\r\n${many(lineOf(98), 20)}`),
    say("RSET"),
    mail,
  ],
};
