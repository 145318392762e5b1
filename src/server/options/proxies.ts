import { Networks, network } from "../../net/server/networks.ts";
import { flag, group, listOf, milliseconds } from "../../text/options/option-kinds.ts";
import {
  type OptionReader,
  type OptionReaders,
  refuseOption,
  wrongOption,
} from "../../text/options/option-reader.ts";

/**
 * How a listener takes PROXY headers (versions 1 and 2), which say who the client of a load balancer is. Such a
 * listener serves nobody else: a connection that does not begin with a header is closed without a reply.
 */
export interface ProxyProtocolOptions {
  /**
   * The peers that may send headers: IP addresses, networks such as `"10.0.0.0/8"`, and `"unix"` for the clients of a
   * Unix socket. Every other connection is closed at once, and nothing is read from it.
   */
  readonly from: readonly string[];
  /** How long, in milliseconds, the server waits for the whole header; default 5,000. */
  readonly timeout?: number;
  /**
   * Takes the word of the proxy that its client uses TLS (`PP2_TYPE_SSL`): then the connection counts as one with TLS,
   * and `session.tls` says what the proxy said. The network between the proxy and the server must be safe. A client's
   * certificate is information only, and does not log the client in.
   */
  readonly trustTls?: boolean;
}

/** Who may say by XCLIENT that it speaks for another client (Postfix, XCLIENT_README). */
export interface XclientOptions {
  /**
   * IP addresses, networks such as `"10.0.0.0/8"`, and `"unix"` for the clients of a Unix socket. Behind a PROXY header
   * the address in the header counts, and a header without a client allows nothing.
   */
  readonly from: readonly string[];
  /** Also allows LOGIN, which logs the client in without a password. */
  readonly login?: boolean;
}

/** Who may say by XFORWARD where a message comes from (Postfix, XFORWARD_README). It is information only. */
export interface XforwardOptions {
  /** As in {@link XclientOptions}. */
  readonly from: readonly string[];
}

/** Who names clients by XCLIENT, and which attributes it may name. */
export interface ResolvedXclient {
  readonly from: Networks;
  readonly login: boolean;
}

/** Who may say by XFORWARD where a message comes from. */
export interface ResolvedXforward {
  readonly from: Networks;
}

/** Who names clients by PROXY headers. */
export interface ResolvedProxyProtocol {
  readonly from: Networks;
  readonly timeout: number;
  readonly trustTls: boolean;
}

const networks: OptionReader<readonly string[]> = (value, field) => {
  const entries = listOf(network)(value, field);
  if (entries.length === 0) throw wrongOption(field, "at least one address or network", entries);
  return entries;
};

const proxyProtocol: OptionReaders<ProxyProtocolOptions> = {
  from: networks,
  timeout: milliseconds(),
  trustTls: flag,
};

/** Reads the option `proxyProtocol`. */
export const readProxyProtocol: OptionReader<ProxyProtocolOptions> = group(proxyProtocol, ["from"]);

/** Reads the option `xclient`. */
export const readXclient: OptionReader<XclientOptions> = group({ from: networks, login: flag }, ["from"]);

/** Reads the option `xforward`. */
export const readXforward: OptionReader<XforwardOptions> = group({ from: networks }, ["from"]);

/**
 * Resolves the option `proxyProtocol` of a listener.
 *
 * @param unix whether the listener is a Unix socket
 * @throws EnvoiError of kind `"configuration"` if no peer of this listener can be one of `from`.
 */
export function resolveProxyProtocol(
  options: ProxyProtocolOptions | undefined,
  unix: boolean,
  prefix: string,
): ResolvedProxyProtocol | undefined {
  if (options === undefined) return undefined;
  const { timeout = 5000, trustTls = false } = options;
  const from = new Networks(options.from);
  if (!(unix ? from.unix : from.ip))
    throw refuseOption(
      `${prefix}proxyProtocol.from`,
      unix
        ? "the clients of a Unix socket have no IP address"
        : '"unix" stands for the clients of a Unix socket',
      unix ? 'Write "unix" for them' : "Name the addresses of the proxies",
    );
  return { from, timeout, trustTls };
}

/** Resolves the option `xclient` of a listener. */
export function resolveXclient(options: XclientOptions | undefined): ResolvedXclient | undefined {
  return options && { from: new Networks(options.from), login: options.login ?? false };
}

/** Resolves the option `xforward` of a listener. */
export function resolveXforward(options: XforwardOptions | undefined): ResolvedXforward | undefined {
  return options && { from: new Networks(options.from) };
}
