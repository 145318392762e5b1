import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { certificatePem } from "#src/testing/certificates/x509.js";

const validity = { notBefore: new Date("2020-01-01"), notAfter: new Date("2099-01-01") };

/** An authority that issues certificates for keys of any type, which `CertificateAuthority` does not. */
export class Issuer {
  readonly #issuer: { subject: string; publicKey: KeyObject; privateKey: KeyObject };
  readonly cert: string;

  constructor(subject: string = "issuer") {
    this.#issuer = { subject, ...generateKeyPairSync("ec", { namedCurve: "P-256" }) };
    const { publicKey } = this.#issuer;
    this.cert = certificatePem({
      subject,
      names: [],
      purpose: "authority",
      publicKey,
      issuer: this.#issuer,
      ...validity,
    });
  }

  issue(
    names: readonly string[],
    type: "rsa" | "ec" = "ec",
    passphrase?: string,
  ): { key: string; cert: string } {
    const { publicKey, privateKey } =
      type === "rsa"
        ? generateKeyPairSync("rsa", { modulusLength: 2048 })
        : generateKeyPairSync("ec", { namedCurve: "P-256" });
    const said = { subject: names[0] ?? "nameless", names, purpose: "server", publicKey } as const;
    const secret = passphrase === undefined ? {} : { cipher: "aes-256-cbc", passphrase };
    return {
      key: privateKey.export({ type: "pkcs8", format: "pem", ...secret }).toString(),
      cert: certificatePem({ ...said, issuer: this.#issuer, ...validity }),
    };
  }
}
