import type { Socket } from "node:net";
import { Failure } from "../../protocol/failure.ts";
import { LONGEST_TIMER } from "../../text/options/longest-timer.ts";
import type { ProxyServer } from "./proxy-server.ts";

/**
 * Asks a SOCKS 5 proxy for a connection (RFC 1928, RFC 1929) with the package `socks`, on a socket that is connected to
 * the proxy. The proxy looks up the host. The caller can end the attempt by destroying the socket.
 *
 * @param limit milliseconds after which it fails in any case.
 * @throws Failure of kind `"connection"`, `"authentication"` if the proxy refuses the login, or `"configuration"` if
 * the package is not installed.
 */
export async function socksConnect(
  socket: Socket,
  { host: proxyHost, port: proxyPort, login }: ProxyServer,
  target: { readonly host: string; readonly port: number },
  limit: number,
): Promise<void> {
  const { SocksClient } = await loaded();
  const proxy = { host: proxyHost, port: proxyPort, type: 5 as const };
  try {
    await SocksClient.createConnection({
      proxy: login === undefined ? proxy : { ...proxy, userId: login.user, password: login.password },
      command: "connect",
      destination: { host: target.host, port: target.port },
      existing_socket: socket,
      // Its timer cannot be disabled, and keeps the socket until it fires.
      timeout: Math.min(limit, LONGEST_TIMER),
    });
  } catch (error) {
    // Not as a cause: it contains the options, and so the password.
    throw refused(error instanceof Error ? error.message : String(error));
  }
}

async function loaded(): Promise<typeof import("socks")> {
  try {
    return await optional("socks");
  } catch (cause) {
    const message = "SOCKS proxies need the package socks beside envoi: npm install socks";
    throw new Failure({ kind: "configuration", phase: "connect", message, permanent: true, cause });
  }
}

/** Loads a package that may be missing, by a name that bundlers do not see, because they would warn. */
function optional(name: string): Promise<typeof import("socks")> {
  return import(/* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ name);
}

function refused(reason: string): Failure {
  const message = `the SOCKS proxy did not connect: ${reason}`;
  const login = /authentication failed|no acceptable authentication|no accepted authentication/i.test(reason);
  if (login) return new Failure({ kind: "authentication", phase: "connect", message, permanent: true });
  const permanent = /NotAllowed|CommandNotSupported|AddressNotSupported|version/.test(reason);
  return new Failure({ kind: "connection", phase: "connect", message, transient: !permanent, permanent });
}
