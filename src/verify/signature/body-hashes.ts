import { BodyHash } from "../../signing/canonical-body.ts";
import type { Canonicalization } from "../../signing/canonicalization.ts";

/** Which hash of the body a signature needs. */
export interface BodyForm {
  readonly body: Canonicalization;
  /** How many octets of the canonical form it covers, if not all. */
  readonly length: number | undefined;
}

/** What is known of the body, in the canonical form of a signature. */
export interface HashedBody {
  /** The octets of the canonical form. */
  readonly total: number;
  /** The hash of what the signature covers, in base64; `undefined` if the body is shorter. */
  readonly hash: string | undefined;
}

/** The hashes that the signatures of a message need, made while the body passes: one for each canonicalization. */
export class BodyHashes {
  readonly #hashes: Map<Canonicalization, BodyHash> = new Map();
  readonly #wholes: Map<Canonicalization, string> = new Map();

  constructor(forms: readonly BodyForm[]) {
    for (const canonicalization of new Set(forms.map(({ body }) => body))) {
      const lengths = forms.flatMap(({ body, length }) =>
        body === canonicalization && length !== undefined ? [length] : [],
      );
      this.#hashes.set(canonicalization, new BodyHash(canonicalization, lengths));
    }
  }

  /** Takes the next octets of the body. */
  update(octets: Buffer): void {
    for (const hash of this.#hashes.values()) hash.update(octets);
  }

  /** The body is complete; called once. */
  end(): void {
    for (const [canonicalization, hash] of this.#hashes) this.#wholes.set(canonicalization, hash.digest());
  }

  /** The hash that a signature needs; one of those that were given at the beginning. */
  of({ body, length }: BodyForm): HashedBody {
    const hash = this.#hashes.get(body);
    return {
      total: hash?.length ?? 0,
      hash: length === undefined ? this.#wholes.get(body) : hash?.digestOf(length),
    };
  }
}
