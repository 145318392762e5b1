import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { promisify } from "node:util";
import { LmtpTransport, Message, SmtpTransport, Tls, TlsParameters, type Transport } from "envoi";
import { CertificateAuthority, TestServer, type TestServerOptions } from "envoi/testing";

/** Says it all at once and returns all that is answered. */
function say(server: TestServer, ...lines: string[]): Promise<string> {
  const socket = connect(server.port, server.host);
  socket.end([...lines, "QUIT", ""].join("\r\n"));
  return text(socket);
}

const mail = (subject: string, to = "b@y.test"): string[] => [
  "EHLO client.test",
  "MAIL FROM:<a@x.test> BODY=8BITMIME",
  `RCPT TO:<${to}>`,
  "DATA",
  `Subject: ${subject}`,
  "",
  "..dot",
  ".",
];

const message = (subject = "x"): Message =>
  Message.builder().from("a@x.test").to("b@y.test").subject(subject).text("x").build();

describe("TestServer: a captured message", () => {
  it("has the bytes of the message, and everything known about it", async () => {
    await using server = await TestServer.start();
    await say(server, ...mail("Gruß"));
    const caught = await server.waitForMessage({ to: "b@y.test" });
    assert.equal(caught.raw.toString(), "Subject: Gruß\r\n\r\n.dot\r\n");
    assert.equal(caught.parsed.subject, "Gruß");
    assert.equal(String(caught.envelope.from), "a@x.test");
    assert.deepEqual(caught.envelope.parameters, { BODY: "8BITMIME" });
    assert.deepEqual(caught.to, ["b@y.test"]);
    assert.deepEqual(caught.session.hello, { verb: "EHLO", name: "client.test" });
    assert.equal(caught.session.remoteAddress, "127.0.0.1");
    assert.equal(server.messages.length, 1);
  });

  it("is there before the client gets its reply", async () => {
    await using server = await TestServer.start();
    const transport = server.transport();
    for (let count = 1; count <= 5; count++) {
      await transport.send(message());
      assert.equal(server.messages.length, count);
    }
  });

  it("is parsed as a mail program would", async () => {
    await using server = await TestServer.start();
    await say(
      server,
      ...mail("x").slice(0, 4),
      "From: =?utf-8?q?J=C3=B6?= <a@x.test>",
      "To: b@y.test, Team: c@y.test;",
      "Date: Fri, 02 Jan 2026 03:04:05 +0000",
      "X-One: 1",
      "X-One: 2",
      'Content-Type: multipart/mixed; boundary="b"',
      "",
      "--b",
      "Content-Type: text/plain; charset=utf-8",
      "",
      "hallo",
      "--b",
      'Content-Type: Application/PDF; name="a.pdf"',
      'Content-Disposition: attachment; filename="a.pdf"',
      "Content-Transfer-Encoding: base64",
      "",
      "JVBERg==",
      "--b--",
      ".",
    );
    const { parsed } = await server.waitForMessage();
    assert.deepEqual(parsed.from, { name: "Jö", address: "a@x.test" });
    assert.deepEqual(
      parsed.to.map(({ address }) => address),
      ["b@y.test", "c@y.test"],
    );
    assert.equal(parsed.text?.trim(), "hallo");
    assert.equal(parsed.date?.getTime(), Date.UTC(2026, 0, 2, 3, 4, 5));
    assert.deepEqual(
      parsed.attachments.map(({ filename, type, content }) => [filename, type, content.toString()]),
      [["a.pdf", "application/pdf", "%PDF"]],
    );
    assert.deepEqual(
      parsed.headers.filter(({ name }) => name === "X-One").map(({ value }) => value),
      ["1", "2"],
    );
  });

  it("has no fields if it cannot be parsed", async () => {
    await using server = await TestServer.start();
    await say(server, ...mail("x").slice(0, 4), ".");
    const { parsed, raw } = await server.waitForMessage();
    assert.deepEqual([raw.length, parsed.subject, parsed.to, parsed.attachments], [0, undefined, [], []]);
  });

  it("goes to the hook of the test as well, and is not kept if the hook refuses it", async () => {
    let seen = "";
    await using server = await TestServer.start({
      recipient: ({ recipient }) => (recipient.localPart === "no" ? { code: 550, lines: "No" } : undefined),
      data: async ({ content }) => {
        for await (const piece of content) seen += piece;
        return seen.includes("Subject: bad") ? { code: 554, lines: "Bad" } : undefined;
      },
    });
    assert.match(await say(server, ...mail("good")), /250 2\.6\.0/);
    assert.match(await say(server, ...mail("bad")), /554 5\.0\.0 Bad/);
    assert.match(await say(server, ...mail("x", "no@y.test")), /550 5\.0\.0 No/);
    assert.equal(server.messages.length, 1);
    assert.match(seen, /^Subject: good\r\n\r\n\.dot\r\nSubject: bad/);
  });

  it("is forgotten when the test says so", async () => {
    await using server = await TestServer.start();
    await say(server, ...mail("x"));
    await server.waitForMessage();
    server.clear();
    assert.deepEqual([server.messages, server.transcripts.filter(({ closed }) => closed)], [[], []]);
  });
});

