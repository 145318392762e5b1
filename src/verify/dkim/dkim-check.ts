import type { Inquiry } from "../inquiry.ts";
import type { BodyForm, BodyHashes } from "../signature/body-hashes.ts";
import { lookUpKeys, type NoKey } from "../signature/key-look-up.ts";
import type { KeyRecord } from "../signature/key-record.ts";
import { prove } from "../signature/proof.ts";
import { keyName, type ReadTags } from "../signature/signature.ts";
import type { SignedHeader } from "../signature/signed-header.ts";
import { adviceFor } from "./dkim-advice.ts";
import { type DkimSignature, type NoDkimSignature, readDkimSignature } from "./dkim-signature.ts";
import type { DkimVerdict } from "./dkim-verdict.ts";

/** How many signatures of a message are looked at, from the top. */
const mostSignatures = 20;

/**
 * The verification of the DKIM signatures of one message. The questions for the keys go out when it is made, at the end
 * of the header; the verdicts are there when the body has passed.
 */
export class DkimCheck {
  readonly #header: SignedHeader;
  readonly #inquiry: Inquiry;
  readonly #now: number;
  readonly #checks: readonly Check[];

  /** @param now seconds since 1970 */
  constructor(header: SignedHeader, inquiry: Inquiry, now: number) {
    this.#header = header;
    this.#inquiry = inquiry;
    this.#now = now;
    this.#checks = header
      .named("dkim-signature")
      .slice(0, mostSignatures)
      .map((field) => {
        const signature = readDkimSignature(field);
        if ("code" in signature) return { signature, keys: undefined };
        const keys = lookUpKeys(signature, inquiry);
        // It is awaited only when the body has passed.
        keys.catch(() => {});
        return { signature, keys };
      });
  }

  /** What must be hashed of the body. */
  get forms(): readonly BodyForm[] {
    return this.#checks.flatMap(({ signature }) => ("code" in signature ? [] : [signature]));
  }

  /** The domains that sign, so that what depends on them can be looked up early. */
  get domains(): readonly string[] {
    return this.#checks.flatMap(({ signature }) => ("code" in signature ? [] : [signature.domain]));
  }

  /**
   * The verdicts, in the order of the signatures.
   *
   * @throws EnvoiError of kind `"aborted"`, and nothing else.
   */
  async verdicts(bodies: BodyHashes, octets: number): Promise<DkimVerdict[]> {
    const { problem } = this.#header;
    if (problem !== undefined)
      return [unreadable({ code: "syntax", reason: problem }, octets, "header-too-large")];
    const verdicts: DkimVerdict[] = [];
    for (const { signature, keys } of this.#checks) {
      verdicts.push(
        "code" in signature || keys === undefined
          ? unreadable(signature as NoDkimSignature, octets)
          : this.#verdict(signature, await keys, bodies),
      );
    }
    return verdicts;
  }

  #verdict(signature: DkimSignature, found: readonly KeyRecord[] | NoKey, bodies: BodyHashes): DkimVerdict {
    const { domain, selector, identity } = signature;
    const keys = "code" in found ? found : found.filter(({ strict }) => signature.ownIdentity || !strict);
    const proof = prove(signature, keys, this.#header, bodies, this.#now);
    const strict = "length" in keys && keys.length === 0;
    const { result, code, reason } = strict ? notStrict : proof;
    const name = keyName(signature);
    return {
      result,
      code,
      reason: `${domain}: ${reason}`,
      ...adviceFor(code, name),
      ...detailsOf(signature),
      identity,
      selector,
      keyBits: ("code" in found ? undefined : (proof.key ?? found[0]))?.key.bits,
      body: proof.body,
      testing: proof.key?.testing ?? false,
      queries: this.#inquiry.queries.filter((query) => query.name === name && query.type === "TXT"),
    };
  }
}

interface Check {
  readonly signature: DkimSignature | NoDkimSignature;
  readonly keys: Promise<readonly KeyRecord[] | NoKey> | undefined;
}

const notStrict = {
  result: "permerror",
  code: "identity",
  reason: "the key demands that i= has the domain of d= itself (t=s)",
} as const;

function unreadable(
  { code, reason, read = {} }: NoDkimSignature,
  total: number,
  other?: "header-too-large",
): DkimVerdict {
  const whose = read.domain === undefined ? "" : `${read.domain}: `;
  return {
    result: "permerror",
    code: other ?? code,
    reason: `${whose}${reason}`,
    ...adviceFor(other ?? code, ""),
    ...detailsOf(read),
    body: { total, signed: 0 },
    testing: false,
    queries: [],
  };
}

function detailsOf(read: ReadTags) {
  const { domain, selector, algorithm, names = [], signedAt, expiresAt, value } = read;
  return {
    domain,
    selector,
    algorithm,
    signed: names,
    signedAt: dateOf(signedAt),
    expiresAt: dateOf(expiresAt),
    signature: value?.toString("base64"),
  };
}

function dateOf(seconds: number | undefined): Date | undefined {
  return seconds === undefined ? undefined : new Date(seconds * 1000);
}
