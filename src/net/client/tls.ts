import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import {
  checkServerIdentity,
  connect,
  type PeerCertificate,
  type SecureContext,
  type TLSSocket,
} from "node:tls";
import { Failure } from "../../protocol/failure.ts";
import type { TlsFacts } from "../../protocol/send-report.ts";
import { codeOf } from "./failures.ts";

/** Whom a handshake is to be made with. */
export interface TlsExpectations {
  /** The name, or IP address, that the certificate must bear. */
  readonly name: string;
  readonly context: SecureContext;
  /** What a certificate that does not verify means: the end, or a note to `unverified`. */
  readonly unverified?: ((reason: string) => void) | undefined;
}

/** A connection that has been encrypted. */
export interface Secured {
  readonly socket: TLSSocket;
  readonly facts: TlsFacts;
  /** The server's certificate, in DER. */
  readonly certificate: Buffer | undefined;
}

/**
 * Makes the TLS handshake on a connected socket. Nothing is written on the encrypted one before its certificate and
 * name have been judged; a name is judged by the certificate's alternative names alone (RFC 9525 6.3).
 *
 * @throws Failure of kind `"tls"`.
 */
export function handshake(plain: Duplex, expectations: TlsExpectations): Promise<Secured> {
  const { name, context, unverified } = expectations;
  return new Promise((resolve, reject) => {
    let wrongName: Error | undefined;
    const socket = connect({
      socket: plain,
      host: name,
      servername: isIP(name) === 0 ? name : "",
      secureContext: context,
      // Judged below, where the reason can be told.
      rejectUnauthorized: false,
      checkServerIdentity: (_, certificate) => {
        wrongName = judgeName(name, certificate);
        return wrongName;
      },
    });
    const failed = (error: Error) => reject(handshakeFailed(error));
    const closed = () => failed(new Error("the server closed the connection"));
    socket.on("error", failed).on("close", closed);
    socket.on("secureConnect", () => {
      if (!socket.authorized) {
        const reason = wrongName?.message ?? explain(socket, name);
        if (unverified === undefined) {
          socket.destroy();
          return reject(untrusted(reason, socket.authorizationError));
        }
        unverified(reason);
      }
      // The listeners stay: the socket may fail before anybody else listens to it.
      resolve({ socket, facts: factsOf(socket), certificate: socket.getPeerX509Certificate()?.raw });
    });
  });
}

function factsOf(socket: TLSSocket): TlsFacts {
  return {
    protocol: socket.getProtocol() ?? "",
    cipher: socket.getCipher().name,
    verified: socket.authorized,
  };
}

function judgeName(name: string, certificate: PeerCertificate): Error | undefined {
  const names = certificate.subjectaltname ?? "";
  // Node falls back to the common name, where a certificate has no alternative names of the kind: it sees none.
  const nameless = { ...certificate, subject: { ...certificate.subject, CN: "" } };
  if (checkServerIdentity(name, nameless) === undefined) return undefined;
  const borne = names === "" ? "none" : names.slice(0, 400);
  return new Error(`the certificate is for another name than ${name}; the names it bears: ${borne}`);
}

function explain(socket: TLSSocket, name: string): string {
  const error: unknown = socket.authorizationError;
  const code = error instanceof Error ? codeOf(error) : String(error);
  const { valid_from, valid_to } = socket.getPeerCertificate();
  switch (code) {
    case "CERT_HAS_EXPIRED":
      return `the certificate of ${name} expired on ${valid_to}`;
    case "CERT_NOT_YET_VALID":
      return `the certificate of ${name} is not valid before ${valid_from}`;
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
      return `the certificate of ${name} is signed by nobody but itself; TlsParameters.addRootCertificate can trust it`;
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
      return `the certificate of ${name} comes from an authority that is not trusted here; TlsParameters.addRootCertificate can trust it`;
    default:
      return `the certificate of ${name} does not verify (${code})`;
  }
}

const unsure = { transient: false, permanent: false } as const;

function untrusted(reason: string, cause: unknown): Failure {
  return new Failure({ kind: "tls", phase: "tls", message: reason, cause, ...unsure });
}

function handshakeFailed(cause: Error): Failure {
  const code = codeOf(cause);
  const message = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/.test(code)
    ? "the server does not speak TLS on this port: use Tls.Required where it offers STARTTLS, or the port for Tls.Wrapper"
    : `the TLS handshake failed (${code})`;
  return new Failure({ kind: "tls", phase: "tls", message, cause, ...unsure });
}
