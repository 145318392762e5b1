import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { brokenOff } from "#src/net/client/connection-failures.js";
import { explainTlsCode } from "#src/net/client/tls-alert.js";

describe("what goes wrong in TLS", () => {
  it("is explained by its code", () => {
    for (const [code, meaning] of [
      ["ERR_SSL_WRONG_VERSION_NUMBER", /does not speak TLS on this port/],
      ["ERR_SSL_PACKET_LENGTH_TOO_LONG", /does not speak TLS on this port/],
      ["ERR_SSL_UNSUPPORTED_PROTOCOL", /no version of TLS that is allowed/],
      ["ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", /no version of TLS that is allowed/],
      ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", /requires a client certificate/],
      ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", /does not accept the client certificate/],
      ["ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED", /does not accept the client certificate/],
      ["ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE", /does not accept the client certificate/],
      ["ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE", /no cipher in common/],
      ["ERR_SSL_TLSV1_UNRECOGNIZED_NAME", /does not know the name/],
      ["ERR_SSL_DH_KEY_TOO_SMALL", /too weak/],
    ] as const)
      assert.match(explainTlsCode(code) ?? "", meaning, code);
    assert.equal(explainTlsCode("ECONNRESET"), undefined);
  });

  it("is told by an alert that comes after the handshake, and not guessed from other errors", () => {
    const coded = (code: string) => Object.assign(new Error("x"), { code });
    const alert = brokenOff("hello", coded("ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED"));
    assert.deepEqual([alert.kind, alert.transient], ["tls", false]);
    assert.match(alert.message, /requires a client certificate/);
    const garbage = brokenOff("hello", coded("ERR_SSL_WRONG_VERSION_NUMBER"));
    assert.equal(garbage.kind, "tls");
    assert.match(garbage.message, /the connection was lost \(ERR_SSL_WRONG_VERSION_NUMBER\) at EHLO/);
    assert.equal(brokenOff("hello", coded("ECONNRESET")).kind, "connection");
  });
});
