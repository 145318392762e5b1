import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import { SmtpTransport, Tls, TlsParameters } from "envoi";
import { type Session, SmtpServer, type SmtpServerOptions } from "envoi/server";
import { Client } from "../server/client.js";
import { makeCertificates } from "./certificates.ts";
import { startDovecotSubmission } from "./dovecot-submission.ts";
import { HaProxy } from "./haproxy.ts";
import { startNginx } from "./nginx.ts";
import { Postfix } from "./postfix.ts";
import { run } from "./program.ts";
import { sendBySmtplib } from "./python.ts";
import { startStunnel } from "./stunnel.ts";

const DOMAIN = "received.example";
const here = ["127.0.0.1"];

/** A server, and the sessions of the messages that it has got. */
async function start(options: SmtpServerOptions) {
  const sessions: Session[] = [];
  const server = await SmtpServer.listen({
    domains: [DOMAIN],
    async data({ session, bytes }) {
      await bytes();
      sessions.push(session);
    },
    ...options,
  });
  return {
    port: server.port,
    /** The session of the only message. */
    get session(): Session {
      assert.equal(sessions.length, 1);
      return sessions[0] as Session;
    },
    [Symbol.asyncDispose]: () => server.close({ grace: 0 }),
  };
}

const message = { from: "s@interop.example", to: `a@${DOMAIN}`, subject: "x", text: "Hello" };

/** Sends over a connection of one's own. Returns the port that it came from, as the proxy sees it. */
async function send(port: number, ca?: string): Promise<number> {
  const tls =
    ca === undefined
      ? Tls.None
      : Tls.Wrapper(TlsParameters.builder("localhost").addRootCertificate(ca).build());
  let own = 0;
  const transport = SmtpTransport.builder("127.0.0.1")
    .port(port)
    .tls(tls)
    .connector(async () => {
      const socket = connect({ host: "127.0.0.1", port });
      await once(socket, "connect");
      own = socket.localPort ?? 0;
      return socket;
    })
    .build();
  await transport.send(message);
  await transport.close();
  return own;
}

for (const header of ["send-proxy", "send-proxy-v2"] as const) {
  test(`HAProxy names its client by ${header}`, async (t) => {
    await using server = await start({ proxyProtocol: { from: here } });
    await using proxy = await HaProxy.naming(server.port, header);
    t.afterEach(proxy.explain);
    const own = await send(proxy.port);
    const { remoteAddress, remotePort, localPort, via, peer } = server.session;
    assert.deepEqual([remoteAddress, remotePort, localPort, via], ["127.0.0.1", own, proxy.port, "proxy"]);
    assert.notEqual(peer.port, own);
  });
}

for (const [header, cipher, servername] of [
  ["send-proxy-v2-ssl", /^unknown$/, undefined],
  ["send-proxy-v2 proxy-v2-options ssl,ssl-cipher,authority,crc32c", /^TLS_/, "localhost"],
] as const) {
  test(`HAProxy describes the TLS of its client by ${header}`, async (t) => {
    const certificates = await makeCertificates();
    await using server = await start({ proxyProtocol: { from: here, trustTls: true }, requireTls: true });
    await using proxy = await HaProxy.naming(server.port, header, certificates);
    t.afterEach(proxy.explain);
    const own = await send(proxy.port, certificates.ca);
    const { remotePort, tls, proxy: told } = server.session;
    assert.deepEqual([remotePort, tls?.protocol, told?.tls?.verified], [own, "TLSv1.3", false]);
    assert.match(tls?.cipher ?? "", cipher);
    assert.equal(tls?.servername, servername);
  });
}

