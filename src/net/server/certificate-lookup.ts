import { EnvoiError, harmless } from "../../errors.ts";
import { group, listOf, pem, text } from "../../text/options/option-kinds.ts";
import { type OptionReaders, wrongOption } from "../../text/options/option-reader.ts";
import type { Clock } from "../clock.ts";
import { checkCertificate, type Identity, type ServerCertificate } from "./server-certificate.ts";

/**
 * Finds the certificate for a name.
 *
 * @param name the name that a client asks for (SNI), in lower case, as A-labels, and valid. Nothing says that it is one
 * of yours.
 * @returns a certificate, or one of each type of key, or nothing: then the client gets the default certificate.
 */
export type CertificateFunction = (
  name: string,
  context: { readonly signal: AbortSignal },
) => CertificateAnswer | Promise<CertificateAnswer>;

/** What a {@link CertificateFunction} returns. */
export type CertificateAnswer = ServerCertificate | readonly ServerCertificate[] | undefined;

/** How long a function may take. */
export interface LookupTime {
  readonly clock: Clock;
  /** Milliseconds. */
  readonly ms: number;
}

/** Calls a function for the certificates of names, and keeps what it returned for a while. */
export class CertificateLookup {
  readonly #find: CertificateFunction;
  readonly #time: LookupTime;
  readonly #known: Memory = new Map();
  /** On its own, so that clients who ask for any name do not displace certificates. */
  readonly #unknown: Memory = new Map();
  readonly #underway = new Map<string, Promise<Identity | undefined>>();

  constructor(find: CertificateFunction, time: LookupTime) {
    this.#find = find;
    this.#time = time;
  }

  /**
   * Returns what the function says of this name; `undefined` if it knows none or fails.
   *
   * @param failed gets what the function threw, once for all that wait for the same call
   */
  find(name: string, failed: (error: unknown) => void): Identity | undefined | Promise<Identity | undefined> {
    const known = this.#known.get(name) ?? this.#unknown.get(name);
    if (known !== undefined && known.until > this.#time.clock.now()) return known.identity;
    const underway = this.#underway.get(name) ?? this.#ask(name, failed);
    this.#underway.set(name, underway);
    return underway;
  }

  async #ask(name: string, failed: (error: unknown) => void): Promise<Identity | undefined> {
    let identity: Identity | undefined;
    let memory = MEMORY;
    try {
      identity = readAnswer(await this.#answer(name), `certificates("${name}")`);
    } catch (error) {
      memory = MEMORY_OF_FAILURE;
      failed(error);
    }
    this.#underway.delete(name);
    this.#keep(name, identity, memory);
    return identity;
  }

  /** The answer of the function, or a rejection after its time. */
  #answer(name: string): Promise<CertificateAnswer> {
    const { clock, ms } = this.#time;
    return new Promise((resolve, reject) => {
      const late = new AbortController();
      const timer = clock.timer(ms, () => {
        const error = tooSlow(name, ms);
        late.abort(error);
        reject(error);
      });
      const answer = (async () => await this.#find(name, { signal: late.signal }))();
      // Once it is late, nobody waits for it.
      harmless(answer);
      answer.then(resolve, reject).finally(() => timer.cancel());
    });
  }

  #keep(name: string, identity: Identity | undefined, ms: number): void {
    this.#known.delete(name);
    this.#unknown.delete(name);
    const memory = identity === undefined ? this.#unknown : this.#known;
    memory.set(name, { identity, until: this.#time.clock.now() + ms });
    if (memory.size > MOST_KNOWN) memory.delete(memory.keys().next().value as string);
  }
}

/** By name; the oldest comes first. */
type Memory = Map<string, { readonly identity: Identity | undefined; readonly until: number }>;

/** How long, in milliseconds, an answer is kept. */
const MEMORY = 3_600_000;

/** How long, in milliseconds, a name is not looked up again after a failure. */
const MEMORY_OF_FAILURE = 10_000;

/** How many names are remembered. */
const MOST_KNOWN = 1000;

function tooSlow(name: string, ms: number): EnvoiError {
  return new EnvoiError(`the function for certificates has taken more than ${ms} ms for "${name}"`, {
    kind: "timeout",
    delivery: "not-sent",
    transient: true,
    permanent: false,
  });
}

const readers: OptionReaders<ServerCertificate> = { key: pem, cert: pem, passphrase: text };

/** Reads a certificate with its key. */
export const readCertificate: (value: unknown, field: string) => ServerCertificate = group(readers, [
  "key",
  "cert",
]);

/** @throws EnvoiError of kind `"configuration"` if the answer cannot be used. */
function readAnswer(answer: CertificateAnswer, field: string): Identity | undefined {
  if (answer === undefined || answer === null) return undefined;
  if (!Array.isArray(answer)) return [checkCertificate(readCertificate(answer, field), field)];
  const identity = listOf(readCertificate)(answer, field).map((each, index) =>
    checkCertificate(each, `${field}[${index}]`),
  );
  const types = new Set(identity.map(({ keyType }) => keyType));
  if (types.size === identity.length && types.size > 0) return identity;
  throw wrongOption(field, "one certificate of each type of key", answer);
}
