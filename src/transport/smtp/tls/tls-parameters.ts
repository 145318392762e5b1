import type { SecureContext } from "node:tls";
import type { TlsTrust } from "../../../net/client/tls-trust.ts";
import { hostOf } from "../host.ts";
import { secureContext } from "./secure-context.ts";
import { type TlsFields, TlsParametersBuilder } from "./tls-parameters-builder.ts";

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
  readonly #fields: TlsFields;
  #context: SecureContext | undefined;

  private constructor(fields: TlsFields) {
    this.domain = fields.domain;
    this.#fields = fields;
    // What is wrong with certificates is to be known now.
    if (fields.identity !== undefined || fields.rootCertificates.length > 0)
      this.#context = secureContext(fields);
  }

  /**
   * Begins parameters.
   *
   * @param domain The name, or IP address, that the certificate must bear where that differs from the host that is
   * connected to; the server is asked for it, too (SNI).
   * @throws AddressError where `domain` is none.
   */
  static builder(domain?: string): TlsParametersBuilder {
    const name = domain === undefined ? undefined : hostOf(domain);
    return new TlsParametersBuilder(name, (fields) => new TlsParameters(fields));
  }

  /** @internal Whom to believe; the context of OpenSSL is made once. */
  static trust(parameters: TlsParameters): TlsTrust {
    parameters.#context ??= secureContext(parameters.#fields);
    const { pins, acceptInvalidCertificates, acceptInvalidHostnames } = parameters.#fields;
    const accepts = acceptInvalidCertificates
      ? "any-certificate"
      : acceptInvalidHostnames
        ? "any-name"
        : "valid";
    return { context: parameters.#context, pins, accepts };
  }
}
