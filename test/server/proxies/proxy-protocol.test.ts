import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import type { ConnectionOptions } from "node:tls";
import { type Session, SmtpServer, type SmtpServerOptions } from "envoi/server";
import { CertificateAuthority } from "envoi/testing";
import { RunningServer } from "#src/server/running-server.js";
import { HandClock } from "../../net/hand-clock.js";
import {
  ends,
  ends6,
  noSum,
  rawVersion2,
  sslTlv,
  summed,
  tlv,
  version1,
  version2,
} from "../../protocol/proxy-header/headers.js";
import { Client } from "../client.js";

let certificates: NonNullable<SmtpServerOptions["certificates"]>;
let trusted: ConnectionOptions;
before(async () => {
  const ca = await CertificateAuthority.create();
  certificates = ca.issue({ names: ["mx.y.test"] });
  trusted = { ca: ca.cert, servername: "mx.y.test" };
});

const proxyProtocol = { from: ["127.0.0.0/8"] };

/** A server behind a proxy, and the sessions of the messages that it has got. */
async function start(options: SmtpServerOptions = {}) {
  const sessions: Session[] = [];
  const contents: string[] = [];
  const server = await SmtpServer.listen({
    proxyProtocol,
    hostname: "mx.y.test",
    domains: ["y.test"],
    async data({ session, bytes }) {
      sessions.push(session);
      contents.push(String(await bytes()));
    },
    ...options,
  });
  const dispose = () => server.close({ grace: 0 });
  return { server, port: server.port, sessions, contents, [Symbol.asyncDispose]: dispose };
}

/** Sends a mail; the client has not been greeted yet. */
async function mail(client: Client): Promise<void> {
  assert.match(await client.reply(), /^220 /);
  await client.ask("EHLO c.test");
  client.say("MAIL FROM:<>", "RCPT TO:<b@y.test>", "DATA", "x", ".");
  assert.match((await client.replies(4)).at(-1) ?? "", /^250 /);
}

/** What a client hears that sends this and says no more: nothing means that it is closed without a word. */
async function heard(port: number, octets: Buffer): Promise<string> {
  await using client = await Client.behind(port, octets);
  client.end();
  return await client.rest();
}

