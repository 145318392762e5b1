import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Credentials, type EnvoiError, SmtpTransport, type SmtpTransportBuilder } from "envoi";
import { SmtpTransportBuilder as Builder } from "#src/transport/smtp/builder.js";
import type { SmtpOptions } from "#src/transport/smtp/options.js";
import { builderFromUrl } from "#src/transport/smtp/url.js";

/** What a transport would be made of. */
function optionsFrom(url: string): SmtpOptions {
  let options: SmtpOptions | undefined;
  const begin = (host: string): SmtpTransportBuilder =>
    new Builder(host, (given) => {
      options = given;
      return undefined as unknown as SmtpTransport;
    });
  builderFromUrl(url, begin).build();
  return options as SmtpOptions;
}

describe("fromUrl", () => {
  for (const [url, host, port, mode] of [
    ["smtp://mail.example.org", "mail.example.org", 25, "none"],
    ["smtp://mail.example.org/", "mail.example.org", 25, "none"],
    ["SMTP://MAIL.example.org", "mail.example.org", 25, "none"],
    ["smtp://mail.example.org?tls=none", "mail.example.org", 25, "none"],
    ["smtp://mail.example.org?tls=opportunistic", "mail.example.org", 25, "opportunistic"],
    ["smtp://mail.example.org?tls=required", "mail.example.org", 587, "required"],
    ["smtp://mail.example.org:2525?tls=required", "mail.example.org", 2525, "required"],
    ["smtps://mail.example.org", "mail.example.org", 465, "wrapper"],
    ["smtps://mail.example.org?tls=wrapper", "mail.example.org", 465, "wrapper"],
    ["smtps://mail.example.org:8465/", "mail.example.org", 8465, "wrapper"],
    ["smtp://localhost:1025", "localhost", 1025, "none"],
    ["smtp://127.0.0.1:1025", "127.0.0.1", 1025, "none"],
    ["smtp://[::1]:1025", "::1", 1025, "none"],
    ["smtp://b%C3%BCcher.example", "xn--bcher-kva.example", 25, "none"],
    ["smtp://bücher.example", "xn--bcher-kva.example", 25, "none"],
  ] as const) {
    it(`reads ${url}`, () => {
      const options = optionsFrom(url);
      assert.deepEqual([options.host, options.port, options.tls.mode], [host, port, mode]);
      assert.equal(options.credentials, undefined);
    });
  }

  it("decodes user and password", () => {
    const { credentials } = optionsFrom("smtps://me%40x.test:p%3A%2F%40%25%E2%82%AC@mail.example.org");
    assert.ok(credentials);
    assert.equal(credentials.user, "me@x.test");
    assert.deepEqual(Credentials.secretOf(credentials), { kind: "password", password: "p:/@%€" });
  });

  for (const url of [
    "",
    "mail.example.org",
    "smtp:mail.example.org",
    "smtp://",
    "smtp:///path",
    "http://mail.example.org",
    "smtp://mail.example.org/path",
    "smtp://mail.example.org#x",
    "smtp://mail.example.org?tls=maybe",
    "smtp://mail.example.org?tls=wrapper",
    "smtp://mail.example.org?tls=required&tls=none",
    "smtp://mail.example.org?TLS=required",
    "smtp://mail.example.org?pool=5",
    "smtps://mail.example.org?tls=required",
    "smtps://mail.example.org?tls=none",
    "smtp://mail.example.org:0",
    "smtp://mail.example.org:65536",
    "smtp://user@mail.example.org",
    "smtp://:password@mail.example.org",
    "smtp://us%0d%0aer:password@mail.example.org",
    "smtp://user:pass%00word@mail.example.org",
    "smtp://user:%ff@mail.example.org",
    "smtp://mail%0d%0a.example.org",
    "smtp://-mail.example.org",
    null,
    undefined,
  ]) {
    it(`refuses ${JSON.stringify(url)}`, () => {
      assert.throws(
        () => SmtpTransport.fromUrl(url as string),
        (error: EnvoiError) => {
          assert.ok(error.kind === "configuration" || error.kind === "address");
          assert.equal(error.delivery, "not-sent");
          assert.equal(error.permanent, true);
          return true;
        },
      );
    });
  }
});
