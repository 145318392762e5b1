import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import type { EnvoiError } from "../../errors.ts";
import { refuseOption } from "../../text/options/option-reader.ts";
import { certificateNames } from "./certificate-names.ts";

/** A certificate and its key, both as PEM. */
export interface ServerCertificate {
  /** The private key. */
  readonly key: string | Buffer;
  /** The certificate, followed by intermediate certificates, if any: each is issued by the next. */
  readonly cert: string | Buffer;
  /** The passphrase of an encrypted key. */
  readonly passphrase?: string;
}

/** A certificate that has been checked: its key fits, and its chain is in order. */
export interface CheckedCertificate extends ServerCertificate {
  /** Where it was given, for errors: `"certificates[1]"`. */
  readonly field: string;
  /** The certificate itself, without the chain. */
  readonly leaf: X509Certificate;
  /** The DNS names that it has, in lower case; a wildcard begins with `*.`. */
  readonly names: readonly string[];
  /** The type of its key, such as `"rsa"` or `"ec"`: a server shows one certificate of each type. */
  readonly keyType: string;
}

/** The certificates that a server shows for a name: at most one of each type of key. */
export type Identity = readonly CheckedCertificate[];

/**
 * Checks a certificate and its key.
 *
 * @param field where it was given, for the error: `"certificates[1]"`.
 * @throws EnvoiError of kind `"configuration"` if one of them cannot be read, if the key is not the key of the
 * certificate, or if the chain is not in order.
 */
export function checkCertificate(given: ServerCertificate, field: string): CheckedCertificate {
  const [leaf, ...chain] = readPemCertificates(given.cert, `${field}.cert`) as [X509Certificate];
  const key = readKey(given, field);
  if (!leaf.checkPrivateKey(key)) throw misfit(key, leaf, chain, field);
  checkChain([leaf, ...chain], `${field}.cert`);
  return {
    ...given,
    field,
    leaf,
    names: certificateNames(leaf),
    keyType: key.asymmetricKeyType ?? "unknown",
  };
}

/**
 * Reads PEM with one or more certificates.
 *
 * @throws EnvoiError of kind `"configuration"` if there is none, or one that cannot be read.
 */
export function readPemCertificates(pem: string | Buffer, field: string): readonly X509Certificate[] {
  const blocks = String(pem).match(CERTIFICATE);
  if (blocks === null)
    throw refuseOption(
      field,
      "expected a certificate as PEM, got none",
      "It begins with -----BEGIN CERTIFICATE",
    );
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch (error) {
      const which = blocks.length === 1 ? "the certificate" : `certificate ${index + 1} of ${blocks.length}`;
      throw refuseOption(field, `${which} cannot be read`, undefined, error);
    }
  });
}

const CERTIFICATE =
  /-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----[^-]*-----END (X509 |TRUSTED )?CERTIFICATE-----/g;

function readKey({ key, passphrase }: ServerCertificate, field: string): KeyObject {
  try {
    return createPrivateKey({ key, ...(passphrase !== undefined && { passphrase }) });
  } catch (error) {
    if (!/-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/.test(String(key)))
      throw refuseOption(`${field}.key`, "expected a private key as PEM, got none", undefined, error);
    if (!/ENCRYPTED/.test(String(key)))
      throw refuseOption(`${field}.key`, "the private key cannot be read", undefined, error);
    if (passphrase === undefined)
      throw refuseOption(`${field}.key`, "the private key is encrypted", "Give its passphrase", error);
    throw refuseOption(`${field}.passphrase`, "does not decrypt the private key", undefined, error);
  }
}

function misfit(
  key: KeyObject,
  leaf: X509Certificate,
  chain: readonly X509Certificate[],
  field: string,
): EnvoiError {
  const at = chain.findIndex((certificate) => certificate.checkPrivateKey(key));
  if (at >= 0)
    return refuseOption(
      `${field}.cert`,
      `the certificate of the key is number ${at + 2}`,
      "It must come first, and then those of its issuers",
    );
  return refuseOption(`${field}.key`, `is not the key of the certificate for ${subjectOf(leaf)}`);
}

/** TLS 1.2 demands this order (RFC 5246 section 7.4.2), and some clients do not look for another. */
function checkChain(chain: readonly X509Certificate[], field: string): void {
  for (const [index, issuer] of chain.entries()) {
    const certificate = chain[index - 1];
    if (certificate === undefined || isIssuedBy(certificate, issuer)) continue;
    throw refuseOption(
      field,
      `certificate ${index} (${subjectOf(certificate)}) is not issued by the one after it (${subjectOf(issuer)})`,
      "First comes the server's certificate, then that of its issuer, and so on",
    );
  }
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

function subjectOf({ subject }: X509Certificate): string {
  return subject?.replace(/\n/g, ", ") || "an empty subject";
}
