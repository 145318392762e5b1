import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { TLSSocket } from "node:tls";
import { failureOf, notTls } from "#src/net/server/handshake-failure.js";

const coded = (code: string) => Object.assign(new Error("x"), { code });
const socket = {} as TLSSocket;

describe("why a handshake failed", () => {
  it("is known from the code of the error", () => {
    for (const [code, reason] of [
      ["ERR_SSL_NO_SHARED_CIPHER", "no-shared-cipher"],
      ["ERR_SSL_NO_SHARED_GROUP", "no-shared-cipher"],
      ["ERR_SSL_NO_SUITABLE_KEY_SHARE", "no-shared-cipher"],
      ["ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM", "no-shared-cipher"],
      ["ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE", "no-shared-cipher"],
      ["ERR_SSL_UNSUPPORTED_PROTOCOL", "no-shared-version"],
      ["ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "no-shared-version"],
      ["ERR_SSL_INAPPROPRIATE_FALLBACK", "no-shared-version"],
      ["ERR_SSL_NO_APPLICATION_PROTOCOL", "no-shared-protocol"],
      ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "unknown-authority"],
      ["ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED", "certificate-refused"],
      ["ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE", "certificate-refused"],
      ["ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE", "no-client-certificate"],
      ["ERR_SSL_HTTP_REQUEST", "http"],
      ["ERR_SSL_WRONG_VERSION_NUMBER", "not-tls"],
      ["ERR_SSL_UNEXPECTED_EOF_WHILE_READING", "client-left"],
      ["ECONNRESET", "client-left"],
      ["EPIPE", "client-left"],
      ["ERR_SSL_DECRYPT_ERROR", "tls-error"],
    ] as const)
      assert.equal(failureOf(coded(code), socket).reason, reason, code);
    assert.match(failureOf(coded("ERR_SSL_DECRYPT_ERROR"), socket).detail, /ERR_SSL_DECRYPT_ERROR/);
  });

  it("is the client's certificate if Node cut the connection because of it", () => {
    const refused = { authorizationError: "CERT_HAS_EXPIRED" } as unknown as TLSSocket;
    const { reason, detail } = failureOf(coded("ECONNRESET"), refused);
    assert.equal(reason, "invalid-client-certificate");
    assert.match(detail, /CERT_HAS_EXPIRED/);
  });
});

describe("the first octets of a client", () => {
  it("show what it speaks, if that is not TLS", () => {
    for (const [text, reason] of [
      ["GET / HTTP/1.1\r\n", "http"],
      ["PRI * HTTP/2.0\r\n", "http"],
      ["EHLO x\r\n", "smtp-without-tls"],
      ["ehlo x\r\n", "smtp-without-tls"],
      ["LHLO x\r\n", "smtp-without-tls"],
      ["QUIT\r\n", "smtp-without-tls"],
      ["\x16\x03\x01EHLO x", undefined],
      ["\x80\x2e\x01\x03\x01", undefined],
      ["EHLOX", undefined],
      ["", undefined],
      ["\0", undefined],
    ] as const)
      assert.equal(notTls(Buffer.from(text, "latin1"))?.reason, reason, text);
  });
});
