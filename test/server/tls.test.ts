import assert from "node:assert/strict";
import { once } from "node:events";
import { before, describe, it } from "node:test";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { type Session, SmtpServer, type SmtpServerOptions } from "envoi/server";
import { CertificateAuthority } from "envoi/testing";
import { RunningServer } from "#src/server/running-server.js";
import { HandClock } from "../net/hand-clock.js";
import { Client } from "./client.js";

let ca: CertificateAuthority;
let trusted: { ca: string };
let sessions: Session[];

before(async () => {
  ca = await CertificateAuthority.create();
  trusted = { ca: ca.cert };
});

/** Options of a server that takes mail for y.test, and remembers the sessions. */
function options(tls: "starttls" | "implicit", more: SmtpServerOptions = {}): SmtpServerOptions {
  sessions = [];
  return {
    tls,
    certificates: ca.issue(),
    domains: ["y.test"],
    auth: async ({ user, verify }) => ((await verify("secret")) ? { user } : undefined),
    mail: ({ session }) => void sessions.push(session),
    data: async () => {},
    ...more,
  };
}

const login = `AUTH PLAIN ${Buffer.from("\0jo\0secret").toString("base64")}`;

describe("SmtpServer: STARTTLS", () => {
  it("goes on over TLS with everything forgotten that was learnt before", async () => {
    await using server = await SmtpServer.listen(options("starttls", { allowPlaintextCredentials: true }));
    await using client = await Client.connect(server.port);
    await client.reply();
    assert.match(await client.ask("EHLO x"), /STARTTLS/);
    assert.equal(await client.ask(login), "235 2.7.0 Authenticated");
    await client.ask("MAIL FROM:<a@x.test>");
    await client.starttls(trusted);
    assert.equal(await client.ask("RCPT TO:<b@y.test>"), "503 5.5.1 Say EHLO first");
    assert.equal(await client.ask("MAIL FROM:<a@x.test>"), "503 5.5.1 Say EHLO first");
    const offered = await client.ask("EHLO y");
    assert.doesNotMatch(offered, /STARTTLS/);
    assert.match(offered, /AUTH PLAIN/);
    assert.equal(await client.ask("STARTTLS"), "503 5.5.1 TLS is active");
    await client.ask("MAIL FROM:<a@x.test>");
    await client.ask("RSET");
    assert.equal(await client.ask(login), "235 2.7.0 Authenticated");
    const [clear, secure] = sessions;
    assert.deepEqual([clear?.tls, clear?.authenticated?.user, clear?.hello?.name], [undefined, "jo", "x"]);
    assert.deepEqual(
      [secure?.tls?.protocol, secure?.authenticated, secure?.hello?.name],
      ["TLSv1.3", undefined, "y"],
    );
    assert.equal(secure?.tls?.cipher, "TLS_AES_256_GCM_SHA384");
  });

  it("closes if plaintext follows it, without answering that", async () => {
    await using server = await SmtpServer.listen(options("starttls"));
    for (const injected of ["RSET\r\n", "NOO", "EHLO i\r\nMAIL FROM:<i@x.test>\r\n"]) {
      await using client = await Client.connect(server.port);
      await client.reply();
      await client.ask("EHLO x");
      client.write(`STARTTLS\r\n${injected}`);
      assert.equal(await client.reply(), "554 5.5.1 Nothing may follow STARTTLS before TLS");
      assert.equal(await client.rest(), "");
    }
    assert.deepEqual(sessions, []);
  });

  it("never takes plaintext after its reply for something sent over TLS", async () => {
    await using server = await SmtpServer.listen(options("starttls"));
    await using client = await Client.connect(server.port);
    await client.reply();
    await client.ask("EHLO x");
    await client.ask("STARTTLS");
    client.write("EHLO i\r\nMAIL FROM:<i@x.test>\r\n");
    assert.doesNotMatch(await client.rest(), /^\d/m);
    assert.deepEqual(sessions, []);
  });

  it("limits the time of a handshake", async () => {
    const clock = new HandClock();
    const server = await RunningServer.start(options("starttls", { timeouts: { handshake: 2000 } }), {
      clock,
    });
    await using client = await Client.connect(server.port);
    await client.reply();
    await client.ask("EHLO x");
    await client.ask("STARTTLS");
    await clock.armed(2000);
    clock.turn(2000);
    assert.equal(await client.rest(), "");
    await server.close(0);
  });
});

