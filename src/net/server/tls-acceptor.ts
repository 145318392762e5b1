import { constants, X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import {
  createSecureContext,
  createServer,
  type SecureContext,
  type SecureContextOptions,
  type SecureVersion,
  type Server,
  type TLSSocket,
} from "node:tls";
import { refuseOption, wrongOption } from "../../text/options/option-reader.ts";
import { channelBindings } from "../channel-bindings.ts";
import type { Clock } from "../clock.ts";

/** A certificate and its key, both as PEM. */
export interface ServerCertificate {
  /** The private key. */
  readonly key: string | Buffer;
  /** The certificate, followed by intermediate certificates, if any. */
  readonly cert: string | Buffer;
  /** The passphrase of an encrypted key. */
  readonly passphrase?: string;
}

/** The settings of TLS on a server. */
export interface ServerTlsOptions {
  /** The first is the default; another is used if the client asks for one of its names (SNI). */
  readonly certificates: readonly ServerCertificate[];
  readonly minVersion?: SecureVersion | undefined;
  readonly maxVersion?: SecureVersion | undefined;
  /** The ciphers, as OpenSSL writes them. */
  readonly ciphers?: string | undefined;
  /** Refuses clients that offer only other protocols (ALPN). */
  readonly alpn?: readonly string[] | undefined;
  /** Asks clients for a certificate of one of these authorities. */
  readonly clientCertificates?: ClientCertificateOptions | undefined;
}

/** Which certificates clients must have. */
export interface ClientCertificateOptions {
  /** The authorities, as PEM. */
  readonly ca: string | Buffer | readonly (string | Buffer)[];
  /** Refuses clients without a valid certificate during the handshake. */
  readonly required: boolean;
}

/** What is known about a TLS connection. */
export interface TlsSession {
  /** The version, such as `"TLSv1.3"`. */
  readonly protocol: string;
  /** The cipher suite, by its IETF name. */
  readonly cipher: string;
  /** The name that the client asked for (SNI). */
  readonly servername: string | undefined;
  /** The client's certificate, if it sent a valid one. */
  readonly clientCertificate: ClientCertificate | undefined;
}

/** A client's certificate, verified. */
export interface ClientCertificate {
  /** The distinguished name, one attribute per line. */
  readonly subject: string;
  /** The SHA-256 of the certificate: pairs of hexadecimal digits, separated by colons. */
  readonly fingerprint256: string;
}

/** Does TLS handshakes, as a server, on sockets that are connected already: for STARTTLS and for implicit TLS. */
export class TlsAcceptor {
  readonly #server: Server;
  /** Handshakes under way, by the addresses and ports of their connections. */
  readonly #underway = new Map<string, (secured: TLSSocket | undefined) => void>();

  /** @throws EnvoiError of kind `"configuration"` if a certificate or key cannot be used. */
  constructor(options: ServerTlsOptions) {
    const { certificates, alpn, clientCertificates } = options;
    const [first, ...others] = certificates;
    if (first === undefined) throw wrongOption("certificates", "at least one certificate", certificates);
    try {
      const named = others.map((certificate) => new NamedContext(certificate, options));
      const own = new X509Certificate(first.cert);
      this.#server = createServer({
        ...contextOptions(first, options),
        ...(alpn !== undefined && { ALPNProtocols: [...alpn] }),
        requestCert: clientCertificates !== undefined,
        rejectUnauthorized: clientCertificates?.required === true,
        ...(named.length > 0 && {
          SNICallback: (name: string, done: (error: null, context?: SecureContext) => void) => {
            const chosen = own.checkHost(name) ? undefined : named.find((context) => context.bears(name));
            done(null, chosen?.context);
          },
        }),
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw refuseOption(
        "certificates",
        `a certificate or its key cannot be used: ${reason}`,
        undefined,
        error,
      );
    }
    this.#server.on("secureConnection", (socket) => {
      this.#settle(socket, socket);
    });
    this.#server.on("tlsClientError", (_, socket) => this.#settle(socket, undefined));
  }

  /**
   * Does the handshake. Resolves to `undefined` if it fails or takes more than `ms` milliseconds; the caller must then
   * destroy the socket.
   */
  accept(socket: Socket, clock: Clock, ms: number): Promise<TLSSocket | undefined> {
    return new Promise((resolve) => {
      const key = keyOf(socket);
      const settle = (secured: TLSSocket | undefined) => {
        timer.cancel();
        socket.off("close", failed);
        this.#underway.delete(key);
        resolve(secured);
      };
      const failed = () => settle(undefined);
      const timer = clock.timer(ms, failed);
      if (socket.destroyed) return settle(undefined);
      socket.once("close", failed);
      this.#underway.set(key, settle);
      // Otherwise a client that leaves during the handshake would not be noticed.
      socket.allowHalfOpen = false;
      this.#server.emit("connection", socket);
    });
  }

  #settle(socket: TLSSocket, secured: TLSSocket | undefined): void {
    if (secured !== undefined) secured.allowHalfOpen = true;
    this.#underway.get(keyOf(socket))?.(secured);
  }
}

/** What is known about the TLS connection after the handshake. */
export function tlsSession(socket: TLSSocket): TlsSession {
  // Node calls a session of TLS 1.3 that was resumed authorized, also if the client has never shown a certificate.
  const certificate = socket.authorized ? socket.getPeerX509Certificate() : undefined;
  return {
    protocol: socket.getProtocol() ?? "unknown",
    cipher: socket.getCipher().standardName,
    servername: (socket as { readonly servername?: string | false }).servername || undefined,
    clientCertificate: certificate && {
      subject: certificate.subject,
      fingerprint256: certificate.fingerprint256,
    },
  };
}

/** The channel bindings of a TLS connection, by their registered names. */
export function tlsBindings(socket: TLSSocket): ReadonlyMap<string, Buffer> {
  return channelBindings(socket, socket.getX509Certificate()?.raw);
}

/**
 * The settings besides the certificate. They are the same for all certificates, whichever name the client asks for:
 * OpenSSL takes the authorities, the ciphers and the right to resume from the context for that name, and a context
 * without authorities trusts the public ones.
 */
function contextOptions(
  { key, cert, passphrase }: ServerCertificate,
  { minVersion, maxVersion, ciphers, clientCertificates }: ServerTlsOptions,
): SecureContextOptions {
  return {
    key,
    cert,
    secureOptions: OPTIONS,
    sessionIdContext: SESSION_ID_CONTEXT,
    ...(passphrase !== undefined && { passphrase }),
    ...(minVersion !== undefined && { minVersion }),
    ...(maxVersion !== undefined && { maxVersion }),
    ...(ciphers !== undefined && { ciphers }),
    ...(clientCertificates !== undefined && {
      ca: [clientCertificates.ca].flat() as (string | Buffer)[],
    }),
  };
}

/**
 * Otherwise a client of TLS 1.2 could make the server do one handshake after another on a single connection
 * (CVE-2011-1473); Node only reports that.
 */
const OPTIONS = constants.SSL_OP_NO_RENEGOTIATION;

/** Without one, OpenSSL fails each handshake that would resume a session and asks for a certificate. */
const SESSION_ID_CONTEXT = "envoi";

class NamedContext {
  readonly context: SecureContext;
  readonly #certificate: X509Certificate;

  constructor(certificate: ServerCertificate, options: ServerTlsOptions) {
    this.context = createSecureContext(contextOptions(certificate, options));
    this.#certificate = new X509Certificate(certificate.cert);
  }

  bears(name: string): boolean {
    return this.#certificate.checkHost(name) !== undefined;
  }
}

function keyOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
