import type { Socket } from "node:net";
import type { TlsAcceptor } from "../../net/server/tls-acceptor.ts";
import type { ServerEvent } from "../../protocol/server/event.ts";
import type { Responder, ResponderObserver } from "../../protocol/server/responder.ts";
import type { Session } from "./session.ts";

/** Observes one connection. Secrets are masked, and content is only counted. */
export interface ConnectionObserver extends ResponderObserver {
  /** A piece of content has arrived. */
  content(octets: number): void;
  /** The replies so far have been written together; the client may answer. */
  flushed(): void;
  /** A TLS handshake has succeeded. */
  secured(session: Session): void;
  /** A TLS handshake has failed. */
  notSecured(): void;
  /** The connection is closed. */
  ended(): void;
  /** Returns an interceptor between the protocol and the socket, if there is one. */
  intercept?(protocol: ProtocolHalf, line: InterceptedConnection): Interceptor;
}

/** Creates the observer of a connection. `envoi/testing` uses it; the host application cannot. */
export type Observe = (session: Session) => ConnectionObserver;

/** The server's half of the protocol: bytes in, events and replies out. */
export type ProtocolHalf = Pick<
  Responder,
  "greet" | "push" | "next" | "takeReplies" | "end" | "secured" | "envelope" | "inContent" | "inTransaction"
> &
  Partial<Pick<Responder, "hasReplies">>;

/** Stands between a connection and the protocol, and may act on the socket. */
export interface Interceptor extends Omit<ProtocolHalf, "next"> {
  next(): ServerEvent | SocketAction | undefined;
  /** An action before a TLS handshake. */
  handshake?(): SocketAction | undefined;
  /** Another acceptor for the handshake, instead of the server's own. */
  acceptor?(): Promise<TlsAcceptor | undefined>;
}

/** An action on the socket between two events. Replies are written first. */
export interface SocketAction {
  readonly type: "socket-action";
  /** Returns early if the signal is aborted, because the connection is lost. */
  play(socket: Socket, signal: AbortSignal): Promise<void>;
}

/** What an interceptor may know of the connection. */
export interface InterceptedConnection {
  /** The accepted socket, below TLS. */
  readonly accepted: Socket;
  /** Whether bytes have arrived that the protocol has not got yet. */
  readonly pending: boolean;
  readonly session: Session;
}
