/** The mail of every contender: fields with the same names in envoi and nodemailer, and a subject of its own. */
export interface PlainMail {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export const sender = "shop@example.com";
export const recipient = "jane@example.net";

/** The mail with this number: ASCII in lines of 73 characters, which both libraries send unencoded. */
export function plainMail(number: number): PlainMail {
  return { from: sender, to: recipient, subject: `Your order ${number}`, text };
}

const line = "The quick brown fox jumps over the lazy dog, and the dog doesn't mind it.";
const lines = 54;
export const text: string = `${line}\n`.repeat(lines);

/** Octets of text in a mail, with CRLF: 4 kB. */
export const textSize: number = lines * (line.length + 2);
