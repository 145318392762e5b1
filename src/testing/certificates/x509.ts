import { createHash, type KeyObject, randomBytes, sign } from "node:crypto";
import type forge from "node-forge";
import asn1 from "node-forge/lib/asn1.js";
import { ipOctets } from "../../text/ip-address.ts";

/** The content and the issuer of a certificate. */
export interface CertificateContent {
  readonly subject: string;
  /** DNS names and IP addresses; ignored for an authority or a client. */
  readonly names: readonly string[];
  readonly purpose: "authority" | "server" | "client";
  readonly publicKey: KeyObject;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly issuer: {
    readonly subject: string;
    readonly publicKey: KeyObject;
    readonly privateKey: KeyObject;
  };
}

/**
 * Writes and signs an X.509 certificate (RFC 5280). node-forge writes the structure; node:crypto makes the P-256 keys
 * and the signature, in less than a millisecond, where RSA takes a tenth of a second.
 */
export function certificatePem(content: CertificateContent): string {
  const { issuer, notBefore, notAfter, publicKey } = content;
  const toBeSigned = der.sequence(
    der.explicit(0, der.integer(Buffer.of(2))),
    der.integer(Buffer.concat([Buffer.of(1), randomBytes(15)])),
    ecdsaWithSha256(),
    der.commonName(issuer.subject),
    der.sequence(der.time(notBefore), der.time(notAfter)),
    der.commonName(content.subject),
    der.raw(spki(publicKey)),
    der.explicit(3, der.sequence(...extensions(content))),
  );
  return signedPem("CERTIFICATE", toBeSigned, issuer);
}

/** Writes and signs a list of revoked certificates by their serial numbers (RFC 5280 5). */
export function revocationListPem(
  issuer: CertificateContent["issuer"],
  serials: readonly Buffer[],
  { thisUpdate, nextUpdate }: { readonly thisUpdate: Date; readonly nextUpdate: Date },
): string {
  const revoked = serials.map((serial) => der.sequence(der.integer(serial), der.time(thisUpdate)));
  const authority = der.sequence(der.implicit(0, keyIdentifier(issuer.publicKey)));
  const number = der.integer(Buffer.from([serials.length + 1]));
  const toBeSigned = der.sequence(
    der.integer(Buffer.of(1)),
    ecdsaWithSha256(),
    der.commonName(issuer.subject),
    der.time(thisUpdate),
    der.time(nextUpdate),
    ...(revoked.length > 0 ? [der.sequence(...revoked)] : []),
    der.explicit(
      0,
      der.sequence(der.extension("2.5.29.35", false, authority), der.extension("2.5.29.20", false, number)),
    ),
  );
  return signedPem("X509 CRL", toBeSigned, issuer);
}

function ecdsaWithSha256(): Asn1 {
  return der.sequence(der.oid("1.2.840.10045.4.3.2"));
}

function signedPem(label: string, toBeSigned: Asn1, { privateKey }: CertificateContent["issuer"]): string {
  const signature = sign("sha256", der.octets(toBeSigned), privateKey);
  const base64 = der
    .octets(der.sequence(toBeSigned, ecdsaWithSha256(), der.bitString(signature)))
    .toString("base64");
  return `-----BEGIN ${label}-----\n${base64.replace(/.{64}(?!$)/g, "$&\n")}\n-----END ${label}-----\n`;
}

