/**
 * How a transport logs in (RFC 4954). By default the strongest that the server offers: those for a password in this
 * order, then OAuth 2.
 *
 * @example
 * ```ts
 * SmtpTransport.relay("mail.example.org")
 *   .credentials(Credentials.password("shop", "secret"))
 *   .authentication([Mechanism.ScramSha256Plus, Mechanism.ScramSha256])
 *   .build();
 * ```
 */
export const Mechanism = {
  /** SCRAM-SHA-256 (RFC 7677) bound to the TLS connection: an attacker in between cannot forward the login. */
  ScramSha256Plus: "SCRAM-SHA-256-PLUS",
  /** SCRAM-SHA-1 (RFC 5802) bound to the TLS connection. */
  ScramSha1Plus: "SCRAM-SHA-1-PLUS",
  /** RFC 7677: both ends prove that they know the password, and neither sends it. */
  ScramSha256: "SCRAM-SHA-256",
  /** RFC 5802: the same with an older hash. */
  ScramSha1: "SCRAM-SHA-1",
  /** RFC 2195: the password is not sent, but the server must store it readably, and does not prove itself. */
  CramMd5: "CRAM-MD5",
  /** RFC 4616: user and password in one step. */
  Plain: "PLAIN",
  /** The old mechanism in two steps, for servers without a better one. */
  Login: "LOGIN",
  /** RFC 7628: an OAuth 2 token, by the standard. */
  OAuthBearer: "OAUTHBEARER",
  /** Google's and Microsoft's way to log in with an OAuth 2 token. */
  XOAuth2: "XOAUTH2",
  /** RFC 4422 A: the certificate that the client has shown says who it is. For {@link Credentials.external}. */
  External: "EXTERNAL",
} as const;

export type Mechanism = (typeof Mechanism)[keyof typeof Mechanism];

/** What a {@link SaslMechanism} knows about the login. */
export interface SaslExchange {
  /** The user of the credentials. */
  readonly user: string;
  /** The password or the token; `""` with {@link Credentials.external}. */
  readonly secret: string;
  /** The host that the transport connects to. */
  readonly host: string;
  /** The port that the transport connects to. */
  readonly port: number;
  /**
   * The channel bindings of the TLS connection by their registered names, the preferred one first; none without TLS.
   */
  readonly channelBindings: ReadonlyMap<string, Buffer>;
}

/**
 * A SASL mechanism of your own (RFC 4422), such as GSSAPI through a library, for {@link
 * SmtpTransportBuilder.authentication}.
 *
 * @example
 * ```ts
 * import { createHmac } from "node:crypto";
 * import { Credentials, Mechanism, type SaslMechanism, SmtpTransport } from "envoi";
 *
 * const secondStep: SaslMechanism = {
 *   name: "X-SECOND-STEP",
 *   async *respond({ user, secret }) {
 *     const question = yield Buffer.from(user);
 *     yield createHmac("sha256", secret).update(question).digest();
 *   },
 * };
 * const transport = SmtpTransport.relay("mail.example.org")
 *   .credentials(Credentials.password("shop", "secret"))
 *   .authentication([secondStep, Mechanism.Plain])
 *   .build();
 * ```
 */
export interface SaslMechanism {
  /** The name that the server offers: at most 20 of `A` to `Z`, digits, `-` and `_`. */
  readonly name: string;
  /**
   * Yields the client's responses as bytes, without base64. The first is the initial response, or `null` if the server
   * begins. Each `yield` returns the next challenge of the server. After it has returned, further challenges get an
   * empty response. If it throws, the exchange is cancelled, and the send fails with the thrown error as the cause.
   */
  respond(
    exchange: SaslExchange,
  ): Generator<Uint8Array | null, void, Buffer> | AsyncGenerator<Uint8Array | null, void, Buffer>;
  /** Whether the server must prove itself too: then its success counts only after `respond` has returned. */
  readonly mutual?: boolean;
}
