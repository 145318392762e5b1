import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Attachment, type SmtpTransport, Tls } from "envoi";
import { HandClock } from "../../../net/hand-clock.js";
import { type Peer, ScriptedServer } from "../../../net/scripted-server.js";
import { clearTo, mail, said, serve, until } from "../serve.js";
import { TestServer } from "../test-server.js";
import { turnedBy } from "../turned.js";

function count(peer: Peer | undefined, verb: string): number {
  return said(peer).filter((line) => line.startsWith(verb)).length;
}

/** A transport whose connections can be made to look idle. */
function turned(server: ScriptedServer): { clock: HandClock; transport: SmtpTransport } {
  const clock = new HandClock();
  const transport = turnedBy(clock, "127.0.0.1").port(server.port).tls(Tls.None).build();
  return { clock, transport };
}

describe("connections", () => {
  it("carry one mail after another", async () => {
    await using server = await TestServer.start();
    const transport = server.transport();
    for (let i = 0; i < 5; i++) await transport.send(mail);
    assert.equal(server.messages.length, 5);
    assert.equal(server.transcripts.length, 1);
  });

  it("are at most maxSize, and as many if there are enough mails", async () => {
    let open = 0;
    let most = 0;
    await using server = await TestServer.start({
      async data() {
        most = Math.max(most, ++open);
        await new Promise((resolve) => setTimeout(resolve, 5));
        open--;
      },
    });
    await using transport = server.builder().pool({ maxSize: 3 }).build();
    await Promise.all(Array.from({ length: 30 }, () => transport.send(mail)));
    assert.equal(server.messages.length, 30);
    assert.equal(server.transcripts.length, 3);
    assert.equal(most, 3);
  });

  it("send in the order of the calls", async () => {
    await using server = await TestServer.start();
    await using transport = server.builder().pool({ maxSize: 1 }).build();
    await Promise.all(
      Array.from({ length: 10 }, (_, i) => transport.send({ ...mail, subject: `number ${i}` })),
    );
    assert.deepEqual(
      server.messages.map(({ parsed }) => parsed.subject),
      Array.from({ length: 10 }, (_, i) => `number ${i}`),
    );
  });

  it("are closed with QUIT after idleTimeout, and the next mail opens another", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer));
    await using transport = clearTo(server).pool({ idleTimeout: 10 }).build();
    await transport.send(mail);
    await server.peers[0]?.closed();
    assert.equal(said(server.peers[0]).at(-2), "QUIT");
    await transport.send(mail);
    assert.equal(server.peers.length, 2);
  });

  it("begin the mail after a refused one with RSET, and continue", async () => {
    let refuse = true;
    await using server = await ScriptedServer.start((peer) =>
      serve(peer, {
        RCPT: () => peer.say(refuse ? "550 5.1.1 unknown" : "250 ok"),
        DATA: "503 no recipients",
      }),
    );
    await using transport = clearTo(server).build();
    await assert.rejects(transport.send(mail), { kind: "rejected" });
    refuse = false;
    await assert.rejects(transport.send(mail), { kind: "rejected", phase: "data" });
    assert.equal(server.peers.length, 1);
    assert.deepEqual(
      said(server.peers[0])
        .slice(1, -1)
        .map((line) => line.slice(0, 4)),
      ["MAIL", "RCPT", "DATA", "RSET", "MAIL", "RCPT", "DATA"],
    );
  });

  it("are not used again after a 421", async () => {
    await using server = await ScriptedServer.start((peer, nth) =>
      serve(peer, nth === 1 ? { MAIL: "421 4.7.0 slow down", RCPT: "503 no", DATA: "503 no" } : {}),
    );
    const { clock, transport } = turned(server);
    await assert.rejects(transport.send(mail), { kind: "connection", delivery: "not-sent", transient: true });
    const second = transport.send(mail);
    // A 421 also slows the transport.
    clock.turn(1000);
    await second;
    assert.equal(server.peers.length, 2);
    await transport.close();
  });
});

