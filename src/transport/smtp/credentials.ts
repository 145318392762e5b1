import { callersMistake, EnvoiError } from "../../errors.ts";

/** Why a token is wanted. */
export interface TokenRequest {
  /** Aborts when the send that needs the token is cancelled. */
  readonly signal: AbortSignal;
  /** The server has just refused the token given before: it has expired or been revoked. */
  readonly refused: boolean;
}

/** A token, or what fetches one. */
export type TokenSource = string | ((request: TokenRequest) => string | Promise<string>);

/** The secret within credentials. */
export type Secret =
  | { readonly kind: "password"; readonly password: string }
  | { readonly kind: "token"; readonly token: TokenSource };

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
  readonly user: string;
  readonly #secret: Secret;

  private constructor(user: string, secret: Secret) {
    this.user = user;
    this.#secret = secret;
  }

  /**
   * A user and a password.
   *
   * @throws EnvoiError of kind `"configuration"` where one is empty or holds a control character.
   */
  static password(user: string, password: string): Credentials {
    return new Credentials(checked("user", user), {
      kind: "password",
      password: checked("password", password),
    });
  }

  /**
   * A user and an OAuth 2 access token, or a function that fetches one for each login.
   *
   * @throws EnvoiError of kind `"configuration"` where one is empty or holds a control character.
   */
  static token(user: string, token: TokenSource): Credentials {
    const source = typeof token === "function" ? token : checked("token", token);
    return new Credentials(checked("user", user), { kind: "token", token: source });
  }

  /** @internal */
  static secretOf(credentials: Credentials): Secret {
    return credentials.#secret;
  }
}

/** A user, password or token as a mechanism can say it: NUL, ^A and line ends would change what it says. */
export function checked(field: "user" | "password" | "token", value: unknown): string {
  if (typeof value !== "string" || value === "") throw wrong(field, "is empty");
  const at = value.search(/[\0-\x1f\x7f]/);
  if (at !== -1) throw wrong(field, `holds a control character at position ${at}`);
  if (/[\ud800-\udfff]/u.test(value)) throw wrong(field, "holds a lone surrogate");
  return value;
}

function wrong(field: string, problem: string): EnvoiError {
  return new EnvoiError(`Credentials: the ${field} ${problem}`, { kind: "configuration", ...callersMistake });
}
