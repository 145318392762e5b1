import { createHash } from "node:crypto";
import type { Address } from "../../address/address.ts";
import type { BounceAddress } from "../../feedback/bounce-address.ts";
import { encodeBase32 } from "../../text/base32.ts";
import { isMailId } from "../mail-id.ts";

/**
 * The senders of the mails of one outbox, if it has bounce addresses: each mail has its own. Several outboxes may share
 * a secret, so an address also tells the schema, in five characters.
 */
export class ReturnPaths {
  readonly #bounces: BounceAddress | undefined;
  readonly #mark: string;

  /** @param schema the name of the schema */
  constructor(bounces: BounceAddress | undefined, schema: string) {
    this.#bounces = bounces;
    this.#mark = encodeBase32(createHash("sha256").update(schema).digest()).slice(0, 5).toLowerCase();
  }

  /**
   * The sender that a mail goes out with. A bounce address that the application made stays, and so does the null
   * sender: a mail with it must never be answered.
   */
  of(id: string, sender: string | null): Address | string | null {
    if (this.#bounces === undefined || sender === null || this.#bounces.read(sender) !== undefined)
      return sender;
    return this.#bounces.for(`${id}-${this.#mark}`);
  }

  /** The mail that an address of ours was made for: by its id, or by the key that the application made it of. */
  read(address: string): { readonly id: string } | { readonly key: string } | undefined {
    const made = this.#bounces?.read(address);
    if (made === undefined) return undefined;
    const [, id = "", mark] = /^(\d+)-([a-z2-7]{5})$/.exec(made) ?? [];
    return isMailId(id) && mark === this.#mark ? { id } : { key: made };
  }
}
