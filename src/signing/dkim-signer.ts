import type { Signer, Signing } from "../message/signer.ts";
import type { RawField } from "../mime/head-reader.ts";
import { MessageError } from "../mime/message-error.ts";
import { refuseOption } from "../text/options/option-reader.ts";
import { BodyHash } from "./canonical-body.ts";
import { canonicalField } from "./canonicalization.ts";
import {
  type DkimOptions,
  type DkimRecord,
  type DkimSettings,
  dkimRecord,
  readDkimOptions,
} from "./dkim-options.ts";
import { SignatureField, signed } from "./signature-field.ts";
import { signedFields } from "./signed-fields.ts";

/**
 * Signs mail with DKIM (RFC 6376), by RSA (RFC 8301) or Ed25519 (RFC 8463). It never signs less than was asked for: an
 * invalid key or option is refused at construction, and a mail that cannot be signed is not sent.
 *
 * @example
 * ```ts
 * import { readFileSync } from "node:fs";
 * import { DkimSigner, SmtpTransport } from "envoi";
 *
 * const signer = DkimSigner.create({
 *   domain: "example.com",
 *   selector: "2026",
 *   key: readFileSync("dkim.pem"),
 * });
 * const transport = SmtpTransport.relay("mail.example.com").sign(signer).build();
 * ```
 */
export class DkimSigner implements Signer {
  /** Whether the signature must be awaited: if the key is a function. */
  readonly awaited: boolean;
  readonly #settings: DkimSettings;
  readonly #field: SignatureField;

  private constructor(key: symbol, options: DkimOptions) {
    if (key !== internal) throw refuseOption("DkimSigner", "use DkimSigner.create()");
    this.#settings = readDkimOptions(options);
    this.#field = new SignatureField(this.#settings);
    this.awaited = this.#settings.key.awaited;
    Object.freeze(this);
  }

  /**
   * Makes a signer for any number of mails.
   *
   * @throws EnvoiError of kind `"configuration"` naming the option that is not valid: an unknown one, a malformed name,
   * a key that is public, too short, or neither RSA nor Ed25519.
   */
  static create(options: DkimOptions): Signer {
    return new DkimSigner(internal, options);
  }

  /**
   * Makes the DNS record that others need to verify the signatures, of the options of the signer. As `key` it also
   * takes the public key, which is what there is if a key management service has the private one.
   *
   * @throws EnvoiError of kind `"configuration"` naming the option that is not valid.
   * @example
   * ```ts
   * const options = { domain: "example.com", selector: "2026", key: pem };
   * const { name, value } = DkimSigner.record(options);
   * console.log(`${name} TXT ${value}`); // 2026._domainkey.example.com TXT v=DKIM1; k=rsa; p=…
   * ```
   */
  static record(options: DkimOptions): DkimRecord {
    return dkimRecord(options);
  }

  /** Begins the signature of one mail. Messages and transports call this. */
  begin(): Signing {
    const body = new BodyHash(this.#settings.body);
    return {
      update: (octets) => body.update(octets),
      finish: (header, signal) => this.#finish(header, body, signal),
    };
  }

  #finish(
    header: readonly RawField[],
    body: BodyHash,
    signal: AbortSignal | undefined,
  ): string | Promise<string> {
    const { key, now, protections, header: canonicalization } = this.#settings;
    const { names, fields } = signedFields(header, protections);
    if (!fields.some(({ name }) => name === "from")) {
      throw new MessageError("from: expected a From field to sign by DKIM, got none", { field: "from" });
    }
    const bodyHash = body.digest();
    const field = this.#field.unsigned({ timestamp: now(), names, bodyHash, bodyLength: body.length });
    let data = "";
    for (const { name, text } of fields) data += `${canonicalField(name, text, canonicalization)}\r\n`;
    data += canonicalField("dkim-signature", field, canonicalization);
    const signature = key.sign(Buffer.from(data, "latin1"), signal);
    return typeof signature === "string"
      ? signed(field, signature)
      : signature.then((octets) => signed(field, octets));
  }
}

const internal: unique symbol = Symbol("DkimSigner");
