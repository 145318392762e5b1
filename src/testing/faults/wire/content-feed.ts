import { DataReader } from "../../../protocol/data-reader.ts";
import type { ResolvedFault } from "../definition/resolved-fault.ts";
import type { ReservedFault } from "../selection/fault-book.ts";
import type { UnreadInput } from "./unread-input.ts";

/** Whom a {@link ContentFeed} works for. */
export interface ContentFeedHost {
  /** Content came, as it is on the wire. */
  heard(octets: Buffer, from: "data" | "bdat"): void;
  /** The protocol is to have it. */
  pass(octets: Buffer): void;
  /** So much of it has come that a fault strikes. */
  strike(fault: ResolvedFault): void;
  /** The dot that ends it has come; `feigned`: the protocol knows nothing of this content. */
  dotted(feigned: boolean): void;
}

/** The content of messages on its way to the protocol: not commands, whatever it may look like. */
export class ContentFeed {
  readonly #input: UnreadInput;
  readonly #host: ContentFeedHost;
  /** Finds the end, where a dot tells it. */
  #reader: DataReader | undefined;
  #feigned = false;
  #underway = false;
  /** So many octets of the message have come. */
  #octets = 0;
  #pending: ReservedFault | undefined;
  /** Octets of a chunk (RFC 3030 2) that are still to come, and whether the protocol is to have them. */
  #chunk = { left: 0, withheld: false };

  constructor(input: UnreadInput, host: ContentFeedHost) {
    this.#input = input;
    this.#host = host;
  }

  /** Whether what comes next, if anything does, is no line. */
  get reading(): boolean {
    return this.#chunk.left > 0 || this.#reader !== undefined || this.#isDue;
  }

  /** A message begins: by DATA, or in chunks; `pending` strikes amid it. */
  begin(kind: "dotted" | "chunked" | "feigned", pending: ReservedFault | undefined): void {
    this.end();
    this.#underway = true;
    this.#reader = kind === "chunked" ? undefined : new DataReader({ lenient: true });
    this.#feigned = kind === "feigned";
    this.#pending = pending;
    this.#octets = 0;
  }

  /** The message is over, or given up. What has not struck in it does not any more. */
  end(): void {
    this.#pending?.finish(false);
    this.#pending = undefined;
    this.#reader = undefined;
    this.#feigned = false;
    this.#underway = false;
  }

  /** So many octets follow. */
  expect(octets: number, withheld: boolean): void {
    this.#chunk = { left: octets, withheld };
  }

  /** Moves on what belongs together; whether there was anything. */
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

  /** No more than up to where a fault strikes. */
  #most(octets: number): number {
    return this.#pending === undefined ? octets : Math.min(octets, this.#pending.fault.octet - this.#octets);
  }
}
