import { serverMechanisms } from "../../protocol/sasl/mechanisms.ts";
import type { Channel } from "../../protocol/sasl/server-mechanism.ts";
import { refuseOption } from "../../text/options/option-reader.ts";
import type { ResolvedListener } from "./listeners.ts";
import type { SmtpServerOptions } from "./options.ts";

/** The mechanisms that show the hook `auth` a secret. */
export const defaultMechanisms: readonly string[] = ["PLAIN", "LOGIN", "XOAUTH2"];

/**
 * Refuses listeners that require a login which is impossible there, and commands for which no listener is suitable.
 *
 * @throws EnvoiError of kind `"configuration"`.
 */
export function checkLogins(options: SmtpServerOptions, listeners: readonly ResolvedListener[]): void {
  const loggedIn = options.auth !== undefined || listeners.some(({ xclient }) => xclient?.login);
  for (const hook of ["atrn", "sender"] as const)
    if (options[hook] !== undefined && !loggedIn)
      throw refuseOption(hook, "needs the hook auth", "It is for clients that have logged in");
  if (options.burl !== undefined && !listeners.some(({ lmtp, requireAuth }) => requireAuth && !lmtp))
    throw refuseOption("burl", "needs a listener with requireAuth", "Only submission may offer it");
  for (const hook of ["etrn", "atrn"] as const)
    if (options[hook] !== undefined && listeners.every(({ lmtp }) => lmtp))
      throw refuseOption(hook, "cannot be used with lmtp", "It is a command of SMTP");
  for (const [index, listener] of listeners.entries()) {
    if (!listener.requireAuth) continue;
    const field = `${options.listeners === undefined ? "" : `listeners[${index}].`}requireAuth`;
    if (listener.xclient?.login) continue;
    if (options.auth === undefined)
      throw refuseOption(field, "needs the hook auth", "Without it no client can authenticate");
    if (!allowsLogin(options, listener))
      throw refuseOption(
        field,
        'no client can authenticate with tls "none"',
        listener.proxyProtocol === undefined
          ? "Use TLS on this listener, or allow unencrypted passwords by allowPlaintextCredentials"
          : "Use TLS on this listener, or proxyProtocol.trustTls",
      );
    if (!isAnyPossible(options, listener))
      throw refuseOption(field, "no client can use any of the mechanisms on this listener", remedy);
  }
}

/** Whether there can be clients on a listener that may use AUTH. */
export function allowsLogin(
  { allowPlaintextCredentials = false }: SmtpServerOptions,
  { tls, proxyProtocol }: ResolvedListener,
): boolean {
  // Plaintext passwords are granted to clients nearby, of which there are none behind a proxy.
  return tls !== "none" || (proxyProtocol === undefined ? allowPlaintextCredentials : proxyProtocol.trustTls);
}

/**
 * Refuses mechanisms of which none is possible on any listener.
 *
 * @throws EnvoiError of kind `"configuration"`.
 */
export function checkMechanisms(options: SmtpServerOptions, listeners: readonly ResolvedListener[]): void {
  if (options.auth === undefined || listeners.some((listener) => isAnyPossible(options, listener))) return;
  throw refuseOption("mechanisms", "no client can use any of them", remedy);
}

const remedy = "-PLUS needs TLS, and EXTERNAL needs TLS and clientCertificates";

function isAnyPossible(options: SmtpServerOptions, { tls }: ResolvedListener): boolean {
  const { mechanisms = defaultMechanisms, clientCertificates } = options;
  const channel: Channel =
    tls === "none"
      ? { certified: false, bindings: new Map() }
      : { certified: clientCertificates !== undefined, bindings };
  return mechanisms.some((name) => serverMechanisms.get(name)?.available?.(channel) ?? true);
}

/** What a TLS connection always has. */
const bindings: ReadonlyMap<string, Buffer> = new Map([["tls-server-end-point", Buffer.alloc(0)]]);
