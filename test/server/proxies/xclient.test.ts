import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { ConnectionOptions } from "node:tls";
import { type Session, SmtpServer, type SmtpServerOptions } from "envoi/server";
import { CertificateAuthority } from "envoi/testing";
import { ends, version2 } from "../../protocol/proxy-header/headers.js";
import { Client } from "../client.js";

let certificates: NonNullable<SmtpServerOptions["certificates"]>;
let clientCa: string;
let trusted: ConnectionOptions;
before(async () => {
  const ca = await CertificateAuthority.create();
  certificates = ca.issue({ names: ["mx.y.test"] });
  clientCa = ca.cert;
  const { key, cert } = ca.issue({ purpose: "client", subject: "proxy" });
  trusted = { ca: ca.cert, servername: "mx.y.test", key, cert };
});

const xclient = { from: ["127.0.0.0/8"] };

/** A server that trusts this machine, the sessions of its messages, and a client that was greeted. */
async function start(options: SmtpServerOptions = {}) {
  const sessions: Session[] = [];
  const server = await SmtpServer.listen({
    xclient,
    hostname: "mx.y.test",
    domains: ["y.test"],
    async data({ session, bytes }) {
      sessions.push(session);
      received.push(String(await bytes()));
    },
    ...options,
  });
  const received: string[] = [];
  const client = await Client.connect(server.port);
  assert.match(await client.reply(), /^220 /);
  const dispose = async () => {
    client.socket.destroy();
    await server.close({ grace: 0 });
  };
  return { server, client, sessions, received, [Symbol.asyncDispose]: dispose };
}

/** Sends a mail after EHLO, and gives its session. */
async function mailed(client: Client, sessions: Session[], name = "c.test"): Promise<Session> {
  assert.match(await client.ask(`EHLO ${name}`), /^250/);
  client.say("MAIL FROM:<>", "RCPT TO:<b@y.test>", "DATA", "x", ".");
  assert.match((await client.replies(4)).at(-1) ?? "", /^250 /);
  return sessions.pop() ?? assert.fail("no message");
}

