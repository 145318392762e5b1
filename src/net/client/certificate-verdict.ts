import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { checkServerIdentity, type PeerCertificate, type TLSSocket } from "node:tls";
import { codeOf } from "./failures.ts";
import { formatPin, isPinned, pinOf } from "./pin.ts";
import type { TlsTrust } from "./tls-trust.ts";

/** What has been found of a server's certificate. */
export interface CertificateVerdict {
  /** It is beyond doubt who the server is. */
  readonly verified: boolean;
  /** What is wrong with the certificate, and not let pass. */
  readonly problem?: string;
  /** What is wrong with it, let pass or not. */
  readonly doubt?: string;
}

/**
 * Judges the certificate of a connection whose handshake is done, by its chain, the name it must bear, and pins. A pin that
 * matches puts the server beyond doubt, whatever else was let pass.
 */
export function judgeCertificate(
  socket: TLSSocket,
  name: string,
  { pins = [], accepts = "valid" }: TlsTrust,
): CertificateVerdict {
  const leaf = socket.getPeerX509Certificate();
  if (leaf === undefined) return { verified: false, problem: `${name} has shown no certificate` };
  const chain = socket.authorized ? undefined : chainProblem(socket, name, leaf);
  const wrongName = nameProblem(name, socket.getPeerCertificate());
  const wrongPin = pins.length === 0 || isPinned(leaf, pins) ? undefined : pinProblem(name, leaf);
  const problem =
    (accepts === "any-certificate"
      ? undefined
      : (chain ?? (accepts === "any-name" ? undefined : wrongName))) ?? wrongPin;
  if (problem !== undefined) return { verified: false, problem, doubt: problem };
  const doubt = pins.length > 0 ? undefined : (chain ?? wrongName);
  return doubt === undefined ? { verified: true } : { verified: false, doubt };
}

function nameProblem(name: string, certificate: PeerCertificate): string | undefined {
  // Node falls back to the common name, where a certificate has no alternative names of the kind: it sees none.
  const nameless = { ...certificate, subject: { ...certificate.subject, CN: "" } };
  if (checkServerIdentity(name, nameless) === undefined) return undefined;
  const names = printable(certificate.subjectaltname ?? "");
  const borne = names === "" ? "none" : names.slice(0, 400);
  const advice = isIP(name) === 0 ? "" : "; connect to one of them, or name it to TlsParameters.builder";
  return `the certificate is for another name than ${name}; the names it bears: ${borne}${advice}`;
}

function pinProblem(name: string, leaf: X509Certificate): string {
  const [certificate, key] = [pinOf(leaf, "certificate"), pinOf(leaf, "key")].map(formatPin);
  return `the certificate of ${name} is not the one that was pinned; its pins are ${certificate} and ${key}`;
}

function chainProblem(socket: TLSSocket, name: string, leaf: X509Certificate): string {
  const error: unknown = socket.authorizationError;
  const code = error instanceof Error ? codeOf(error) : String(error);
  switch (code) {
    case "CERT_HAS_EXPIRED":
      return untimely(name, leaf, ({ validTo }) => ({
        wrong: Date.parse(validTo) < Date.now(),
        how: `expired on ${validTo}`,
      }));
    case "CERT_NOT_YET_VALID":
      return untimely(name, leaf, ({ validFrom }) => ({
        wrong: Date.parse(validFrom) > Date.now(),
        how: `is not valid before ${validFrom} (if that is long past, the clock here is wrong)`,
      }));
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
      return `the certificate of ${name} is signed by nobody but itself; ${TRUSTABLE}`;
    case "SELF_SIGNED_CERT_IN_CHAIN":
      return `the certificate of ${name} comes from an authority that is not trusted here (${topIssuer(leaf)}); ${TRUSTABLE}`;
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
      return `the certificate of ${name} comes from an authority that is not trusted here (${topIssuer(leaf)}), or the server leaves out a certificate in between; ${TRUSTABLE}`;
    default:
      return `the certificate of ${name} does not verify (${code})`;
  }
}

const TRUSTABLE = "TlsParameters.addRootCertificate can trust it";

/** Whose time it is that has run out, or not come: the server's certificate, or one of an authority behind it. */
function untimely(
  name: string,
  leaf: X509Certificate,
  judge: (certificate: X509Certificate) => { readonly wrong: boolean; readonly how: string },
): string {
  const at = chainOf(leaf).findIndex((certificate) => judge(certificate).wrong);
  const culprit = chainOf(leaf)[at];
  if (culprit === undefined || at === 0) return `the certificate of ${name} ${judge(leaf).how}`;
  return `the certificate of an authority behind that of ${name} (${nameIn(culprit.subject)}) ${judge(culprit).how}`;
}

/** The certificate and those that vouch for it, as far as the server has sent them. */
function chainOf(leaf: X509Certificate): readonly X509Certificate[] {
  const chain = [leaf];
  for (
    let next = leaf.issuerCertificate;
    next !== undefined && chain.length < LONGEST_CHAIN;
    next = next.issuerCertificate
  )
    chain.push(next);
  return chain;
}

const LONGEST_CHAIN = 10;

function topIssuer(leaf: X509Certificate): string {
  return nameIn((chainOf(leaf).at(-1) ?? leaf).issuer);
}

/** The common name in a distinguished name, else all of it. */
function nameIn(distinguished: string): string {
  return printable(/^CN=(.*)$/m.exec(distinguished)?.[1] ?? distinguished).slice(0, 100);
}

/** The server chooses what stands in a certificate. */
function printable(text: string): string {
  return text.replace(/[\p{C}\s]+/gu, " ").trim();
}
