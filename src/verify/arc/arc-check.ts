import { canonicalField } from "../../signing/canonicalization.ts";
import type { Inquiry } from "../inquiry.ts";
import { AuthenticationResults } from "../results/authentication-results.ts";
import type { BodyForm, BodyHashes } from "../signature/body-hashes.ts";
import { checkOctets } from "../signature/check-octets.ts";
import { lookUpKeys, type NoKey } from "../signature/key-look-up.ts";
import type { KeyRecord } from "../signature/key-record.ts";
import { prove } from "../signature/proof.ts";
import { keyName, type Seal } from "../signature/signature.ts";
import type { SignedHeader } from "../signature/signed-header.ts";
import { type Chain, type ChainLink, instancesIn, readChain, resultsOf } from "./arc-chain.ts";
import type { ArcCode, ArcSet, ArcVerdict } from "./arc-verdict.ts";

type Keys = readonly KeyRecord[] | NoKey;

interface Failure {
  readonly code: ArcCode;
  readonly reason: string;
}

/**
 * The verification of the chain of one message (RFC 8617 section 5.2). The questions for the keys go out when it is
 * made, at the end of the header.
 */
export class ArcCheck {
  readonly #header: SignedHeader;
  readonly #inquiry: Inquiry;
  readonly #now: number;
  readonly #chain: Chain;
  readonly #keys: Map<Seal, Promise<Keys>> = new Map();

  /** @param now seconds since 1970 */
  constructor(header: SignedHeader, inquiry: Inquiry, now: number) {
    this.#header = header;
    this.#inquiry = inquiry;
    this.#now = now;
    const { problem } = header;
    this.#chain = problem === undefined ? readChain(header) : { code: "header-too-large", reason: problem };
    for (const { seal, signature } of this.#links) {
      for (const each of [seal, signature]) {
        const keys = lookUpKeys(each, inquiry);
        // It is awaited only when the body has passed.
        keys.catch(() => {});
        this.#keys.set(each, keys);
      }
    }
  }

  /** What must be hashed of the body. */
  get forms(): readonly BodyForm[] {
    return this.#links.map(({ signature }) => signature);
  }

  /**
   * The verdict.
   *
   * @throws EnvoiError of kind `"aborted"`, and nothing else.
   */
  async verdict(bodies: BodyHashes): Promise<ArcVerdict> {
    const failure = "code" in this.#chain ? this.#chain : await this.#failure(bodies);
    const rest = { instances: instancesIn(this.#header), queries: this.#queries() };
    if (failure !== undefined) {
      const { code, reason } = failure;
      return { result: code === "no-chain" ? "none" : "fail", code, reason, sets: [], ...rest };
    }
    const oldestPass = await this.#oldestPass(bodies);
    return {
      result: "pass",
      code: "verified",
      reason: `the chain of ${rest.instances} ${rest.instances === 1 ? "set" : "sets"} is valid`,
      ...rest,
      oldestPass,
      sets: this.#links.map(setOf),
    };
  }

  get #links(): readonly ChainLink[] {
    return "links" in this.#chain ? this.#chain.links : [];
  }

  /** What is wrong with the newest signature of the message, or with one of the seals from the newest down. */
  async #failure(bodies: BodyHashes): Promise<Failure | undefined> {
    const newest = this.#links.at(-1);
    if (newest !== undefined) {
      const proof = await this.#proofOf(newest, bodies);
      const code = proof.result === "temperror" ? temporary(proof.code) : "message";
      if (proof.result !== "pass")
        return { code, reason: `ARC-Message-Signature ${newest.instance}: ${proof.reason}` };
    }
    for (let at = this.#links.length; at > 0; at--) {
      const failure = await this.#sealFailure(at);
      if (failure !== undefined) return failure;
    }
    return undefined;
  }

  async #proofOf({ signature }: ChainLink, bodies: BodyHashes) {
    return prove(signature, await this.#keysOf(signature), this.#header, bodies, this.#now);
  }

  async #sealFailure(instance: number): Promise<Failure | undefined> {
    const { seal } = this.#links[instance - 1] as ChainLink;
    const keys = await this.#keysOf(seal);
    const of = `ARC-Seal ${instance}`;
    if ("code" in keys)
      return {
        code: keys.result === "temperror" ? temporary(keys.code) : "seal",
        reason: `${of}: ${keys.reason}`,
      };
    const octets = Buffer.from(sealedText(this.#header, this.#links.slice(0, instance)), "latin1");
    if (keys.some(({ key }) => checkOctets(octets, key, seal.value))) return undefined;
    return { code: "seal", reason: `${of} does not fit the sets that it seals` };
  }

  #keysOf(seal: Seal): Promise<Keys> {
    // There is one for each seal and signature of the chain.
    return this.#keys.get(seal) as Promise<Keys>;
  }

  /** How far down the signatures of the message still fit it. */
  async #oldestPass(bodies: BodyHashes): Promise<number> {
    for (let at = this.#links.length - 1; at > 0; at--) {
      const { result } = await this.#proofOf(this.#links[at - 1] as ChainLink, bodies);
      if (result !== "pass") return at + 1;
    }
    return 0;
  }

  #queries() {
    const names = new Set([...this.#keys.keys()].map(keyName));
    return this.#inquiry.queries.filter(({ name, type }) => type === "TXT" && names.has(name));
  }
}

/** What the newest seal of these sets is over: all of them, the oldest first (RFC 8617 section 5.1.1). */
function sealedText(
  header: SignedHeader,
  links: readonly Pick<ChainLink, "results" | "signature" | "seal">[],
): string {
  let text = "";
  for (const [index, { results, signature, seal }] of links.entries()) {
    text += header.canonical(results, "relaxed") + header.canonical(signature.field, "relaxed");
    text +=
      index === links.length - 1
        ? canonicalField("arc-seal", seal.unsigned, "relaxed")
        : header.canonical(seal.field, "relaxed");
  }
  return text;
}

function setOf({ instance, results, signature, seal }: ChainLink): ArcSet {
  return {
    instance,
    sealer: seal.domain,
    signer: signature.domain,
    signsFrom: signature.names.includes("from"),
    sealedAt: seal.signedAt === undefined ? undefined : new Date(seal.signedAt * 1000),
    results: parsed(resultsOf(results)),
  };
}

function parsed(value: string): AuthenticationResults | undefined {
  try {
    return AuthenticationResults.parse(value);
  } catch {
    return undefined;
  }
}

function temporary(code: string): ArcCode {
  return code === "deadline" || code === "too-many-queries" ? code : "dns";
}
