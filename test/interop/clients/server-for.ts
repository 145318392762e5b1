import type { TestServerOptions } from "envoi/testing";
import type { Certificates } from "../certificates.ts";
import type { Mode } from "./client.ts";

/** A server that knows one way of delivery only, and this user. */
export function serverFor(
  { tls, mechanism, lmtp }: Mode,
  { certificate, key }: Certificates,
  users: Readonly<Record<string, string>>,
): TestServerOptions {
  return {
    tls,
    ...(tls !== "none" && { certificates: { cert: certificate, key }, requireTls: true }),
    ...(lmtp === true && { lmtp }),
    ...(mechanism !== undefined && {
      users,
      mechanisms: [mechanism],
      allowPlaintextCredentials: true,
      mail: ({ session }) =>
        session.authenticated === undefined
          ? { code: 530, enhancedCode: "5.7.0", lines: "Log in first" }
          : undefined,
    }),
  };
}

/** The way in words. */
export function describeMode({ tls, mechanism, lmtp }: Mode): string {
  return `${lmtp === true ? "LMTP" : "SMTP"}, TLS ${tls}${mechanism === undefined ? "" : `, AUTH ${mechanism}`}`;
}
