import type { Address } from "../../address/address.ts";
import { Mailboxes } from "../../address/mailboxes.ts";
import { Reply } from "../../protocol/reply.ts";
import { Collector } from "./collector.ts";

/** A sender that a message names in a field of its header (RFC 5322 section 3.6.2). */
export interface ClaimedSender {
  readonly field: "From" | "Sender";
  readonly address: Address;
}

/**
 * Holds the header section of a message back until it is complete, and reads from it who the message says it is from.
 * What readers could understand in different ways is refused: no From field or several, an address that is not valid,
 * a header section without an end.
 */
export class ClaimedSenders {
  readonly #held = new Collector();
  #length = 0;
  /** How what is held back ends: a line end before the message, and as much as the end of the section may have. */
  #tail = "\n";
  #complete = false;

  /** Holds a piece back. Returns whether the header section is complete. */
  add(piece: Buffer): boolean {
    this.#held.add(piece);
    this.#length += piece.length;
    // The end may be split between two pieces.
    const text = this.#tail + piece.toString("latin1");
    this.#complete = HEADER_END.test(text);
    this.#tail = text.slice(-3);
    return this.#complete || this.#length > LONGEST_HEADER;
  }

  /** Everything that was held back, which may go on after the header section. */
  get octets(): Buffer {
    return this.#held.octets();
  }

  /** The senders that the header section names; a refusal if that cannot be said for sure. */
  read(): readonly ClaimedSender[] | Reply {
    if (!this.#complete && this.#length > LONGEST_HEADER) return tooLong;
    const text = `\n${this.octets.toString("utf8")}`;
    const header = text.slice(0, HEADER_END.exec(text)?.index ?? text.length);
    const from = valuesOf(header, "from");
    const sender = valuesOf(header, "sender");
    if (from.length !== 1) return notOneFrom;
    if (sender.length > 1) return notOneSender;
    try {
      const senders = [
        ...Mailboxes.parse(from[0] ?? "").map(({ address }) => ({ field: "From" as const, address })),
        ...sender.flatMap((value) =>
          Mailboxes.parse(value).map(({ address }) => ({ field: "Sender" as const, address })),
        ),
      ];
      return senders.some(({ field }) => field === "From") ? senders : notOneFrom;
    } catch {
      return notAddresses;
    }
  }
}

/** The values of all fields of this name, unfolded. Lines may end in any way that a reader might take for an end. */
function valuesOf(header: string, name: string): string[] {
  const unfolded = header.replace(/(?:\r\n|\r|\n)(?=[ \t])/g, "");
  return unfolded.split(/\r\n|\r|\n/).flatMap((line) => {
    const colon = line.indexOf(":");
    const named = colon > 0 && line.slice(0, colon).trim().toLowerCase() === name;
    return named ? [line.slice(colon + 1).trim()] : [];
  });
}

/** A line end, and an empty line. */
const HEADER_END = /(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r(?!\n))/;

/** How much is held back, in bytes. */
const LONGEST_HEADER = 262_144;

const tooLong = Reply.of(554, "5.6.0", "The header section is too long");
const notOneFrom = Reply.of(554, "5.6.0", "The message must have one From field, with an address");
const notOneSender = Reply.of(554, "5.6.0", "The message must not have several Sender fields");
const notAddresses = Reply.of(554, "5.6.0", "The From or Sender field has no valid addresses");
