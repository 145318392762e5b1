import type { DataFault } from "../data-reader.ts";
import { Reply } from "../reply.ts";
import { LineCheck } from "./chunk-line-check.ts";
import { ContentCheck } from "./content-check.ts";
import type { ContentEvent } from "./event.ts";
import type { Incoming, IncomingEnd } from "./incoming.ts";
import type { Input } from "./input.ts";
import { excess, tooLarge } from "./message-content.ts";
import type { ServerSettings } from "./settings.ts";

/** The octets that follow a BDAT command. */
export interface ChunkHeader {
  /** Exactly how many octets follow. */
  readonly size: number;
  /** The message is complete with them. */
  readonly last: boolean;
}

/** The content of one message sent by BDAT (RFC 3030 section 2). No octet of it has a meaning for SMTP. */
export class ChunkedContent implements Incoming {
  readonly #limit: number;
  readonly #check: LineCheck | undefined;
  #chunk: ChunkHeader = { size: 0, last: false };
  #received: Reply | undefined;
  #left = 0;
  #size = 0;
  readonly #content: ContentCheck;
  #fault: DataFault | undefined;
  #problem: Reply | undefined;

  /** @param binary whether the transaction is BODY=BINARYMIME: then line ends have no meaning either. */
  constructor(settings: ServerSettings, binary: boolean) {
    const { lenient, maxMessageSize } = settings;
    this.#content = new ContentCheck(settings, binary);
    this.#limit = maxMessageSize || Number.POSITIVE_INFINITY;
    this.#check = lenient || binary ? undefined : new LineCheck();
  }

  /** The next chunk follows. `received` is the reply to it, if it is not the last. */
  begin(chunk: ChunkHeader, received?: Reply): void {
    this.#chunk = chunk;
    this.#received = received;
    this.#left = chunk.size;
    this.#size += chunk.size;
  }

  /** Whether the message is refused, whatever follows. */
  get refused(): boolean {
    return this.#size > this.#limit || this.#fault !== undefined || this.#problem !== undefined;
  }

  /** Takes octets that do not come from the client. Returns those that belong to the message, if any. */
  take(octets: Buffer): Buffer | undefined {
    // The client is not to blame for what is too much: its connection goes on.
    this.#size = Math.min(this.#size + octets.length, this.#limit + 1);
    return this.#pass(octets);
  }

  #pass(piece: Buffer): Buffer | undefined {
    this.#fault ??= this.#check?.check(piece);
    if (this.#size > this.#limit || this.#fault !== undefined) return undefined;
    this.#problem ??= this.#content.check(piece);
    return this.#problem === undefined ? piece : undefined;
  }

  next(input: Input): ContentEvent | IncomingEnd | undefined {
    const early = !this.#chunk.last;
    if (this.#size > excess(this.#limit)) return { type: "ended", problem: tooLarge, fatal: true, early };
    while (this.#left > 0) {
      const piece = input.take(this.#left);
      if (piece === undefined) return undefined;
      this.#left -= piece.length;
      if (this.#pass(piece) !== undefined) return { type: "content", piece };
    }
    if (this.#size > this.#limit) return { type: "ended", problem: tooLarge, fatal: false, early };
    if (early)
      return {
        type: "part",
        reply: this.#received ?? Reply.of(250, "2.0.0", `${this.#chunk.size} octets received`),
      };
    this.#fault ??= this.#check?.end();
    return { type: "ended", problem: this.#fault ? unsound(this.#fault) : this.#problem, fatal: false };
  }
}

/** A refused chunk. Its octets must be read, otherwise they would be taken for commands. */
export class RefusedChunk implements Incoming {
  readonly #reply: Reply;
  readonly #fatal: boolean;
  #left: number;

  constructor({ maxMessageSize }: ServerSettings, { size }: ChunkHeader, reply: Reply) {
    this.#fatal = size > excess(maxMessageSize || Number.POSITIVE_INFINITY);
    this.#reply = this.#fatal ? tooLarge : reply;
    this.#left = this.#fatal ? 0 : size;
  }

  next(input: Input): IncomingEnd | undefined {
    while (this.#left > 0) {
      const piece = input.take(this.#left);
      if (piece === undefined) return undefined;
      this.#left -= piece.length;
    }
    return { type: "refused", reply: this.#reply, fatal: this.#fatal };
  }
}

function unsound(fault: DataFault): Reply {
  return Reply.of(554, "5.6.0", `There is ${fault} in the message, which is not BODY=BINARYMIME`);
}