describe("SmtpServer: XCLIENT", () => {
  it("takes the client from what the proxy says", async () => {
    await using talk = await start();
    const { client } = talk;
    const command =
      "XCLIENT NAME=c.test ADDR=IPV6:2001:DB8::7 PORT=1234 PROTO=ESMTP HELO=helo.test DESTADDR=192.0.2.25 DESTPORT=25";
    assert.match(await client.ask(command), /^220 mx\.y\.test ESMTP/);
    const session = await mailed(client, talk.sessions, "proxy.test");
    const { remoteAddress, remotePort, localAddress, localPort, peer, via, hello, xclient, authenticated } =
      session;
    assert.deepEqual(
      { remoteAddress, remotePort, localAddress, localPort, peer, via, hello, xclient, authenticated },
      {
        remoteAddress: "2001:db8::7",
        remotePort: 1234,
        localAddress: "192.0.2.25",
        localPort: 25,
        peer: { address: "127.0.0.1", port: client.socket.localPort },
        via: "xclient",
        hello: { verb: "EHLO", name: "helo.test" },
        xclient: { name: "c.test", hello: "helo.test", protocol: "ESMTP" },
        authenticated: undefined,
      },
    );
    assert.match(talk.received[0] ?? "", /^Received: from helo\.test \(\[IPv6:2001:db8::7\]\)/);
  });

  it("asks the hook connect anew, with another state", async () => {
    const seen: string[] = [];
    await using talk = await start({
      state: () => ({ mails: 0 }),
      connect: ({ session }) => {
        seen.push(`${session.remoteAddress} ${session.state["mails"]} ${session.hello?.name}`);
        (session.state["mails"] as number)++;
        return session.remoteAddress === "192.0.2.66" ? { code: 554, lines: "Go away" } : undefined;
      },
    });
    const { client } = talk;
    await client.ask("EHLO proxy.test");
    assert.match(await client.ask("XCLIENT PORT=7"), /^220 /);
    assert.equal(await client.ask("XCLIENT ADDR=192.0.2.66"), "554 Go away");
    assert.equal(await client.rest(), "");
    assert.deepEqual(seen, ["127.0.0.1 0 undefined", "127.0.0.1 0 undefined", "192.0.2.66 0 undefined"]);
  });

  it("never shows the address of the proxy for one that the proxy does not know", async () => {
    for (const unknown of ["[UNAVAILABLE]", "[unavailable]", "[TEMPUNAVAIL]"]) {
      await using talk = await start();
      assert.match(await talk.client.ask(`XCLIENT ADDR=${unknown} NAME=${unknown} HELO=${unknown}`), /^220 /);
      const { remoteAddress, remotePort, xclient, hello } = await mailed(talk.client, talk.sessions);
      assert.deepEqual([remoteAddress, remotePort, xclient?.name, hello?.name], ["", 0, undefined, "c.test"]);
      assert.match(talk.received[0] ?? "", /^Received: from c\.test\r\n/);
    }
  });

  it("does not mix the port of the proxy with the address of the client", async () => {
    await using talk = await start();
    await talk.client.ask("XCLIENT ADDR=192.0.2.7 DESTADDR=192.0.2.25");
    const { remotePort, localPort } = await mailed(talk.client, talk.sessions);
    assert.deepEqual([remotePort, localPort], [0, 0]);
  });

  it("adds up what several XCLIENT say before EHLO", async () => {
    await using talk = await start({ xclient: { ...xclient, login: true } });
    for (const words of ["HELO=h.test PROTO=SMTP", "LOGIN=jo", "PORT=7 ADDR=192.0.2.7"])
      assert.match(await talk.client.ask(`XCLIENT ${words}`), /^220 /);
    const {
      remoteAddress,
      remotePort,
      hello,
      xclient: told,
      authenticated,
    } = await mailed(talk.client, talk.sessions);
    assert.deepEqual(
      [remoteAddress, remotePort, hello?.name, told?.protocol, authenticated],
      ["192.0.2.7", 7, "h.test", "SMTP", { user: "jo", mechanism: "XCLIENT" }],
    );
  });

  it("is not allowed any more to the client that it names, unless that is trusted too", async () => {
    await using talk = await start({ xforward: { from: ["127.0.0.0/8", "192.0.2.0/24"] } });
    const { client } = talk;
    assert.match(await client.ask("EHLO proxy.test"), /XCLIENT/);
    assert.match(await client.ask("XCLIENT ADDR=127.0.0.9"), /^220 /);
    const offers = await client.ask("EHLO c.test");
    assert.match(offers, /XCLIENT/);
    assert.doesNotMatch(offers, /XFORWARD/);
    assert.match(await client.ask("XFORWARD NAME=x"), /^550 5\.7\.0 /);
    assert.match(await client.ask("XCLIENT ADDR=192.0.2.7"), /^220 /);
    assert.doesNotMatch(await client.ask("EHLO c.test"), /XCLIENT|XFORWARD/);
    for (const words of ["ADDR=127.0.0.1", "NAME=x", "ADDR=[UNAVAILABLE]"])
      assert.match(await client.ask(`XCLIENT ${words}`), /^550 5\.7\.0 /);
    assert.equal((await mailed(client, talk.sessions)).remoteAddress, "192.0.2.7");
  });

  it("is allowed by the address of the proxy only, never by one that it gives", async () => {
    await using talk = await start({ xclient: { from: ["192.0.2.0/24"], login: true } });
    const { client } = talk;
    assert.doesNotMatch(await client.ask("EHLO x.test"), /XCLIENT/);
    assert.match(await client.ask("XCLIENT ADDR=192.0.2.7 LOGIN=jo"), /^550 5\.7\.0 /);
    const { remoteAddress, via, authenticated } = await mailed(client, talk.sessions);
    assert.deepEqual([remoteAddress, via, authenticated], ["127.0.0.1", "direct", undefined]);
  });

  it("changes nothing if it is refused", async () => {
    await using talk = await start();
    const { client } = talk;
    await client.ask("EHLO x.test");
    for (const words of ["", " ADDR=192.0.2.7 NAME=a+0Ab", " ADDR=192.0.2.7 LOGIN=jo", " ADDR=192.0.2.7 X=y"])
      assert.match(await client.ask(`XCLIENT${words}`), /^5[05][01] 5\.[57]\.[04] /);
    client.say(
      "MAIL FROM:<>",
      "XCLIENT ADDR=192.0.2.7",
      "RCPT TO:<b@y.test>",
      "XCLIENT ADDR=192.0.2.7",
      "DATA",
      "x",
      ".",
    );
    const replies = (await client.replies(6)).map((reply) => reply.slice(0, 3));
    assert.deepEqual(replies, ["250", "503", "250", "503", "354", "250"]);
    assert.deepEqual([talk.sessions[0]?.remoteAddress, talk.sessions[0]?.via], ["127.0.0.1", "direct"]);
  });
});

