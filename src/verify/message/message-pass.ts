import { type BodyForm, BodyHashes } from "../signature/body-hashes.ts";
import type { SignedHeader } from "../signature/signed-header.ts";
import { MessageReader } from "./message-reader.ts";

/** What is verified of a message: it begins when the header has ended, and says what it needs of the body. */
export interface Check {
  readonly forms: readonly BodyForm[];
}

/** What one pass over a message gives. */
export interface PassedMessage<C extends Check> {
  readonly check: C;
  readonly bodies: BodyHashes;
  /** The octets of the body. */
  readonly octets: number;
}

/** One pass over a message whose octets come in pieces of any size. Nothing of its body is kept. */
export class MessagePass<C extends Check> {
  readonly #reader: MessageReader;
  #check: C | undefined;
  #bodies: BodyHashes = new BodyHashes([]);
  #octets = 0;

  /** @param begin is called once, when the header has ended */
  constructor(begin: (header: SignedHeader) => C) {
    this.#reader = new MessageReader({
      head: (header) => {
        this.#check = begin(header);
        this.#bodies = new BodyHashes(this.#check.forms);
      },
      body: (octets) => {
        this.#octets += octets.length;
        this.#bodies.update(octets);
      },
    });
  }

  /** Takes the next octets of the message. */
  write(octets: Uint8Array): void {
    this.#reader.write(octets);
  }

  /** The message is complete; called once. */
  end(): PassedMessage<C> {
    this.#reader.end();
    this.#bodies.end();
    // The reader has called `head` by now, however little of a header there is.
    return { check: this.#check as C, bodies: this.#bodies, octets: this.#octets };
  }
}
