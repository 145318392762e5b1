import type { SecureContext } from "node:tls";
import { type Pin, parsePin } from "../../../net/client/pin.ts";
import type { TlsTrust } from "../../../net/client/tls-trust.ts";
import { flag, oneOf, text } from "../../../text/options/option-kinds.ts";
import {
  type OptionReaders,
  readOptions,
  refuseOption,
  wrongOption,
} from "../../../text/options/option-reader.ts";
import { hostOf } from "../host.ts";
import { certificatesIn } from "./certificates.ts";
import { type SecureContextFields, secureContext } from "./secure-context.ts";
import type { TlsIdentity, TlsVersion } from "./tls-identity.ts";

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
  /** The name that the certificate must have, if it is not the name of the host. */
  readonly domain: string | undefined;
  readonly #fields: TlsFields;
  #context: SecureContext | undefined;

  private constructor(fields: TlsFields) {
    this.domain = fields.domain;
    this.#fields = fields;
    // Mistakes in certificates are found now.
    if (fields.identity !== undefined || fields.rootCertificates.length > 0)
      this.#context = secureContext(fields);
  }

  /**
   * A builder of parameters.
   *
   * @param domain The name or IP address that the certificate must have, if it is not the host; SNI asks for it too.
   * @throws AddressError if `domain` is not a name or an IP address.
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

/** What TlsParameters are made of. */
export interface TlsFields extends SecureContextFields {
  readonly domain: string | undefined;
  readonly pins: readonly Pin[];
  readonly acceptInvalidCertificates: boolean;
  readonly acceptInvalidHostnames: boolean;
}

/**
 * Collects the settings of {@link TlsParameters}. Every method except `build` and `clone` returns the builder. It
 * builds once: after `build()` every call throws. To build two, `clone()` it before.
 *
 * A value that is not valid throws an EnvoiError of kind `"configuration"`.
 *
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { SmtpTransport, Tls, TlsParameters } from "envoi";
 *
 * const parameters = TlsParameters.builder("mail.example.org")
 *   .addRootCertificate(await readFile("authority.pem", "utf8"))
 *   .identity({ certificate: await readFile("us.pem", "utf8"), key: await readFile("us.key", "utf8") })
 *   .minVersion("TLSv1.3")
 *   .build();
 * const transport = SmtpTransport.builder("10.0.0.5").tls(Tls.Required(parameters)).build();
 * ```
 */
export class TlsParametersBuilder {
  readonly #construct: (fields: TlsFields) => TlsParameters;
  #fields: TlsFields;
  #built = false;

  /** @internal `TlsParameters.builder` begins one. */
  constructor(domain: string | undefined, construct: (fields: TlsFields) => TlsParameters) {
    this.#construct = construct;
    this.#fields = { ...defaults, domain };
  }

  /**
   * Trusts a certificate, or each of several, beside those that Node trusts (NODE_EXTRA_CA_CERTS included): that of a
   * private authority, or the server's own.
   *
   * @param certificate In PEM, one or several behind each other; or one in DER.
   * @throws EnvoiError of kind `"configuration"` if one of them is not a certificate.
   */
  addRootCertificate(certificate: string | Uint8Array): this {
    const { rootCertificates: before } = this.#fields;
    const more = certificatesIn(certificate, "addRootCertificate");
    return this.#set("addRootCertificate", { rootCertificates: [...before, ...more] });
  }

  /**
   * Shows a certificate to servers that ask for one.
   *
   * @throws EnvoiError of kind `"configuration"` if certificate or key is missing; from `build()` if they do not belong
   * together, or the passphrase does not open the key.
   */
  identity(identity: TlsIdentity): this {
    const read = readOptions(identity, identityReaders, "identity", ["certificate", "key"]);
    certificatesIn(read.certificate, "identity.certificate");
    return this.#set("identity", { identity: read });
  }

  /** The oldest version of TLS to accept; 1.2 by default. */
  minVersion(version: TlsVersion): this {
    return this.#set("minVersion", { minVersion: tlsVersion(version, "minVersion") });
  }

