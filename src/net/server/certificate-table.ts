import { reasonOf } from "../../errors.ts";
import { refuseOption } from "../../text/options/option-reader.ts";
import { type CertificateFunction, CertificateLookup, type LookupTime } from "./certificate-lookup.ts";
import { isHostName } from "./certificate-names.ts";
import {
  type CheckedCertificate,
  checkCertificate,
  type Identity,
  type ServerCertificate,
} from "./server-certificate.ts";

/** What a server is given as certificates. */
export type CertificateSources =
  | ServerCertificate
  | CertificateFunction
  | readonly (ServerCertificate | CertificateFunction)[];

/** Which certificate a client is shown that asks for a name. A table never changes; new certificates make a new one. */
export class CertificateTable {
  /** What a client gets that asks for no name, or for one that is in no certificate. */
  readonly fallback: Identity;
  readonly #byName: ReadonlyMap<string, Identity>;
  readonly #lookup: CertificateLookup | undefined;

  private constructor(
    fallback: Identity,
    byName: ReadonlyMap<string, Identity>,
    lookup: CertificateLookup | undefined,
  ) {
    this.fallback = fallback;
    this.#byName = byName;
    this.#lookup = lookup;
  }

  /**
   * Checks the certificates, and asks a function that is alone or first for the default.
   *
   * @param hostname the name of the server, for which the default is asked
   * @throws EnvoiError of kind `"configuration"` for certificates that cannot be used, alone or together.
   */
  static async create(
    sources: CertificateSources,
    { hostname, ...time }: LookupTime & { readonly hostname: string },
  ): Promise<CertificateTable> {
    const given = [sources].flat() as readonly (ServerCertificate | CertificateFunction)[];
    const fieldOf = (index: number) => (Array.isArray(sources) ? `certificates[${index}]` : "certificates");
    const checked: CheckedCertificate[] = [];
    let find: CertificateFunction | undefined;
    for (const [index, source] of given.entries()) {
      if (typeof source !== "function") checked.push(checkCertificate(source, fieldOf(index)));
      else if (find === undefined) find = source;
      else throw refuseOption(fieldOf(index), "a second function", "Give one that knows all names");
    }
    const lookup = find && new CertificateLookup(find, time);
    const fallback = checked.length > 0 ? defaultOf(checked) : await askedFor(hostname, lookup);
    return new CertificateTable(fallback, namesOf(checked, fallback), lookup);
  }

  /** Whether there can be certificates besides {@link identities}, which a function finds. */
  get isOpen(): boolean {
    return this.#lookup !== undefined;
  }

  /** All identities that are known now. */
  get identities(): readonly Identity[] {
    return [...new Set([this.fallback, ...this.#byName.values()])];
  }

  /**
   * What to show a client that asks for this name: an exact name before a wildcard, and the function last. A dot at the
   * end of the name changes nothing. Never rejects: if the function fails, that is the default.
   *
   * @param failed gets what the function threw
   */
  find(servername: string, failed: (error: unknown) => void): Identity | Promise<Identity> {
    // RFC 6066 section 3 forbids the dot, and some clients send it all the same.
    const name = servername.toLowerCase().replace(/\.$/, "");
    if (!isHostName(name)) return this.fallback;
    const known = this.#byName.get(name) ?? this.#byName.get(name.replace(/^[^.]*/, "*"));
    if (known !== undefined) return known;
    if (this.#lookup === undefined) return this.fallback;
    const found = this.#lookup.find(name, failed);
    if (!(found instanceof Promise)) return found ?? this.fallback;
    return found.then((identity) => identity ?? this.fallback);
  }
}

/** The first certificate, with those of other key types that have all its names. */
function defaultOf(checked: readonly CheckedCertificate[]): Identity {
  const [first] = checked as readonly [CheckedCertificate];
  const identity: CheckedCertificate[] = [];
  for (const certificate of checked) {
    const isNew = identity.every(({ keyType }) => keyType !== certificate.keyType);
    if (isNew && first.names.every((name) => certificate.names.includes(name))) identity.push(certificate);
  }
  return identity;
}

function namesOf(checked: readonly CheckedCertificate[], fallback: Identity): ReadonlyMap<string, Identity> {
  const byName = new Map<string, CheckedCertificate[]>();
  for (const certificate of checked) {
    if (certificate.names.length === 0 && !fallback.includes(certificate))
      throw refuseOption(
        `${certificate.field}.cert`,
        "has no DNS name, so no client could ask for it",
        "Only the first certificate may be without one",
      );
    for (const name of certificate.names) {
      const others = byName.get(name) ?? [];
      const same = others.find(({ keyType }) => keyType === certificate.keyType);
      if (same !== undefined)
        throw refuseOption(
          `${certificate.field}.cert`,
          `has the name ${name}, as ${same.field} does`,
          "A name may have one certificate of each type of key, such as RSA and ECDSA",
        );
      byName.set(name, [...others, certificate]);
    }
  }
  // The same certificates are one identity, so that each listener needs one context for them.
  const identities: Identity[] = [fallback];
  const identityOf = (certificates: Identity): Identity => {
    const known = identities.find((identity) => isSame(identity, certificates));
    if (known === undefined) identities.push(certificates);
    return known ?? certificates;
  };
  return new Map([...byName].map(([name, certificates]) => [name, identityOf(certificates)]));
}

function isSame(one: Identity, other: Identity): boolean {
  return one.length === other.length && one.every((certificate) => other.includes(certificate));
}

async function askedFor(hostname: string, lookup: CertificateLookup | undefined): Promise<Identity> {
  const problem = `gives no certificate for "${hostname}", which clients get that ask for no name`;
  const remedy = "Put a certificate in front of the function, in an array";
  let failure: unknown;
  const found = await lookup?.find(hostname, (error) => {
    failure = error;
  });
  if (found !== undefined) return found;
  const reason = failure === undefined ? "" : ` (${reasonOf(failure)})`;
  throw refuseOption("certificates", `${problem}${reason}`, remedy, failure);
}