describe("SmtpServer: proxyProtocol", () => {
  it("takes the client from a header of either version", async () => {
    await using talk = await start();
    for (const pair of [ends, ends6])
      for (const header of [version1(pair), version2(pair), summed(version2(pair, noSum))]) {
        await using client = await Client.behind(talk.port, header);
        await mail(client);
        const { remoteAddress, remotePort, localAddress, localPort, peer, via, proxy } =
          talk.sessions.pop() ?? {};
        assert.deepEqual({ address: remoteAddress, port: remotePort }, pair.source);
        assert.deepEqual({ address: localAddress, port: localPort }, pair.destination);
        assert.deepEqual(proxy?.destination, pair.destination);
        assert.deepEqual(peer, { address: "127.0.0.1", port: client.socket.localPort });
        assert.equal(via, "proxy");
      }
  });

  it("shows the client to the hook connect, and in the Received field", async () => {
    const seen: string[] = [];
    const connected = ({ session }: { session: Session }) => void seen.push(session.remoteAddress);
    await using talk = await start({ connect: connected });
    await using client = await Client.behind(talk.port, version2());
    await mail(client);
    assert.deepEqual(seen, [ends.source.address]);
    assert.match(
      talk.contents[0] ?? "",
      /^Received: from c\.test \(\[203\.0\.113\.9\]\)\r\n\tby mx\.y\.test /,
    );
    assert.doesNotMatch(talk.contents[0] ?? "", /127\.0\.0\.1/);
  });

  it("reads the commands after the header in the same segment", async () => {
    await using talk = await start();
    for (const header of [version1(), version2()]) {
      await using client = await Client.behind(
        talk.port,
        Buffer.concat([header, Buffer.from("EHLO c.test\r\n")]),
      );
      assert.deepEqual(
        (await client.replies(2)).map((reply) => reply.slice(0, 3)),
        ["220", "250"],
      );
    }
  });

  it("reads a header that comes octet by octet", async () => {
    await using talk = await start();
    for (const header of [version1(), version2(ends, tlv(0x05, "id"))]) {
      await using client = await Client.behind(talk.port, header.subarray(0, 1));
      client.socket.setNoDelay();
      for (const octet of header.subarray(1)) {
        client.write(Buffer.from([octet]));
        await new Promise(setImmediate);
      }
      assert.match(await client.reply(), /^220 /);
    }
  });

  it("keeps the TLVs in the session", async () => {
    await using talk = await start();
    const inner = [tlv(0x21, "TLSv1.3"), tlv(0x23, "TLS_AES_128_GCM_SHA256")];
    await using client = await Client.behind(
      talk.port,
      version2(ends, tlv(0xee, "vpce-1"), sslTlv(1, 1, ...inner)),
    );
    await mail(client);
    const { proxy, tls } = talk.sessions[0] ?? {};
    assert.deepEqual(proxy?.tlvs[0], { type: 0xee, value: Buffer.from("vpce-1") });
    assert.equal(proxy?.tls?.protocol, "TLSv1.3");
    assert.equal(tls, undefined);
  });

  it("keeps the address of the peer if the header names no client", async () => {
    await using talk = await start();
    for (const header of [
      Buffer.from("PROXY UNKNOWN\r\n"),
      Buffer.from("PROXY UNKNOWN 203.0.113.9 192.0.2.25 1 25\r\n"),
      rawVersion2(0x20, 0, Buffer.alloc(0)),
      rawVersion2(0x20, 0x11, version2().subarray(16)),
      rawVersion2(0x21, 0, Buffer.alloc(0)),
      rawVersion2(0x21, 0x31, Buffer.alloc(216)),
    ]) {
      await using client = await Client.behind(talk.port, header);
      await mail(client);
      const { remoteAddress, remotePort, localPort, via, proxy } = talk.sessions.pop() ?? {};
      assert.deepEqual(
        [remoteAddress, remotePort, localPort, via, proxy],
        ["127.0.0.1", client.socket.localPort, talk.port, "local", undefined],
      );
    }
  });
});

