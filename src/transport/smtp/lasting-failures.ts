import { codeOf } from "../../net/client/connection-failures.ts";
import type { Clock } from "../../net/clock.ts";
import type { Failure } from "../../protocol/failure.ts";
import { Pause } from "./pause.ts";

/**
 * Whether the failure of an opening is a verdict: the next attempt would only repeat it, because it concerns how the
 * transport was set up. Verdicts are a login that was refused for good, no common mechanism, a certificate that is not
 * valid, no STARTTLS if it is required, and a proxy that refuses for good. Any other failure may pass.
 */
export function isVerdict({ kind, phase, permanent, cause }: Failure): boolean {
  switch (kind) {
    case "authentication":
    case "configuration":
      return permanent;
    case "tls":
      return permanent || ((phase === "tls" || phase === "connect") && isOfCertificate(cause));
    case "connection":
      return permanent && phase === "connect";
    default:
      return false;
  }
}

/**
 * Whether the cause of a TLS failure is the certificate. Node gives such an error a code such as CERT_HAS_EXPIRED, or
 * there is no cause because envoi found the problem; errors of OpenSSL and of the network have other codes.
 */
function isOfCertificate(cause: unknown): boolean {
  if (cause === undefined) return true;
  const code = cause instanceof Error ? codeOf(cause) : String(cause);
  return /^[A-Z][A-Z0-9_]+$/.test(code) && !/^(?:ERR_SSL_|E[A-Z]+$)/.test(code);
}

/** A verdict, and the secrets that were refused with it; empty if it is not about a secret. */
export interface Verdict {
  readonly failure: Failure;
  readonly secrets: ReadonlySet<string>;
}

/**
 * The current verdict on a transport. While it is in force, no attempt is made with the same secret: a wrong password
 * that is tried for each mail locks the account.
 */
export class Verdicts {
  readonly #pause: Pause;
  #latest: Verdict | undefined;

  constructor(clock: Clock) {
    this.#pause = new Pause(clock);
  }

  /** The verdict in force, if there is one. */
  get current(): Verdict | undefined {
    return this.#latest !== undefined && this.#pause.wait > 0 ? this.#latest : undefined;
  }

  /** The failure that another attempt with this secret would have, if that is known. */
  on(secret: string): Failure | undefined {
    const verdict = this.current;
    return verdict !== undefined && isAbout(verdict, secret) ? verdict.failure : undefined;
  }

  /** Remembers a verdict for 1 s, and twice as long after each further one on the same secret, up to 60 s. */
  pronounce(failure: Failure, secrets: ReadonlySet<string>): void {
    const before = this.#latest;
    const again =
      before !== undefined && (secrets.size === 0 || [...secrets].some((secret) => isAbout(before, secret)));
    if (!again) this.#pause.end();
    else if (this.#pause.wait > 0) return;
    this.#latest = { failure, secrets: new Set(secrets) };
    this.#pause.begin();
  }

  /** Forgets the verdict: an attempt has succeeded. */
  lift(): void {
    this.#latest = undefined;
    this.#pause.end();
  }
}

function isAbout({ secrets }: Verdict, secret: string): boolean {
  return secrets.size === 0 || secrets.has(secret);
}
