import { refuseOption, wrongOption } from "../../text/options/option-reader.ts";
import { allowsLogin, checkMechanisms } from "./logins.ts";
import type { SmtpServerOptions } from "./options.ts";
import type { ResolvedOptions } from "./resolved-options.ts";

/**
 * Refuses a server that cannot do what it was set up for, or that would lose mail.
 *
 * @throws EnvoiError of kind `"configuration"`.
 */
export function checkPurpose(options: SmtpServerOptions, resolved: ResolvedOptions): void {
  const { auth, allowPlaintextCredentials, domains = [], relay, recipient, data } = options;
  const { listeners } = resolved;
  if (allowPlaintextCredentials && listeners.every(({ proxyProtocol }) => proxyProtocol !== undefined))
    throw refuseOption(
      "allowPlaintextCredentials",
      "does not apply to clients behind a proxy, and every listener has proxyProtocol",
      "Use TLS on a listener, or proxyProtocol.trustTls",
    );
  if (auth !== undefined && !listeners.some((listener) => allowsLogin(options, listener)))
    throw refuseOption(
      "auth",
      "needs TLS",
      "Give certificates, or allow unencrypted passwords by allowPlaintextCredentials",
    );
  checkMechanisms(options, listeners);
  if (relay !== undefined && auth === undefined && !listeners.some(({ xclient }) => xclient?.login))
    throw refuseOption("relay", "needs the hook auth", "Without it no client can authenticate");
  if (data === undefined && options.burl !== undefined)
    throw wrongOption("data", "a function", data, "What is fetched by burl would be lost");
  if (data === undefined && (domains.length > 0 || relay !== undefined || recipient !== undefined))
    throw wrongOption("data", "a function", data, "Recipients would be accepted, and their mail lost");
}
