import assert from "node:assert/strict";
import { Duplex } from "node:stream";
import { test } from "node:test";
import { createServer, TLSSocket } from "node:tls";
import { CertificateAuthority, TestServer } from "envoi/testing";
import { Conversation } from "#src/cli/check/connection/conversation.js";
import { tryLogin } from "#src/cli/check/server/probe-login.js";
import { parseEhlo } from "#src/protocol/extensions.js";
import { Reply } from "#src/protocol/reply.js";
import { run } from "../run.ts";
import { check, file, rawServer, scripted } from "./check.ts";

/** A server that answers everything but QUIT with 250 after EHLO. */
function agreeable(keywords: string): (line: string) => string {
  return (line) => {
    if (line.startsWith("EHLO")) return `250-raw.example\r\n${keywords}250 HELP`;
    return line === "STARTTLS" ? "502 5.5.1 Not here" : "250 2.0.0 OK";
  };
}

test("check tells what speaks on a port that does not speak SMTP", async (context) => {
  for (const [octets, name] of [
    ["+OK Dovecot ready.\r\n", /POP3/],
    ["* OK [CAPABILITY IMAP4rev1] ready\r\n", /IMAP/],
    ["SSH-2.0-OpenSSH_9.2\r\n", /SSH/],
    ["HTTP/1.1 400 Bad Request\r\n\r\n", /a web server/],
  ] as const) {
    const port = await rawServer(context, (socket) => socket.write(octets));
    for (const scheme of ["smtp", "smtps"]) {
      const { findings } = await check(`${scheme}://127.0.0.1:${port}`, ["--timeout", "1s"]);
      assert.equal(findings[0]?.code, "not-smtp");
      assert.match(findings[0].what, name);
    }
  }
});

test("check names a server that ends the connection, resets it, or greets with a refusal", async (context) => {
  for (const [serve, code] of [
    [(socket) => socket.end(), "greeting-closed"],
    [(socket) => setTimeout(() => socket.resetAndDestroy(), 50), "greeting-closed"],
    [(socket) => socket.end("554 5.7.1 Your address is on a list\r\n"), "greeting-refused"],
    [(socket) => socket.end("421 4.3.2 Too many connections\r\n"), "greeting-refused"],
    [
      (socket) =>
        void socket.on("data", () => socket.write("530 Please login\r\n")).write("220 (vsFTPd 3.0.3)\r\n"),
      "not-smtp",
    ],
    [
      (socket) =>
        void socket.on("data", () => socket.write("250 OK\r\n250 OK\r\n")).write("220 raw.example\r\n"),
      "conversation-broken",
    ],
    [(socket) => socket.write("220 ****************************\r\n"), "smtp-rewritten"],
  ] as const satisfies readonly (readonly [Parameters<typeof rawServer>[1], string])[]) {
    const port = await rawServer(context, serve);
    const { findings, status } = await check(`smtp://127.0.0.1:${port}`, ["--timeout", "1s"]);
    assert.equal(findings[0]?.code, code);
    assert.equal(status, 1);
  }
});

test("check names what is wrong with TLS before the silence that follows it, as a client meets it", async (context) => {
  const ca = await CertificateAuthority.create();
  const options = {
    ...ca.issue({ notAfter: new Date(0) }),
    maxVersion: "TLSv1",
    ciphers: "DEFAULT:@SECLEVEL=0",
  };
  const server = createServer({ ...options, minVersion: "TLSv1", maxVersion: "TLSv1" }, (socket) =>
    socket.on("error", () => {}),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => server.close());
  const { port } = server.address() as { port: number };
  const { findings } = await check(`smtps://localhost:${port}`, [
    ...["--ca", file(context, "ca.pem", ca.cert), "--timeout", "1s"],
  ]);
  assert.deepEqual(
    findings.map(({ code }) => code),
    ["tls-too-old", "certificate-expired", "server-silent"],
  );
});

test("check names a server that wants TLS, if the URL asks for plaintext", async (context) => {
  const server = await TestServer.start({ tls: "starttls", requireTls: true });
  context.after(() => server.close());
  const ca = ["--ca", file(context, "ca.pem", server.ca)];
  const { findings } = await check(`smtp://127.0.0.1:${server.port}`, ca);
  assert.equal(findings[0]?.code, "tls-required");
  assert.deepEqual((await check(server.url, ca)).findings, []);
});