test("HAProxy looks whether the server lives, without a client", async (t) => {
  let connected: (session: Session) => void = () => {};
  const session = new Promise<Session>((resolve) => {
    connected = resolve;
  });
  const connect: NonNullable<SmtpServerOptions["connect"]> = (context) => void connected(context.session);
  await using server = await start({ proxyProtocol: { from: here }, connect });
  await using proxy = await HaProxy.naming(server.port, "send-proxy-v2 check inter 50ms");
  t.afterEach(proxy.explain);
  const { via, remoteAddress, remotePort, peer } = await session;
  assert.deepEqual([via, remoteAddress, remotePort], ["local", peer.address, peer.port]);
});

test("stunnel names its client by a PROXY header", async (t) => {
  const certificates = await makeCertificates();
  await using server = await start({ proxyProtocol: { from: here } });
  await using proxy = await startStunnel(server.port, certificates);
  t.afterEach(proxy.explain);
  const own = await send(proxy.ports.tls, certificates.ca);
  const { remotePort, localPort, via } = server.session;
  assert.deepEqual([remotePort, localPort, via], [own, proxy.ports.tls, "proxy"]);
});

test("nginx names its client by XCLIENT", async (t) => {
  await using server = await start({ xclient: { from: here, login: true } });
  await using proxy = await startNginx(server.port, "xclient");
  t.afterEach(proxy.explain);
  const own = await send(proxy.ports.smtp);
  const { remoteAddress, via, peer, hello, authenticated } = server.session;
  assert.deepEqual([remoteAddress, via, authenticated], ["127.0.0.1", "xclient", undefined]);
  assert.notEqual(peer.port, own);
  assert.equal(hello?.verb, "EHLO");
});

test("nginx logs its client in by XCLIENT", async (t) => {
  await using server = await start({ xclient: { from: here, login: true }, requireAuth: true });
  await using proxy = await startNginx(server.port, "xclient");
  t.afterEach(proxy.explain);
  await swaks(
    proxy.ports.smtp,
    "--auth",
    "PLAIN",
    "--auth-user",
    "jo@interop.example",
    "--auth-password",
    "secret",
  );
  assert.deepEqual(server.session.authenticated, { user: "jo@interop.example", mechanism: "XCLIENT" });
});

test("a client of nginx, which passes on what it says, cannot name another client", async (t) => {
  await using server = await start({ xclient: { from: here, login: true } });
  await using proxy = await startNginx(server.port, "xclient");
  t.afterEach(proxy.explain);
  await using client = await Client.connect(proxy.ports.smtp, undefined, "127.0.0.2");
  await client.reply();
  await client.ask("EHLO client.interop.example");
  assert.match(await client.ask("AUTH PLAIN AGpvAHg="), /^235 /);
  assert.match(await client.ask("XCLIENT ADDR=127.0.0.1 LOGIN=al"), /^550 /);
  client.say("MAIL FROM:<s@interop.example>", `RCPT TO:<a@${DOMAIN}>`, "DATA", "x", ".");
  assert.match((await client.replies(4)).at(-1) ?? "", /^250 /);
  const { remoteAddress, authenticated } = server.session;
  assert.deepEqual([remoteAddress, authenticated?.user], ["127.0.0.2", "jo"]);
});

test("nginx names its client by a PROXY header", async (t) => {
  await using server = await start({ proxyProtocol: { from: here } });
  await using proxy = await startNginx(server.port, "proxy_protocol");
  t.afterEach(proxy.explain);
  const own = await send(proxy.ports.smtp);
  const { remotePort, via } = server.session;
  assert.deepEqual([remotePort, via], [own, "proxy"]);
});

