import { isIP } from "node:net";
import { isLoopback } from "../../../net/client/loopback.ts";
import { callback, duration, text } from "../../../text/options/option-kinds.ts";
import {
  type OptionReaders,
  readOptions,
  refuseOption,
  wrongOption,
} from "../../../text/options/option-reader.ts";

/** What is needed to exchange an OAuth 2 refresh token for access tokens (RFC 6749 6). */
export interface RefreshTokenOptions {
  /** The user to log in as: the address of the mailbox at most providers. */
  readonly user: string;
  /** The id that the provider has given the application. */
  readonly clientId: string;
  /** The application's secret; public clients do not have one. */
  readonly clientSecret?: string;
  /** The token that the application got by the user's consent. */
  readonly refreshToken: string;
  /** The provider's token endpoint: https; http only to an address of this machine (127.0.0.0/8, ::1). */
  readonly tokenUrl: string;
  /**
   * The scopes to ask for, if the provider requires them: for mail at Microsoft,
   * `https://outlook.office.com/SMTP.Send offline_access`.
   */
  readonly scope?: string;
  /** Milliseconds that one exchange may take; 30,000 by default. */
  readonly timeout?: number;
  /**
   * Called with the new refresh token when the provider replaces it, so that the application can store it: the old one
   * is useless then. A promise that it returns is awaited, within `timeout`. The login uses the new tokens in any case:
   * if this throws, rejects, or takes longer, a process warning says so.
   */
  readonly onRefreshToken?: (refreshToken: string) => unknown;
}

/** @throws EnvoiError of kind `"configuration"` if an option is missing or not valid. */
export function readRefreshTokenOptions(options: RefreshTokenOptions): RefreshTokenOptions {
  return readOptions(options, readers, undefined, ["clientId", "refreshToken", "tokenUrl"]);
}

const readers: OptionReaders<RefreshTokenOptions> = {
  // Checked together with the credentials.
  user: (value) => value as string,
  clientId: text,
  clientSecret: text,
  refreshToken: text,
  tokenUrl,
  scope: text,
  timeout: duration(),
  onRefreshToken: callback,
};

function tokenUrl(value: unknown, field: string): string {
  const address = text(value, field);
  if (!URL.canParse(address)) throw wrongOption(field, "a URL", value);
  const { protocol, hostname, username, password, hash } = new URL(address);
  if (username !== "" || password !== "" || hash !== "")
    throw refuseOption(field, "expected only scheme, host, path and query, got more");
  const host = hostname.replace(/^\[|\]$/g, "");
  const here = protocol === "http:" && isIP(host) !== 0 && isLoopback(host);
  if (protocol !== "https:" && !here)
    throw refuseOption(field, "the URL is not https: the secrets would go out unencrypted");
  return address;
}
