import { createHmac, randomBytes } from "node:crypto";
import type { Reply } from "../../protocol/reply.ts";
import { deriveScramKeys, type HashName, type ScramKeys } from "../../protocol/sasl/scram-keys.ts";
import type { StepwiseAttempt } from "./verifier.ts";

/** The result of the hook. */
type Verdict = Reply | { readonly user: string };

/**
 * Runs the hook `auth` while a client proves in several steps (SCRAM) that it knows a secret: the hook names the secret
 * with `verify`, the exchange continues with it, and `verify` resolves when the client has answered.
 *
 * If the hook refuses without naming a secret, the exchange continues with keys that match nothing, so the time of the
 * refusal does not show whether the user exists.
 */
export class StepwiseProof {
  /** The user that the client claims to be. */
  readonly user: string;
  /** The keys with which the login continues. */
  readonly keys: Promise<ScramKeys>;
  #verdict: Promise<Verdict>;
  readonly #decoy: ScramKeys;
  #judged: (proved: boolean) => void = () => {};

  /** `ask` calls the hook. */
  constructor(user: string, hash: HashName, ask: (attempt: StepwiseAttempt) => Verdict | Promise<Verdict>) {
    this.user = user;
    const proved = new Promise<boolean>((resolve) => {
      this.#judged = resolve;
    });
    let named: Promise<ScramKeys> | undefined;
    let name: (keys: ScramKeys) => void = () => {};
    this.keys = new Promise((resolve) => {
      name = resolve;
    });
    const prove = async (secret: string | ScramKeys): Promise<boolean> => {
      // The client answers once, so there is one secret to compare.
      if (named !== undefined) return false;
      named = keysFor(secret, hash);
      const keys = await named;
      name(keys);
      return await proved;
    };
    const verdict = Promise.resolve(ask({ user, prove }));
    this.#verdict = verdict;
    this.#decoy = decoy(user, hash);
    void verdict.then(() => name(this.#decoy));
  }

  /** The hook takes too long: the exchange continues with keys that match nothing, and ends with this refusal. */
  giveUp(refusal: Reply): ScramKeys {
    this.#verdict = Promise.resolve(refusal);
    return this.#decoy;
  }

  /** The client has answered, or never will. Returns the verdict of the hook. */
  judge(proved: boolean): Promise<Verdict> {
    this.#judged(proved);
    return this.#verdict;
  }
}

async function keysFor(secret: string | ScramKeys, hash: HashName): Promise<ScramKeys> {
  if (typeof secret !== "string") return secret.hash === hash ? secret : decoy("", hash);
  return await deriveScramKeys({ hash, password: secret, salt: randomBytes(16), iterations: ITERATIONS });
}

/** Keys that match no password; the salt is always the same, like the salt of a user. */
function decoy(user: string, hash: HashName): ScramKeys {
  const salt = createHmac("sha256", ownSecret).update(`${hash} ${user}`).digest().subarray(0, 16);
  return { hash, salt, iterations: ITERATIONS, storedKey: randomBytes(32), serverKey: randomBytes(32) };
}

const ownSecret = randomBytes(32);

/** RFC 7677 4. More would protect nothing: the keys live as long as the exchange. */
const ITERATIONS = 4096;
