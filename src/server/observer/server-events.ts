import { type Channel, channel } from "node:diagnostics_channel";

/** The client that an event of a server is about. */
export interface ServerClientEvent {
  /** `session.id`, the same as in hooks; absent if the connection was closed before there was a session. */
  readonly session?: string | undefined;
  /** The client's IP address; empty for a Unix socket. */
  readonly remoteAddress: string;
  /** The client's port; 0 for a Unix socket. */
  readonly remotePort: number;
  /** The IP address that the client connected to, or the path of the Unix socket. */
  readonly localAddress: string;
  /** The port that the client connected to; 0 for a Unix socket. */
  readonly localPort: number;
}

/** Why a server refused a client, gave it up, or cut it short. */
export interface Refusal {
  /**
   * - `"limit"`: a limit of the options; `reason` is its name.
   * - `"timeout"`: the client, or a hook, took too long; `reason` is the name of the timeout, such as
   *   `"timeouts.command"`.
   * - `"tls"`: the TLS handshake failed.
   * - `"proxy"`: the header of the PROXY protocol was missing, wrong, or of a peer that may not send one.
   * - `"early-talker"`: the client did not wait for the greeting.
   * - `"hook"`: the hook `connect` refused the client.
   */
  readonly kind: "limit" | "timeout" | "tls" | "proxy" | "early-talker" | "hook";
  /** A word for programs, such as `"maxConnections"` or `"no-shared-cipher"`. `server.status()` counts by it. */
  readonly reason: string;
  /** When it happened. */
  readonly phase: ServerPhase;
  /** A sentence for people. It contains nothing that the client sent. */
  readonly detail: string;
}

/** What the server was doing for the client. */
export type ServerPhase = "accept" | "proxy" | "tls" | "greeting" | "command" | "auth" | "content";

/** A refusal, as published on `envoi:server:refused`. */
export interface RefusedEvent extends ServerClientEvent, Refusal {}

/** The channels of `node:diagnostics_channel` on which a server publishes events. */
export const serverChannels: ServerChannels = {
  refused: channel("envoi:server:refused"),
};

interface ServerChannels {
  readonly refused: Channel;
}