describe("a connection that has gone stale", () => {
  it("is replaced without an error if the server closed it while idle", async () => {
    const contents: string[] = [];
    const keep = (peer: Peer) => (content: string) => {
      contents.push(content);
      peer.say("250 queued");
    };
    for (const goodbye of ["", "421 4.4.2 idle too long\r\n"]) {
      await using server = await ScriptedServer.start((peer) => serve(peer, { ".": keep(peer) }));
      await using transport = clearTo(server).build();
      await transport.send(mail);
      server.peers[0]?.send(goodbye);
      server.peers[0]?.halfClose();
      await server.peers[0]?.closed();
      await transport.send(mail);
      assert.equal(server.peers.length, 2);
      assert.equal(count(server.peers[0], "MAIL"), 1);
    }
    assert.equal(contents.length, 4);
  });

  it("is tested by RSET after a second, before content goes out", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer));
    const { clock, transport } = turned(server);
    await transport.send(mail);
    clock.turn(1000);
    await transport.send(mail);
    assert.equal(count(server.peers[0], "RSET"), 0);
    clock.turn(1001);
    await transport.send(mail);
    assert.equal(count(server.peers[0], "RSET"), 1);
    await transport.close();
  });

  for (const [what, act] of [
    ["closes it", (peer: Peer) => peer.halfClose()],
    ["resets it", (peer: Peer) => peer.reset()],
    [
      "says 421",
      (peer: Peer) => {
        peer.say("421 4.4.2 idle too long");
        peer.halfClose();
      },
    ],
    ["says 421 and nothing else", (peer: Peer) => peer.say("421 4.4.2 idle too long")],
    ["talks nonsense", (peer: Peer) => peer.say("what?")],
  ] as const) {
    it(`is replaced if the server ${what} in answer to RSET, and the mail is sent once`, async () => {
      let delivered = 0;
      await using server = await ScriptedServer.start((peer) =>
        serve(peer, {
          RSET: () => act(peer),
          ".": () => {
            delivered++;
            peer.say("250 queued");
          },
        }),
      );
      const { clock, transport } = turned(server);
      await transport.send(mail);
      clock.turn(5000);
      await transport.send(mail);
      assert.equal(server.peers.length, 2);
      assert.equal(delivered, 2);
      await transport.close();
    });
  }

  it("is tested by RSET after the machine slept, even if the monotonic clock stood still", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer));
    const { clock, transport } = turned(server);
    await transport.send(mail);
    clock.sleep(2000);
    await transport.send(mail);
    assert.equal(count(server.peers[0], "RSET"), 1);
    await transport.close();
  });

  it("is closed without waiting if it was idle too long by either clock", async () => {
    for (const pass of [
      (clock: HandClock) => clock.turn(60_001),
      (clock: HandClock) => clock.sleep(60_001),
      (clock: HandClock) => {
        clock.sleep(-1_000_000);
        clock.turn(60_001);
      },
    ]) {
      // The server answers nothing any more on the first connection, and does not close it.
      await using server = await ScriptedServer.start((peer, nth) =>
        serve(peer, nth === 1 ? { RSET: () => {}, QUIT: () => peer.closed() } : {}),
      );
      const { clock, transport } = turned(server);
      await transport.send(mail);
      await until(() => transport.status().connections.idle === 1);
      pass(clock);
      await transport.send(mail);
      assert.equal(server.peers.length, 2);
      assert.equal(count(server.peers[0], "RSET"), 0);
      await transport.close({ force: true });
    }
  });

  it("is replaced after 5 seconds if the server is silent at RSET", async () => {
    await using server = await ScriptedServer.start((peer, nth) =>
      serve(peer, nth === 1 ? { RSET: () => peer.closed() } : {}),
    );
    const { clock, transport } = turned(server);
    await transport.send(mail);
    clock.sleep(30_000);
    const second = transport.send(mail);
    await until(() => count(server.peers[0], "RSET") === 1);
    clock.turn(4999);
    assert.equal(server.peers.length, 1);
    clock.turn(1);
    await second;
    assert.equal(server.peers.length, 2);
    await transport.close({ force: true });
  });

  it("is closed if maxLifetime passed while the machine slept", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer));
    const clock = new HandClock();
    await using transport = turnedBy(clock, "127.0.0.1")
      .port(server.port)
      .tls(Tls.None)
      .pool({ maxLifetime: 30_000 })
      .build();
    await transport.send(mail);
    clock.sleep(30_000);
    await transport.send(mail);
    assert.equal(server.peers.length, 2);
  });

  it("has the whole timeout for the reply to a RSET that only follows a refusal", async () => {
    await using server = await ScriptedServer.start((peer) =>
      serve(peer, {
        DATA: "451 not now",
        RSET: async () => {
          await until(() => answers);
          peer.say("250 reset");
        },
      }),
    );
    let answers = false;
    const { clock, transport } = turned(server);
    await assert.rejects(transport.send(mail), { kind: "rejected" });
    const second = transport.send(mail);
    await until(() => count(server.peers[0], "RSET") === 1);
    clock.turn(30_000);
    answers = true;
    await assert.rejects(second, { kind: "rejected" });
    assert.equal(server.peers.length, 1);
    await transport.close({ force: true });
  });

  it("is replaced only once if the next is lost at MAIL as well", async () => {
    let cut = false;
    await using server = await ScriptedServer.start((peer) =>
      serve(peer, { MAIL: () => (cut ? peer.cut() : peer.say("250 ok")) }),
    );
    await using transport = clearTo(server).build();
    await transport.send(mail);
    cut = true;
    await assert.rejects(transport.send(mail), {
      kind: "connection",
      delivery: "not-sent",
      transient: true,
      phase: "mail",
    });
    assert.equal(server.peers.length, 2);
    cut = false;
    await transport.send(mail);
    assert.equal(server.peers.length, 3);
  });

  it("is not replaced if it is lost after the content: the mail may have arrived", async () => {
    let cut = false;
    await using server = await ScriptedServer.start((peer) =>
      serve(peer, { ".": () => (cut ? peer.cut() : peer.say("250 queued")) }),
    );
    await using transport = clearTo(server).build();
    await transport.send(mail);
    cut = true;
    await assert.rejects(transport.send(mail), {
      kind: "connection",
      delivery: "unknown",
      phase: "final",
    });
    assert.equal(server.peers.length, 1);
  });

  it("must have been used: a failure on a fresh one is reported at once", async () => {
    for (const verb of ["greeting", "EHLO", "MAIL", "RCPT", "DATA"]) {
      await using server = await ScriptedServer.start((peer) => serve(peer, { [verb]: () => peer.cut() }));
      await using transport = clearTo(server).build();
      await assert.rejects(transport.send(mail), {
        kind: "connection",
        delivery: "not-sent",
        phase: verb === "EHLO" ? "hello" : verb.toLowerCase(),
      });
      assert.equal(server.peers.length, 1, verb);
    }
  });

  it("reports its loss during content that can be read only once", async () => {
    let cut = false;
    await using server = await ScriptedServer.start((peer) =>
      serve(peer, {
        async DATA() {
          peer.say("354 go");
          if (cut) return peer.cut();
          await peer.hearContent();
          peer.say("250 queued");
        },
      }),
    );
    await using transport = clearTo(server).build();
    await transport.send(mail);
    cut = true;
    let given = 0;
    async function* once(): AsyncGenerator<Buffer> {
      given++;
      yield Buffer.from("half of it");
      await server.peers[0]?.closed();
      for (;;) yield Buffer.alloc(1000, "x");
    }
    const attachment = Attachment.fromStream("a.bin", once());
    await assert.rejects(transport.send({ ...mail, attach: [attachment] }), {
      kind: "connection",
      delivery: "not-sent",
      phase: "content",
    });
    assert.equal(given, 1);
    assert.equal(server.peers.length, 2);
  });
});

