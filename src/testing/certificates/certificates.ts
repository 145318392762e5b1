import { generateKeyPairSync, type KeyObject, X509Certificate } from "node:crypto";
import type { ServerCertificate } from "../../net/server/server-certificate.ts";
import { flag, listOf, oneOf, text } from "../../text/options/option-kinds.ts";
import {
  type OptionReaders,
  readOptions,
  refuseOption,
  wrongOption,
} from "../../text/options/option-reader.ts";
import type { CertificateContent } from "./x509.ts";

/** A certificate and its key, as PEM, for `certificates` of a server or the identity of a client. */
export interface IssuedCertificate extends ServerCertificate {
  /** The private key, as PEM. */
  readonly key: string;
  /** The certificate, as PEM, followed by those of intermediate authorities. */
  readonly cert: string;
}

/** The content of a certificate. */
export interface CertificateRequest {
  /** DNS names and IP addresses. By default `localhost`, `127.0.0.1` and `::1`; none for a client. */
  readonly names?: readonly string[];
  /** The use of the certificate; `"server"` by default. */
  readonly purpose?: "server" | "client";
  /** The common name; by default the first of the names. */
  readonly subject?: string;
  /** The start of its validity; by default 1970, or one day before `notAfter` if that has passed. */
  readonly notBefore?: Date;
  /** The end of its validity; by default the end of 2099, because a test may set any `Date`. */
  readonly notAfter?: Date;
  /** Uses a key that can be broken (RSA with 768 bits). Clients must not accept it. */
  readonly weakKey?: boolean;
}

/**
 * A certificate authority for tests. It exists only in this process, and only clients that get its certificate trust
 * it.
 *
 * @example
 * ```ts
 * const ca = await CertificateAuthority.create();
 * await using server = await TestServer.start({ tls: "starttls", ca });
 * const expired = ca.issue({ notAfter: new Date(0) });
 * const client = ca.issue({ purpose: "client", subject: "billing" });
 * ```
 */
export class CertificateAuthority {
  /** The certificate of the authority, as PEM. Clients must trust it. */
  readonly cert: string;
  readonly #x509: X509;
  readonly #issuer: CertificateContent["issuer"];
  /** The certificates that follow each certificate that it issues: its own, if it is an intermediate authority. */
  readonly #chain: string;

  readonly #revoked: Buffer[] = [];

  private constructor(x509: X509, own: CertificateContent["issuer"], above?: CertificateAuthority) {
    this.#x509 = x509;
    this.#issuer = own;
    const { subject, publicKey } = own;
    const issuer = above === undefined ? own : above.#issuer;
    const said = { subject, names: [], purpose: "authority", publicKey, issuer } as const;
    this.cert = x509.certificatePem({ ...said, ...validity({}) });
    this.#chain = above === undefined ? "" : this.cert + above.#chain;
  }

  /** Creates an authority with this name. */
  static async create(name: string = "envoi test authority"): Promise<CertificateAuthority> {
    text(name, "name");
    return new CertificateAuthority(await loadX509(), { subject: name, ...newKeys() });
  }

  /** Makes a certificate for a new key, signed with that key. */
  static async selfSigned(request: CertificateRequest = {}): Promise<IssuedCertificate> {
    const x509 = await loadX509();
    readOptions(request, requestReaders);
    if (request.weakKey) throw refuseOption("weakKey", "cannot be used with a self-signed certificate");
    const keys = newKeys();
    return issue(x509, request, keys, { ...keys, subject: subjectOf(request) });
  }

  /** The authority that all TestServers of this process share, unless they are given another. */
  static shared(): Promise<CertificateAuthority> {
    shared ??= CertificateAuthority.create();
    return shared;
  }

  /**
   * Creates an intermediate authority, certified by this one. Its certificate follows each certificate that it issues.
   */
  intermediate(name: string = "envoi test intermediate"): CertificateAuthority {
    text(name, "name");
    return new CertificateAuthority(this.#x509, { subject: name, ...newKeys() }, this);
  }

  /**
   * Issues a certificate for a new key.
   *
   * @throws EnvoiError of kind `"configuration"` if the request is not valid.
   */
  issue(request: CertificateRequest = {}): IssuedCertificate {
    readOptions(request, requestReaders);
    const { key, cert } = issue(this.#x509, request, newKeys(request), this.#issuer);
    return { key, cert: cert + this.#chain };
  }

  /**
   * Revokes a certificate that it has issued: from now on it is in the list.
   *
   * @throws EnvoiError of kind `"configuration"` for a certificate of another authority.
   */
  revoke({ cert }: Pick<IssuedCertificate, "cert">): void {
    const certificate = new X509Certificate(cert);
    if (!certificate.verify(this.#issuer.publicKey))
      throw refuseOption("certificate", "was issued by another authority");
    this.#revoked.push(Buffer.from(certificate.serialNumber, "hex"));
  }

  /** The list of the certificates that it has revoked, as PEM, for clients that check it (RFC 5280 5). */
  get crl(): string {
    const { notBefore: thisUpdate, notAfter: nextUpdate } = validity({});
    return this.#x509.revocationListPem(this.#issuer, this.#revoked, { thisUpdate, nextUpdate });
  }
}

let shared: Promise<CertificateAuthority> | undefined;

/** The module that writes certificates. */
type X509 = typeof import("./x509.ts");

interface Keys {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** node-forge takes a while to load, and only TLS needs it. */
function loadX509(): Promise<X509> {
  return import("./x509.ts");
}

function issue(
  { certificatePem }: X509,
  request: CertificateRequest,
  { publicKey, privateKey }: Keys,
  issuer: CertificateContent["issuer"],
): IssuedCertificate {
  const { purpose = "server" } = request;
  const subject = subjectOf(request);
  const content = { subject, names: namesOf(request), purpose, publicKey, issuer, ...validity(request) };
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: certificatePem(content),
  };
}

const requestReaders: OptionReaders<CertificateRequest> = {
  names: listOf(text),
  purpose: oneOf(["server", "client"]),
  subject: text,
  notBefore: date,
  notAfter: date,
  weakKey: flag,
};

function date(value: unknown, field: string): Date {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value;
  throw wrongOption(field, "a valid Date", value);
}

function newKeys({ weakKey }: CertificateRequest = {}): Keys {
  if (weakKey) return generateKeyPairSync("rsa", { modulusLength: 768 });
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

function namesOf({ names, purpose }: CertificateRequest): readonly string[] {
  return names ?? (purpose === "client" ? [] : ["localhost", "127.0.0.1", "::1"]);
}

function subjectOf(request: CertificateRequest): string {
  return request.subject ?? namesOf(request)[0] ?? "envoi test client";
}

function validity({
  notBefore,
  notAfter,
}: CertificateRequest): Pick<CertificateContent, "notBefore" | "notAfter"> {
  const until = notAfter ?? LATEST;
  const ended = notAfter !== undefined && until.getTime() <= Date.now();
  const from = notBefore ?? (ended ? new Date(until.getTime() - DAY) : EARLIEST);
  return { notBefore: from, notAfter: until };
}

const DAY = 86_400_000;

/** A test may set any date: certificates are valid in every year. */
const EARLIEST = new Date("1970-01-01T00:00:00Z");
const LATEST = new Date("2099-12-31T00:00:00Z");