describe("SmtpServer: implicit TLS", () => {
  it("speaks TLS from the first byte", async () => {
    await using server = await SmtpServer.listen(options("implicit"));
    await using client = await Client.connect(server.port, trusted);
    assert.match(await client.reply(), /^220 /);
    await client.ask("EHLO x");
    assert.equal(await client.ask(login), "235 2.7.0 Authenticated");
    await client.ask("MAIL FROM:<a@x.test>");
    assert.deepEqual(
      [sessions[0]?.authenticated, sessions[0]?.tls?.protocol],
      [{ user: "jo", mechanism: "PLAIN" }, "TLSv1.3"],
    );
  });

  it("closes on a client that speaks plaintext, and serves the next", async () => {
    await using server = await SmtpServer.listen(options("implicit"));
    await using plain = await Client.connect(server.port);
    plain.say("EHLO x");
    assert.doesNotMatch(await plain.rest(), /^\d{3}[ -]/m);
    await using client = await Client.connect(server.port, trusted);
    assert.match(await client.reply(), /^220 /);
  });

  it("serves many clients at a time, each its own", async () => {
    await using server = await SmtpServer.listen(options("implicit"));
    const names = Array.from({ length: 30 }, (_, index) => `client${index}.test`);
    await Promise.all(
      names.map(async (name) => {
        await using client = await Client.connect(server.port, trusted);
        client.say(`EHLO ${name}`, "MAIL FROM:<>", "QUIT");
        const replies = await client.replies(4);
        assert.match(replies[3] ?? "", /^221 /);
      }),
    );
    assert.deepEqual(sessions.map(({ hello }) => hello?.name).sort(), names.sort());
  });

  it("sends all replies to a client that has ended its side", async () => {
    await using server = await SmtpServer.listen(options("implicit"));
    await using client = await Client.connect(server.port, trusted);
    client.say("EHLO x", "MAIL FROM:<>", "RCPT TO:<b@y.test>", "DATA", "x", ".");
    client.end();
    assert.match(await client.rest(), /250 2\.6\.0 Message accepted\r\n$/);
  });

  it("notices a client that leaves amid the handshake", async () => {
    const server = await SmtpServer.listen(options("implicit"));
    const client = await Client.connect(server.port);
    client.write(Buffer.from("16030100", "hex"));
    client.end();
    await client.rest();
    await server.close({ grace: 60_000 });
  });

  it("has at least the minimum version", async () => {
    await using server = await SmtpServer.listen(options("implicit", { minVersion: "TLSv1.3" }));
    await assert.rejects(
      Client.connect(server.port, { ...trusted, maxVersion: "TLSv1.2" }),
      /alert|version/i,
    );
  });

  it("refuses renegotiation", async () => {
    const others = [ca.issue(), ca.issue({ names: ["other.test"] })];
    await using server = await SmtpServer.listen(options("implicit", { certificates: others }));
    for (const servername of ["localhost", "other.test"]) {
      await using client = await Client.connect(server.port, {
        ...trusted,
        maxVersion: "TLSv1.2",
        servername,
      });
      await client.reply();
      const socket = client.socket as TLSSocket;
      const refused = new Promise<unknown>((resolve) => {
        socket.once("error", resolve);
        socket.once("secure", () => resolve("a second handshake"));
      });
      socket.renegotiate({ rejectUnauthorized: true }, () => {});
      client.say("NOOP");
      assert.match(String(await refused), /no renegotiation/);
    }
  });

  it("shows the certificate for the name that is asked for", async () => {
    const certificates = [ca.issue(), ca.issue({ names: ["other.test"] })];
    await using server = await SmtpServer.listen(options("implicit", { certificates }));
    for (const [servername, subject] of [
      ["other.test", "other.test"],
      ["unknown.test", "localhost"],
    ]) {
      const socket = connectTls({
        port: server.port,
        host: "127.0.0.1",
        servername,
        checkServerIdentity: () => undefined,
        ...trusted,
      });
      await once(socket, "secureConnect");
      assert.equal(socket.getPeerCertificate().subject.CN, subject);
      socket.destroy();
    }
  });
});

describe("SmtpServer: certificates of clients", () => {
  it("are verified, and known to the session", async () => {
    const clientCertificates = { ca: ca.cert, required: true };
    await using server = await SmtpServer.listen(options("implicit", { clientCertificates }));
    const identity = ca.issue({ purpose: "client", subject: "billing" });
    await using client = await Client.connect(server.port, { ...trusted, ...identity });
    client.say("EHLO x", "MAIL FROM:<>");
    await client.replies(3);
    assert.equal(sessions[0]?.tls?.clientCertificate?.subject, "CN=billing");
  });

  it("are refused if they are missing or of another authority, and one is required", async () => {
    const clientCertificates = { ca: ca.cert, required: true };
    await using server = await SmtpServer.listen(options("implicit", { clientCertificates }));
    const stranger = (await CertificateAuthority.create("stranger")).issue({ purpose: "client" });
    for (const identity of [{}, stranger]) {
      // With TLS 1.3 the client learns of the refusal after its own half of the handshake.
      const heard = Client.connect(server.port, { ...trusted, ...identity }).then((client) => client.rest());
      assert.equal(await heard.catch(() => ""), "");
    }
  });

  it("do not count if they are not valid and none is required", async () => {
    const clientCertificates = { ca: ca.cert, required: false };
    await using server = await SmtpServer.listen(options("implicit", { clientCertificates }));
    const stranger = (await CertificateAuthority.create("stranger")).issue({ purpose: "client" });
    await using client = await Client.connect(server.port, { ...trusted, ...stranger });
    client.say("EHLO x", "MAIL FROM:<>");
    await client.replies(3);
    assert.equal(sessions[0]?.tls?.clientCertificate, undefined);
  });
});
