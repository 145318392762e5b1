import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Failure } from "../../protocol/failure.ts";
import { codeOf } from "./connection-failures.ts";
import { tunnel } from "./http-proxy.ts";
import type { ProxyServer } from "./proxy-server.ts";
import { placeOf } from "./server-stream.ts";
import { socksConnect } from "./socks-proxy.ts";
import type { Timeouts } from "./timeouts.ts";
import { handshake } from "./tls.ts";

/** What the proxy must connect to. */
export interface ProxyTarget {
  readonly host: string;
  readonly port: number;
  readonly timeouts: Timeouts;
}

/**
 * Makes a proxy connect to the server, over a socket that is connected to the proxy. Returns that socket, or TLS on it.
 * If it fails, or `signal` aborts, the socket is destroyed.
 */
export async function connectThrough(
  socket: Duplex,
  proxy: ProxyServer,
  target: ProxyTarget,
  signal: AbortSignal,
): Promise<Duplex> {
  const end = () => socket.destroy();
  signal.addEventListener("abort", end, { once: true });
  try {
    if (proxy.protocol === "socks5") {
      await socksConnect(socket as Socket, proxy, target, target.timeouts.connect);
      return socket;
    }
    const way = proxy.protocol === "https" ? await secured(socket, proxy) : socket;
    await tunnel(way, proxy, target);
    return way;
  } catch (error) {
    socket.destroy();
    throw named(error, proxy);
  } finally {
    signal.removeEventListener("abort", end);
  }
}

/** The failure to connect to the proxy itself, naming the proxy: it says nothing about the server. */
export function proxyUnreachable(error: unknown, proxy: ProxyServer): unknown {
  if (!(error instanceof Failure)) return error;
  const { kind, phase, transient, permanent, cause } = error;
  const place = placeOf(proxy.host, proxy.port);
  const absent = cause instanceof Error && codeOf(cause) === "ECONNREFUSED";
  const message = absent ? `no proxy listens on ${place}` : `${error.message} (the proxy ${place})`;
  return new Failure({ kind, phase, message, transient, permanent, cause });
}

async function secured(socket: Duplex, { name, trust }: ProxyServer): Promise<Duplex> {
  const made = await handshake(socket, { ...trust(), name, notTls: NOT_HTTPS });
  return made.socket;
}

const NOT_HTTPS = "the proxy does not speak TLS on this port: give an http:// URL";

/** The same failure with the name of the proxy. */
function named(error: unknown, { host, port }: ProxyServer): unknown {
  if (!(error instanceof Failure)) return error;
  const { kind, phase, message, transient, permanent, cause } = error;
  const told = phase === "tls" ? `TLS with the proxy failed: ${message}` : message;
  return new Failure({
    kind,
    phase: phase === "tls" ? "connect" : phase,
    message: `${told} (${placeOf(host, port)})`,
    transient,
    permanent,
    cause,
  });
}
