import { isIP } from "node:net";
import { type EnvoiError, misconfigured } from "../../../errors.ts";
import { isLoopback } from "../../../net/client/loopback.ts";
import { checkOptionNames } from "../../option-names.ts";
import { checkMilliseconds } from "../../option-values.ts";

/** What an OAuth 2 refresh token is exchanged with for access tokens (RFC 6749 6). */
export interface RefreshTokenOptions {
  /** Who logs in: the address of the mailbox, with most providers. */
  readonly user: string;
  /** The application, as the provider knows it. */
  readonly clientId: string;
  /** The application's secret; public clients have none. */
  readonly clientSecret?: string;
  /** What the user's consent has given the application. */
  readonly refreshToken: string;
  /** The provider's token endpoint: https; http only to an address of this machine (127.0.0.0/8, ::1). */
  readonly tokenUrl: string;
  /**
   * The scopes to ask for, where the provider wants them named: for mail at Microsoft,
   * `https://outlook.office.com/SMTP.Send offline_access`.
   */
  readonly scope?: string;
  /** Milliseconds that one exchange may take; 30,000 without this. */
  readonly timeout?: number;
  /**
   * Is given the new refresh token when the provider replaces it, so that the application can store it: the old one is
   * of no use any more. A promise that it returns is awaited, within `timeout`. The login uses the new tokens in any
   * case: if this throws, rejects, or takes longer, a warning of the process says so.
   */
  readonly onRefreshToken?: (refreshToken: string) => unknown;
}

/** @throws EnvoiError of kind `"configuration"` where an option is missing or makes no sense. */
export function checkRefreshTokenOptions(options: RefreshTokenOptions): void {
  checkOptionNames("Credentials.refreshToken", options, optionNames);
  const { clientSecret, scope, timeout, onRefreshToken } = options;
  for (const name of ["clientId", "refreshToken", "tokenUrl"] as const) {
    if (typeof options[name] !== "string" || options[name] === "") throw wrong(`${name} is missing`);
  }
  for (const [name, value] of Object.entries({ clientSecret, scope })) {
    if (value !== undefined && (typeof value !== "string" || value === "")) throw wrong(`${name} is empty`);
  }
  if (timeout !== undefined) checkMilliseconds("Credentials.refreshToken: timeout", timeout);
  if (onRefreshToken !== undefined && typeof onRefreshToken !== "function")
    throw wrong("onRefreshToken is no function");
  checkUrl(options.tokenUrl);
}

function checkUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw wrong("tokenUrl is no URL");
  const { protocol, hostname, username, password, hash } = url;
  if (username !== "" || password !== "" || hash !== "")
    throw wrong("tokenUrl holds more than scheme, host, path and query");
  const address = hostname.replace(/^\[|\]$/g, "");
  const here = protocol === "http:" && isIP(address) !== 0 && isLoopback(address);
  if (protocol !== "https:" && !here)
    throw wrong("tokenUrl is not https, and the secrets would go out in clear");
}

const optionNames: readonly (keyof RefreshTokenOptions)[] = [
  "user",
  "clientId",
  "clientSecret",
  "refreshToken",
  "tokenUrl",
  "scope",
  "timeout",
  "onRefreshToken",
];

function wrong(problem: string): EnvoiError {
  return misconfigured(`Credentials.refreshToken: ${problem}`);
}
