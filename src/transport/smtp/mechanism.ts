import type { AuthenticationAttempt } from "../../protocol/dialogues/authentication.ts";
import { login } from "../../protocol/sasl/login.ts";
import { plain } from "../../protocol/sasl/plain.ts";
import { xoauth2 } from "../../protocol/sasl/xoauth2.ts";

/**
 * How a transport logs in (RFC 4954). Without a choice the strongest that the server offers is taken.
 *
 * @example
 * ```ts
 * SmtpTransport.relay("mail.example.org")
 *   .credentials(Credentials.password("shop", "secret"))
 *   .authentication([Mechanism.Plain, Mechanism.Login])
 *   .build();
 * ```
 */
export const Mechanism = {
  /** RFC 4616: user and password in one step. */
  Plain: "PLAIN",
  /** The old one, in two steps; for servers that know no other. */
  Login: "LOGIN",
  /** Google's and Microsoft's way to log in with an OAuth 2 token. */
  XOAuth2: "XOAUTH2",
} as const;

export type Mechanism = (typeof Mechanism)[keyof typeof Mechanism];

/** A secret as a mechanism uses it: fetched, if it had to be. */
export interface KnownSecret {
  readonly kind: "password" | "token";
  readonly user: string;
  readonly secret: string;
}

/** The mechanisms that can use a kind of secret, the one to try first in front. */
export const mechanismsFor: Readonly<Record<KnownSecret["kind"], readonly Mechanism[]>> = {
  password: [Mechanism.Plain, Mechanism.Login],
  token: [Mechanism.XOAuth2],
};

/** The client's half of a mechanism, with its secret. */
export function attempt(mechanism: Mechanism, { user, secret }: KnownSecret): AuthenticationAttempt {
  switch (mechanism) {
    case Mechanism.Plain:
      return { mechanism, responses: plain.client({ user, password: secret }) };
    case Mechanism.Login:
      return { mechanism, responses: login.client({ user, password: secret }) };
    case Mechanism.XOAuth2:
      return { mechanism, responses: xoauth2.client({ user, token: secret }) };
  }
}