describe("close", () => {
  it("sends what is queued, sends QUIT on every connection, and takes nothing new", async () => {
    await using server = await TestServer.start();
    const transport = server.builder().pool({ maxSize: 2 }).build();
    const sends = Array.from({ length: 10 }, () => transport.send(mail));
    const closing = transport.close();
    await assert.rejects(transport.send(mail), { kind: "closed", delivery: "not-sent", phase: "queue" });
    await closing;
    await Promise.all(sends);
    assert.equal(server.messages.length, 10);
    assert.equal(server.transcripts.length, 2);
    for (const transcript of server.transcripts) assert.match(String(transcript), /C: QUIT\n/);
    await transport.close();
    await transport.close({ force: true });
  });

  it("is called at the end of `await using`", async () => {
    await using server = await TestServer.start();
    {
      await using transport = server.builder().build();
      await transport.send(mail);
    }
    assert.match(String(server.transcripts[0]), /C: QUIT\n/);
  });

  it("of an unused transport opens no connection", async () => {
    await using server = await TestServer.start();
    await server.builder().build().close();
    assert.equal(server.transcripts.length, 0);
  });

  it("by force ends every mail: queued, under way, and unanswered", async () => {
    await using server = await ScriptedServer.start((peer, nth) =>
      serve(peer, nth === 1 ? { ".": () => {} } : { MAIL: () => {}, RCPT: () => {}, DATA: () => {} }),
    );
    const transport = clearTo(server).pool({ maxSize: 2 }).build();
    const sends = [1, 2, 3, 4].map(() => transport.send(mail).catch((error) => error));
    await until(() => server.peers.length === 2 && count(server.peers[1], "DATA") > 0);
    await until(() => server.peers[0]?.received.includes("\r\n.\r\n") === true);
    await transport.close({ force: true });
    const errors = await Promise.all(sends);
    assert.deepEqual(
      errors.map(({ kind, delivery, phase }) => ({ kind, delivery, phase })),
      [
        { kind: "closed", delivery: "unknown", phase: "final" },
        { kind: "closed", delivery: "not-sent", phase: "mail" },
        // Its envelope went out behind the content of the first.
        { kind: "closed", delivery: "not-sent", phase: "mail" },
        { kind: "closed", delivery: "not-sent", phase: "queue" },
      ],
    );
    for (const peer of server.peers) await peer.closed();
  });

  it("becomes forced when its signal aborts", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer, { MAIL: () => {} }));
    const transport = clearTo(server).build();
    const send = transport.send(mail);
    const controller = new AbortController();
    const closing = transport.close({ signal: controller.signal });
    await until(() => count(server.peers[0], "MAIL") > 0);
    controller.abort();
    await assert.rejects(send, { kind: "closed", delivery: "not-sent" });
    await closing;
  });

  it("by force does not wait for the reply to QUIT", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer, { QUIT: () => {} }));
    const clock = new HandClock();
    const transport = turnedBy(clock, "127.0.0.1").port(server.port).tls(Tls.None).build();
    await transport.send(mail);
    const closing = transport.close();
    await until(() => count(server.peers[0], "QUIT") > 0);
    await transport.close({ force: true });
    await closing;
    await server.peers[0]?.closed();
  });

  it("waits only some seconds for the reply to QUIT", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer, { QUIT: () => {} }));
    const { clock, transport } = turned(server);
    await transport.send(mail);
    const closing = transport.close();
    await until(() => count(server.peers[0], "QUIT") > 0);
    clock.turn(5000);
    await closing;
  });
});