describe("SmtpServer: proxyProtocol and spoofing", () => {
  it("closes connections of other peers at once, and reads nothing", async () => {
    await using talk = await start({ proxyProtocol: { from: ["192.0.2.0/24", "::1", "unix"] } });
    for (const octets of [Buffer.alloc(0), version1(), version2(), Buffer.from("EHLO c.test\r\n")])
      assert.equal(await heard(talk.port, octets), "");
    assert.deepEqual(talk.sessions, []);
  });

  it("closes a connection whose header is cut, at each octet, without a word", async () => {
    await using talk = await start();
    for (const header of [version1(), version2(), summed(version2(ends6, noSum))])
      for (let length = 0; length < header.length; length++)
        assert.equal(await heard(talk.port, header.subarray(0, length)), "", `${length} octets`);
  });

  it("closes a connection with a wrong header without a word", async () => {
    await using talk = await start();
    const line = version1().toString();
    for (const octets of [
      Buffer.from("EHLO c.test\r\n"),
      Buffer.from("\r\n"),
      Buffer.from([0x16, 3, 1, 2, 0, 1, 0]),
      Buffer.from(line.replace("TCP4", "TCP6")),
      Buffer.from(line.replace("203.0.113.9", "203.0.113.09")),
      Buffer.from(line.replace("56324", "056324")),
      Buffer.from(line.replace("56324", "65536")),
      Buffer.from(line.replace("\r\n", "\n")),
      Buffer.from(`PROXY UNKNOWN${" ".repeat(95)}\r\n`),
      Buffer.from(` ${line}`),
      rawVersion2(0x21, 0x11, Buffer.alloc(11)),
      rawVersion2(0x11, 0x11, Buffer.alloc(12)),
      rawVersion2(0x22, 0x11, Buffer.alloc(12)),
      rawVersion2(0x21, 0x41, Buffer.alloc(36)),
      rawVersion2(0x21, 0x11, Buffer.alloc(5000)),
      rawVersion2(0x20, 0, Buffer.alloc(0), 65_535),
      version2(ends, noSum),
      version2(ends, Buffer.from([1, 0, 9])),
    ])
      assert.equal(await heard(talk.port, Buffer.concat([octets, Buffer.from("EHLO c.test\r\n")])), "");
  });

  it("closes a connection without a whole header in time, however it trickles", async () => {
    for (const [timeout, wait] of [
      [undefined, 5000],
      [300, 300],
    ] as const) {
      const clock = new HandClock();
      const own = { ...proxyProtocol, ...(timeout !== undefined && { timeout }) };
      const server = await RunningServer.start({ proxyProtocol: own }, { clock });
      await using client = await Client.behind(server.port, version2().subarray(0, 5));
      await clock.armed(wait);
      clock.turn(wait - 1);
      client.write(version2().subarray(5, 10));
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      clock.turn(1);
      assert.equal(await client.rest(), "");
      await server.close(0);
    }
  });

  it("never takes a second header: after the first, after the greeting, or inside TLS", async () => {
    await using talk = await start({ certificates, listeners: [{ tls: "starttls" }, { tls: "implicit" }] });
    const other = version1(ends6);
    const [plain, implicit] = talk.server.listeners;
    {
      await using client = await Client.behind(plain?.port ?? 0, Buffer.concat([version1(), other]));
      assert.match((await client.replies(2)).join(), /^220 .*,503 5\.5\.1 /);
      client.write(other);
      assert.match(await client.reply(), /^503 5\.5\.1 /);
      await client.ask("EHLO c.test");
      client.say("MAIL FROM:<>", "RCPT TO:<b@y.test>", "DATA", "x", ".");
      await client.replies(4);
    }
    {
      await using client = await Client.behind(implicit?.port ?? 0, version2(), trusted);
      client.write(other);
      assert.match((await client.replies(2)).join(), /^220 .*,503 5\.5\.1 /);
      await client.ask("EHLO c.test");
      client.say("MAIL FROM:<>", "RCPT TO:<b@y.test>", "DATA", "x", ".");
      await client.replies(4);
    }
    assert.deepEqual(
      talk.sessions.map(({ remoteAddress }) => remoteAddress),
      [ends.source.address, ends.source.address],
    );
    {
      await using client = await Client.behind(
        plain?.port ?? 0,
        Buffer.concat([version2(), version2(ends6)]),
      );
      assert.match(await client.rest(), /^220 .*\r\n5\d\d .*\r\n5/);
    }
  });

  it("takes no header if the option is absent", async () => {
    await using server = await SmtpServer.listen();
    await using client = await Client.behind(server.port, version1());
    assert.match((await client.replies(2)).join(), /^220 .*,500 5\.5\.2 /);
  });

  it("takes no TLS before the header", async () => {
    await using talk = await start({ certificates, tls: "implicit" });
    await assert.rejects(Client.behind(talk.port, Buffer.alloc(0), trusted));
  });

  it("grants nothing to nearness: neither to proxied clients nor to the proxy itself", async () => {
    await using talk = await start({
      listeners: [{ proxyProtocol }, {}],
      proxyProtocol: undefined,
      auth: ({ user }: { user: string }) => ({ user }),
      allowPlaintextCredentials: true,
      xclient: { from: ["127.0.0.0/8"], login: true },
      xforward: { from: ["127.0.0.0/8"] },
    } as never);
    const local: typeof ends = { ...ends, source: { address: "127.0.0.1", port: 9 } };
    for (const [header, allowed] of [
      [version2(), false],
      [Buffer.from("PROXY UNKNOWN\r\n"), false],
      [rawVersion2(0x20, 0, Buffer.alloc(0)), false],
      [version2(local), true],
    ] as const) {
      await using client = await Client.behind(talk.port, header);
      await client.reply();
      const offers = await client.ask("EHLO c.test");
      assert.doesNotMatch(offers, /AUTH/);
      assert.equal(/XCLIENT/.test(offers), allowed);
      assert.equal(/XFORWARD/.test(offers), allowed);
      assert.match(await client.ask("AUTH PLAIN AGpvAHg="), /^538 /);
      assert.match(await client.ask("XFORWARD NAME=x"), allowed ? /^250 / : /^550 5\.7\.0 /);
      assert.match(await client.ask("XCLIENT ADDR=192.0.2.1 LOGIN=jo"), allowed ? /^220 / : /^550 5\.7\.0 /);
    }
    await using near = await Client.connect(talk.server.listeners[1]?.port ?? 0);
    await near.reply();
    assert.match(await near.ask("EHLO c.test"), /AUTH PLAIN/);
  });
});

