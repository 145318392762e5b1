import { formatCommand } from "../command.ts";
import { goesByChunks, type Octets } from "./content.ts";
import { type ChainedMail, Link } from "./link.ts";
import { mailAndRecipients } from "./transaction.ts";
import { MOST_OCTETS } from "./window.ts";

/** A mail as row 3 says it: RSET, MAIL, each RCPT, and the content as one chunk, without waiting for a word. */
export class Package {
  readonly link: Link;
  /** Nothing may be said together with it, nor its content before its envelope is answered. */
  readonly alone: boolean;
  /** All of it; empty where it goes alone. */
  readonly flight: readonly (string | Buffer)[];
  readonly octets: number;
  /** How many replies it has. */
  readonly replies: number;

  constructor(mail: ChainedMail, alone = false) {
    this.link = new Link(mail);
    this.replies = mail.envelope.to.length + 3;
    const content = alone || mail.partial === false ? undefined : inMemory(mail.content);
    const flight = content === undefined ? undefined : flightOf(mail, content);
    this.octets = flight === undefined ? 0 : sizeOf(flight);
    this.alone = flight === undefined || this.octets > MOST_OCTETS;
    this.flight = this.alone ? [] : (flight ?? []);
  }
}

type InMemory = Exclude<Octets, AsyncIterable<Buffer>>;

function inMemory(content: Octets): InMemory | undefined {
  return typeof content === "string" || !(Symbol.asyncIterator in content) ? content : undefined;
}

/** RSET goes in front, in case the server keeps a transaction open that it has refused. */
function flightOf(mail: ChainedMail, content: InMemory): (string | Buffer)[] {
  const pieces: (string | Buffer)[] = typeof content === "string" ? [content] : [...content];
  if (!goesByChunks(mail) && !endsLine(pieces)) pieces.push("\r\n");
  const bdat = formatCommand({ verb: "BDAT", size: sizeOf(pieces), last: true });
  return [`RSET\r\n${mailAndRecipients(mail)}${bdat}`, ...pieces];
}

/** Commands may hold more than ASCII; what is text of the content does not. */
function sizeOf(pieces: readonly (string | Buffer)[]): number {
  let size = 0;
  for (const piece of pieces) size += typeof piece === "string" ? Buffer.byteLength(piece) : piece.length;
  return size;
}

/** Whether the content is nothing, or lines to its end. */
function endsLine(pieces: readonly (string | Buffer)[]): boolean {
  let end = "";
  for (let i = pieces.length - 1; i >= 0 && end.length < 2; i--) {
    const piece = pieces[i] as string | Buffer;
    end =
      (typeof piece === "string"
        ? piece.slice(-2)
        : piece.toString("latin1", Math.max(0, piece.length - 2))) + end;
  }
  return end === "" || end.endsWith("\r\n");
}