describe("SmtpServer: XCLIENT and logins", () => {
  const auth: NonNullable<SmtpServerOptions["auth"]> = ({ user }) => ({ user });

  it("logs the client in by LOGIN if that is allowed, and lets it relay", async () => {
    await using talk = await start({
      xclient: { ...xclient, login: true },
      relay: "authenticated",
      domains: [],
    });
    assert.match(await talk.client.ask("XCLIENT ADDR=192.0.2.7 LOGIN=jo+20doe"), /^220 /);
    const { authenticated } = await mailed(talk.client, talk.sessions);
    assert.deepEqual(authenticated, { user: "jo doe", mechanism: "XCLIENT" });
    assert.match(talk.received[0] ?? "", / with ESMTPA /);
  });

  it("ends the login of the proxy", async () => {
    await using talk = await start({ auth, allowPlaintextCredentials: true });
    const { client } = talk;
    await client.ask("EHLO x.test");
    assert.match(await client.ask("AUTH PLAIN AGpvAHg="), /^235 /);
    assert.match(await client.ask("XCLIENT NAME=c.test"), /^220 /);
    assert.equal((await mailed(client, talk.sessions)).authenticated, undefined);
  });

  it("passes no login on to the next client of a connection", async () => {
    await using talk = await start({ xclient: { ...xclient, login: true } });
    const { client, sessions } = talk;
    await client.ask("XCLIENT ADDR=127.0.0.2 NAME=a.test HELO=a.test LOGIN=jo");
    assert.equal((await mailed(client, sessions)).authenticated?.user, "jo");
    await client.ask("XCLIENT ADDR=127.0.0.3 NAME=b.test");
    const { authenticated, hello, xclient: told } = await mailed(client, sessions);
    assert.deepEqual([authenticated, hello?.name, told?.name], [undefined, "c.test", "b.test"]);
  });

  it("grants no plaintext passwords behind it", async () => {
    await using talk = await start({ auth, allowPlaintextCredentials: true });
    assert.match(await talk.client.ask("EHLO x.test"), /AUTH PLAIN/);
    for (const words of ["NAME=c.test", "ADDR=127.0.0.1"]) {
      assert.match(await talk.client.ask(`XCLIENT ${words}`), /^220 /);
      assert.doesNotMatch(await talk.client.ask("EHLO x.test"), /AUTH/);
      assert.match(await talk.client.ask("AUTH PLAIN AGpvAHg="), /^538 /);
    }
  });

  it("counts failed logins afresh, by client", async () => {
    await using talk = await start({ auth: () => undefined, certificates, maxAuthAttempts: 2 });
    const { client } = talk;
    await client.ask("EHLO x.test");
    await client.starttls(trusted);
    for (const words of ["ADDR=127.0.0.2", "ADDR=127.0.0.3"]) {
      await client.ask("EHLO x.test");
      assert.match(await client.ask("AUTH PLAIN AGpvAHg="), /^535 /);
      assert.match(await client.ask(`XCLIENT ${words}`), /^220 /);
    }
    await client.ask("EHLO x.test");
    assert.match(await client.ask("AUTH PLAIN AGpvAHg="), /^535 /);
  });
});

