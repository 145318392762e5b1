import { DataReader } from "../data-reader.ts";
import { Reply } from "../reply.ts";
import { ContentCheck } from "./content-check.ts";
import type { ContentEvent } from "./event.ts";
import type { Incoming, IncomingEnd } from "./incoming.ts";
import type { Input } from "./input.ts";
import { beyond } from "./limit.ts";
import type { ServerSettings } from "./settings.ts";

/** The content of one message sent by DATA. */
export class MessageContent implements Incoming {
  readonly #settings: ServerSettings;
  readonly #reader: DataReader;
  readonly #check: ContentCheck;
  #problem: Reply | undefined;
  #size = 0;
  #end: IncomingEnd | undefined;

  constructor(settings: ServerSettings) {
    this.#settings = settings;
    this.#reader = new DataReader(settings);
    this.#check = new ContentCheck(settings, false);
  }

  /**
   * Takes content from the input. Content beyond the limit is read, to find its end (RFC 1870 section 6.3), and
   * dropped.
   */
  next(input: Input): ContentEvent | IncomingEnd | undefined {
    while (this.#end === undefined) {
      const read = input.data(this.#reader);
      if (read === undefined) return undefined;
      const { content, end, fault } = read;
      this.#size += content.length;
      const limit = this.#settings.maxMessageSize || Number.POSITIVE_INFINITY;
      if (this.#size > limit) this.#problem = tooLarge;
      else this.#problem ??= this.#check.check(content);
      if (fault !== undefined)
        this.#end = ended(Reply.of(521, "5.5.2", `There is ${fault} in the message`), true);
      else if (end !== undefined) this.#end = ended(this.#problem, false);
      else if (this.#size > excess(limit)) this.#end = ended(tooLarge, true);
      if (content.length > 0 && this.#problem === undefined) return { type: "content", piece: content };
    }
    return this.#end;
  }
}

/** The message is larger than the limit (RFC 1870 section 6). */
export const tooLarge: Reply = beyond("maxMessageSize", Reply.of(552, "5.3.4", "The message is too large"));

/** How much of a message that is larger than `limit` is read, so that it gets a proper reply. */
export function excess(limit: number): number {
  return limit * 2 + OVERRUN;
}

const OVERRUN = 1_048_576;

function ended(problem: Reply | undefined, fatal: boolean): IncomingEnd {
  return { type: "ended", problem, fatal };
}
