import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Credentials, type EnvoiError, LmtpTransport, SmtpTransport, TlsParameters } from "envoi";
import type { Dialect } from "#src/protocol/dialect.js";
import type { SmtpOptions } from "#src/transport/smtp/smtp-options.js";
import { SmtpTransportBuilder as Builder, builderFromUrl } from "#src/transport/smtp/smtp-transport.js";
import { fc } from "../../../property.ts";

/** What a transport would be made of. */
function optionsFrom(url: string): SmtpOptions {
  let options: SmtpOptions | undefined;
  const begin = (host: string, dialect: Dialect) =>
    new Builder(
      host,
      (given) => {
        options = given;
      },
      dialect,
    );
  builderFromUrl(url, begin).build();
  return options as SmtpOptions;
}

/** A URL with parameters, encoded as everybody encodes them. */
function urlWith(parameters: Readonly<Record<string, string | number | boolean>>): string {
  const pairs = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `smtp://mail.example.org?${pairs.join("&")}`;
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

  for (const [url, path, dialect] of [
    ["smtp+unix:///run/relay.sock", "/run/relay.sock", "smtp"],
    ["lmtp+unix:///var/run/dovecot/lmtp", "/var/run/dovecot/lmtp", "lmtp"],
    ["lmtp+unix://localhost/run/a%20b%3F", "/run/a b?", "lmtp"],
  ] as const) {
    it(`reads ${url}`, () => {
      const options = optionsFrom(url);
      assert.deepEqual(options.route, { via: "unix", path });
      assert.deepEqual([options.dialect, options.tls.mode], [dialect, "none"]);
    });
  }

  it("reads lmtp://", () => {
    const { dialect, host, port, tls } = optionsFrom("lmtp://mail.example.org");
    assert.deepEqual([dialect, host, port, tls.mode], ["lmtp", "mail.example.org", 24, "none"]);
    assert.equal(optionsFrom("lmtp://mail.example.org:2424?tls=required").port, 2424);
    assert.ok(LmtpTransport.fromUrl("lmtp://mail.example.org").build() instanceof LmtpTransport);
  });

  it("reads every other option of a builder", () => {
    const options = optionsFrom(
      urlWith({
        tls: "required",
        "tls.domain": "Relay.example.org",
        "tls.minVersion": "TLSv1.3",
        "tls.pin": `${"ab".repeat(32)},sha256/${Buffer.alloc(32, 0xff).toString("base64")}`,
        helloName: "shop.example.org",
        localAddress: "192.0.2.9",
        authentication: "LOGIN,PLAIN",
        allowPlaintextCredentials: true,
        smtpUtf8: false,
        pipelining: "window",
        chunking: "auto",
        deadline: 30_000,
        "timeout.connect": 5000,
        "timeout.final": 700_000,
        "pool.maxSize": 2,
        "pool.idleTimeout": 1000,
        "pool.maxMessagesPerConnection": 100,
        "pool.rate": "14/1000",
      }),
    );
    assert.equal(options.port, 587);
    const { parameters } = options.tls;
    assert.equal(parameters?.domain, "relay.example.org");
    assert.equal(parameters && TlsParameters.trust(parameters).pins?.length, 2);
    assert.equal(options.helloName, "shop.example.org");
    assert.equal(options.localAddress, "192.0.2.9");
    assert.deepEqual(options.mechanisms, ["LOGIN", "PLAIN"]);
    assert.deepEqual(
      [
        options.allowPlaintextCredentials,
        options.smtpUtf8,
        options.pipelining,
        options.chunking,
        options.deadline,
      ],
      [true, false, "window", "auto", 30_000],
    );
    const { connect, greeting, final } = options.timeouts;
    assert.deepEqual([connect, greeting, final], [5000, 30_000, 700_000]);
    const { maxSize, idleTimeout, maxMessagesPerConnection, rate } = options.pool;
    assert.deepEqual([maxSize, idleTimeout, maxMessagesPerConnection], [2, 1000, 100]);
    assert.deepEqual(rate, [{ messages: 14, interval: 1000 }]);
    assert.equal(optionsFrom(urlWith({ pool: false })).pool.maxMessagesPerConnection, 1);
  });

  it("lets the timeout of a phase override that of all", () => {
    const { timeouts } = optionsFrom(urlWith({ "timeout.final": 9000, timeout: 100 }));
    assert.deepEqual([timeouts.connect, timeouts.final], [100, 9000]);
  });

  it("reads a proxy, whose own user and password are encoded twice", () => {
    const proxy = `socks5://${encodeURIComponent("me@x")}:${encodeURIComponent("p+%/")}@[::1]:1080`;
    const { route } = optionsFrom(urlWith({ proxy }));
    assert.ok(route.via === "proxy");
    const { protocol, host, port, login } = route.proxy;
    assert.deepEqual([protocol, host, port], ["socks5", "::1", 1080]);
    assert.deepEqual(login, { user: "me@x", password: "p+%/" });
  });

  it("decodes every encoded user, password and name", () => {
    const text = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !/[\0-\x1f\x7f]/.test(text));
    const number = fc.integer({ min: 1, max: 999_999_999 });
    fc.assert(
      fc.property(
        text,
        text,
        number,
        number,
        fc.integer({ min: 1, max: 65_535 }),
        (user, password, ms, size, port) => {
          const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
          const query = `timeout.command=${ms}&pool.maxSize=${size}&helloName=${encodeURIComponent("bücher.example")}`;
          const options = optionsFrom(`smtps://${login}@mail.example.org:${port}?${query}`);
          assert.equal(options.credentials?.user, user);
          assert.equal(passwordOf(options.credentials), password);
          assert.equal(options.timeouts.command, ms);
          assert.equal(options.pool.maxSize, size);
          assert.equal(options.port, port);
          assert.equal(options.helloName, "xn--bcher-kva.example");
        },
      ),
    );
  });

  for (const [url, message] of [
    ["smtp://mail.example.org?tsl=required", /no parameter "tsl"; the nearest is tls/],
    ["smtp://mail.example.org?timeout.conect=5", /no "conect"; the nearest is connect/],
    ["smtp://mail.example.org?pool.maxsize=5", /no "maxsize"; the nearest is maxSize/],
    ["smtps://mail.example.org?tls.pin=abc", /pin: expected a SHA-256/],
    ["smtp://mail.example.org?requireTLS=true", /"requireTLS"; use tls=required$/],
    ["smtp://mail.example.org?constructor=x", /"constructor"; the nearest is /],
    ["smtp://mail.example.org/shop.example.org", /such as \?helloName=$/],
    ["smtp://mail.example.org?pool=5", /pool: expected false/],
    ["smtp://mail.example.org?pool.rate=14", /a number of mails, a slash, and milliseconds/],
    ["smtp://mail.example.org?pool.rate=14/1s", /pool\.rate: expected a whole number/],
    ["smtp://mail.example.org?pool.rate=0/1000", /rate\.messages: expected a whole number of at least 1/],
    ["smtp://mail.example.org?timeout=5s", /timeout: expected a whole number/],
    ["smtp://mail.example.org?helloName=a%20b", /helloName/],
    ["smtp://mail.example.org?helloName=a%0d%0aMAIL%20FROM:%3Cx%3E", /helloName/],
    ["smtp://mail.example.org?helloName=", /helloName/],
    ["smtp://mail.example.org?helloName=%ff", /helloName: not percent-encoded/],
    ["smtp://mail.example.org?smtpUtf8=yes", /smtpUtf8: expected true or false/],
    ["smtp://mail.example.org?authentication=PLAN", /authentication: expected one or more of/],
    ["smtp://mail.example.org?tls.domain=x.test", /not used without TLS/],
    ["smtp://user:pa#ss@mail.example.org", /encode .* with encodeURIComponent/],
    ["smtp://user:12/34@mail.example.org", /encode .* with encodeURIComponent/],
    [" smtp://mail.example.org", /white space/],
    ["smtp://mail.exa\nmple.org", /white space at position 15/],
    ["smtp+unix://run/relay", /three slashes and a path/],
    ["smtp+unix://", /absolute path/],
    ["lmtp://mail.example.org:25", /must not use port 25/],
    ["https://mail.example.org", /expected smtp:, smtps:, lmtp:.*, got https:/],
  ] as const) {
    it(`reports what is wrong with ${JSON.stringify(url)}`, () => {
      assert.throws(() => SmtpTransport.fromUrl(url).build(), { message });
    });
  }

  it("shows no password, whatever is wrong", () => {
    for (const url of [
      "smtp://user:s3cret@",
      "smtp://user:s3cret/@mail.example.org",
      "smtp://user:s3cret@mail.example.org:99999",
      "smtp://user:s3cret@-mail.example.org",
      "smtp://user:s3cret@mail.example.org?tls=maybe",
      "smtp://user:s3cret%ff@mail.example.org",
      "gopher://user:s3cret@mail.example.org",
      "smtp://mail.example.org?proxy=http://user:s3cret@",
      "smtp://mail.example.org?proxy=ftp://user:s3cret@host",
    ]) {
      assert.throws(
        () => SmtpTransport.fromUrl(url).build(),
        (error: EnvoiError) => !String(error.stack).includes("s3cret"),
      );
    }
  });

  it("of LmtpTransport accepts no other protocol", () => {
    for (const url of ["smtp://mail.example.org", "smtps://mail.example.org", "smtp+unix:///run/x"]) {
      assert.throws(() => LmtpTransport.fromUrl(url), {
        message: /expected lmtp:, lmtp\+unix:, got smtps?(\+unix)?:$/,
      });
    }
  });

  it("decodes user and password", () => {
    const { credentials } = optionsFrom("smtps://me%40x.test:p%3A%2F%40%25%E2%82%AC@mail.example.org");
    assert.ok(credentials);
    assert.equal(credentials.user, "me@x.test");
    assert.equal(passwordOf(credentials), "p:/@%€");
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

function passwordOf(credentials: Credentials | undefined): string | undefined {
  const secret = credentials && Credentials.secretOf(credentials);
  return secret?.kind === "password" ? secret.password : undefined;
}