test("check sends no password in plaintext if the URL requires TLS, not even to this machine", async (context) => {
  const said: string[] = [];
  const port = await scripted(context, (line) => {
    said.push(line);
    return agreeable("250-AUTH PLAIN\r\n")(line);
  });
  const { findings } = await check(`smtp://shop@127.0.0.1:${port}?tls=required`, [], {
    ENVOI_PASSWORD: "secret",
  });
  assert.equal(findings[0]?.code, "auth-only-in-clear");
  assert.ok(!said.some((line) => line.startsWith("AUTH")));
});

test("check names a wrong password before the plaintext that it went over", async (context) => {
  const server = await TestServer.start({ users: { shop: "secret" }, allowPlaintextCredentials: true });
  context.after(() => server.close());
  const { findings } = await check(`smtp://shop@127.0.0.1:${server.port}`, [], { ENVOI_PASSWORD: "wrong" });
  assert.equal(findings[0]?.code, "login-refused");
});

test("check names text that is put behind the reply to STARTTLS", async (context) => {
  const port = await scripted(context, (line) => {
    if (line.startsWith("EHLO")) return "250-raw.example\r\n250 STARTTLS";
    return line === "STARTTLS" ? "220 Ready\r\n250 injected" : undefined;
  });
  const { findings } = await check(`smtp://127.0.0.1:${port}?tls=required`, ["--timeout", "1s"]);
  assert.equal(findings[0]?.code, "starttls-injected");
});

test("check names a server that carries out what came in plaintext behind STARTTLS", async (context) => {
  const ca = await CertificateAuthority.create();
  const { key, cert } = ca.issue();
  const port = await rawServer(context, (socket) => {
    socket.write("220 raw.example ESMTP\r\n");
    const answer = (stream: Duplex, line: string): void => {
      stream.write(line.startsWith("EHLO") ? "250-raw.example\r\n250 STARTTLS\r\n" : "250 OK\r\n");
    };
    socket.on("data", function plain(chunk) {
      const [line = "", ...behind] = chunk.toString("latin1").split("\r\n");
      if (line !== "STARTTLS") return answer(socket, line);
      socket.off("data", plain);
      socket.write("220 Ready\r\n");
      const secure = new TLSSocket(socket, { isServer: true, key, cert });
      secure.on("error", () => {}).on("data", (octets) => answer(secure, octets.toString()));
      for (const each of behind) if (each !== "") answer(secure, each);
    });
  });
  const { findings } = await check(`smtp://localhost:${port}?tls=required`, [
    ...["--ca", file(context, "ca.pem", ca.cert), "--timeout", "3s"],
  ]);
  assert.equal(findings[0]?.code, "starttls-injectable", JSON.stringify(findings));
});

test("check ends with a server that answers each command just in time", async (context) => {
  const port = await rawServer(context, (socket) => {
    const slowly = (text: string): void => void setTimeout(() => socket.write(text), 900);
    slowly("220 raw.example ESMTP\r\n");
    socket.on("data", (chunk) =>
      slowly(chunk.toString().startsWith("EHLO") ? "250-raw.example\r\n250 PIPELINING\r\n" : "250 OK\r\n"),
    );
  });
  const { findings } = await check(`smtp://127.0.0.1:${port}`, ["--timeout", "1s"]);
  assert.equal(findings[0]?.code, "conversation-broken");
});

test("check names a STARTTLS that is refused, absent, or followed by plaintext", async (context) => {
  for (const [offered, reply, code] of [
    ["250 STARTTLS", "454 4.7.0 TLS not available", "starttls-refused"],
    ["250 STARTTLS", "220 Ready", "tls-handshake"],
    ["250 HELP", "502 5.5.1 Unknown", "starttls-absent"],
  ] as const) {
    const port = await rawServer(context, (socket) => {
      socket.write("220 raw.example ESMTP\r\n");
      socket.on("data", (chunk) => {
        const line = chunk.toString("latin1");
        if (line.startsWith("EHLO")) socket.write(`250-raw.example\r\n${offered}\r\n`);
        else if (line.startsWith("STARTTLS")) socket.write(`${reply}\r\n`);
        else if (line.startsWith("\x16")) socket.end();
        else socket.write("250 OK\r\n");
      });
    });
    const { findings } = await check(`smtp://127.0.0.1:${port}?tls=required`, ["--timeout", "1s"]);
    assert.equal(findings[0]?.code, code, JSON.stringify(findings));
  }
});