/** RFC 5280 4.2.1. */
function extensions({ purpose, names, publicKey, issuer }: CertificateContent): Asn1[] {
  const isAuthority = purpose === "authority";
  // keyCertSign and cRLSign, or digitalSignature.
  const usage = isAuthority ? [0x01, 0x06] : [0x07, 0x80];
  const all = [
    der.extension("2.5.29.19", true, isAuthority ? der.sequence(der.boolean(true)) : der.sequence()),
    der.extension("2.5.29.15", true, der.bits(usage)),
    der.extension("2.5.29.14", false, der.octetString(keyIdentifier(publicKey))),
    der.extension("2.5.29.35", false, der.sequence(der.implicit(0, keyIdentifier(issuer.publicKey)))),
  ];
  if (isAuthority) return all;
  const extendedUsage = purpose === "server" ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2";
  all.push(der.extension("2.5.29.37", false, der.sequence(der.oid(extendedUsage))));
  if (names.length > 0) {
    const alternatives = names.map((name) => {
      const address = ipOctets(name);
      return address === undefined
        ? der.implicit(2, Buffer.from(name, "latin1"))
        : der.implicit(7, Buffer.from(address));
    });
    all.push(der.extension("2.5.29.17", false, der.sequence(...alternatives)));
  }
  return all;
}

function spki(key: KeyObject): Buffer {
  return key.export({ type: "spki", format: "der" });
}

/** Any identifier is allowed if it is always the same for the same key (RFC 5280 4.2.1.2). */
function keyIdentifier(key: KeyObject): Buffer {
  return createHash("sha256").update(spki(key)).digest().subarray(0, 20);
}

/** The few ASN.1 types of a certificate. forge keeps octets in Latin-1 strings. */
class DerWriter {
  octets(value: Asn1): Buffer {
    return Buffer.from(asn1.toDer(value).getBytes(), "latin1");
  }

  raw(der: Buffer): Asn1 {
    return asn1.fromDer(der.toString("latin1"));
  }

  sequence(...values: Asn1[]): Asn1 {
    return this.#universal(asn1.Type.SEQUENCE, values);
  }

  oid(name: string): Asn1 {
    return this.#universal(asn1.Type.OID, asn1.oidToDer(name).getBytes());
  }

  integer(octets: Buffer): Asn1 {
    return this.#universal(asn1.Type.INTEGER, octets.toString("latin1"));
  }

  boolean(value: boolean): Asn1 {
    return this.#universal(asn1.Type.BOOLEAN, value ? "\xff" : "\0");
  }

  octetString(octets: Buffer): Asn1 {
    return this.#universal(asn1.Type.OCTETSTRING, octets.toString("latin1"));
  }

  /** Bits behind the count of those that are not used in the last octet. */
  bits(octets: readonly number[]): Asn1 {
    return this.#universal(asn1.Type.BITSTRING, String.fromCharCode(...octets));
  }

  bitString(octets: Buffer): Asn1 {
    return this.#universal(asn1.Type.BITSTRING, `\0${octets.toString("latin1")}`);
  }

  time(date: Date): Asn1 {
    // RFC 5280 4.1.2.5: two digits for the year until 2049.
    return date.getUTCFullYear() < 2050
      ? this.#universal(asn1.Type.UTCTIME, asn1.dateToUtcTime(date))
      : this.#universal(asn1.Type.GENERALIZEDTIME, asn1.dateToGeneralizedTime(date));
  }

  commonName(name: string): Asn1 {
    const text = this.#universal(asn1.Type.UTF8, Buffer.from(name).toString("latin1"));
    return this.sequence(this.#universal(asn1.Type.SET, [this.sequence(this.oid("2.5.4.3"), text)]));
  }

  extension(oid: string, critical: boolean, value: Asn1): Asn1 {
    const flag = critical ? [this.boolean(true)] : [];
    return this.sequence(this.oid(oid), ...flag, this.octetString(this.octets(value)));
  }

  explicit(tag: number, value: Asn1): Asn1 {
    return asn1.create(asn1.Class.CONTEXT_SPECIFIC, tag, true, [value]);
  }

  implicit(tag: number, octets: Buffer): Asn1 {
    return asn1.create(asn1.Class.CONTEXT_SPECIFIC, tag, false, octets.toString("latin1"));
  }

  #universal(type: forge.asn1.Type, value: string | Asn1[]): Asn1 {
    return asn1.create(asn1.Class.UNIVERSAL, type, Array.isArray(value), value);
  }
}

type Asn1 = forge.asn1.Asn1;

const der: DerWriter = new DerWriter();
