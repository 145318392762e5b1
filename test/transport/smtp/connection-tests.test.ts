import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Credentials, SmtpError, SmtpTransport, Tls, TlsParameters } from "envoi";
import { CertificateAuthority, TestServer as LenientServer } from "envoi/testing";
import { HandClock } from "../../net/hand-clock.js";
import { ScriptedServer } from "../../net/scripted-server.js";
import { given } from "./given.js";
import { clearTo, mail, said, serve, until } from "./serve.js";
import { TestServer } from "./test-server.js";

const authority = await CertificateAuthority.shared();

async function errorOf(promise: Promise<unknown>): Promise<SmtpError> {
  const error: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(error instanceof SmtpError);
  return error;
}

describe("testConnection", () => {
  it("reports what the server is and supports, and sends QUIT", async () => {
    await using server = await TestServer.start({
      tls: "starttls",
      users: { shop: "secret" },
      maxMessageSize: 1_000_000,
    });
    await using transport = server.builder().build();
    const info = await transport.testConnection();
    assert.equal(info.address, `127.0.0.1:${server.port}`);
    assert.equal(info.name, "localhost");
    assert.match(info.greeting, /^localhost ESMTP envoi TestServer/);
    assert.equal(info.extensions["SIZE"], "1000000");
    assert.equal(info.extensions["PIPELINING"], "");
    assert.equal(info.maxMessageSize, 1_000_000);
    assert.equal(info.tls?.verified, true);
    assert.equal(info.tls?.protocol, "TLSv1.3");
    // As told under TLS: STARTTLS is no more, and AUTH has come.
    assert.equal(info.extensions["STARTTLS"], undefined);
    assert.ok(info.mechanisms.includes("PLAIN"));
    assert.equal(info.user, "shop");
    assert.equal(info.limits?.RCPTMAX, 1000);
    assert.ok(info.roundTrip >= 0);
    assert.deepEqual(JSON.parse(JSON.stringify(info)), info);
    assert.deepEqual(server.messages, []);
    assert.match(String(server.transcripts[0]), /C: QUIT\nS: 221/);
  });

  it("reports no extensions for a server without any", async () => {
    await using server = await ScriptedServer.start(async (peer) => {
      peer.say("220-old.test", "220 since 1982");
      await peer.answer("502 what?");
      await peer.answer("250 old.test at your service");
      await peer.answer("221 bye");
    });
    await using transport = clearTo(server).build();
    const { roundTrip, ...info } = await transport.testConnection();
    assert.ok(roundTrip >= 0);
    assert.deepEqual(info, {
      address: `127.0.0.1:${server.port}`,
      name: "old.test",
      greeting: "old.test\nsince 1982",
      extensions: {},
      mechanisms: [],
    });
  });

  it("uses a connection of its own, which is closed when it resolves", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer));
    await using transport = clearTo(server).pool({ maxSize: 1 }).build();
    await transport.send(mail);
    await transport.testConnection();
    assert.equal(server.peers.length, 2);
    await server.peers[1]?.closed();
    assert.deepEqual(said(server.peers[1]).slice(1), ["QUIT", ""]);
    await transport.send(mail);
    assert.equal(server.peers.length, 2);
  });

  it("fails like a send, with a report without recipients", async () => {
    // Who breaks off a handshake says no QUIT.
    await using server = await LenientServer.start({ tls: "starttls", users: { shop: "secret" } });
    const to = () => SmtpTransport.builder("127.0.0.1").port(server.port);
    const trusting = TlsParameters.builder().addRootCertificate(authority.cert).build();
    const wrong = Credentials.password("shop", "wrong");
    for (const [builder, kind, phase] of [
      [to().tls(Tls.Required), "tls", "tls"],
      [to().tls(Tls.Required(trusting)).credentials(wrong), "authentication", "auth"],
      [to().tls(Tls.None).credentials(wrong), "authentication", "auth"],
      [SmtpTransport.builder("no-such-host.invalid"), "connection", "connect"],
    ] as const) {
      await using transport = builder.build();
      const error = await errorOf(transport.testConnection());
      assert.deepEqual([error.kind, error.phase, error.delivery], [kind, phase, "not-sent"]);
      assert.deepEqual([error.report.recipients, error.report.envelope.to], [[], []]);
    }
  });

  it("leaves no socket open, however it ends", async () => {
    await using server = await ScriptedServer.start((peer, nth) =>
      serve(peer, nth === 1 ? { greeting: "554 no" } : { EHLO: "421 no" }),
    );
    for (const nth of [0, 1]) {
      await using transport = clearTo(server).build();
      await errorOf(transport.testConnection());
      // It had the reply to its goodbye before it rejected.
      assert.equal(said(server.peers[nth]).at(-2), "QUIT");
      await server.peers[nth]?.closed();
    }
  });

  it("honours a signal, at once and in every state", async () => {
    for (const otherwise of ["greeting", "EHLO", "QUIT"]) {
      const controller = new AbortController();
      await using server = await ScriptedServer.start((peer) =>
        serve(peer, { [otherwise]: () => controller.abort() }),
      );
      await using transport = clearTo(server).build();
      const test = transport.testConnection({ signal: controller.signal });
      // Once it says goodbye everything is known.
      if (otherwise === "QUIT") assert.equal((await test).name, "scripted.test");
      else assert.equal((await errorOf(test)).kind, "aborted");
      await server.peers[0]?.closed();
    }
    await using transport = SmtpTransport.relay("relay.invalid").build();
    const error = await errorOf(transport.testConnection({ signal: AbortSignal.abort() }));
    assert.equal(error.kind, "aborted");
  });

  it("honours a deadline, its own or the transport's", async () => {
    await using server = await ScriptedServer.start(() => {});
    for (const own of [true, false]) {
      const clock = new HandClock();
      const builder = given({ clock }, "127.0.0.1").port(server.port).tls(Tls.None);
      await using transport = (own ? builder : builder.deadline(5000)).build();
      const before = server.peers.length;
      const test = errorOf(transport.testConnection(own ? { deadline: 5000 } : {}));
      await until(() => server.peers.length > before);
      clock.turn(5000);
      const { kind, message } = await test;
      assert.deepEqual([kind, message], ["timeout", "the test was not done within its deadline of 5000 ms"]);
      assert.equal(clock.timers, 0);
    }
  });

  it("is awaited by close(), and aborted by a forced close", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer));
    const transport = clearTo(server).build();
    const test = transport.testConnection();
    await transport.close();
    assert.equal((await test).name, "scripted.test");
    assert.equal((await errorOf(transport.testConnection())).kind, "closed");
    await using silent = await ScriptedServer.start(() => {});
    const another = clearTo(silent).build();
    const hanging = errorOf(another.testConnection());
    await until(() => silent.peers.length > 0);
    await another.close({ force: true });
    assert.equal((await hanging).kind, "closed");
  });

  it("refuses wrong options", async () => {
    await using transport = SmtpTransport.relay("relay.invalid").build();
    for (const options of [{ timeout: 5 }, { deadline: 0 }, { deadline: "5" }, { signal: {} }, null]) {
      await assert.rejects(transport.testConnection(options as object), { kind: "configuration" });
    }
  });
});
