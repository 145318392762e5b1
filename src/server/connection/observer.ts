import type { Socket } from "node:net";
import type { TlsAcceptor } from "../../net/server/tls-acceptor.ts";
import type { ServerEvent } from "../../protocol/server/event.ts";
import type { Responder, ResponderObserver } from "../../protocol/server/responder.ts";
import type { Session } from "./session.ts";

/** Who watches one connection. What authenticates is masked and content is not shown, only counted. */
export interface ConnectionObserver extends ResponderObserver {
  /** A piece of content, of so many octets, has arrived. */
  content(octets: number): void;
  /** Everything said so far has been written in one piece; the client's turn. */
  flushed(): void;
  /** A TLS handshake is over. */
  secured(session: Session): void;
  /** A TLS handshake has failed. */
  notSecured(): void;
  /** The connection is closed. */
  ended(): void;
  /** What is to stand between the protocol and the socket, if anything. */
  intercept?(protocol: ProtocolHalf, line: InterceptedConnection): Interceptor;
}

/** The seam through which the laboratory looks at a server; the host has no use for it. */
export type Observe = (session: Session) => ConnectionObserver;

/** The server's half of the protocol, as a connection plays it: octets in, events and replies out. */
export type ProtocolHalf = Pick<
  Responder,
  "greet" | "push" | "next" | "takeReplies" | "end" | "secured" | "envelope" | "inContent" | "inTransaction"
> &
  Partial<Pick<Responder, "hasReplies">>;

/** What stands in for the protocol: it may also do things to the socket, in between. */
export interface Interceptor extends Omit<ProtocolHalf, "next"> {
  next(): ServerEvent | SocketAction | undefined;
  /** What is to be done before a TLS handshake. */
  handshake?(): SocketAction | undefined;
  /** What does the handshake, if it is not the server's own. */
  acceptor?(): Promise<TlsAcceptor | undefined>;
}

/** Something done to the socket between two events; what has been said before goes out first. */
export interface SocketAction {
  readonly type: "socket-action";
  /** Returns early when the signal says that the connection is gone. */
  play(socket: Socket, signal: AbortSignal): Promise<void>;
}

/** The connection, as what is interposed may know it. */
export interface InterceptedConnection {
  /** The socket as it was accepted, underneath TLS. */
  readonly accepted: Socket;
  /** Whether octets have arrived that the protocol has not been given. */
  readonly pending: boolean;
  readonly session: Session;
}
