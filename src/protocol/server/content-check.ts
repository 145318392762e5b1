import { Reply } from "../reply.ts";
import { beyond } from "./limit.ts";
import type { ServerSettings } from "./settings.ts";

/**
 * Checks the content of one message, piece by piece: for lines that are too long, and for so many Received fields that
 * the message must be in a loop (RFC 5321 section 6.3).
 */
export class ContentCheck {
  readonly #longest: number;
  readonly #maxHops: number;
  #hops = 0;
  /** So much more may belong to the header section. */
  #head = LONGEST_HEAD;
  /** How the line begins that has no end yet, as far as it matters, in lower case. */
  #begun = "";
  /** How long the line is that has no end yet. */
  #open = 0;

  /** `binary`: the content has no lines. */
  constructor({ maxContentLineLength, maxHops }: ServerSettings, binary: boolean) {
    this.#longest = maxContentLineLength > 0 && !binary ? maxContentLineLength : Number.POSITIVE_INFINITY;
    this.#maxHops = maxHops;
  }

  /** The refusal, if this piece shows the problem. Then nothing more needs to be checked. */
  check(piece: Buffer): Reply | undefined {
    if (this.#head > 0 && this.#countHops(piece) > this.#maxHops) return loop;
    if (this.#longest === Number.POSITIVE_INFINITY || !this.#hasLongLine(piece)) return undefined;
    return beyond(
      "maxContentLineLength",
      Reply.of(554, "5.6.0", `A line of the message has more than ${this.#longest} octets`),
    );
  }

  #countHops(piece: Buffer): number {
    let from = 0;
    while (from < piece.length) {
      const lf = piece.indexOf(LF, from);
      // Most lines are seen at a glance to be another field, or to go on with one.
      const other =
        this.#begun === "" && lf - from >= RECEIVED.length && ((piece[from] as number) | 0x20) !== R;
      if (other) {
        from = lf + 1;
        continue;
      }
      if (this.#begun.length < RECEIVED.length)
        this.#begun += piece
          .toString("latin1", from, from + RECEIVED.length - this.#begun.length)
          .toLowerCase();
      if (lf === -1) break;
      if (this.#begun.startsWith(RECEIVED)) this.#hops++;
      if (noField.test(this.#begun)) {
        this.#head = 0;
        return this.#hops;
      }
      this.#begun = "";
      from = lf + 1;
    }
    this.#head -= piece.length;
    return this.#hops;
  }

  /** Goes from line end to line end, as far ahead each time as a line may reach. */
  #hasLongLine(piece: Buffer): boolean {
    const reach = this.#longest + CRLF;
    let from = -this.#open;
    while (piece.length - from >= reach) {
      const lf = piece.lastIndexOf(LF, from + reach - 1);
      if (lf < Math.max(from, 0)) return true;
      from = lf + 1;
    }
    const last = piece.lastIndexOf(LF);
    this.#open = last === -1 ? this.#open + piece.length : piece.length - last - 1;
    return false;
  }
}

const loop = beyond("maxHops", Reply.of(554, "5.4.6", "Too many hops: the message goes in circles"));

const RECEIVED = "received:";

/** The beginning of a line that is neither a header field nor its continuation: it ends the header section. */
const noField = /^(?:[^ \t:\n][^:\n]*)?\n/;

/** How many octets are searched: Received fields are at the top. */
const LONGEST_HEAD = 262_144;

const R = 0x72;
const LF = 0x0a;
const CRLF = 2;