describe("TestServer: waitForMessage", () => {
  it("returns a message once, oldest first", async () => {
    await using server = await TestServer.start();
    const [first, second] = [server.waitForMessage(), server.waitForMessage()];
    await say(server, ...mail("one"));
    await say(server, ...mail("two"));
    await say(server, ...mail("three"));
    const rest = [await first, await second, await server.waitForMessage()];
    assert.deepEqual(
      rest.map(({ parsed }) => parsed.subject),
      ["one", "two", "three"],
    );
  });

  it("finds by recipient, sender, subject, and by anything", async () => {
    await using server = await TestServer.start();
    await say(server, ...mail("one"));
    await say(server, ...mail("two", "c@y.test"));
    await say(server, ...mail("three", "d@y.test"));
    const found = [
      await server.waitForMessage({ to: /^d@/ }),
      await server.waitForMessage({ from: "a@x.test", subject: "two" }),
      await server.waitForMessage(({ raw }) => raw.includes("one")),
    ];
    assert.deepEqual(
      found.map(({ parsed }) => parsed.subject),
      ["three", "two", "one"],
    );
  });

  it("tells on timeout what did arrive", async () => {
    await using server = await TestServer.start();
    await assert.rejects(server.waitForMessage({}, { timeout: 1 }), {
      message: "no such message within 1 ms; none arrived",
    });
    await say(server, ...mail("one"));
    await server.waitForMessage();
    await assert.rejects(server.waitForMessage({}, { timeout: 1 }), {
      kind: "timeout",
      message: /1 arrived:\n {2}<a@x\.test> to <b@y\.test>: "one" \(22 octets\), returned before/,
    });
  });

  it("ends with the signal", async () => {
    await using server = await TestServer.start();
    const reason = new Error("enough");
    await assert.rejects(server.waitForMessage({}, { signal: AbortSignal.abort(reason) }), reason);
    const controller = new AbortController();
    const waiting = server.waitForMessage({}, { signal: controller.signal });
    controller.abort(reason);
    await assert.rejects(waiting, reason);
  });
});

