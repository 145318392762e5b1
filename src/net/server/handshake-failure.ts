import type { TLSSocket } from "node:tls";

/** Why a TLS handshake failed. */
export interface HandshakeFailure {
  /** A word for programs. */
  readonly reason: HandshakeFailureReason;
  /** A sentence for people. It contains nothing that the client said. */
  readonly detail: string;
}

/** The reasons why a TLS handshake fails, as a server sees it. */
export type HandshakeFailureReason =
  | "no-shared-cipher"
  | "no-shared-version"
  | "no-shared-protocol"
  | "unknown-authority"
  | "certificate-refused"
  | "no-client-certificate"
  | "invalid-client-certificate"
  | "http"
  | "smtp-without-tls"
  | "not-tls"
  | "client-left"
  | "timeouts.handshake"
  | "tls-error";

/** The failure with this reason. */
export function handshakeFailure(reason: HandshakeFailureReason, more: string = ""): HandshakeFailure {
  return { reason, detail: `${details[reason]}${more}` };
}

const details: Readonly<Record<HandshakeFailureReason, string>> = {
  "no-shared-cipher": "client and server have no cipher, key exchange or type of certificate in common",
  "no-shared-version": "client and server have no version of TLS in common",
  "no-shared-protocol": "client and server have no application protocol in common (ALPN)",
  "unknown-authority": "the client does not trust the authority of the server's certificate",
  "certificate-refused": "the client does not accept the server's certificate",
  "no-client-certificate": "the client has shown no certificate, and one is required",
  "invalid-client-certificate": "the client's certificate is not valid",
  http: "the client speaks HTTP",
  "smtp-without-tls": "the client speaks SMTP without TLS on a port that begins with TLS, or after STARTTLS",
  "not-tls": "what the client sent is not TLS",
  "client-left": "the client closed the connection amid the handshake",
  "timeouts.handshake": "the handshake took too long",
  "tls-error": "the TLS handshake failed",
};

/** What the error of a handshake means. */
export function failureOf(error: Error, socket: TLSSocket): HandshakeFailure {
  const { code = "" } = error as NodeJS.ErrnoException;
  const known = codes.find(([pattern]) => pattern.test(code));
  if (known !== undefined) return handshakeFailure(known[1]);
  if (/^ERR_(?:SSL|OSSL|TLS)_/.test(code)) return handshakeFailure("tls-error", ` (${code})`);
  // Node closes the connection of a client whose certificate it refuses, and calls it a reset.
  const why = socket.authorizationError as unknown;
  if (why) return handshakeFailure("invalid-client-certificate", ` (${String(why)})`);
  return handshakeFailure("client-left");
}

/** What the first octets of a client say about it, if they are not TLS. */
export function notTls(first: Buffer): HandshakeFailure | undefined {
  // A handshake record, or the hello of SSL 2, which OpenSSL judges.
  if (first[0] === 0x16 || ((first[0] ?? 0) & 0x80) !== 0) return undefined;
  const text = first.toString("latin1", 0, 64);
  if (/^(?:GET|POST|HEAD|PUT|DELETE|OPTIONS|CONNECT|PATCH|TRACE|PRI) /.test(text))
    return handshakeFailure("http");
  if (/^(?:EHLO|HELO|LHLO|STARTTLS|MAIL|RCPT|RSET|NOOP|QUIT|AUTH|HELP|VRFY)[ \r\n]/i.test(text))
    return handshakeFailure("smtp-without-tls");
  return undefined;
}

const codes: readonly (readonly [RegExp, HandshakeFailureReason])[] = [
  [/UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|VERSION_TOO_LOW|INAPPROPRIATE_FALLBACK/, "no-shared-version"],
  [
    /NO_SHARED_|NO_SUITABLE_|HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY|UNSUPPORTED_ELLIPTIC/,
    "no-shared-cipher",
  ],
  [/APPLICATION_PROTOCOL/, "no-shared-protocol"],
  [/ALERT_UNKNOWN_CA/, "unknown-authority"],
  [
    /ALERT_(?:BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_|ACCESS_DENIED|NO_CERTIFICATE)/,
    "certificate-refused",
  ],
  [/PEER_DID_NOT_RETURN_A_CERTIFICATE/, "no-client-certificate"],
  [/HTTP_REQUEST|HTTPS_PROXY_REQUEST/, "http"],
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNKNOWN_PROTOCOL|BAD_PACKET/, "not-tls"],
  [/UNEXPECTED_EOF/, "client-left"],
];