describe("SmtpServer: proxyProtocol and TLS", () => {
  it("makes the handshake after the header, also if both come in one segment", async () => {
    await using talk = await start({ certificates, tls: "implicit" });
    for (const header of [version1(), version2(ends, tlv(0x05, "id"))]) {
      await using client = await Client.behind(talk.port, header, trusted);
      await mail(client);
      const { remoteAddress, tls } = talk.sessions.pop() ?? {};
      assert.deepEqual([remoteAddress, tls?.servername], [ends.source.address, "mx.y.test"]);
    }
  });

  it("makes it after STARTTLS, and keeps the client", async () => {
    await using talk = await start({ certificates });
    await using client = await Client.behind(talk.port, version2());
    assert.match(await client.reply(), /^220 /);
    await client.ask("EHLO c.test");
    await client.starttls(trusted);
    await client.ask("EHLO c.test");
    client.say("MAIL FROM:<>", "RCPT TO:<b@y.test>", "DATA", "x", ".");
    await client.replies(4);
    const { remoteAddress, via, tls } = talk.sessions[0] ?? {};
    assert.deepEqual([remoteAddress, via, tls?.servername], [ends.source.address, "proxy", "mx.y.test"]);
  });

  const inner = [tlv(0x21, "TLSv1.3"), tlv(0x23, "TLS_AES_128_GCM_SHA256"), tlv(0x22, "jo")];
  const withTls = version2(ends, tlv(0x02, "mx.y.test"), sslTlv(7, 0, ...inner));

  it("counts the TLS of the proxy with trustTls, and logs no client in by its certificate", async () => {
    await using talk = await start({
      certificates,
      proxyProtocol: { ...proxyProtocol, trustTls: true },
      auth: ({ user }) => ({ user }),
      mechanisms: ["PLAIN", "EXTERNAL"],
      clientCertificates: { ca: (certificates as { cert: string }).cert, required: false },
      requireTls: true,
    });
    await using client = await Client.behind(talk.port, withTls);
    await client.reply();
    const offers = await client.ask("EHLO c.test");
    assert.match(offers, /AUTH PLAIN\r/);
    assert.doesNotMatch(offers, /STARTTLS/);
    assert.match(await client.ask("AUTH EXTERNAL ="), /^504 /);
    assert.match(await client.ask("STARTTLS"), /^503 /);
    assert.match(await client.ask("AUTH PLAIN AGpvAHg="), /^235 /);
    client.say("MAIL FROM:<>", "RCPT TO:<b@y.test>", "DATA", "x", ".");
    await client.replies(4);
    const { tls, proxy, authenticated } = talk.sessions[0] ?? {};
    assert.deepEqual(tls, {
      protocol: "TLSv1.3",
      cipher: "TLS_AES_128_GCM_SHA256",
      servername: "mx.y.test",
      clientCertificate: undefined,
    });
    assert.deepEqual([proxy?.tls?.verified, proxy?.tls?.commonName, authenticated?.user], [true, "jo", "jo"]);
    assert.match(
      talk.contents[0] ?? "",
      /\(using TLSv1\.3 with cipher TLS_AES_128_GCM_SHA256\)\r\n.* with ESMTPSA /,
    );
  });

  it("does not count it otherwise", async () => {
    const options = { certificates, requireTls: true };
    await using without = await start(options);
    await using trusting = await start({ ...options, proxyProtocol: { ...proxyProtocol, trustTls: true } });
    for (const [port, header] of [
      [without.port, withTls],
      [trusting.port, version2()],
      [trusting.port, version2(ends, sslTlv(0, 0))],
      [trusting.port, version2(ends, sslTlv(6, 0, ...inner))],
      [trusting.port, rawVersion2(0x20, 0x11, withTls.subarray(16))],
      [trusting.port, rawVersion2(0x21, 0, withTls.subarray(28))],
    ] as const) {
      await using client = await Client.behind(port, header);
      await client.reply();
      assert.match(await client.ask("EHLO c.test"), /STARTTLS/);
      assert.match(await client.ask("MAIL FROM:<>"), /^530 /);
    }
  });
});