describe("TestServer: TLS and users", () => {
  const users = { "jo@x.test": "s\u00e9cret/:@", other: "x" };

  for (const tls of ["starttls", "implicit"] as const) {
    it(`${tls}: its transport trusts it and logs in as the first user`, async () => {
      await using server = await TestServer.start({ tls, users });
      await server.transport().send(message());
      const { session } = await server.waitForMessage();
      assert.equal(session.tls?.protocol, "TLSv1.3");
      assert.equal(session.authenticated?.user, "jo@x.test");
    });

    it(`${tls}: its URL says it all but the authority`, async () => {
      await using server = await TestServer.start({ tls, users });
      const parameters = TlsParameters.builder().addRootCertificate(server.ca).build();
      const mode = tls === "starttls" ? Tls.Required(parameters) : Tls.Wrapper(parameters);
      const transport = SmtpTransport.fromUrl(server.url).tls(mode).build();
      await transport.send(message());
      await transport.close();
      assert.equal((await server.waitForMessage()).session.authenticated?.user, "jo@x.test");
    });
  }

  it("none: offers no AUTH, and its transport does not log in", async () => {
    await using server = await TestServer.start({ users });
    await server.transport().send(message());
    assert.equal((await server.waitForMessage()).session.authenticated, undefined);
    assert.equal(server.url, `smtp://127.0.0.1:${server.port}`);
    assert.equal(server.ca, "");
  });

  it("gives its address as environment variables", async () => {
    const server = await TestServer.start({ tls: "implicit" });
    const { SMTP_URL, SMTP_HOST, SMTP_PORT, NODE_EXTRA_CA_CERTS = "" } = server.env;
    assert.deepEqual([SMTP_URL, SMTP_HOST, SMTP_PORT], [server.url, "127.0.0.1", String(server.port)]);
    assert.equal(readFileSync(NODE_EXTRA_CA_CERTS, "utf8"), server.ca);
    assert.equal(server.env.NODE_EXTRA_CA_CERTS, NODE_EXTRA_CA_CERTS);
    await server.close();
    assert.equal(existsSync(NODE_EXTRA_CA_CERTS), false);
  });

  it("servers may share an authority", async () => {
    const ca = await CertificateAuthority.create();
    await using one = await TestServer.start({ tls: "starttls", ca });
    await using two = await TestServer.start({ tls: "implicit", ca });
    assert.deepEqual([one.ca, two.ca], [ca.cert, ca.cert]);
  });

  for (const certificate of [
    "expired",
    "not-yet-valid",
    "wrong-name",
    "self-signed",
    "unknown-issuer",
  ] as const) {
    it(`shows a certificate that is ${certificate}, which a client must not accept`, async () => {
      for (const tls of ["starttls", "implicit"] as const) {
        await using server = await TestServer.start({ tls, certificate });
        await assert.rejects(server.transport().send(message()), { kind: "tls", delivery: "not-sent" });
        assert.equal(server.messages.length, 0);
      }
    });
  }
});

describe("TestServer: transcripts", () => {
  it("show every line and count the round trips, and neither secrets nor content", async () => {
    await using server = await TestServer.start({ tls: "starttls", users: { jo: "secret" } });
    const transport = server.builder().pool({ maxSize: 1 }).build();
    await transport.send(message("confidential"));
    const [transcript] = server.transcripts;
    assert.equal(transcript?.roundTrips, 9);
    const written = String(transcript);
    assert.match(written, /^S: 220 .*\nC: EHLO /);
    assert.match(
      written,
      /C: STARTTLS\nS: 220 2\.0\.0 Begin TLS\n-- TLSv1\.3 with TLS_AES_256_GCM_SHA384\nC: EHLO/,
    );
    assert.match(written, /C: AUTH PLAIN \*{4}\nS: 235/);
    assert.match(written, /-- \d+ octets of content\nS: 250/);
    assert.doesNotMatch(written, /confidential|secret|AGpvAHNlY3JldA/);
    await transport.close();
  });
});

