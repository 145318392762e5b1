import { wrongOption } from "../../../text/options/option-reader.ts";
import { TlsParameters } from "./tls-parameters.ts";

/**
 * When a connection is encrypted.
 *
 * | mode | how | when to use it |
 * |---|---|---|
 * | `Tls.Wrapper` | TLS from the first byte | relays on port 465; the default |
 * | `Tls.Required` | STARTTLS, or nothing is sent | relays on port 587 |
 * | `Tls.Opportunistic` | STARTTLS if offered, otherwise unencrypted | if unencrypted mail is acceptable; never with a password |
 * | `Tls.None` | never | a relay or a mail catcher on this very machine |
 *
 * @example
 * ```ts
 * SmtpTransport.builder("mail.example.org").tls(Tls.Required).build();
 * SmtpTransport.builder("10.0.0.5").tls(Tls.Wrapper(TlsParameters.builder("mail.example.org").build())).build();
 * ```
 */
export interface Tls {
  /** Which of the four it is. */
  readonly mode: "none" | "opportunistic" | "required" | "wrapper";
  /** Which certificates are accepted and shown, if that was set. */
  readonly parameters: TlsParameters | undefined;
}

/**
 * A mode that takes parameters: used as it is, or called. @throws EnvoiError of kind `"configuration"` for other
 * things.
 */
export interface TlsMode extends Tls {
  (parameters?: TlsParameters): Tls;
}

/** The four modes. */
export const Tls: {
  /** No encryption, port 25: for a relay or a mail catcher on this machine. Everybody on the way can read the mail. */
  readonly None: Tls;
  /**
   * STARTTLS (RFC 3207) if the server offers it, otherwise plaintext; port 25. A certificate that does not verify is
   * reported and does not stop the mail. Credentials go out only if it verifies. Called with {@link TlsParameters}, it
   * uses them.
   */
  readonly Opportunistic: TlsMode;
  /**
   * STARTTLS (RFC 3207) with a certificate that verifies, or nothing is sent; port 587. Called with
   * {@link TlsParameters}, it uses them: `Tls.Required(TlsParameters.builder().addRootCertificate(pem).build())`.
   */
  readonly Required: TlsMode;
  /**
   * TLS from the first byte (RFC 8314) with a certificate that verifies; port 465, the default. Called with
   * {@link TlsParameters}, it uses them.
   */
  readonly Wrapper: TlsMode;
} = {
  None: Object.freeze({ mode: "none", parameters: undefined }),
  Opportunistic: mode("opportunistic"),
  Required: mode("required"),
  Wrapper: mode("wrapper"),
};

/** Parameters, or none. @throws EnvoiError of kind `"configuration"` for anything else. */
export function tlsParameters(value: unknown, field: string): TlsParameters | undefined {
  if (value === undefined || value instanceof TlsParameters) return value;
  throw wrongOption(field, "TlsParameters", value, "TlsParameters.builder() makes them, ended by .build()");
}

function mode(name: Tls["mode"]): TlsMode {
  const choose = (parameters?: TlsParameters): Tls => {
    return Object.freeze({ mode: name, parameters: tlsParameters(parameters, "tls") });
  };
  return Object.freeze(Object.assign(choose, { mode: name, parameters: undefined }));
}
