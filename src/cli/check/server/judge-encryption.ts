import { explainTlsCode } from "../../../net/client/tls-alert.ts";
import { quoted } from "../../foreign-text.ts";
import { type Finding, finding } from "../finding.ts";
import { clientCertificate, placeOf } from "./judge-connection.ts";
import type { ServerFacts } from "./server-facts.ts";

/** Mechanisms that show a secret to everybody who reads along. */
const readable: readonly string[] = ["PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"];

/** What is wrong with STARTTLS and TLS, but for the certificate. */
export function judgeEncryption(facts: ServerFacts): Finding[] {
  const place = placeOf(facts.target.host, facts.target.port);
  return [...judgeStartTls(facts, place), ...judgeHandshake(facts, place), ...judgeTls(facts, place)];
}

function judgeStartTls(facts: ServerFacts, place: string): Finding[] {
  const { startTls, clearHello, tls, hello } = facts;
  const findings: Finding[] = [];
  const inClear = clearHello?.capabilities.extensions.AUTH ?? [];
  const shown = inClear.filter((mechanism) => readable.includes(mechanism));
  const isLost =
    tls !== undefined && hello?.reply.code === 250 && hello.capabilities.extensions.AUTH === undefined;
  if (
    shown.length > 0 &&
    startTls !== undefined &&
    (isLost || (tls === undefined && startTls.reply?.code !== 220))
  )
    findings.push(
      finding(
        "auth-only-in-clear",
        place,
        `The server offers AUTH (${shown.join(", ")}) only in plaintext${isLost ? ": after STARTTLS it offers it no more" : ", because there is no TLS"}. Everybody on the way can read the password.`,
        isLost
          ? "Offer AUTH after STARTTLS, and only there."
          : "Give the server a certificate and offer STARTTLS, and AUTH only after it. Until then, log in over a network of your own only.",
      ),
    );
  if (facts.clearMail?.code === 530)
    findings.push(
      finding(
        "tls-required",
        place,
        `The server takes no mail in plaintext, and the URL asks for it: to MAIL it says ${quoted(String(facts.clearMail))}.`,
        `Use smtp://${place}?tls=required (STARTTLS).`,
      ),
    );
  if (startTls === undefined) return findings;
  const { offered, reply, injected } = startTls;
  if (injected)
    findings.push(
      finding(
        "starttls-injected",
        place,
        "After the reply to STARTTLS came more in plaintext, before the TLS handshake. This is how an attacker puts replies into an encrypted connection.",
        "If nobody attacks, the server or a proxy answers more than it was asked. Update it.",
      ),
    );
  if (facts.takesInjected)
    findings.push(
      finding(
        "starttls-injectable",
        place,
        "The server carries out, after the TLS handshake, a command that came in plaintext behind STARTTLS (CVE-2011-0411). Somebody on the way can put commands into an encrypted connection.",
        "Update the server or the proxy in front of it.",
      ),
    );
  if (injected) return findings;
  if (!offered && reply?.code === 220)
    findings.push(
      finding(
        "starttls-stripped",
        place,
        "STARTTLS is missing from the reply to EHLO, but the server knows it. Something on the way takes it out, so that mail is sent in plaintext; or the server hides it.",
        "Look for a firewall, virus scanner or proxy on the way that reads mail, or use the port for TLS (smtps:, 465). If the server hides STARTTLS, let it offer it.",
      ),
    );
  else if (offered && reply?.code !== 220)
    findings.push(
      finding(
        "starttls-refused",
        place,
        `The server offers STARTTLS and then refuses it: ${quoted(String(reply))}.`,
        "Look into the log of the server: usually it cannot read its certificate or key.",
      ),
    );
  else if (!offered) findings.push(...absent(facts, place));
  return findings;
}

