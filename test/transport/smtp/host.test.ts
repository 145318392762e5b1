import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AddressError, SmtpTransport } from "envoi";
import { hostOf } from "#src/transport/smtp/host.js";

describe("a host", () => {
  it("is a domain, in A-labels, or an IP address, with or without brackets", () => {
    for (const [given, host] of [
      ["mail.example.org", "mail.example.org"],
      ["MAIL.Example.ORG", "mail.example.org"],
      ["bücher.example", "xn--bcher-kva.example"],
      ["localhost", "localhost"],
      ["smtp_relay", "smtp_relay"],
      ["192.0.2.1", "192.0.2.1"],
      ["[192.0.2.1]", "192.0.2.1"],
      ["::1", "::1"],
      ["[::1]", "::1"],
      ["[IPv6:2001:db8::1]", "2001:db8::1"],
      ["fe80::1%eth0", "fe80::1%eth0"],
      ["[fe80::1%eth0]", "fe80::1%eth0"],
      ["::ffff:192.0.2.1", "::ffff:192.0.2.1"],
    ] as const) {
      assert.equal(hostOf(given), host);
    }
  });

  for (const [given, message] of [
    ["mail.example.org:25", /a host is a name alone; \.port\(\) takes the port \(at position 16/],
    ["localhost:1025", /\.port\(\) takes the port/],
    ["192.0.2.1:25", /\.port\(\) takes the port/],
    ["[::1]:25", /\.port\(\) takes the port/],
    ["smtp://mail.example.org", /SmtpTransport\.fromUrl\(\) takes URLs/],
    ["smtps://user:password@mail.example.org:465", /SmtpTransport\.fromUrl\(\) takes URLs/],
    ["user@mail.example.org", /\.credentials\(\) takes user and password/],
    ["mail.example.org/", /without a path/],
    ["/run/relay.sock", /\.unixSocket\(\) takes the path/],
    ["192.0.2.256", /not an IP address/],
    ["127.1", /not an IP address/],
    ["2001:db8::1::2", /not an IP address/],
    ["[::1", /not an IP address/],
    ["", /domain is missing/],
    ["mail.example.org.", /ends in a dot/],
    ["mail example.org", /not allowed in a domain/],
    ["mail.example.org\r\nRSET", /\r|u\{d\}/],
    ["-mail.example.org", /hyphen/],
  ] as const) {
    it(`is not valid as ${JSON.stringify(given)}`, () => {
      assert.throws(
        () => SmtpTransport.relay(given),
        (error: unknown) =>
          error instanceof AddressError && error.field === "host" && message.test(error.message),
      );
    });
  }

  it("must be a string", () => {
    for (const given of [undefined, null, 25, {}]) {
      assert.throws(() => SmtpTransport.relay(given as unknown as string), { kind: "configuration" });
    }
  });
});
