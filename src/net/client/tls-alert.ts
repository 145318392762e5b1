/** Whether an error with this code is about TLS, and not about the connection below it. */
export function isOfTls(code: string): boolean {
  return /^(?:ERR_(?:SSL|TLS|OSSL)_|EPROTO$)/.test(code) && !code.includes("UNEXPECTED_EOF");
}

/**
 * Explains the code of a failed handshake, or of a later alert; `undefined` if it says nothing.
 *
 * @param notTls the explanation if what arrived is not TLS: the remedy depends on how TLS was started.
 */
export function explainTlsCode(code: string, notTls: string = NOT_FROM_THE_START): string | undefined {
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/.test(code)) return notTls;
  return meanings.find(([pattern]) => pattern.test(code))?.[1];
}

const NOT_FROM_THE_START =
  "the server does not speak TLS on this port: use Tls.Required if it offers STARTTLS, or the port for Tls.Wrapper";

const meanings: readonly (readonly [RegExp, string])[] = [
  [
    /UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|VERSION_TOO_LOW/,
    "the server speaks no version of TLS that is allowed here: 1.2 and later, or what TlsParameters.minVersion says",
  ],
  [/CERTIFICATE_REQUIRED/, "the server requires a client certificate: set TlsParameters.identity"],
  [
    /ALERT_(?:BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_|UNKNOWN_CA|ACCESS_DENIED)/,
    "the server does not accept the client certificate",
  ],
  [
    /HANDSHAKE_FAILURE|NO_SHARED_CIPHER|INSUFFICIENT_SECURITY/,
    "the server and the client have no cipher in common, or requires a client certificate (TlsParameters.identity)",
  ],
  [
    /UNRECOGNIZED_NAME/,
    "the server does not know the name that the client asks for: TlsParameters.builder sets another",
  ],
  [/KEY_TOO_SMALL|MD_TOO_WEAK|DH_KEY/, "the server's key is too weak"],
];
