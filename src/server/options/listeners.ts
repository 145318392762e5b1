import { resolveTlsSettings, type TlsSettings } from "../../net/server/tls-settings.ts";
import { refuseOption, wrongOption } from "../../text/options/option-reader.ts";
import type { ListenOptions, SmtpServerOptions } from "./options.ts";
import {
  type ResolvedProxyProtocol,
  type ResolvedXclient,
  type ResolvedXforward,
  resolveProxyProtocol,
  resolveXclient,
  resolveXforward,
} from "./proxies.ts";

/** A port, or the path of a Unix socket, to listen on. */
export interface ResolvedListener {
  readonly at: { readonly host: string; readonly port: number } | { readonly path: string };
  readonly tls: "none" | "starttls" | "implicit";
  readonly tlsSettings: TlsSettings;
  readonly lmtp: boolean;
  readonly requireTls: boolean;
  readonly requireAuth: boolean;
  readonly proxyProtocol: ResolvedProxyProtocol | undefined;
  readonly xclient: ResolvedXclient | undefined;
  readonly xforward: ResolvedXforward | undefined;
}

/**
 * Resolves what a server listens on, from options that have been read.
 *
 * @param certified whether the server has certificates.
 * @throws EnvoiError of kind `"configuration"` for options that contradict each other.
 */
export function resolveListeners(
  options: SmtpServerOptions,
  certified: boolean,
): readonly ResolvedListener[] {
  const { listeners } = options;
  if (listeners === undefined) return [resolveListener(options, {}, certified, "")];
  if (options.path !== undefined)
    throw refuseOption("path", "cannot be used with listeners", "Move it into one of the listeners");
  if (listeners.length === 0) throw wrongOption("listeners", "at least one listener", listeners);
  return listeners.map((listener, index) =>
    resolveListener(listener, options, certified, `listeners[${index}].`),
  );
}

function resolveListener(
  listener: ListenOptions,
  defaults: ListenOptions,
  certified: boolean,
  prefix: string,
): ResolvedListener {
  const { host, port, path, tls } = listener;
  const demands = {
    lmtp: listener.lmtp ?? defaults.lmtp ?? false,
    requireTls: listener.requireTls ?? defaults.requireTls ?? false,
    requireAuth: listener.requireAuth ?? defaults.requireAuth ?? false,
    proxyProtocol: resolveProxyProtocol(
      listener.proxyProtocol ?? defaults.proxyProtocol,
      path !== undefined,
      prefix,
    ),
    xclient: resolveXclient(listener.xclient ?? defaults.xclient),
    xforward: resolveXforward(listener.xforward ?? defaults.xforward),
  };
  if (path !== undefined) {
    checkPath(path, `${prefix}path`);
    if (host !== undefined || port !== undefined)
      throw refuseOption(`${prefix}path`, "cannot be used with host or port", "Leave them out");
    if (tls !== undefined && tls !== "none")
      throw refuseOption(`${prefix}tls`, "a Unix socket does not leave the machine", "Leave it out");
    checkTls(demands, "none", prefix);
    checkUnused(listener, prefix);
    return { at: { path }, tls: "none", tlsSettings: {}, ...demands };
  }
  const mode = tls ?? defaults.tls ?? (certified ? "starttls" : "none");
  if (mode !== "none" && !certified)
    throw refuseOption(`${prefix}tls`, `"${mode}" needs certificates`, "Give them as certificates");
  checkTls(demands, mode, prefix);
  const at = { host: host ?? defaults.host ?? "127.0.0.1", port: port ?? defaults.port ?? 0 };
  if (mode === "none") {
    checkUnused(listener, prefix);
    return { at, tls: mode, tlsSettings: {}, ...demands };
  }
  const { minVersion = defaults.minVersion, ciphers = defaults.ciphers } = listener;
  return { at, tls: mode, tlsSettings: resolveTlsSettings({ minVersion, ciphers }, prefix), ...demands };
}

function checkTls(
  { requireTls, proxyProtocol }: Pick<ResolvedListener, "requireTls" | "proxyProtocol">,
  tls: ResolvedListener["tls"],
  prefix: string,
): void {
  if (requireTls && tls === "none" && !proxyProtocol?.trustTls)
    throw refuseOption(
      `${prefix}requireTls`,
      'cannot be used with tls "none"',
      "Use TLS on this listener, or set its requireTls to false",
    );
}

function checkUnused({ minVersion, ciphers }: ListenOptions, prefix: string): void {
  for (const [name, value] of Object.entries({ minVersion, ciphers }))
    if (value !== undefined)
      throw refuseOption(`${prefix}${name}`, 'cannot be used with tls "none"', "Leave one of them out");
}

function checkPath(path: string, field: string): void {
  const length = Buffer.byteLength(path);
  if (path.includes("\0")) throw refuseOption(field, "expected a path without NUL, got one with NUL");
  if (length > LONGEST_PATH)
    throw refuseOption(field, `expected a path of at most ${LONGEST_PATH} bytes, got ${length} bytes`);
}

/** What `sun_path` holds besides the NUL at its end: 108 bytes on Linux, 104 on macOS and the BSDs. */
const LONGEST_PATH = process.platform === "linux" ? 107 : 103;
