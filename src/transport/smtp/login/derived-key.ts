import { deriveKey, type KeyDerivation } from "../../../protocol/sasl/scram-keys.ts";

/**
 * The key that was last derived from a password (RFC 5802 5.1 recommends keeping it): all connections to a server need
 * the same one, and with some servers deriving it takes a second.
 */
export class DerivedKey {
  #wanted: string | undefined;
  #key: Promise<Buffer> | undefined;

  get(derivation: KeyDerivation): Promise<Buffer> {
    const { hash, password, salt, iterations } = derivation;
    const wanted = JSON.stringify([hash, password, salt.toString("base64"), iterations]);
    if (this.#key === undefined || this.#wanted !== wanted) {
      this.#wanted = wanted;
      this.#key = deriveKey(derivation);
    }
    return this.#key;
  }
}