test("check names stars in the reply to EHLO, and X's in the refusal of it", async (context) => {
  for (const reply of [
    "250-raw.example\r\n250-********\r\n250 SIZE 10240000",
    '500 5.5.1 Unknown: "XXXX mail.example"',
  ]) {
    const port = await scripted(context, (line) => (line.startsWith("EHLO") ? reply : "502 5.5.1 No"));
    const { findings } = await check(`smtp://127.0.0.1:${port}`, ["--timeout", "1s"]);
    assert.equal(findings[0]?.code, "smtp-rewritten");
  }
});

test("check does not take extensions that begin with X for the work of a firewall", async (context) => {
  const port = await scripted(
    context,
    agreeable("250-XCLIENT ADDR\r\n250-X-EXPS GSSAPI\r\n250-XXX\r\n250-XRDST\r\n"),
  );
  assert.deepEqual((await check(`smtp://127.0.0.1:${port}`, ["--timeout", "1s"])).findings, []);
});

test("check names an AUTH that goes away after STARTTLS", async (context) => {
  const server = await TestServer.start({
    tls: "starttls",
    users: { shop: "secret" },
    allowPlaintextCredentials: true,
  });
  context.after(() => server.close());
  server.fail({ at: "ehlo", when: { secure: true }, conceal: ["AUTH"] });
  const ca = file(context, "ca.pem", server.ca);
  const { findings } = await check(`smtp://127.0.0.1:${server.port}?tls=required`, ["--ca", ca]);
  assert.equal(findings[0]?.code, "auth-only-in-clear");
  assert.match(findings[0].what, /after STARTTLS/);
});

test("check names mechanisms that no password is for, and a login that is put off", async (context) => {
  for (const [mechanism, reply, code] of [
    ["NTLM GSSAPI", "504 5.5.4 No", "auth-mechanisms"],
    ["PLAIN", "454 4.7.0 The directory is down", "login-failed"],
    ["PLAIN", "535 5.7.8 No", "login-refused"],
  ] as const) {
    const server = await TestServer.start({ tls: "starttls" });
    context.after(() => server.close());
    server.fail({ at: "ehlo", when: { secure: true }, offer: [`AUTH ${mechanism}`] });
    server.fail({ at: "auth", reply });
    const ca = file(context, "ca.pem", server.ca);
    const { findings } = await check(`smtp://shop@127.0.0.1:${server.port}?tls=required`, ["--ca", ca], {
      ENVOI_PASSWORD: "secret",
    });
    assert.equal(findings[0]?.code, code);
    assert.ok(!JSON.stringify(findings).includes("secret"));
  }
});

test("check sends no password to another machine over a connection that does not verify", async () => {
  const said: string[] = [];
  const wire = new Duplex({
    read() {},
    write(chunk, _, done) {
      said.push(String(chunk));
      done();
    },
  });
  const login = { user: "shop", password: "secret" };
  const target = { host: "mail.test", port: 587, tls: "none", name: "mail.test", login } as const;
  const reply = Reply.of(250, undefined, "mail.test", "AUTH PLAIN");
  const hello = { reply, ms: 1, capabilities: parseEhlo(reply.lines) };
  const facts = { target, hello, loopback: false, addresses: [], otherPorts: [] };
  const lookup = { outcome: "found", records: ["192.0.2.1"] } as const;
  const conversation = new Conversation(wire, 1_000);
  assert.deepEqual(await tryLogin({ ...facts, lookup }, conversation), { problem: "not-verified" });
  assert.deepEqual(said, []);
});

