import type { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import { chainOf } from "../../../net/client/certificate-chain.ts";
import { derElements } from "../../../net/der.ts";

/** What is known of a certificate. Texts are as its issuer wrote them: not safe to print. */
export interface SeenCertificate {
  /** Its common name, otherwise its whole name. */
  readonly subject: string;
  readonly issuer: string;
  /** The DNS names and IP addresses that it is for. */
  readonly names: readonly string[];
  readonly validFrom: Date;
  readonly validTo: Date;
  /** `"rsa"`, `"ec"`, `"ed25519"` or what else Node calls it. */
  readonly keyType: string;
  /** The size of the key in bits, if it is known. */
  readonly keyBits?: number | undefined;
  /** Whether it is signed by a hash that can be forged: MD5 or SHA-1. */
  readonly weakSignature: boolean;
  /** Whether it is signed with its own key. */
  readonly selfSigned: boolean;
  /** Whether its issuer says where its own certificate is, as public authorities do. */
  readonly namesIssuer: boolean;
  readonly der: Buffer;
}

/** The certificate that a server has shown, and those of its issuers as far as they are known: at most ten. */
export function seenChain(socket: TLSSocket): readonly SeenCertificate[] {
  const leaf = socket.getPeerCertificate(true);
  return leaf.raw === undefined ? [] : chainOf(leaf).slice(0, 10).map(seen);
}

function seen(certificate: X509Certificate): SeenCertificate {
  const der = certificate.raw;
  const { subject, issuer, subjectAltName = "", infoAccess = "" } = certificate;
  return {
    subject: commonName(subject),
    issuer: commonName(issuer),
    names: [...(subjectAltName ?? "").matchAll(/(?:DNS|IP Address):("(?:[^"\\]|\\.)*"|[^,]+)/g)].map(
      ([, name = ""]) => name.trim(),
    ),
    validFrom: new Date(certificate.validFrom),
    validTo: new Date(certificate.validTo),
    ...keyOf(certificate),
    weakSignature: weakSignatures.has(signatureOf(der)),
    selfSigned: subject === issuer && isSignedByItself(certificate),
    namesIssuer: /CA Issuers/.test(infoAccess ?? ""),
    der,
  };
}

/** Node cannot read the keys of every certificate. */
function keyOf(certificate: X509Certificate): Pick<SeenCertificate, "keyType" | "keyBits"> {
  try {
    const { asymmetricKeyType = "unknown", asymmetricKeyDetails = {} } = certificate.publicKey;
    const { modulusLength, namedCurve } = asymmetricKeyDetails;
    const bits = modulusLength ?? Number(/\d{3}/.exec(namedCurve ?? "")?.[0] ?? Number.NaN);
    return { keyType: asymmetricKeyType, ...(!Number.isNaN(bits) && { keyBits: bits }) };
  } catch {
    return { keyType: "unknown" };
  }
}

function isSignedByItself(certificate: X509Certificate): boolean {
  try {
    return certificate.verify(certificate.publicKey);
  } catch {
    return false;
  }
}

function commonName(distinguished: string): string {
  return /^CN=(.*)$/m.exec(distinguished ?? "")?.[1] ?? (distinguished ?? "").replace(/\n/g, ", ");
}

const nothing = Buffer.alloc(0);

/** The object identifier of the algorithm of the signature, in hexadecimal. */
function signatureOf(der: Buffer): string {
  const algorithm = derElements(derElements(der)[0]?.content ?? nothing)[1]?.content;
  return derElements(algorithm ?? nothing)[0]?.content.toString("hex") ?? "";
}

/** RSA with MD2, MD5 or SHA-1, DSA and ECDSA with SHA-1. */
const weakSignatures: ReadonlySet<string> = new Set([
  ...["2a864886f70d010102", "2a864886f70d010104", "2a864886f70d010105"],
  ...["2a8648ce380403", "2a8648ce3d0401"],
]);
