import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { checkServerIdentity, type PeerCertificate, type TLSSocket } from "node:tls";
import { chainOf, printable } from "./certificate-chain.ts";
import { codeOf } from "./connection-failures.ts";
import { formatPin, isPinned, type Pin, pinOf } from "./pin.ts";
import type { TlsTrust } from "./tls-trust.ts";

/** What was found out about a server's certificate. */
export interface CertificateVerdict {
  /** Whether the identity of the server is certain. */
  readonly verified: boolean;
  /** What is wrong with the certificate and is not accepted. */
  readonly problem?: string;
  /** What is wrong with it, accepted or not. */
  readonly doubt?: string;
  /** The certificate, in DER. */
  readonly certificate: Buffer;
}

/**
 * Judges the certificate of a connection after its handshake, by its chain, its names and pins. A pin that matches
 * makes the server certain, whatever else was accepted.
 */
export function judgeCertificate(
  socket: TLSSocket,
  name: string,
  { pins = [], accepts = "valid" }: TlsTrust,
): CertificateVerdict {
  // Not getPeerX509Certificate(): in Node 20 it takes the certificate out of the socket.
  const shown = socket.getPeerCertificate();
  if (shown.raw === undefined) throw new Error("the server sent no certificate");
  const chain = socket.authorized ? undefined : chainProblem(socket, name);
  const wrongName = nameProblem(name, shown);
  const wrongPin = pins.length === 0 ? undefined : pinProblem(name, new X509Certificate(shown.raw), pins);
  const problem =
    (accepts === "any-certificate"
      ? undefined
      : (chain ?? (accepts === "any-name" ? undefined : wrongName))) ?? wrongPin;
  const certificate = shown.raw;
  if (problem !== undefined) return { verified: false, problem, doubt: problem, certificate };
  const doubt = pins.length > 0 ? undefined : (chain ?? wrongName);
  return doubt === undefined ? { verified: true, certificate } : { verified: false, doubt, certificate };
}

function nameProblem(name: string, certificate: PeerCertificate): string | undefined {
  if (bears(certificate, name)) return undefined;
  const names = printable(certificate.subjectaltname ?? "");
  // Node returns an array if there are several.
  const [commonName = ""] = [certificate.subject?.CN ?? ""].flat();
  if (names === "" && commonName !== "") {
    const only = `the certificate has only a common name (${printable(commonName).slice(0, 100)}), which does not count any more (RFC 9525)`;
    return `${only}: have one issued that names ${name} as subjectAltName, or use TlsParameters.pin() with acceptInvalidHostnames(true)`;
  }
  const borne = names === "" ? "none" : names.slice(0, 400);
  const advice = isIP(name) === 0 ? "" : "; connect to one of them, or name it to TlsParameters.builder";
  return `the certificate is for another name than ${name}; its names: ${borne}${advice}`;
}

function bears(certificate: PeerCertificate, name: string): boolean {
  // Not by Node, which finds no IPv6 address since version 22.
  if (isIP(name) !== 0)
    return new X509Certificate(certificate.raw).checkIP(name.replace(/%.*/, "")) !== undefined;
  // Node uses the common name if the certificate has no alternative names of the kind, so it does not get one.
  const nameless = { ...certificate, subject: { ...certificate.subject, CN: "" } };
  return checkServerIdentity(name, nameless) === undefined;
}

function pinProblem(name: string, leaf: X509Certificate, pins: readonly Pin[]): string | undefined {
  if (isPinned(leaf, pins)) return undefined;
  const [certificate, key] = [pinOf(leaf, "certificate"), pinOf(leaf, "key")].map(formatPin);
  return `the certificate of ${name} is not the one that was pinned; its pins are ${certificate} and ${key}`;
}

function chainProblem(socket: TLSSocket, name: string): string {
  const chain = chainOf(socket.getPeerCertificate(true));
  const error: unknown = socket.authorizationError;
  const code = error instanceof Error ? codeOf(error) : String(error);
  switch (code) {
    case "CERT_HAS_EXPIRED":
      return untimely(name, chain, ({ validTo }) => ({
        wrong: Date.parse(validTo) < Date.now(),
        how: `expired on ${validTo}`,
      }));
    case "CERT_NOT_YET_VALID":
      return untimely(name, chain, ({ validFrom }) => ({
        wrong: Date.parse(validFrom) > Date.now(),
        how: `is not valid before ${validFrom} (if that is long past, the clock here is wrong)`,
      }));
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
      return `the certificate of ${name} is self-signed; ${TRUSTABLE}`;
    case "SELF_SIGNED_CERT_IN_CHAIN":
      return `the certificate of ${name} comes from an authority that is not trusted here (${topIssuer(chain)}); ${TRUSTABLE}`;
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
      return `the certificate of ${name} comes from an authority that is not trusted here (${topIssuer(chain)}), or the server leaves out a certificate in between; ${TRUSTABLE}`;
    default:
      return `the certificate of ${name} does not verify (${code})`;
  }
}

const TRUSTABLE = "TlsParameters.addRootCertificate can trust it";

/** Which certificate has expired or is not valid yet: the server's, or one of an authority that issued it. */
function untimely(
  name: string,
  chain: readonly X509Certificate[],
  judge: (certificate: X509Certificate) => { readonly wrong: boolean; readonly how: string },
): string {
  const at = chain.findIndex((certificate) => judge(certificate).wrong);
  const culprit = chain[Math.max(at, 0)] as X509Certificate;
  const whose = at > 0 ? `an authority in the chain of ${name} (${nameIn(culprit.subject)})` : name;
  return `the certificate of ${whose} ${judge(culprit).how}`;
}

function topIssuer(chain: readonly X509Certificate[]): string {
  return nameIn(chain.at(-1)?.issuer ?? "");
}

/** The common name in a distinguished name, otherwise the whole name. */
function nameIn(distinguished: string): string {
  return printable(/^CN=(.*)$/m.exec(distinguished)?.[1] ?? distinguished).slice(0, 100);
}
