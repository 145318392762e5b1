import { formatCommand } from "../command.ts";
import { goesByChunks } from "./content.ts";
import { type ChainedMail, MailInFlight } from "./mail-in-flight.ts";
import type { Octets } from "./mail-transaction.ts";
import { mailAndRecipients } from "./transaction.ts";
import { MOST_OCTETS } from "./window.ts";

/** A mail as a window sends it: RSET, MAIL, each RCPT, and the content as one chunk, without waiting for a reply. */
export class WindowedMail {
  readonly inFlight: MailInFlight;
  /** Whether it must be sent alone, and its content only after its envelope was answered. */
  readonly alone: boolean;
  /** Its commands, which the content follows; empty if it is sent alone. */
  readonly commands: string;
  readonly content: readonly (string | Buffer)[];
  /** Octets of commands and content. */
  readonly octets: number;
  /** How many replies it gets. */
  readonly replies: number;

  constructor(mail: ChainedMail, alone = false) {
    this.inFlight = new MailInFlight(mail);
    this.replies = mail.envelope.to.length + 3;
    const content = alone || mail.partial === false ? undefined : inMemory(mail.content);
    this.content = content === undefined ? [] : asLines(mail, content);
    const size = sizeOf(this.content);
    this.alone = content === undefined || size > MOST_OCTETS;
    this.commands = this.alone ? "" : commandsOf(mail, size);
    this.octets = Buffer.byteLength(this.commands) + size;
  }
}

type InMemory = Exclude<Octets, AsyncIterable<Buffer>>;

function inMemory(content: Octets): InMemory | undefined {
  return typeof content === "string" || !(Symbol.asyncIterator in content) ? content : undefined;
}

/** RSET comes first, because the server may keep a transaction open that it has refused. */
function commandsOf(mail: ChainedMail, size: number): string {
  return `RSET\r\n${mailAndRecipients(mail)}${formatCommand({ verb: "BDAT", size, last: true })}`;
}

/** BDAT does not add the missing line end to content. */
function asLines(mail: ChainedMail, content: InMemory): readonly (string | Buffer)[] {
  const pieces = typeof content === "string" ? [content] : content;
  return goesByChunks(mail) || endsLine(pieces) ? pieces : [...pieces, "\r\n"];
}

/** Strings in content are ASCII. */
function sizeOf(pieces: readonly (string | Buffer)[]): number {
  let size = 0;
  for (const { length } of pieces) size += length;
  return size;
}

/** Whether the content is empty or ends with a line end. */
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
