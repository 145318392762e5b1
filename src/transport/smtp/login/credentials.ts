import { systemClock } from "../../../net/clock.ts";
import { refuseOption, wrongOption } from "../../../text/options/option-reader.ts";
import { DerivedKey } from "./derived-key.ts";
import { RefreshTokenSource } from "./refresh-token.ts";
import type { RefreshTokenOptions } from "./refresh-token-options.ts";
import { SharedToken, type TokenFetcher } from "./shared-token.ts";

/** A token, or what fetches one. */
export type TokenSource = string | TokenFetcher;

/** The secret within credentials. */
export type Secret =
  | { readonly kind: "password"; readonly password: string }
  | { readonly kind: "token"; readonly token: string | SharedToken }
  | { readonly kind: "external" };

/**
 * Who a transport logs in as. The secret appears in no output: not in `console.log`, not in JSON, not in an error.
 *
 * @example
 * ```ts
 * const transport = SmtpTransport.relay("mail.example.org")
 *   .credentials(Credentials.password("shop", process.env["MAIL_PASSWORD"] ?? ""))
 *   .build();
 * ```
 */
export class Credentials {
  /** Who logs in. */
  readonly user: string;
  readonly #secret: Secret;
  readonly #key = new DerivedKey();

  private constructor(user: string, secret: Secret) {
    this.user = user;
    this.#secret = secret;
  }

  /**
   * A user and a password.
   *
   * @throws EnvoiError of kind `"configuration"` if one is empty or contains a control character.
   */
  static password(user: string, password: string): Credentials {
    return new Credentials(checked("user", user), {
      kind: "password",
      password: checked("password", password),
    });
  }

  /**
   * A user and an OAuth 2 access token, or a function that fetches one.
   *
   * The function is asked when a connection logs in: once for all that do so at the same time. If the server refuses
   * the token, it is asked once more, with `refused: true`: a cache must drop the token then.
   *
   * @throws EnvoiError of kind `"configuration"` if one is empty or contains a control character.
   *
   * @example
   * ```ts
   * declare const vault: { fetchToken(options: { fresh: boolean; signal: AbortSignal }): Promise<string> };
   * const credentials = Credentials.token("shop@example.org", ({ refused, signal }) =>
   *   vault.fetchToken({ fresh: refused, signal }),
   * );
   * ```
   */
  static token(user: string, token: TokenSource): Credentials {
    const source =
      typeof token === "function"
        ? new SharedToken(async (request) => checked("token", await token(request)))
        : checked("token", token);
    return new Credentials(checked("user", user), { kind: "token", token: source });
  }

  /**
   * A user and an OAuth 2 refresh token, which is exchanged for access tokens at the provider (RFC 6749 6). They are
   * kept until they are about to expire, and shared by all transports that are given these credentials.
   *
   * @throws EnvoiError of kind `"configuration"` if an option is missing or not valid. A send fails with kind
   * `"authentication"` if the provider gives no token, or `"tls"` if the certificate of the provider does not verify.
   *
   * @example
   * ```ts
   * const credentials = Credentials.refreshToken({
   *   user: "shop@gmail.com",
   *   clientId: process.env["CLIENT_ID"] ?? "",
   *   clientSecret: process.env["CLIENT_SECRET"] ?? "",
   *   refreshToken: process.env["REFRESH_TOKEN"] ?? "",
   *   tokenUrl: "https://oauth2.googleapis.com/token",
   * });
   * ```
   */
  static refreshToken(options: RefreshTokenOptions): Credentials {
    const fetch: typeof globalThis.fetch = (...request) => globalThis.fetch(...request);
    const source = new RefreshTokenSource(options, { clock: systemClock, fetch });
    return Credentials.token(options.user, (request) => source.token(request));
  }

  /**
   * No secret: the client's certificate ({@link TlsParametersBuilder.identity}), or something else outside of mail,
   * says who it is. For EXTERNAL (RFC 4422 A) and mechanisms of your own.
   *
   * @param user The user to act as, if it is not the one that the certificate names.
   * @throws EnvoiError of kind `"configuration"` if the user contains a control character.
   */
  static external(user = ""): Credentials {
    return new Credentials(user === "" ? "" : checked("user", user), { kind: "external" });
  }

  /** @internal */
  static secretOf(credentials: Credentials): Secret {
    return credentials.#secret;
  }

  /** @internal The key that SCRAM derives from the password. */
  static keyOf(credentials: Credentials): DerivedKey {
    return credentials.#key;
  }
}

/** A user, password or token that a mechanism can send: NUL, ^A and line ends would change what it sends. */
export function checked(field: "user" | "password" | "token", value: unknown): string {
  if (typeof value !== "string" || value === "")
    throw wrongOption(field, "a string that is not empty", value);
  const at = value.search(/[\0-\x1f\x7f]/);
  if (at !== -1) throw refuseOption(field, `there is a control character at position ${at}`);
  if (/[\ud800-\udfff]/u.test(value)) throw refuseOption(field, "there is a lone surrogate");
  return value;
}