describe("SmtpServer: proxyProtocol and limits", () => {
  const from = (address: string) =>
    version2({ ...ends6, source: { address, port: 1 }, destination: { address: "::1", port: 25 } });

  it("counts connections by client, not by proxy", async () => {
    await using talk = await start({ maxConnectionsPerAddress: 1 });
    await using first = await Client.behind(talk.port, from("2001:db8:0:1::1"));
    await using second = await Client.behind(talk.port, from("2001:db8:0:2::1"));
    for (const client of [first, second]) assert.match(await client.reply(), /^220 /);
    await using third = await Client.behind(talk.port, from("2001:db8:0:1::2"));
    assert.match(await third.reply(), /^421 Too many connections from your address/);
    first.end();
    await first.rest();
    for (;;) {
      await using fourth = await Client.behind(talk.port, from("2001:db8:0:1::3"));
      if (/^220 /.test(await fourth.reply())) break;
    }
  });

  it("slows failed logins by client, not by proxy", async () => {
    const clock = new HandClock();
    const server = await RunningServer.start(
      {
        proxyProtocol: { ...proxyProtocol, trustTls: true },
        auth: () => undefined,
        maxAuthAttempts: 100,
      },
      { clock },
    );
    const header = (address: string) => version2({ ...ends, source: { address, port: 1 } }, sslTlv(1, 1));
    await using first = await Client.behind(server.port, header("192.0.2.1"));
    await first.reply();
    await first.ask("EHLO c.test");
    for (let times = 0; times < 10; times++) assert.match(await first.ask("AUTH PLAIN AGpvAHg="), /^535 /);
    first.say("AUTH PLAIN AGpvAHg=");
    await clock.armed(250);
    await using second = await Client.behind(server.port, header("192.0.2.2"));
    await second.reply();
    await second.ask("EHLO c.test");
    // Another user, because failures are counted by user as well.
    assert.match(await second.ask("AUTH PLAIN AGFsAHg="), /^535 /);
    await server.close(0);
  });

  it("lets as many connections wait for a header as there may be connections", async () => {
    await using talk = await start({ maxConnections: 2 });
    await using first = await Client.connect(talk.port);
    await using second = await Client.connect(talk.port);
    await using third = await Client.connect(talk.port);
    assert.equal(await third.rest(), "");
    first.write(version1());
    assert.match(await first.reply(), /^220 /);
    second.end();
  });

  it("cuts connections that wait for a header when the server closes", async () => {
    const server = await SmtpServer.listen({ proxyProtocol });
    await using client = await Client.behind(server.port, version2().subarray(0, 20));
    // Until the server has seen it.
    await using other = await Client.behind(server.port, version2());
    await other.reply();
    await server.close({ grace: 60_000 });
    assert.equal(await client.rest(), "");
  });
});

describe("SmtpServer: proxyProtocol on a Unix socket", { skip: process.platform === "win32" }, () => {
  it("takes headers of its clients if it says so", async () => {
    const folder = mkdtempSync(join(tmpdir(), "envoi-"));
    const path = join(folder, "smtp");
    await using talk = await start({ listeners: [{ path, proxyProtocol: { from: ["unix"] } }] });
    for (const [header, address, via] of [
      [version2(), ends.source.address, "proxy"],
      [Buffer.from("PROXY UNKNOWN\r\n"), "", "local"],
    ] as const) {
      await using client = await Client.behind(path, header);
      await mail(client);
      const { remoteAddress, peer, via: seen } = talk.sessions.pop() ?? {};
      assert.deepEqual([remoteAddress, peer, seen], [address, { address: "", port: 0 }, via]);
    }
    const socket = connect({ path });
    socket.write("EHLO c.test\r\n");
    socket.resume();
    await once(socket, "close");
    rmSync(folder, { recursive: true });
  });
});

