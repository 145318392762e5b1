import { X509Certificate } from "node:crypto";
import { createSecureContext, rootCertificates, type SecureContext, type SecureVersion } from "node:tls";
import { canonicalDomainOf } from "../../address/domain.ts";
import { callersMistake, EnvoiError } from "../../errors.ts";

/** What a client shows to prove who it is, in PEM. */
export interface TlsIdentity {
  /** The certificate, the issuers behind it following. */
  readonly certificate: string;
  /** The private key of the certificate. */
  readonly key: string;
  /** What the key is encrypted with, if it is. */
  readonly passphrase?: string;
}

/** The versions of TLS that are still to be had. */
export type TlsVersion = "TLSv1.2" | "TLSv1.3";

interface Fields {
  readonly domain?: string | undefined;
  readonly rootCertificates: readonly string[];
  readonly identity?: TlsIdentity | undefined;
  readonly minVersion: TlsVersion;
}

/**
 * How a connection is encrypted: whom to trust, who we are, how old TLS may be. Made by
 * {@link TlsParameters.builder}.
 *
 * @example
 * ```ts
 * const parameters = TlsParameters.builder().addRootCertificate(pem).minVersion("TLSv1.3").build();
 * const transport = SmtpTransport.builder("mail.example.org").tls(Tls.Required(parameters)).build();
 * ```
 */
export class TlsParameters {
  /** The name the certificate must bear, where it is not the host's. */
  readonly domain: string | undefined;
  readonly #fields: Fields;
  #context: SecureContext | undefined;

  private constructor(fields: Fields) {
    this.domain = fields.domain;
    this.#fields = fields;
    if (fields.identity !== undefined || fields.rootCertificates.length > 0)
      this.#context = contextOf(fields);
  }

  /**
   * Begins parameters.
   *
   * @param domain The name the certificate must bear, where it differs from the host that is connected to.
   * @throws AddressError where `domain` is no domain.
   */
  static builder(domain?: string): TlsParametersBuilder {
    const name = domain === undefined ? undefined : canonicalDomainOf("domain", domain);
    return new TlsParametersBuilder(name, (fields) => new TlsParameters(fields));
  }

  /** @internal The context of OpenSSL, made once. */
  static context(parameters: TlsParameters): SecureContext {
    parameters.#context ??= contextOf(parameters.#fields);
    return parameters.#context;
  }
}

/**
 * Gathers {@link TlsParameters}; every method but `build` and `clone` returns the builder. It builds once: after
 * `build()` every call throws, and `clone()` before it is the way to build two.
 */
export class TlsParametersBuilder {
  readonly #construct: (fields: Fields) => TlsParameters;
  #fields: Fields;
  #built = false;

  constructor(domain: string | undefined, construct: (fields: Fields) => TlsParameters) {
    this.#construct = construct;
    this.#fields = { domain, rootCertificates: [], minVersion: "TLSv1.2" };
  }

  /**
   * Trusts a certificate authority, in PEM, beside those that Node trusts.
   *
   * @throws EnvoiError of kind `"configuration"` where it is not a certificate.
   */
  addRootCertificate(pem: string): this {
    try {
      new X509Certificate(pem);
    } catch (cause) {
      throw wrong("addRootCertificate", "expects a certificate in PEM", cause);
    }
    const { rootCertificates: before } = this.#fields;
    return this.#set("addRootCertificate", { rootCertificates: [...before, pem] });
  }

  /**
   * Shows a certificate to servers that ask for one.
   *
   * @throws EnvoiError of kind `"configuration"` where certificate or key is missing.
   */
  identity(identity: TlsIdentity): this {
    if (typeof identity?.certificate !== "string" || typeof identity.key !== "string") {
      throw wrong("identity", "expects a certificate and its key, in PEM");
    }
    return this.#set("identity", { identity: { ...identity } });
  }

  /** The oldest TLS to speak; 1.2 unless this says otherwise. */
  minVersion(version: TlsVersion): this {
    if (version !== "TLSv1.2" && version !== "TLSv1.3") {
      throw wrong("minVersion", `expects "TLSv1.2" or "TLSv1.3", not ${JSON.stringify(version)}`);
    }
    return this.#set("minVersion", { minVersion: version });
  }

  /** A builder that begins where this one stands. */
  clone(): TlsParametersBuilder {
    const fork = new TlsParametersBuilder(this.#fields.domain, this.#construct);
    fork.#fields = this.#fields;
    return fork;
  }

  /**
   * The parameters.
   *
   * @throws EnvoiError of kind `"configuration"` where certificate and key of the identity do not go together.
   */
  build(): TlsParameters {
    this.#set("build", {});
    this.#built = true;
    return this.#construct(this.#fields);
  }

  #set(method: string, change: Partial<Fields>): this {
    if (this.#built) {
      throw wrong(method, "this builder has built its parameters; clone() it before build() to build others");
    }
    this.#fields = { ...this.#fields, ...change };
    return this;
  }
}

function contextOf({ rootCertificates: added, identity, minVersion }: Fields): SecureContext {
  try {
    return createSecureContext({
      minVersion: minVersion satisfies SecureVersion,
      ...(added.length > 0 && { ca: [...rootCertificates, ...added] }),
      ...(identity !== undefined && { cert: identity.certificate, key: identity.key }),
      ...(identity?.passphrase !== undefined && { passphrase: identity.passphrase }),
    });
  } catch (cause) {
    throw wrong("identity", "certificate and key cannot be used", cause);
  }
}

function wrong(method: string, problem: string, cause?: unknown): EnvoiError {
  return new EnvoiError(`TlsParameters.${method}: ${problem}`, {
    kind: "configuration",
    ...callersMistake,
    cause,
  });
}
