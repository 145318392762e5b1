import { constants } from "node:crypto";
import { createServer, type SecureContextOptions, type Server, type TLSSocket } from "node:tls";
import { reasonOf } from "../../errors.ts";
import { refuseOption } from "../../text/options/option-reader.ts";
import { failureOf, type HandshakeFailure } from "./handshake-failure.ts";
import type { Identity } from "./server-certificate.ts";
import type { ClientCertificateOptions, TlsService } from "./tls-service.ts";
import type { TlsSettings } from "./tls-settings.ts";

/** Gets the end of each handshake, and the certificates that could be shown in it. */
export type HandshakeEnd = (
  socket: TLSSocket,
  result: TLSSocket | HandshakeFailure,
  identity: Identity,
) => void;

/**
 * A server of `node:tls` for each identity of a table, none of which listens: they do handshakes on sockets that are
 * connected already. All ask clients for the same certificates, with the same versions and ciphers. Each has its own
 * keys for session tickets, so a session is resumed only by the server whose certificate the client was shown.
 */
export class ServersByIdentity {
  readonly #settings: TlsSettings;
  readonly #service: TlsService;
  readonly #ended: HandshakeEnd;
  readonly #servers = new WeakMap<Identity, Server>();
  readonly #fallback: Server;

  /** @throws EnvoiError of kind `"configuration"` if OpenSSL cannot use a certificate with these settings. */
  constructor(settings: TlsSettings, service: TlsService, ended: HandshakeEnd) {
    this.#settings = settings;
    this.#service = service;
    this.#ended = ended;
    const { identities, fallback } = service.certificates;
    for (const identity of identities) this.#of(identity);
    this.#fallback = this.#of(fallback);
  }

  /**
   * The server for clients that ask for this name.
   *
   * @param failed gets what the function for certificates threw, or why OpenSSL cannot use what it returned
   */
  find(servername: string | undefined, failed: (error: unknown) => void): Server | Promise<Server> {
    if (servername === undefined) return this.#fallback;
    const identity = this.#service.certificates.find(servername, failed);
    return identity instanceof Promise
      ? identity.then((found) => this.#usable(found, failed))
      : this.#usable(identity, failed);
  }

  #usable(identity: Identity, failed: (error: unknown) => void): Server {
    try {
      return this.#of(identity);
    } catch (error) {
      failed(error);
      return this.#fallback;
    }
  }

  #of(identity: Identity): Server {
    const server = this.#servers.get(identity) ?? this.#create(identity);
    this.#servers.set(identity, server);
    return server;
  }

  #create(identity: Identity): Server {
    const { clientCertificates, bindsLogins } = this.#service;
    const { alpn } = this.#settings;
    // A resumed session does not say which of two certificates it began with, which a login may be bound to.
    const ambiguous = bindsLogins && identity.length > 1;
    try {
      const server = createServer({
        ...contextOptions(this.#settings, clientCertificates),
        ...shown(identity),
        secureOptions: ambiguous ? OPTIONS | constants.SSL_OP_NO_TICKET : OPTIONS,
        ...(alpn !== undefined && { ALPNProtocols: [...alpn] }),
        requestCert: clientCertificates !== undefined,
        rejectUnauthorized: clientCertificates?.required === true,
      });
      server.on("secureConnection", (socket) => this.#ended(socket, socket, identity));
      server.on("tlsClientError", (error, socket) => this.#ended(socket, failureOf(error, socket), identity));
      return server;
    } catch (error) {
      const field = identity.map((each) => each.field).join(" and ");
      const problem = `OpenSSL refuses the certificate or its key: ${reasonOf(error)}`;
      throw refuseOption(field, problem, undefined, error);
    }
  }
}

function contextOptions(
  { minVersion, maxVersion, ciphers }: TlsSettings,
  clientCertificates: ClientCertificateOptions | undefined,
): SecureContextOptions {
  return {
    sessionIdContext: SESSION_ID_CONTEXT,
    ...(minVersion !== undefined && { minVersion }),
    ...(maxVersion !== undefined && { maxVersion }),
    ...(ciphers !== undefined && { ciphers }),
    ...(clientCertificates !== undefined && { ca: [clientCertificates.ca].flat() as (string | Buffer)[] }),
  };
}

/** OpenSSL holds one certificate of each type of key, and shows the one that the client can verify. */
function shown(identity: Identity): Pick<SecureContextOptions, "key" | "cert"> {
  return {
    cert: identity.map(({ cert }) => cert),
    key: identity.map(({ key, passphrase }) => ({
      pem: key,
      ...(passphrase !== undefined && { passphrase }),
    })),
  };
}

/**
 * Otherwise a client of TLS 1.2 could make the server do one handshake after another on a single connection
 * (CVE-2011-1473); Node only reports that.
 */
const OPTIONS = constants.SSL_OP_NO_RENEGOTIATION;

/** Without one, OpenSSL fails each handshake that would resume a session and asks for a certificate. */
const SESSION_ID_CONTEXT = "envoi";
