import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import {
  connect,
  createSecureContext,
  type SecureContext,
  type SecureContextOptions,
  type TLSSocket,
} from "node:tls";
import { trustedByNode } from "../../../transport/smtp/tls/secure-context.ts";
import { Broken } from "./broken.ts";

/** With what a handshake is made. */
export interface HandshakeSettings {
  /** The name that is asked for (SNI). */
  readonly name: string;
  readonly context: SecureContext;
}

/** The versions of TLS, the oldest first. */
export const tlsVersions = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const;

/** A version of TLS. */
export type ProbedVersion = (typeof tlsVersions)[number];

/**
 * The settings for a handshake that succeeds with anything that speaks TLS, so that what is wrong can be told.
 *
 * @param authorities certificates to trust besides those that Node trusts, in PEM
 */
export function tolerantContext(authorities: readonly string[]): SecureContext {
  return createSecureContext({
    ...tolerance,
    // Like a transport: a certificate that is trusted by name need not be a root.
    ...(authorities.length > 0 && { ca: [...trustedByNode(), ...authorities], allowPartialTrustChain: true }),
  });
}

/** The same for a handshake whose certificate nobody looks at, with one version of TLS or all. */
export function blindContext(version?: ProbedVersion): SecureContext {
  // To read all the authorities takes longer than the handshake.
  return createSecureContext({
    ...tolerance,
    ca: [],
    ...(version && { minVersion: version, maxVersion: version }),
  });
}

const tolerance = {
  minVersion: "TLSv1",
  maxVersion: "TLSv1.3",
  ciphers: "DEFAULT:@SECLEVEL=0",
} as const satisfies SecureContextOptions;

/** Makes the handshake. Any certificate will do. @throws Broken */
export function encrypt(
  stream: Duplex,
  { name, context }: HandshakeSettings,
  timeout: number,
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      socket: stream,
      servername: isIP(name) === 0 ? name : "",
      secureContext: context,
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
    });
    const failed = (problem: "timeout" | "closed" | "reset" | "handshake", code?: string): void => {
      clearTimeout(timer);
      socket.destroy();
      stream.destroy();
      reject(new Broken({ step: "tls", problem, octets: "", code }));
    };
    const timer = setTimeout(() => failed("timeout"), timeout);
    socket.on("error", (error: NodeJS.ErrnoException) => {
      const code = error.code ?? "";
      if (code === "ECONNRESET" || code === "EPIPE")
        // Node says so too if the server closed the connection in order.
        failed(/before secure TLS connection/.test(error.message) ? "closed" : "reset", code);
      else failed("handshake", code);
    });
    socket.once("close", () => failed("closed"));
    socket.once("secureConnect", () => {
      clearTimeout(timer);
      socket.removeAllListeners("close");
      resolve(socket);
    });
  });
}