test("Postfix says by XFORWARD where a message comes from", async (t) => {
  await using server = await start({ xforward: { from: here } });
  await using postfix = await Postfix.start({
    relays: { "*": { port: server.port, tls: "none" } },
    main: { smtp_send_xforward_command: "yes" },
  });
  t.afterEach(postfix.explain);
  const plain = { port: postfix.ports.plain, tls: "none", ca: postfix.certificates.ca } as const;
  await sendBySmtplib({ ...plain, from: "s@interop.example", to: `a@${DOMAIN}` }, "Subject: x\r\n\r\nx\r\n");
  const [line = ""] = await postfix.logged(/relay=localhost\[127\.0\.0\.1\].*status=sent/);
  const { remoteAddress, via, forwarded } = server.session;
  assert.deepEqual([remoteAddress, via], ["127.0.0.1", "direct"]);
  assert.deepEqual(
    [forwarded?.address, forwarded?.protocol, forwarded?.source],
    ["127.0.0.1", "ESMTP", "remote"],
  );
  assert.ok(line.includes(`${forwarded?.ident}:`), `${forwarded?.ident} in ${line}`);
});

test("Dovecot's submission server names its client and the user by XCLIENT", async (t) => {
  await using server = await start({ xclient: { from: here, login: true }, requireAuth: true });
  await using dovecot = await startDovecotSubmission(server.port);
  t.afterEach(dovecot.explain);
  const login = ["--auth", "PLAIN", "--auth-user", "jo", "--auth-password", "secret"];
  await swaks(dovecot.ports.submission, ...login, "--helo", "client.interop.example");
  const { remoteAddress, remotePort, peer, via, hello, authenticated } = server.session;
  assert.deepEqual([remoteAddress, via, authenticated?.user], ["127.0.0.1", "xclient", "jo"]);
  assert.notEqual(remotePort, peer.port);
  assert.equal(hello?.name, "client.interop.example");
});

const named = ["192.0.2.7", 7] as const;

test("swaks names a client by XCLIENT", async () => {
  await using server = await start({ xclient: { from: here, login: true } });
  const client = ["--xclient-addr", named[0], "--xclient-port", `${named[1]}`, "--xclient-name", "c.test"];
  await swaks(server.port, ...client, "--xclient-helo", "helo.test", "--xclient-login", "jo doe");
  const { remoteAddress, remotePort, xclient, hello, authenticated } = server.session;
  assert.deepEqual(
    [remoteAddress, remotePort, xclient?.name, hello?.name],
    [...named, "c.test", "helo.test"],
  );
  assert.equal(authenticated?.user, "jo doe");
});

for (const version of ["1", "2"]) {
  test(`swaks names a client by a PROXY header of version ${version}`, async () => {
    await using server = await start({ proxyProtocol: { from: here } });
    const source = ["--proxy-source", named[0], "--proxy-source-port", `${named[1]}`];
    const destination = ["--proxy-dest", "192.0.2.25", "--proxy-dest-port", "25"];
    const family = version === "1" ? "TCP4" : "AF_INET";
    await swaks(server.port, "--proxy-version", version, "--proxy-family", family, ...source, ...destination);
    const { remoteAddress, remotePort, proxy } = server.session;
    assert.deepEqual([remoteAddress, remotePort], named);
    assert.deepEqual(proxy?.destination, { address: "192.0.2.25", port: 25 });
  });
}

test("curl names itself by --haproxy-protocol, with EHLO in the same segment", async () => {
  await using server = await start({ proxyProtocol: { from: here } });
  const envelope = ["--mail-from", "s@interop.example", "--mail-rcpt", `a@${DOMAIN}`, "--upload-file", "-"];
  const to = `smtp://127.0.0.1:${server.port}/client.example`;
  await run(
    "curl",
    ["--silent", "--show-error", "--haproxy-protocol", ...envelope, to],
    "Subject: x\r\n\r\nx\r\n",
  );
  const { remoteAddress, remotePort, peer, via } = server.session;
  assert.deepEqual([remoteAddress, remotePort, via], ["127.0.0.1", peer.port, "proxy"]);
});

async function swaks(port: number, ...options: readonly string[]): Promise<void> {
  const where = ["--server", "127.0.0.1", "--port", `${port}`];
  await run("swaks", [...where, "--from", "s@interop.example", "--to", `a@${DOMAIN}`, ...options]);
}
