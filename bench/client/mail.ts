/**
 * What every contender sends: fields that envoi and nodemailer understand alike, a subject of its own for each mail.
 */
export interface PlainMail {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export const sender = "shop@example.com";
export const recipient = "jane@example.net";

/** The mail of this number: ASCII in lines of 73 characters, which both libraries send as it is, in 7 bits. */
export function plainMail(number: number): PlainMail {
  return { from: sender, to: recipient, subject: `Your order ${number}`, text };
}

const line = "The quick brown fox jumps over the lazy dog, and the dog doesn't mind it.";
const lines = 54;
export const text: string = `${line}\n`.repeat(lines);

/** Octets of text in a mail, its line ends as CRLF: 4 kB. */
export const textSize: number = lines * (line.length + 2);
