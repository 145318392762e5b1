import type { Socket } from "node:net";
import type { Server, TLSSocket } from "node:tls";
import { channelBindings } from "../channel-bindings.ts";
import type { Clock } from "../clock.ts";
import { type HandshakeFailure, handshakeFailure } from "./handshake-failure.ts";
import type { Identity } from "./server-certificate.ts";
import { ServersByIdentity } from "./servers-by-identity.ts";
import { TlsOpening } from "./tls-opening.ts";
import type { TlsService } from "./tls-service.ts";
import type { TlsSettings } from "./tls-settings.ts";

/** What is known about a TLS connection. */
export interface TlsSession {
  /** The version, such as `"TLSv1.3"`. */
  readonly protocol: string;
  /** The cipher suite, by its IETF name. */
  readonly cipher: string;
  /** The name that the client asked for (SNI), unless it has characters that belong in no name. */
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

/** How long a handshake may take, and who gets what a {@link CertificateFunction} throws during it. */
export interface Handshake {
  readonly clock: Clock;
  /** Milliseconds. */
  readonly ms: number;
  readonly lookupFailed: (error: unknown) => void;
}

/**
 * Does TLS handshakes, as a server, on sockets that are connected already: for STARTTLS and for implicit TLS.
 *
 * It reads the name that a client asks for, and then hands the connection to a server of `node:tls` that knows the
 * certificates for this name and no others. Node's own way, `SNICallback`, would take one certificate from the context
 * of the name, and leave those of other key types, and what is resumed, to the default.
 */
export class TlsAcceptor {
  /** How it speaks TLS, whatever the certificates. */
  readonly settings: TlsSettings;
  #servers: ServersByIdentity;
  /** Handshakes under way, by the addresses and ports of their connections. */
  readonly #underway = new Map<string, Settle>();
  /** Of the connection that has just closed: its TLSSocket, of which Node tells next, has no address any more. */
  #left: Settle | undefined;

  /** @throws EnvoiError of kind `"configuration"` if OpenSSL cannot use a certificate with these settings. */
  constructor(settings: TlsSettings, service: TlsService) {
    this.settings = settings;
    this.#servers = this.#create(service);
  }

  /**
   * Makes ready for other certificates. The function that it returns begins to use them, for handshakes that begin
   * afterwards; it cannot fail. No session from before is resumed, because new servers have new keys for tickets.
   *
   * @throws EnvoiError of kind `"configuration"` if OpenSSL cannot use a certificate with these settings.
   */
  prepare(service: TlsService): () => void {
    const servers = this.#create(service);
    return () => {
      this.#servers = servers;
    };
  }

  /** Does the handshake. If it resolves to a failure, the caller must destroy the socket. */
  accept(socket: Socket, { clock, ms, lookupFailed }: Handshake): Promise<TLSSocket | HandshakeFailure> {
    const servers = this.#servers;
    return new Promise((resolve) => {
      const key = keyOf(socket);
      let servername: string | undefined;
      const settle: Settle = (result) => {
        timer.cancel();
        opening.stop();
        socket.off("close", left);
        this.#underway.delete(key);
        if (!("reason" in result) && servername !== undefined) servernames.set(result, servername);
        resolve(result);
      };
      const left = () => {
        this.#left = settle;
        // What Node has to say about the end comes before that, and tells more.
        setImmediate(() => {
          if (this.#left === settle) this.#left = undefined;
          settle(handshakeFailure("client-left"));
        });
      };
      const timer = clock.timer(ms, () =>
        settle(handshakeFailure("timeouts.handshake", opening.heard ? "" : silent)),
      );
      // A function for certificates may have taken longer than the client waited.
      const begin = (server: Server) =>
        this.#underway.get(key) === settle && server.emit("connection", socket);
      const opening = new TlsOpening(socket, (hello) => {
        if ("reason" in hello) return settle(hello);
        servername = hello.servername;
        const server = servers.find(hello.servername, lookupFailed);
        if (server instanceof Promise) void server.then(begin);
        else begin(server);
      });
      this.#underway.set(key, settle);
      // Otherwise a client that leaves during the handshake would not be noticed.
      socket.allowHalfOpen = false;
      socket.once("close", left);
      if (socket.destroyed) left();
    });
  }

  #create(service: TlsService): ServersByIdentity {
    return new ServersByIdentity(this.settings, service, (socket, result, identity) => {
      if (result === socket) {
        socket.allowHalfOpen = true;
        identities.set(socket, identity);
      }
      const settle = this.#underway.get(keyOf(socket)) ?? this.#left;
      settle?.(result);
    });
  }
}

type Settle = (result: TLSSocket | HandshakeFailure) => void;

const silent = ": the client sent nothing, and may be waiting for a greeting";

/** What clients asked for: Node forgets it when a session of TLS 1.2 is resumed. */
const servernames = new WeakMap<TLSSocket, string>();

/** The certificates of which clients were shown one. */
const identities = new WeakMap<TLSSocket, Identity>();

/** What is known about the TLS connection after the handshake. */
export function tlsSession(socket: TLSSocket): TlsSession {
  // Node calls a session of TLS 1.3 that was resumed authorized, also if the client has never shown a certificate.
  const certificate = socket.authorized ? socket.getPeerX509Certificate() : undefined;
  return {
    protocol: socket.getProtocol() ?? "unknown",
    cipher: socket.getCipher().standardName,
    servername: servernames.get(socket),
    clientCertificate: certificate && {
      subject: certificate.subject,
      fingerprint256: certificate.fingerprint256,
    },
  };
}

/** The channel bindings of a TLS connection, by their registered names. */
export function tlsBindings(socket: TLSSocket): ReadonlyMap<string, Buffer> {
  return channelBindings(socket, shownCertificate(socket));
}

/** The server's certificate, in DER. To get it from OpenSSL takes a tenth as long as the handshake. */
function shownCertificate(socket: TLSSocket): Buffer | undefined {
  const [only, another] = identities.get(socket) ?? [];
  return only !== undefined && another === undefined ? only.leaf.raw : socket.getX509Certificate()?.raw;
}

function keyOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