test("check tells a certificate that expires soon from one that always lives for days", async (context) => {
  const ca = await CertificateAuthority.create();
  const path = file(context, "ca.pem", ca.cert);
  const in_ = (days: number) => new Date(Date.now() + days * 86_400_000);
  for (const [notBefore, notAfter, codes] of [
    [in_(-80), in_(10), ["certificate-expires-soon"]],
    [in_(-1), in_(5), []],
    [in_(-5.5), in_(0.5), ["certificate-expires-soon"]],
    [in_(1), in_(90), ["certificate-not-yet-valid"]],
  ] as const) {
    const server = await TestServer.start({
      tls: "implicit",
      certificates: [ca.issue({ notBefore, notAfter })],
    });
    context.after(() => server.close());
    const { findings } = await check(`smtps://localhost:${server.port}`, ["--ca", path]);
    assert.deepEqual(
      findings.map(({ code }) => code),
      codes,
    );
  }
});

test("check names a server that wants a certificate of the client", async (context) => {
  const server = await TestServer.start({ tls: "implicit" });
  context.after(() => server.close());
  server.fail({ at: "tls", tls: { clientCertificate: "required" } });
  const { findings } = await check(`smtps://127.0.0.1:${server.port}`, [
    "--ca",
    file(context, "ca.pem", server.ca),
  ]);
  assert.equal(findings[0]?.code, "tls-client-certificate");
});