describe("SmtpServer: the options of proxies", () => {
  const refuses = (options: SmtpServerOptions, message: RegExp) =>
    assert.rejects(SmtpServer.listen(options), { kind: "configuration", message });

  it("are refused by name if they cannot be right", async () => {
    const from = ["10.0.0.0/8"];
    await refuses({ proxyProtocol: {} } as never, /^proxyProtocol\.from: expected an array, got undefined/);
    await refuses({ proxyProtocol: { from: [] } }, /^proxyProtocol\.from: expected at least one address/);
    await refuses(
      { proxyProtocol: { from: "10.0.0.0/8" } } as never,
      /^proxyProtocol\.from: expected an array/,
    );
    await refuses({ proxyProtocol: true } as never, /^proxyProtocol: /);
    await refuses({ proxyProtocol: { from, timeout: 0 } }, /^proxyProtocol\.timeout: /);
    await refuses({ proxyProtocol: { from, trustTls: "yes" } } as never, /^proxyProtocol\.trustTls: /);
    await refuses({ proxyProtocol: { from, trust: true } } as never, /proxyProtocol.*trust/);
    await refuses(
      { listeners: [{}, { proxyProtocol: { from: ["::1", "10.1.0.0/8"] } }] },
      /^listeners\[1\]\.proxyProtocol\.from\[1\]: 10\.1\.0\.0\/8 has bits after its prefix\. Write 10\.0\.0\.0\/8, or 10\.1\.0\.0$/,
    );
    await refuses(
      { xclient: { from: ["0.0.0.0/0"] } },
      /^xclient\.from\[0\]: 0\.0\.0\.0\/0 is every address/,
    );
    await refuses({ xclient: { from, login: 1 } } as never, /^xclient\.login: /);
    await refuses({ xforward: { from: ["*"] } }, /^xforward\.from\[0\]: expected an IP address or a network/);
    await refuses({ xforward: { from, login: true } } as never, /xforward.*login/);
  });

  it("are refused if no peer of the listener can be one of them", async () => {
    await refuses(
      { proxyProtocol: { from: ["unix"] } },
      /^proxyProtocol\.from: "unix" stands for the clients of a Unix socket/,
    );
    await refuses(
      { listeners: [{ path: "/tmp/x", proxyProtocol: { from: ["10.0.0.0/8"] } }] },
      /^listeners\[0\]\.proxyProtocol\.from: the clients of a Unix socket have no IP address/,
    );
  });

  it("are refused together with logins that are impossible behind a proxy", async () => {
    const auth = () => undefined;
    await refuses(
      { proxyProtocol, auth, allowPlaintextCredentials: true },
      /^allowPlaintextCredentials: does not apply/,
    );
    await refuses({ proxyProtocol, auth }, /^auth: needs TLS/);
    await refuses(
      { listeners: [{ proxyProtocol, requireAuth: true }, {}], auth, allowPlaintextCredentials: true },
      /^listeners\[0\]\.requireAuth: /,
    );
    await refuses({ proxyProtocol, requireTls: true }, /^requireTls: /);
    const trusting = { ...proxyProtocol, trustTls: true };
    await using server = await SmtpServer.listen({
      proxyProtocol: trusting,
      requireTls: true,
      requireAuth: true,
      auth,
    });
    assert.ok(server.port > 0);
  });

  it("of the server hold for all listeners that do not say otherwise", async () => {
    await using talk = await start({ listeners: [{}, { proxyProtocol: { from: ["192.0.2.1"] } }] });
    await using client = await Client.behind(talk.port, version1());
    assert.match(await client.reply(), /^220 /);
    await using other = await Client.behind(talk.server.listeners[1]?.port ?? 0, version1());
    assert.equal(await other.rest(), "");
  });
});