function absent({ target, loopback, otherPorts }: ServerFacts, place: string): Finding[] {
  const hasTls = otherPorts.some(({ port, outcome }) => port === 465 && outcome === "connected");
  const elsewhere = hasTls ? " Port 465 of this host answers: try smtps:." : "";
  if (target.tls === "required")
    return [
      finding(
        "starttls-absent",
        place,
        "The server does not offer STARTTLS, and the URL requires it (or something on the way takes it out of the reply to EHLO).",
        `Give the server a certificate and switch STARTTLS on, or use the port for TLS, usually 465.${elsewhere}`,
      ),
    ];
  if (loopback) return [];
  return [
    finding(
      "unencrypted",
      place,
      "The server does not offer STARTTLS: mail and logins go over the network in plaintext.",
      `Give the server a certificate and switch STARTTLS on, or use the port for TLS.${elsewhere}`,
    ),
  ];
}

function judgeHandshake({ broken, startTls, speaksPlain }: ServerFacts, place: string): Finding[] {
  if (broken?.step !== "tls" || speaksPlain) return [];
  const { problem, code = "" } = broken;
  if (/CERTIFICATE_REQUIRED|ALERT_(?:BAD_CERTIFICATE|CERTIFICATE)/.test(code))
    return [clientCertificate(place)];
  const behind = startTls?.reply?.code === 220;
  if (/WRONG_VERSION|PACKET_LENGTH|HTTP_REQUEST|RECORD/.test(code) && behind)
    return [
      finding(
        "starttls-not-tls",
        place,
        "The server accepts STARTTLS, but what follows is not TLS. Something on the way may take part in the conversation.",
        "Look into the log of the server, and for a firewall or proxy on the way that reads mail.",
      ),
    ];
  if (/UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|VERSION_TOO_LOW/.test(code))
    return [
      finding(
        "tls-too-old",
        place,
        "The server speaks no version of TLS that a client of today knows.",
        "Update the server: it needs TLS 1.2 or 1.3.",
      ),
    ];
  if (problem === "timeout" && !behind)
    return [
      finding(
        "server-silent",
        place,
        `${place} accepts the connection and then says nothing: it does not answer to the TLS handshake.`,
        "Look whether the server is overloaded, or stands behind a proxy or firewall that answers for a dead server or expects a PROXY header.",
      ),
    ];
  const why =
    problem === "handshake"
      ? (explainTlsCode(code, "what the server sends is not TLS") ?? code)
      : problem === "timeout"
        ? "the server does not answer in time"
        : problem === "reset"
          ? "the server resets the connection"
          : "the server ends the connection and does not say why";
  return [
    finding(
      "tls-handshake",
      place,
      `The TLS handshake${behind ? " after STARTTLS" : ""} fails: ${why}.`,
      "Look into the log of the server. Often it cannot load its certificate or key, or does not know the name that clients ask for (SNI).",
    ),
  ];
}

function judgeTls({ tls }: ServerFacts, place: string): Finding[] {
  if (tls === undefined) return [];
  const findings: Finding[] = [];
  const { protocol, cipher, exchange } = tls;
  if (/^(?:SSLv|TLSv1$|TLSv1\.1$)/.test(protocol))
    findings.push(
      finding(
        "tls-too-old",
        place,
        `The server speaks no TLS newer than ${protocol.replace("v", " ")}. Clients of today refuse that (RFC 8996).`,
        "Switch on TLS 1.2 and TLS 1.3 in the server, or update it.",
      ),
    );
  const isShort = exchange?.name.startsWith("DH") === true && exchange.bits < 2048;
  if (/RC4|DES|NULL|EXPORT|anon|MD5/.test(cipher) || isShort)
    findings.push(
      finding(
        "tls-cipher-weak",
        place,
        isShort
          ? `The server exchanges keys by Diffie-Hellman with ${exchange?.bits} bits, which can be broken.`
          : `The best cipher of the server is ${cipher}, which can be broken.`,
        isShort
          ? "Let the server use ECDHE, or make Diffie-Hellman parameters of 2,048 bits or more."
          : "Let the server offer ciphers with AES-GCM or ChaCha20.",
      ),
    );
  return findings;
}
