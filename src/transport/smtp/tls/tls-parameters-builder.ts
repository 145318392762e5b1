import { X509Certificate } from "node:crypto";
import { type EnvoiError, misconfigured } from "../../../errors.ts";
import { type Pin, parsePin } from "../../../net/client/pin.ts";
import { shown } from "../../../text/shown.ts";
import { checkOptionNames } from "../../option-names.ts";
import type { SecureContextFields } from "./secure-context.ts";
import type { TlsIdentity, TlsParameters, TlsVersion } from "./tls-parameters.ts";

/** What TlsParameters are made of. */
export interface TlsFields extends SecureContextFields {
  readonly domain: string | undefined;
  readonly pins: readonly Pin[];
  readonly acceptInvalidCertificates: boolean;
  readonly acceptInvalidHostnames: boolean;
}

/**
 * Gathers {@link TlsParameters}; every method but `build` and `clone` returns the builder. It builds once: after
 * `build()` every call throws, and `clone()` before it is the way to build two.
 *
 * Whatever makes no sense throws an EnvoiError of kind `"configuration"`.
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
   * @throws EnvoiError of kind `"configuration"` where one of them is not a certificate.
   */
  addRootCertificate(certificate: string | Uint8Array): this {
    const { rootCertificates: before } = this.#fields;
    return this.#set("addRootCertificate", { rootCertificates: [...before, ...certificatesIn(certificate)] });
  }

  /**
   * Shows a certificate to servers that ask for one.
   *
   * @throws EnvoiError of kind `"configuration"` where certificate or key is missing; by `build()` where they do not go
   * together, or the passphrase does not open the key.
   */
  identity(identity: TlsIdentity): this {
    checkOptionNames("TlsParameters.identity", identity, ["certificate", "key", "passphrase"]);
    const { certificate, key, passphrase } = identity;
    if (typeof certificate !== "string" || typeof key !== "string")
      throw wrong("identity", "expects a certificate and its key, in PEM");
    if (passphrase !== undefined && typeof passphrase !== "string")
      throw wrong("identity", "expects a passphrase that is a text");
    certificatesIn(certificate, "identity");
    return this.#set("identity", { identity: { ...identity } });
  }

  /** The oldest TLS to speak; 1.2 unless this says otherwise. */
  minVersion(version: TlsVersion): this {
    if (version !== "TLSv1.2" && version !== "TLSv1.3") {
      throw wrong("minVersion", `expects "TLSv1.2" or "TLSv1.3", not ${shown(version)}`);
    }
    return this.#set("minVersion", { minVersion: version });
  }

  /**
   * Believes only a server whose own certificate, or key, is this one; with several pins, one of these. That comes on
   * top of what is verified otherwise. A server whose pin matches counts as verified, also where {@link
   * acceptInvalidCertificates} or {@link acceptInvalidHostnames} lets pass what is wrong with its certificate.
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
   * @throws EnvoiError of kind `"configuration"` where it is neither.
   */
  pin(pin: string): this {
    const parsed = typeof pin === "string" ? parsePin(pin) : undefined;
    if (parsed === undefined)
      throw wrong("pin", "expects a SHA-256 in 64 hexadecimal digits, or sha256/ and one in base64");
    return this.#set("pin", { pins: [...this.#fields.pins, parsed] });
  }

  /**
   * **Dangerous.** Believes whoever answers. Anybody on the way can take the server's place, read the mail, change it,
   * and keep it, and nobody will notice: the encryption protects against nothing but a glance. Names are not looked at
   * either, for a certificate that nobody vouches for can bear any.
   *
   * To trust a server with a certificate of its own, or of a private authority, use {@link addRootCertificate} or
   * {@link pin} instead: both are as easy, and safe. This is for a look at a test server, never for a server that
   * people's mail goes through. Credentials do not go out over such a connection, unless a pin matches or {@link
   * SmtpTransportBuilder.allowPlaintextCredentials} waives that too.
   */
  acceptInvalidCertificates(accept: boolean): this {
    if (typeof accept !== "boolean") throw wrong("acceptInvalidCertificates", "expects true or false");
    return this.#set("acceptInvalidCertificates", { acceptInvalidCertificates: accept });
  }

  /**
   * **Dangerous.** Believes every server that has a certificate for whatever name. Anybody on the way who owns some
   * domain has such a certificate, can take the server's place with it, read the mail, change it, and keep it.
   *
   * Where the certificate bears another name than the host, give that name to {@link TlsParameters.builder} instead.
   * Credentials do not go out over a connection whose name is wrong, unless a pin matches or
   * {@link SmtpTransportBuilder.allowPlaintextCredentials} waives that too.
   */
  acceptInvalidHostnames(accept: boolean): this {
    if (typeof accept !== "boolean") throw wrong("acceptInvalidHostnames", "expects true or false");
    return this.#set("acceptInvalidHostnames", { acceptInvalidHostnames: accept });
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

  #set(method: string, change: Partial<TlsFields>): this {
    if (this.#built) {
      throw wrong(method, "this builder has built its parameters; clone() it before build() to build others");
    }
    this.#fields = { ...this.#fields, ...change };
    return this;
  }
}

const defaults: TlsFields = {
  domain: undefined,
  rootCertificates: [],
  minVersion: "TLSv1.2",
  pins: [],
  acceptInvalidCertificates: false,
  acceptInvalidHostnames: false,
};

/** The certificates in a text, each by itself; all that stands between them is left out. */
function certificatesIn(given: string | Uint8Array, method = "addRootCertificate"): readonly string[] {
  const text = typeof given === "string" ? given : textOf(given, method);
  const blocks = text.match(BLOCK) ?? [];
  const openings = text.split(OPENING).length - 1;
  if (blocks.length === 0 || blocks.length !== openings) throw wrong(method, "expects a certificate in PEM");
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block).toString();
    } catch (cause) {
      const which = blocks.length === 1 ? "" : `, and number ${index + 1} of ${blocks.length} is none`;
      throw wrong(method, `expects a certificate in PEM${which}`, cause);
    }
  });
}

function textOf(given: Uint8Array, method: string): string {
  if (!(given instanceof Uint8Array)) throw wrong(method, "expects a certificate in PEM");
  const octets = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  // DER begins with the tag of a sequence.
  if (octets[0] !== 0x30) return octets.toString("latin1");
  try {
    return new X509Certificate(octets).toString();
  } catch (cause) {
    throw wrong(method, "expects a certificate in PEM or DER", cause);
  }
}

const OPENING = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/;
const BLOCK =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[A-Za-z0-9+/=\s]*-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

function wrong(method: string, problem: string, cause?: unknown): EnvoiError {
  return misconfigured(`TlsParameters.${method}: ${problem}`, cause);
}
