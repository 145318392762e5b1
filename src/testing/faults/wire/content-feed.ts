import { DataReader } from "../../../protocol/data-reader.ts";
import type { ResolvedFault } from "../definition/resolved-fault.ts";
import type { ReservedFault } from "../selection/fault-book.ts";
import type { UnreadInput } from "./unread-input.ts";

/** What a {@link ContentFeed} calls. */
export interface ContentFeedHost {
  /** Content has arrived, as it was sent. */
  heard(octets: Buffer, from: "data" | "bdat"): void;
  /** Passes content to the protocol. */
  pass(octets: Buffer): void;
  /** So much content has arrived that a fault strikes. */
  strike(fault: ResolvedFault): void;
  /** The final dot has arrived. `feigned`: the protocol does not know of this content. */
  dotted(feigned: boolean): void;
}

/** Passes the content of messages to the protocol, so that none of it is taken for commands. */
export class ContentFeed {
  readonly #input: UnreadInput;
  readonly #host: ContentFeedHost;
  /** Finds the end of content that ends with a dot. */
  #reader: DataReader | undefined;
  #feigned = false;
  #underway = false;
  /** How many bytes of the message have arrived. */
  #octets = 0;
  #pending: ReservedFault | undefined;
  /** How many octets of a chunk are missing (RFC 3030 section 2), and whether they are kept from the protocol. */
  #chunk = { left: 0, withheld: false };

  constructor(input: UnreadInput, host: ContentFeedHost) {
    this.#input = input;
    this.#host = host;
  }

  /** Whether content follows instead of a line. */
  get reading(): boolean {
    return this.#chunk.left > 0 || this.#reader !== undefined || this.#isDue;
  }

  /** A message begins, by DATA or in chunks. `pending` strikes within it. */
  begin(kind: "dotted" | "chunked" | "feigned", pending: ReservedFault | undefined): void {
    this.end();
    this.#underway = true;
    this.#reader = kind === "chunked" ? undefined : new DataReader({ lenient: true });
    this.#feigned = kind === "feigned";
    this.#pending = pending;
    this.#octets = 0;
  }

  /** The message has ended. A fault that has not struck in it does not strike any more. */
  end(): void {
    this.#pending?.finish(false);
    this.#pending = undefined;
    this.#reader = undefined;
    this.#feigned = false;
    this.#underway = false;
  }

  /** A chunk of this size follows. */
  expect(octets: number, withheld: boolean): void {
    this.#chunk = { left: octets, withheld };
  }

  /** Passes the next piece on. Returns whether there was one. */
  feed(): boolean {
    if (this.#isDue) return this.#strike();
    if (this.#input.length === 0) return false;
    return this.#chunk.left > 0 ? this.#feedChunk() : this.#feedData();
  }

  get #isDue(): boolean {
    return this.#pending !== undefined && this.#pending.fault.octet === this.#octets;
  }

  #strike(): true {
    const { fault } = this.#pending as ReservedFault;
    this.#pending?.finish(true);
    this.#pending = undefined;
    this.#host.strike(fault);
    return true;
  }

  #feedData(): boolean {
    const reader = this.#reader;
    if (reader === undefined) return false;
    const most = this.#most(this.#input.length);
    const end = reader.read(this.#input.peek(most), 0).end;
    const piece = this.#input.take(end ?? most);
    this.#octets += piece.length;
    this.#host.heard(piece, "data");
    const feigned = this.#feigned;
    if (!feigned) this.#host.pass(piece);
    if (end === undefined) return true;
    // A fault at the very end has been reached as well.
    if (this.#isDue) this.#strike();
    this.end();
    this.#host.dotted(feigned);
    return true;
  }

  #feedChunk(): true {
    const { left, withheld } = this.#chunk;
    const piece = this.#input.take(this.#most(Math.min(left, this.#input.length)));
    this.#chunk = { left: left - piece.length, withheld };
    if (withheld) return true;
    if (this.#underway) this.#octets += piece.length;
    this.#host.heard(piece, "bdat");
    this.#host.pass(piece);
    return true;
  }

  /** The size of a piece, at most up to the point at which a fault strikes. */
  #most(octets: number): number {
    return this.#pending === undefined ? octets : Math.min(octets, this.#pending.fault.octet - this.#octets);
  }
}