describe("TestServer: what is shown of a client", () => {
  it("cannot move the cursor of a terminal", async () => {
    await using server = await TestServer.start();
    await say(server, "\x1b[31mNOOP\x07\x9b");
    assert.match(String(server.transcripts[0]), /\nC: \\u001b\[31mNOOP\\u0007/);
  });
});

describe("TestServer: itself", () => {
  it("hides the extensions in the option without", async () => {
    const offered = async (options: TestServerOptions): Promise<string> => {
      await using server = await TestServer.start(options);
      return await say(server, "EHLO x");
    };
    const all = ["PIPELINING", "SIZE", "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8"] as const;
    const everything = await offered({});
    for (const keyword of all) {
      assert.match(everything, new RegExp(`^250[- ]${keyword}`, "m"));
      assert.doesNotMatch(await offered({ without: [keyword] }), new RegExp(`^250[- ]${keyword}`, "m"));
    }
    assert.match(await offered({ without: ["EHLO"] }), /^502 5\.5\.1 /m);
  });

  it("closes at once, and frees the port", async () => {
    const server = await TestServer.start();
    const { port } = server;
    const socket = connect(port, server.host);
    socket.on("error", () => {});
    await server.close();
    await using again = await TestServer.start({ port });
    assert.equal(again.port, port);
    socket.destroy();
  });

  it("refuses unknown options", async () => {
    await assert.rejects(TestServer.start({ user: { jo: "x" } } as never), {
      kind: "configuration",
      message: /there is no "user"; the nearest is users/,
    });
  });

  it("holds nothing up when a test forgets it, its connections included", async () => {
    const code = `
      import { connect } from "node:net";
      import { TestServer } from "envoi/testing";
      const server = await TestServer.start({ tls: "starttls" });
      const socket = connect(server.port, server.host);
      socket.once("data", () => socket.unref());
    `;
    await promisify(execFile)(process.execPath, ["--input-type=module", "-e", code], { timeout: 10_000 });
  });
});

describe("TestServer: on a Unix socket", { skip: process.platform === "win32" }, () => {
  it("is reached by its own transport and by its URL, in SMTP and in LMTP", async () => {
    const folder = mkdtempSync(join(tmpdir(), "envoi #"));
    for (const lmtp of [false, true]) {
      const users = { jo: "secret" };
      await using server = await TestServer.start({
        ...{ path: join(folder, "s"), lmtp, users, allowPlaintextCredentials: true },
      });
      assert.equal(server.path, join(folder, "s"));
      const mail = { from: "a@x.test", to: "b@y.test", text: "x" };
      await server.transport().send(mail);
      assert.equal(server.messages[0]?.session.authenticated?.user, "jo");
      assert.match(server.url, lmtp ? /^lmtp\+unix:\/\/jo:/ : /^smtp\+unix:\/\/jo:/);
      const from = lmtp ? LmtpTransport.fromUrl : SmtpTransport.fromUrl;
      await using transport: Transport = from(server.url).build();
      await transport.send(mail);
      assert.equal(server.messages.length, 2);
      assert.deepEqual(server.findings, []);
    }
    rmSync(folder, { recursive: true });
  });
});

describe("TestServer: what it has in common with SmtpServer", () => {
  it("tells all that it listens on", async () => {
    await using server = await TestServer.start({ tls: "starttls", listeners: [{}, { tls: "none" }] });
    const [first, second] = server.listeners;
    assert.deepEqual(first, { address: "127.0.0.1", port: server.port });
    assert.notEqual(second?.port, server.port);
    const transport = SmtpTransport.unencryptedLocalhost(second?.port);
    await transport.send(message());
    await transport.close();
    assert.equal(server.messages.length, 1);
  });

  it("counts in its status what came", async () => {
    await using server = await TestServer.start();
    await say(server, ...mail("one"), ...mail("two"));
    const { mails, connections, listeners } = server.status();
    assert.deepEqual([mails, connections.total], [2, 1]);
    assert.equal(listeners[0]?.port, server.port);
  });

  it("shows other certificates to new connections", async () => {
    const ca = await CertificateAuthority.create();
    await using server = await TestServer.start({ tls: "implicit", ca });
    const send = async () => await server.transport().send(message());
    await send();
    await server.setCertificates({ certificates: ca.issue({ notAfter: new Date("2020-01-01") }) });
    await assert.rejects(send(), { kind: "tls", message: /expired/ });
    await server.setCertificates({ certificates: ca.issue() });
    await send();
    assert.equal(server.messages.length, 2);
  });

  it("refuses certificates without TLS, and what is no change of certificates", async () => {
    const ca = await CertificateAuthority.create();
    const certificates = ca.issue();
    await using plain = await TestServer.start();
    await assert.rejects(plain.setCertificates({ certificates }), { kind: "configuration" });
    await using server = await TestServer.start({ tls: "implicit", ca });
    await assert.rejects(server.setCertificates({ certificate: certificates } as never), {
      kind: "configuration",
    });
  });
});
