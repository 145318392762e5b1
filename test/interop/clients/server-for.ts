import type { TestServerOptions } from "envoi/testing";
import type { Certificates } from "../certificates.ts";
import type { Mode } from "./client.ts";

/** A server that knows one way of delivery only, and this user. */
export function serverFor(
  { tls, mechanism, lmtp }: Mode,
  { ca, certificate, key }: Certificates,
  users: Readonly<Record<string, string>>,
): TestServerOptions {
  return {
    tls,
    extensions: { DSN: true },
    ...(tls !== "none" && { certificates: { cert: certificate, key }, requireTls: true }),
    ...(lmtp === true && { lmtp }),
    ...(mechanism !== undefined && {
      ...(mechanism === "EXTERNAL" ? certified(ca) : { users }),
      mechanisms: [mechanism],
      allowPlaintextCredentials: true,
      mail: ({ session }) =>
        session.authenticated === undefined
          ? { code: 530, enhancedCode: "5.7.0", lines: "Log in first" }
          : undefined,
    }),
  };
}

function certified(ca: string): TestServerOptions {
  return {
    clientCertificates: { ca, required: false },
    auth: ({ user, session }) => (session.tls?.clientCertificate === undefined ? undefined : { user }),
  };
}

/** The way in words. */
export function describeMode({ tls, mechanism, lmtp }: Mode): string {
  return `${lmtp === true ? "LMTP" : "SMTP"}, TLS ${tls}${mechanism === undefined ? "" : `, AUTH ${mechanism}`}`;
}
