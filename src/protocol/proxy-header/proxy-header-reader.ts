import type { HeaderEnd, ProxyHeader, ProxyHeaderProblem } from "./proxy-header.ts";
import { endOfVersion1, LONGEST_VERSION_1, parseVersion1 } from "./version-1.ts";
import { endOfVersion2, LONGEST_VERSION_2, parseVersion2, VERSION_2_BEGINS } from "./version-2.ts";

/** A header and the octets after it, or the reason why what came is not a header. */
export type ProxyHeaderRead =
  | { readonly header: ProxyHeader; readonly rest: Buffer; readonly problem?: undefined }
  | { readonly problem: ProxyHeaderProblem; readonly header?: undefined };

/**
 * Reads one PROXY header, version 1 or 2, from octets that arrive in pieces of any size. It reads no octet after the
 * header, refuses as soon as no header can begin with what has come, and holds at most one header.
 */
export class ProxyHeaderReader {
  #held: Buffer = EMPTY;
  #length = 0;

  /** Takes in what has arrived. Returns `undefined` if more must arrive first. */
  push(chunk: Buffer): ProxyHeaderRead | undefined {
    const before = this.#length;
    const octets = before === 0 ? chunk : this.#keep(chunk);
    const end = endOf(octets, before);
    if (end !== undefined && "problem" in end) return end;
    if (end === undefined || octets.length < end.end) {
      if (before === 0) this.#keep(chunk);
      return undefined;
    }
    const header = parse(octets.subarray(0, end.end));
    return "problem" in header ? header : { header, rest: chunk.subarray(end.end - before) };
  }

  /** Keeps what may belong to the header, and returns all that was kept. */
  #keep(chunk: Buffer): Buffer {
    const piece = chunk.subarray(0, LONGEST_VERSION_2 - this.#length);
    this.#grow(this.#length + piece.length);
    piece.copy(this.#held, this.#length);
    this.#length += piece.length;
    return this.#held.subarray(0, this.#length);
  }

  /** Makes room: twice as much each time, so that copying stays in proportion. */
  #grow(length: number): void {
    if (length <= this.#held.length) return;
    const size = Math.min(LONGEST_VERSION_2, Math.max(length, 2 * this.#held.length, LONGEST_VERSION_1));
    const larger = Buffer.allocUnsafeSlow(size);
    this.#held.copy(larger, 0, 0, this.#length);
    this.#held = larger;
  }
}

const EMPTY = Buffer.alloc(0);

function endOf(octets: Buffer, searched: number): HeaderEnd {
  if (octets.length === 0) return undefined;
  return octets[0] === VERSION_2_BEGINS ? endOfVersion2(octets) : endOfVersion1(octets, searched);
}

function parse(octets: Buffer): ReturnType<typeof parseVersion1> {
  return octets[0] === VERSION_2_BEGINS ? parseVersion2(octets) : parseVersion1(octets);
}
