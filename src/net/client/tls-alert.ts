/** What the code of a failed handshake, or of an alert that came later, means to people; `undefined` where it tells nothing. */
export function explainTlsCode(code: string): string | undefined {
  return meanings.find(([pattern]) => pattern.test(code))?.[1];
}

const meanings: readonly (readonly [RegExp, string])[] = [
  [
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/,
    "the server does not speak TLS on this port: use Tls.Required where it offers STARTTLS, or the port for Tls.Wrapper",
  ],
  [
    /UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|VERSION_TOO_LOW/,
    "the server speaks no version of TLS that is allowed here: 1.2 and later, or what TlsParameters.minVersion says",
  ],
  [
    /CERTIFICATE_REQUIRED/,
    "the server wants the client to show a certificate: TlsParameters.identity does that",
  ],
  [
    /ALERT_(?:BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_|UNKNOWN_CA|ACCESS_DENIED)/,
    "the server does not accept the certificate that the client shows",
  ],
  [
    /HANDSHAKE_FAILURE|NO_SHARED_CIPHER|INSUFFICIENT_SECURITY/,
    "the server has no cipher in common with us, or wants the client to show a certificate (TlsParameters.identity)",
  ],
  [
    /UNRECOGNIZED_NAME/,
    "the server does not know the name we call it by: TlsParameters.builder takes another",
  ],
  [/KEY_TOO_SMALL|MD_TOO_WEAK|DH_KEY/, "the server's key is too weak"],
];
