import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Session } from "envoi/server";
import { formatReceived } from "#src/server/content/received.js";

const session: Session = {
  id: "1",
  remoteAddress: "::ffff:192.0.2.1",
  remotePort: 1,
  localAddress: "::",
  localPort: 25,
  peer: { address: "192.0.2.1", port: 1 },
  via: "direct",
  connectedAt: new Date(0),
  hello: { verb: "EHLO", name: "client.test" },
  tls: undefined,
  authenticated: undefined,
  state: {},
};
const tls = {
  protocol: "TLSv1.3",
  cipher: "TLS_AES_256_GCM_SHA384",
  servername: undefined,
  clientCertificate: undefined,
};
const authenticated = { user: "jo", mechanism: "PLAIN" };

function received(facts: Partial<Session>, smtpUtf8 = false): string {
  const envelope = { from: null, to: [], parameters: smtpUtf8 ? { SMTPUTF8: true as const } : {} };
  const receipt = { envelope, hostname: "mx.test", id: "7", date: new Date(Date.UTC(2026, 0, 2, 3, 4, 5)) };
  return formatReceived({ ...receipt, session: { ...session, ...facts } });
}

describe("formatReceived", () => {
  it("says from whom, by whom and when", () => {
    assert.equal(
      received({}),
      "Received: from client.test ([192.0.2.1])\r\n\tby mx.test with ESMTP id 7;\r\n\tFri, 02 Jan 2026 03:04:05 +0000\r\n",
    );
  });

  it("uses the registered name of the protocol", () => {
    const protocol = (field: string) => /with (\w+) id/.exec(field)?.[1];
    assert.equal(protocol(received({ hello: { verb: "HELO", name: "x" } })), "SMTP");
    assert.equal(protocol(received({ tls })), "ESMTPS");
    assert.equal(protocol(received({ authenticated })), "ESMTPA");
    assert.equal(protocol(received({ tls, authenticated })), "ESMTPSA");
    assert.equal(protocol(received({ tls, authenticated }, true)), "UTF8SMTPSA");
  });

  it("leaves out a name that is not ASCII, and keeps lines short", () => {
    assert.match(
      received({ hello: { verb: "EHLO", name: "bücher.test" } }),
      /^Received: from \[192\.0\.2\.1\]\r\n/,
    );
    const long = received({ tls, hello: { verb: "EHLO", name: "x".repeat(255) } });
    for (const line of long.split("\r\n")) assert.ok(line.length <= 998);
  });

  it("writes an IPv6 address without its zone", () => {
    assert.match(received({ remoteAddress: "fe80::1%eth0" }), /\(\[IPv6:fe80::1\]\)/);
  });
});