test("check reports which versions of TLS a server speaks", async (context) => {
  const server = await TestServer.start({ tls: "starttls" });
  context.after(() => server.close());
  server.fail({ at: "tls", tls: { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" } });
  const { server: summary } = await check(`smtp://127.0.0.1:${server.port}?tls=required`, [
    "--ca",
    file(context, "ca.pem", server.ca),
  ]);
  const { "TLSv1.2": cipher, ...others } = summary?.encryption?.versions ?? {};
  assert.match(String(cipher), /^TLS_ECDHE_/);
  assert.deepEqual(others, { TLSv1: false, "TLSv1.1": false, "TLSv1.3": false });
});

test("check finds greylisting that ends with the second attempt, and none in other deferrals", async (context) => {
  for (const [rcpt, codes] of [
    ["450 4.7.1 <postmaster>: Recipient address rejected: Greylisted", ["greylisting"]],
    ["451 4.7.500 Server busy. Please try again later", ["greylisting"]],
    ["450 4.1.8 Sender address rejected: Domain not found, try again later", []],
    ["451 Temporary local problem", ["greylisting"]],
    ["451 4.3.0 Temporary local problem", []],
    ["450 4.2.1 Mailbox disabled", []],
    ["452 4.2.2 Mailbox full", []],
    ["550 5.1.1 No such user", []],
    ["554 5.7.1 Relay access denied", []],
  ] as const) {
    const port = await scripted(context, (line) =>
      line.startsWith("RCPT") ? rcpt : agreeable("250-PIPELINING\r\n")(line),
    );
    const { findings } = await check(`smtp://127.0.0.1:${port}`, ["--timeout", "1s"]);
    assert.deepEqual(
      findings.map(({ code }) => code),
      codes,
      rcpt,
    );
  }
  const server = await TestServer.start();
  context.after(() => server.close());
  server.fail({ at: "rcpt", greylist: true, reply: "450 4.3.0 No" });
  const { findings } = await check(server.url);
  assert.equal(findings[0]?.code, "greylisting");
  assert.equal(server.messages.length, 0);
});

test("check names a sender and a recipient that are refused, if they were asked for", async (context) => {
  const server = await TestServer.start();
  context.after(() => server.close());
  server.fail({ at: "mail", when: { sender: /bad/ }, reply: "550 5.7.1 Not you" });
  server.fail({ at: "rcpt", when: { recipient: /gone/ }, reply: "550 5.1.1 No such user" });
  for (const [from, to, code] of [
    ["bad@example.org", "ada@example.net", "sender-refused"],
    ["good@example.org", "gone@example.net", "recipient-refused"],
  ] as const) {
    const { findings } = await check(server.url, ["--from", from, "--to", to]);
    assert.equal(findings[0]?.code, code);
  }
  assert.deepEqual(
    (await check(server.url, ["--from", "good@example.org", "--to", "ada@example.net"])).findings,
    [],
  );
});

test("check finds pipelining broken if commands that came together are refused or unanswered", async (context) => {
  for (const answer of ["503 5.5.1 Bad sequence", undefined]) {
    let mails = 0;
    const port = await scripted(context, (line) => {
      if (line.startsWith("MAIL")) mails++;
      if (line.startsWith("RCPT") && mails > 1) return answer;
      return agreeable("250-PIPELINING\r\n")(line);
    });
    const { findings } = await check(`smtp://127.0.0.1:${port}`, ["--timeout", "1s"]);
    assert.equal(findings[0]?.code, "pipelining-broken");
  }
});

test("check prints nothing that a server could take a terminal over with, and ends with one that never stops", async (context) => {
  const evil = "\x1b]0;owned\x07\x9b31m\u202e\r\n";
  const port = await rawServer(context, (socket) => {
    socket.write(`220-raw ${evil.trimEnd()}\r\n`);
    const flood = (): boolean =>
      socket.write(`220-${"x".repeat(10_000)}\r\n`) && setImmediate(flood) !== undefined;
    socket.on("drain", flood);
    flood();
  });
  const report = await run(["check", `smtp://127.0.0.1:${port}`, "--timeout", "2s"]);
  assert.equal(report.status, 1);
  assert.doesNotMatch(report.output, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  const polite = await scripted(context, agreeable(`250-SIZE \x1b[31m\r\n250-AUTH \x07PLAIN\r\n`));
  const other = await run(["check", `smtp://127.0.0.1:${polite}`]);
  assert.doesNotMatch(other.output, /[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
});

test("check goes through a host with several addresses and names those that do not answer", async (context) => {
  const zone = file(context, "zone.json", JSON.stringify({ "mail.test": { A: ["127.0.0.1", "127.0.0.2"] } }));
  const server = await TestServer.start();
  context.after(() => server.close());
  const { server: summary } = await check(`smtp://mail.test:${server.port}`, ["--zone", zone]);
  assert.deepEqual(
    summary?.addresses.map(({ address, outcome }) => [address, outcome]),
    [
      ["127.0.0.1", "connected"],
      ["127.0.0.2", "refused"],
    ],
  );
});

test("check tells a host that does not exist from a dangling alias and from DNS that fails", async (context) => {
  const zone = file(
    context,
    "zone.json",
    JSON.stringify({
      "alias.test": { CNAME: "gone.test" },
      "fails.test": "temporary",
      "text.test": { TXT: "x" },
    }),
  );
  for (const [host, code] of [
    ["alias.test", "host-alias-dangling"],
    ["fails.test", "host-unresolved"],
    ["text.test", "host-unknown"],
    ["nowhere.test", "host-unknown"],
  ] as const) {
    const { findings } = await check(`smtp://${host}`, ["--zone", zone]);
    assert.deepEqual(
      findings.map((each) => each.code),
      [code],
    );
  }
});

test("check refuses a password in the arguments and other wrong calls with 64", async (context) => {
  for (const args of [
    ["check", "smtp://shop:hunter2@mail.example.org"],
    ["check"],
    ["check", "shop@example.org"],
    ["check", "lmtp://localhost"],
    ["check", "example.org", "--timeout", "soon"],
    ["check", "smtp://localhost", "--from", "nobody"],
    ["check", "smtp://localhost", "--hello", "a b"],
    ["check", "exa mple.org"],
    ["check", ""],
    ["check", "a b"],
    ["check", "shop:hunter2@mail example"],
    ["check", "example.org", "--jsn"],
  ]) {
    const { status, output, errors } = await run(args);
    assert.equal(status, 64, args.join(" "));
    assert.equal(output, "");
    assert.ok(!errors.includes("hunter2"));
    assert.doesNotMatch(errors, /--relay/);
  }
  const broken = file(context, "zone.json", "{");
  assert.equal((await run(["check", "example.org", "--zone", broken])).status, 78);
  assert.equal((await run(["check", "example.org", "--zone", "/nowhere/zone.json"])).status, 66);
});

test("check takes the server from ENVOI_RELAY, and its password from there", async (context) => {
  const server = await TestServer.start({ users: { shop: "secret" }, allowPlaintextCredentials: true });
  context.after(() => server.close());
  const { output } = await run(["check", "--json"], { ENVOI_RELAY: server.url });
  assert.match(output, /"accepted": true/);
  assert.ok(!output.includes("secret"));
});
