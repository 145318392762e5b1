import { foreign, quoted } from "../../foreign-text.ts";
import type { SeenCertificate } from "../connection/seen-certificate.ts";
import { type Finding, finding } from "../finding.ts";
import { placeOf } from "./judge-connection.ts";
import type { ServerFacts, TlsFacts } from "./server-facts.ts";

const DAY = 86_400_000;

/** Whether a client of today would trust the connection. */
export function isVerified(tls: TlsFacts, now: number): boolean {
  const [leaf] = tls.chain;
  return (
    tls.chainError === undefined &&
    tls.nameMatches &&
    leaf !== undefined &&
    leaf.validTo.getTime() > now &&
    /^TLSv1\.[23]$/.test(tls.protocol)
  );
}

/** What is wrong with the certificate of a server and with those of its issuers. */
export function judgeCertificate(facts: ServerFacts, now: number): Finding[] {
  const { target, tls } = facts;
  if (tls === undefined) return [];
  const place = placeOf(target.host, target.port);
  const [leaf] = tls.chain;
  if (leaf === undefined)
    return [
      finding(
        "certificate-unverified",
        place,
        "The server shows no certificate.",
        "Give the server a certificate of a public authority, and its key.",
      ),
    ];
  const dates = judgeDates(tls.chain, place, now);
  return [
    ...judgeTrust(tls, leaf, place, dates.length > 0),
    ...dates,
    ...judgeStrength(tls, place),
    ...judgeName(tls, leaf, target.name, place),
  ];
}

function judgeTrust(
  { chain, chainError }: TlsFacts,
  leaf: SeenCertificate,
  place: string,
  untimely: boolean,
): Finding[] {
  const top = chain.at(-1) ?? leaf;
  const issuer = quoted(top.issuer, 100);
  switch (chainError) {
    case undefined:
      return [];
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
      return [leaf.selfSigned ? selfSigned(leaf, place) : unknownRoot(top, place)];
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
      if (leaf.selfSigned) return [selfSigned(leaf, place)];
      if (top.selfSigned) return [unknownRoot(top, place)];
      return [
        chain.length === 1 && lacksIntermediate(leaf)
          ? missing(leaf, place)
          : unknownIssuer(top, chain.length, place),
      ];
    case "CERT_HAS_EXPIRED":
    case "CERT_NOT_YET_VALID":
      // The dates say it.
      if (untimely) return [];
  }
  return [
    finding(
      "certificate-unverified",
      place,
      `The certificate for ${quoted(leaf.subject, 100)}, issued by ${issuer}, does not verify (${foreign(chainError)}).`,
      "Have a new certificate issued by a public authority, and install it with the certificates between.",
    ),
  ];
}

function selfSigned(leaf: SeenCertificate, place: string): Finding {
  return finding(
    "certificate-self-signed",
    place,
    `The certificate for ${quoted(leaf.subject, 100)} is self-signed: nobody vouches for it, and clients refuse it.`,
    "Have a certificate issued by a public authority (Let's Encrypt, for example). If clients are all your own, let them trust this one: TlsParameters.pin or addRootCertificate, and --ca here.",
  );
}

function unknownRoot(top: SeenCertificate, place: string): Finding {
  return finding(
    "certificate-unknown-issuer",
    place,
    `The certificates of the server lead to the root ${quoted(top.subject, 100)}, which is not trusted here.`,
    "Have a certificate issued by a public authority. If the authority is your own, let clients trust it: TlsParameters.addRootCertificate or NODE_EXTRA_CA_CERTS, and --ca here.",
  );
}

function unknownIssuer(top: SeenCertificate, sent: number, place: string): Finding {
  const single = sent === 1;
  return finding(
    "certificate-unknown-issuer",
    place,
    `The certificate for ${quoted(top.subject, 100)} was issued by ${quoted(top.issuer, 100)}, which is not trusted here, and the server does not send its certificate. Either that is an authority of your own, or an intermediate certificate is missing.`,
    single
      ? "If that is an authority of your own, let clients trust it: TlsParameters.addRootCertificate or NODE_EXTRA_CA_CERTS, and --ca here. If it is an intermediate of a public authority, let the server send it (the full chain)."
      : "If that is an authority of your own, let clients trust it: --ca here. Otherwise let the server send the full chain.",
  );
}

function missing(leaf: SeenCertificate, place: string): Finding {
  return finding(
    "certificate-missing-intermediate",
    place,
    `The server sends only its own certificate, for ${quoted(leaf.subject, 100)}. The intermediate certificate of its issuer ${quoted(leaf.issuer, 100)} is missing, so clients find no way to a root that they trust.`,
    "Install the full chain: the file that the authority calls fullchain.pem, or the certificate followed by that of its issuer.",
  );
}

