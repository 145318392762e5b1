import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import { connect, type TLSSocket } from "node:tls";
import { Failure } from "../../protocol/failure.ts";
import type { TlsFacts } from "../../protocol/send-report.ts";
import { chainOf } from "./certificate-chain.ts";
import { type CertificateVerdict, judgeCertificate } from "./certificate-verdict.ts";
import { brokenOff, codeOf } from "./connection-failures.ts";
import type { Resumption, SessionTicket } from "./session-tickets.ts";
import { explainTlsCode, isOfTls } from "./tls-alert.ts";
import type { TlsTrust } from "./tls-trust.ts";

/** What the server of a handshake must prove. */
export interface TlsExpectations extends TlsTrust {
  /** The name or IP address that the certificate must have. */
  readonly name: string;
  /** Whether to continue if the certificate cannot be verified. */
  readonly tolerant?: boolean;
  /** Called with the reason why a connection that continues is not verified. */
  readonly unverified?: ((reason: string) => void) | undefined;
  /** Called with the server's certificate and its issuers before they are judged; not if a session is resumed. */
  readonly presented?: ((chain: readonly X509Certificate[]) => void) | undefined;
  /** Holds the ticket of this server; without it sessions are not resumed. */
  readonly resumption?: Resumption | undefined;
  /** The explanation if the server does not speak TLS; by default the one for a port for Tls.Wrapper. */
  readonly notTls?: string | undefined;
}

/** A connection that has been encrypted. */
export interface Secured {
  readonly socket: TLSSocket;
  readonly facts: TlsFacts;
  /** The server's certificate, in DER. */
  readonly certificate: Buffer;
}

/**
 * Makes the TLS handshake on a connected socket. Nothing is written to the encrypted socket before the certificate and
 * its name were checked. Only the alternative names of the certificate count (RFC 9525 6.3).
 *
 * @throws Failure of kind `"tls"`; of kind `"connection"` if the connection is cut.
 */
export function handshake(plain: Duplex, expectations: TlsExpectations): Promise<Secured> {
  const { name, context, accepts = "valid", tolerant = false, unverified, presented, notTls } = expectations;
  // A resumed session is not verified again, so nothing may have been tolerated when it began.
  const resumption = accepts === "valid" ? expectations.resumption : undefined;
  const ticket = resumption?.show();
  return new Promise((resolve, reject) => {
    let verdict: CertificateVerdict | undefined;
    let session: Buffer | undefined;
    const keep = (): void => {
      if (verdict?.verified && session) resumption?.keep({ session, certificate: verdict.certificate });
    };
    const socket = connect({
      socket: plain,
      host: name,
      servername: isIP(name) === 0 ? name : "",
      secureContext: context,
      ...(ticket !== undefined && { session: ticket.session }),
      // The certificate is judged below, where the reason can be reported.
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
    });
    const failed = (error: Error): void => {
      if (verdict === undefined || isOfTls(codeOf(error))) resumption?.distrust();
      reject(handshakeFailed(error, notTls));
    };
    // The listeners stay: the socket may fail before it has other listeners, and tickets arrive at any time.
    socket.on("error", failed).on("close", () => failed(closed));
    socket.on("session", (given) => {
      session = given;
      keep();
    });
    socket.on("secureConnect", () => {
      const resumed = ticket !== undefined && socket.isSessionReused();
      // In TLS 1.3 the client has finished before the server accepts its ticket; only the next bytes show that.
      if (!resumed) resumption?.completed();
      try {
        if (presented !== undefined && !resumed) presented(chainOf(socket.getPeerCertificate(true)));
        verdict = resumed ? judgeResumed(socket, name, ticket) : judgeCertificate(socket, name, expectations);
      } catch (error) {
        resumption?.completed();
        resumption?.distrust();
        socket.destroy();
        return reject(untrusted((error as Error).message, error));
      }
      if (verdict.problem !== undefined && !tolerant) {
        resumption?.completed();
        resumption?.distrust();
        socket.destroy();
        return reject(untrusted(verdict.problem, socket.authorizationError ?? undefined));
      }
      if (verdict.doubt !== undefined) unverified?.(verdict.doubt);
      keep();
      resolve({ socket, facts: factsOf(socket, verdict, resumed), certificate: verdict.certificate });
    });
  });
}

/** Node neither judges a resumed session nor has its certificate; OpenSSL remembers its verdict on the chain. */
function judgeResumed(
  { authorized }: TLSSocket,
  name: string,
  { certificate }: SessionTicket,
): CertificateVerdict {
  if (authorized) return { verified: true, certificate };
  const problem = `the TLS session of ${name} that was resumed had not been verified`;
  return { verified: false, problem, doubt: problem, certificate };
}

function factsOf(socket: TLSSocket, { verified }: CertificateVerdict, resumed: boolean): TlsFacts {
  return { protocol: socket.getProtocol() ?? "", cipher: socket.getCipher().name, verified, resumed };
}

const unsure = { transient: false, permanent: false } as const;

function untrusted(message: string, cause: unknown): Failure {
  return new Failure({ kind: "tls", phase: "tls", message, cause, ...unsure });
}

/** OpenSSL says why it stops; any other error is about the connection. */
function handshakeFailed(cause: Error, notTls: string | undefined): Failure {
  const code = codeOf(cause);
  if (!isOfTls(code)) return brokenOff("tls", cause === closed ? undefined : cause);
  const message = explainTlsCode(code, notTls) ?? `the TLS handshake failed (${code})`;
  return new Failure({ kind: "tls", phase: "tls", message, cause, ...unsure });
}

const closed = new Error("the server closed the connection");