describe("SmtpServer: XCLIENT and TLS", () => {
  const external: SmtpServerOptions = {
    auth: ({ session }) => ({ user: session.tls?.clientCertificate?.subject ?? "" }),
    mechanisms: ["PLAIN", "EXTERNAL", "SCRAM-SHA-256-PLUS"],
  };

  it("keeps TLS, but not the certificate of the proxy", async () => {
    await using talk = await start({
      ...external,
      certificates,
      clientCertificates: { ca: clientCa, required: true },
    });
    const { client } = talk;
    await client.ask("EHLO x.test");
    await client.starttls(trusted);
    assert.match(await client.ask("EHLO x.test"), /AUTH PLAIN EXTERNAL SCRAM-SHA-256-PLUS/);
    await client.ask("XCLIENT ADDR=192.0.2.7");
    const offers = await client.ask("EHLO x.test");
    assert.match(offers, /AUTH PLAIN\r/);
    assert.doesNotMatch(offers, /STARTTLS/);
    assert.match(await client.ask("AUTH EXTERNAL ="), /^504 /);
    const { tls } = await mailed(client, talk.sessions);
    assert.deepEqual([tls?.servername, tls?.clientCertificate], ["mx.y.test", undefined]);
  });

  it("keeps the address that was named before STARTTLS, and neither the login nor the certificate", async () => {
    await using talk = await start({
      ...external,
      certificates,
      clientCertificates: { ca: clientCa, required: true },
      xclient: { ...xclient, login: true },
    });
    const { client } = talk;
    await client.ask("XCLIENT ADDR=192.0.2.7 LOGIN=jo");
    await client.ask("EHLO x.test");
    await client.starttls(trusted);
    assert.match(await client.ask("EHLO x.test"), /AUTH PLAIN\r/);
    const { remoteAddress, via, tls, authenticated } = await mailed(client, talk.sessions);
    assert.deepEqual(
      [remoteAddress, via, tls?.clientCertificate, authenticated],
      ["192.0.2.7", "xclient", undefined, undefined],
    );
  });
});

describe("SmtpServer: XCLIENT and limits", () => {
  it("counts the connection for the client, and no longer for the proxy", async () => {
    await using talk = await start({ maxConnectionsPerAddress: 1 });
    const { client, server } = talk;
    await using refused = await Client.connect(server.port);
    assert.match(await refused.reply(), /^421 /);
    assert.match(await client.ask("XCLIENT ADDR=192.0.2.7"), /^220 /);
    refused.end();
    await using second = await connected(server.port);
    assert.match(await second.ask("XCLIENT ADDR=192.0.2.7"), /^421 Too many connections from your address/);
    assert.equal(await second.rest(), "");
    second.end();
    await using third = await connected(server.port);
    assert.match(await third.ask("XCLIENT ADDR=192.0.2.8"), /^220 /);
  });

  /** A client that is greeted, as soon as the server has forgotten those before. */
  async function connected(port: number): Promise<Client> {
    for (;;) {
      const client = await Client.connect(port);
      if (/^220 /.test(await client.reply())) return client;
      client.socket.destroy();
    }
  }
});

describe("SmtpServer: XCLIENT in LMTP and behind PROXY", () => {
  it("greets as LMTP does", async () => {
    await using talk = await start({ lmtp: true });
    assert.match(await talk.client.ask("XCLIENT ADDR=192.0.2.7 PROTO=LMTP"), /^220 mx\.y\.test LMTP/);
    assert.match(await talk.client.ask("LHLO x.test"), /^250/);
  });

  it("is allowed to the proxied client that is listed, and says what is below", async () => {
    await using server = await SmtpServer.listen({
      proxyProtocol: { from: ["127.0.0.1"] },
      xclient: { from: [ends.source.address] },
      connect: ({ session }) => void sessions.push(session),
    });
    const sessions: Session[] = [];
    await using client = await Client.behind(server.port, version2());
    await client.reply();
    assert.match(await client.ask("XCLIENT ADDR=192.0.2.7"), /^220 /);
    const { remoteAddress, via, proxy, peer } = sessions[1] ?? {};
    assert.deepEqual(
      [remoteAddress, via, proxy?.destination, peer?.address],
      ["192.0.2.7", "xclient", ends.destination, "127.0.0.1"],
    );
  });
});