/**
 * Whether an issuer that is not known is rather an intermediate than a root: public authorities name the place of their
 * certificates, and their roots issue no certificates of servers.
 */
function lacksIntermediate({ namesIssuer, issuer }: SeenCertificate): boolean {
  return (
    namesIssuer || /\b(?:intermediate|issuing|sub(?:ordinate)?[ -]?ca|[ER]\d{1,2}|YE\d|YR\d)\b/i.test(issuer)
  );
}

function judgeDates(chain: readonly SeenCertificate[], place: string, now: number): Finding[] {
  const findings: Finding[] = [];
  const bad = chain.find(({ validTo }) => validTo.getTime() <= now);
  const early = chain.find(({ validFrom }) => validFrom.getTime() > now);
  const [leaf] = chain;
  const whose = (certificate: SeenCertificate): string =>
    `${certificate === leaf ? "The certificate for" : "The certificate of the authority"} ${quoted(certificate.subject, 100)}`;
  if (bad !== undefined) {
    const days = Math.floor((now - bad.validTo.getTime()) / DAY);
    findings.push(
      finding(
        "certificate-expired",
        place,
        `${whose(bad)} expired on ${dayOf(bad.validTo)}, ${days === 1 ? "one day" : `${days} days`} ago.`,
        bad === leaf
          ? "Renew the certificate, let the server load it, and see why it was not renewed by itself."
          : "Install the present certificate of the authority.",
      ),
    );
  }
  if (early !== undefined)
    findings.push(
      finding(
        "certificate-not-yet-valid",
        place,
        `${whose(early)} is not valid before ${dayOf(early.validFrom)}.`,
        "Set the clock of this machine if it is wrong; otherwise have a new certificate issued.",
      ),
    );
  if (bad === undefined && leaf !== undefined) {
    const left = leaf.validTo.getTime() - now;
    const lifetime = leaf.validTo.getTime() - leaf.validFrom.getTime();
    // Those who live for days are renewed every few days.
    if (left < Math.min(14 * DAY, lifetime / 4))
      findings.push(
        finding(
          "certificate-expires-soon",
          place,
          `${whose(leaf)} expires on ${dayOf(leaf.validTo)}, in ${Math.ceil(left / DAY)} days.`,
          "Renew it now, and see why it was not renewed by itself.",
        ),
      );
  }
  return findings;
}

function judgeStrength({ chain }: TlsFacts, place: string): Finding[] {
  const findings: Finding[] = [];
  const weak = chain.find(({ keyType, keyBits = Number.POSITIVE_INFINITY }) =>
    keyType === "ec" ? keyBits < 224 : /^(?:rsa|dsa)/.test(keyType) && keyBits < 2048,
  );
  if (weak !== undefined)
    findings.push(
      finding(
        "certificate-key-weak",
        place,
        `The key of the certificate for ${quoted(weak.subject, 100)} is weak: ${weak.keyType.toUpperCase()} with ${weak.keyBits} bits. Clients of today refuse it.`,
        "Make a new key, RSA with 2,048 bits or more or ECDSA with P-256, and have a certificate issued for it.",
      ),
    );
  const forgeable = chain.find(({ weakSignature, selfSigned }) => weakSignature && !selfSigned);
  if (forgeable !== undefined)
    findings.push(
      finding(
        "certificate-signature-weak",
        place,
        `The certificate for ${quoted(forgeable.subject, 100)} is signed with MD5 or SHA-1, which can be forged. Clients of today refuse it.`,
        "Have a new certificate issued; authorities sign with SHA-256 now.",
      ),
    );
  return findings;
}

function judgeName(
  { nameMatches, chain }: TlsFacts,
  leaf: SeenCertificate,
  name: string,
  place: string,
): Finding[] {
  // Of a certificate that nobody vouches for, the name is the smaller trouble; it is told all the same.
  if (nameMatches || chain.length === 0) return [];
  const names = leaf.names.slice(0, 10).map((each) => foreign(each, 100));
  const borne =
    names.length === 0
      ? `it names no host at all as subjectAltName${leaf.subject === "" ? "" : `, only the common name ${quoted(leaf.subject, 100)}, which does not count any more (RFC 9525)`}`
      : `it is for ${names.join(", ")}${leaf.names.length > names.length ? ", …" : ""}`;
  return [
    finding(
      "certificate-name",
      place,
      `The certificate is not for ${name}: ${borne}.`,
      names.length === 0
        ? `Have a certificate issued that names ${name}.`
        : `Connect to the server by a name of its certificate, or have one issued that names ${name}.`,
    ),
  ];
}

function dayOf(date: Date): string {
  return Number.isNaN(date.getTime()) ? "an unknown day" : date.toISOString().slice(0, 10);
}
