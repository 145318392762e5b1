import type { Header } from "./header.ts";

/**
 * The header fields of a message in their order; immutable. A name may be repeated; its case does not matter.
 *
 * @example
 * ```ts
 * message.headers.get("subject"); // "Grüße"
 * for (const { name, value } of message.headers) console.log(`${name}: ${value}`);
 * ```
 */
export class Headers implements Iterable<Header> {
  readonly #fields: readonly Header[];

  /** Makes a list of these fields. */
  constructor(fields: readonly Header[]) {
    this.#fields = Object.freeze([...fields]);
  }

  /** The value of the first field of this name, unfolded and decoded. */
  get(name: string): string | undefined {
    return this.#named(name)[0]?.value;
  }

  /** The values of all fields of this name, in their order. */
  getAll(name: string): string[] {
    return this.#named(name).map(({ value }) => value);
  }

  /** Whether there is a field of this name. */
  has(name: string): boolean {
    return this.#named(name).length > 0;
  }

  /** Every field, in their order. */
  [Symbol.iterator](): Iterator<Header> {
    return this.#fields[Symbol.iterator]();
  }

  /** The fields as they are sent. */
  toString(): string {
    return this.#fields.map(({ lines }) => lines).join("");
  }

  /** Names and values, in order. */
  toJSON(): [string, string][] {
    return this.#fields.map(({ name, value }) => [name, value]);
  }

  #named(name: string): Header[] {
    const wanted = name.toLowerCase();
    return this.#fields.filter((header) => header.name.toLowerCase() === wanted);
  }
}