  /**
   * Trusts only a server whose own certificate, or key, is this one; with several pins, one of these. Everything else
   * is verified as well. A server whose pin matches counts as verified, also if {@link acceptInvalidCertificates} or
   * {@link acceptInvalidHostnames} accepts what is wrong with its certificate.
   *
   * Pin the key, and the pin outlives a renewal that keeps it; give the next one as a second pin before the server
   * changes.
   *
   * ```sh
   * openssl s_client -connect mail.example.org:465 </dev/null | openssl x509 -out server.pem
   * # The certificate: 3F:9A:...:07
   * openssl x509 -in server.pem -noout -fingerprint -sha256
   * # Its key; write sha256/ in front
   * openssl x509 -in server.pem -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary |
   * base64
   * ```
   *
   * @param pin The SHA-256 of the certificate, in 64 hexadecimal digits with colons or without; or `sha256/` and that
   * of the key (SubjectPublicKeyInfo), in base64.
   * @throws EnvoiError of kind `"configuration"` if it is neither.
   */
  pin(pin: string): this {
    const parsed = typeof pin === "string" ? parsePin(pin) : undefined;
    if (parsed === undefined)
      throw wrongOption("pin", "a SHA-256 in 64 hexadecimal digits, or sha256/ and one in base64", pin);
    return this.#set("pin", { pins: [...this.#fields.pins, parsed] });
  }

  /**
   * **Dangerous.** Trusts any server that answers. An attacker on the network can take the place of the server, read
   * the mail, change it and keep it, and you will not notice: encryption then protects only against passive readers.
   * Names are not checked either, because a certificate without a trusted issuer can have any name.
   *
   * To trust a server with a self-signed certificate, or one of a private authority, use {@link addRootCertificate} or
   * {@link pin} instead: both are as easy, and safe. Use this only to look at a test server, never for
   * a server that carries mail of people. Credentials do not go out over such a connection, unless a pin matches or
   * {@link SmtpTransportBuilder.allowPlaintextCredentials} waives that too.
   */
  acceptInvalidCertificates(accept: boolean): this {
    return this.#set("acceptInvalidCertificates", {
      acceptInvalidCertificates: flag(accept, "acceptInvalidCertificates"),
    });
  }

  /**
   * **Dangerous.** Trusts every server with a valid certificate for any name. An attacker on the network with a domain
   * has such a certificate, and can take the place of the server with it, read the mail, change it and keep it.
   *
   * If the certificate has another name than the host, give that name to {@link TlsParameters.builder} instead.
   * Credentials do not go out over a connection whose name is wrong, unless a pin matches or
   * {@link SmtpTransportBuilder.allowPlaintextCredentials} waives that too.
   */
  acceptInvalidHostnames(accept: boolean): this {
    return this.#set("acceptInvalidHostnames", {
      acceptInvalidHostnames: flag(accept, "acceptInvalidHostnames"),
    });
  }

  /** Another builder with the settings of this one. */
  clone(): TlsParametersBuilder {
    const fork = new TlsParametersBuilder(this.#fields.domain, this.#construct);
    fork.#fields = this.#fields;
    return fork;
  }

  /**
   * Builds the parameters.
   *
   * @throws EnvoiError of kind `"configuration"` if certificate and key of the identity do not belong together.
   */
  build(): TlsParameters {
    this.#set("build", {});
    this.#built = true;
    return this.#construct(this.#fields);
  }

  #set(method: string, change: Partial<TlsFields>): this {
    if (this.#built) throw refuseOption(method, "this builder has built its parameters", CLONE);
    this.#fields = { ...this.#fields, ...change };
    return this;
  }
}

const CLONE = "To build others, clone() it before build()";

const tlsVersion = oneOf<TlsVersion>(["TLSv1.2", "TLSv1.3"]);

const identityReaders: OptionReaders<TlsIdentity> = { certificate: text, key: text, passphrase: text };

const defaults: TlsFields = {
  domain: undefined,
  rootCertificates: [],
  minVersion: "TLSv1.2",
  pins: [],
  acceptInvalidCertificates: false,
  acceptInvalidHostnames: false,
};
