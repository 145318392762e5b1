import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { Credentials, type Signer, SmtpTransport, Tls } from "envoi";
import { Failure } from "#src/protocol/failure.js";
import type { Phase } from "#src/protocol/phase.js";
import { Cancellation } from "#src/transport/smtp/submission/cancellation.js";
import { HandClock } from "../../../net/hand-clock.js";
import { ScriptedServer } from "../../../net/scripted-server.js";
import { clearTo, mail, said, serve, until } from "../serve.js";
import { turnedBy } from "../turned.js";

const envelope = { from: "a@x.test", to: ["b@y.test"] };
const silent = () => {};

describe("an abort", () => {
  it("before the send prevents it", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer));
    await using transport = clearTo(server).build();
    const reason = new Error("user left");
    await assert.rejects(transport.send(mail, { signal: AbortSignal.abort(reason) }), {
      kind: "aborted",
      delivery: "not-sent",
      phase: "queue",
      cause: reason,
    });
    assert.equal(server.peers.length, 0);
  });

  it("of a queued mail removes it from the queue, and leaves the others", async () => {
    let goOn = silent;
    await using server = await ScriptedServer.start((peer) =>
      serve(peer, {
        MAIL: () =>
          new Promise((resolve) => {
            goOn = () => {
              peer.say("250 ok");
              resolve();
            };
          }),
      }),
    );
    await using transport = clearTo(server).pipelining("off").pool({ maxSize: 1 }).build();
    const controller = new AbortController();
    const first = transport.send(mail);
    const second = transport.send(mail, { signal: controller.signal });
    const third = transport.send(mail);
    await until(() => goOn !== silent);
    controller.abort();
    await assert.rejects(second, { kind: "aborted", delivery: "not-sent", phase: "queue" });
    goOn();
    await first;
    goOn = silent;
    await until(() => goOn !== silent);
    goOn();
    await third;
    assert.equal(server.peers.length, 1);
  });

  it("of a signed mail that waits for the one before ends it at once and closes no connection", async () => {
    let goOn = silent;
    await using server = await ScriptedServer.start((peer) =>
      serve(peer, {
        ".": () =>
          new Promise((resolve) => {
            goOn = () => {
              peer.say("250 ok");
              resolve();
            };
          }),
      }),
    );
    let signed = 0;
    const signature = async () => {
      signed++;
      return "X-Signature: 1\r\n";
    };
    const signer: Signer = { awaited: true, begin: () => ({ update: silent, finish: signature }) };
    await using transport = clearTo(server).sign(signer).pool({ maxSize: 1 }).build();
    const controller = new AbortController();
    const first = transport.send(mail);
    const second = transport.send(mail, { signal: controller.signal });
    const third = transport.send(mail);
    await until(() => goOn !== silent && signed >= 2);
    for (let turn = 0; turn < 5; turn++) await turnOfTheLoop();
    controller.abort();
    await assert.rejects(second, { kind: "aborted", delivery: "not-sent" });
    goOn();
    await first;
    goOn = silent;
    await until(() => goOn !== silent);
    goOn();
    await third;
    assert.equal(server.peers.length, 1);
  });

  it("while connecting ends the attempt", async () => {
    const transport = SmtpTransport.builder("127.0.0.1").port(1).tls(Tls.None).build();
    const controller = new AbortController();
    const send = transport.send(mail, { signal: controller.signal });
    controller.abort();
    await assert.rejects(send, { kind: "aborted", delivery: "not-sent" });
    await transport.close();
  });

  it("during the TLS handshake ends it", async () => {
    await using server = await ScriptedServer.start(silent);
    await using transport = clearTo(server).tls(Tls.Wrapper).build();
    const controller = new AbortController();
    const send = transport.send(mail, { signal: controller.signal });
    await until(() => (server.peers[0]?.received.length ?? 0) > 0);
    controller.abort();
    await assert.rejects(send, { kind: "aborted", delivery: "not-sent", phase: "tls" });
    await server.peers[0]?.closed();
  });

  it("while a token is fetched aborts that too, without waiting", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer, {}, ["AUTH XOAUTH2"]));
    const controller = new AbortController();
    let asked: AbortSignal | undefined;
    const credentials = Credentials.token("me", ({ signal }) => {
      asked = signal;
      return new Promise(() => {});
    });
    await using transport = clearTo(server).credentials(credentials).build();
    const send = transport.send(mail, { signal: controller.signal });
    await until(() => asked !== undefined);
    assert.equal(asked?.aborted, false);
    controller.abort();
    await assert.rejects(send, { kind: "aborted", delivery: "not-sent", phase: "auth" });
    assert.equal(asked?.aborted, true);
    await server.peers[0]?.closed();
  });

  for (const [verb, phase] of [
    ["greeting", "greeting"],
    ["EHLO", "hello"],
    ["MAIL", "mail"],
    ["RCPT", "rcpt"],
    ["DATA", "data"],
  ]) {
    it(`at ${verb} closes the connection: nothing is sent`, async () => {
      let there = false;
      await using server = await ScriptedServer.start((peer) =>
        serve(
          peer,
          {
            [verb as string]: () => {
              there = true;
            },
          },
          [],
        ),
      );
      await using transport = clearTo(server).build();
      const controller = new AbortController();
      const send = transport.send(mail, { signal: controller.signal });
      await until(() => there);
      controller.abort();
      await assert.rejects(send, { kind: "aborted", delivery: "not-sent", phase });
      await server.peers[0]?.closed();
    });
  }

  it("in the middle of content closes the connection: nothing is sent", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer));
    await using transport = clearTo(server).build();
    const controller = new AbortController();
    const send = transport.sendRaw(
      envelope,
      async function* () {
        yield Buffer.from("Subject: x\r\n\r\n");
        await until(() => server.peers[0]?.received.includes("Subject") === true);
        controller.abort();
        yield Buffer.from("never\r\n");
      },
      { signal: controller.signal },
    );
    await assert.rejects(send, { kind: "aborted", delivery: "not-sent", phase: "content" });
    await server.peers[0]?.closed();
    assert.equal(said(server.peers[0]).at(-1), "");
    assert.equal(said(server.peers[0]).at(-3), "Subject: x");
  });

  it("after the content leaves the mail unknown", async () => {
    let ended = false;
    await using server = await ScriptedServer.start((peer) =>
      serve(peer, {
        ".": () => {
          ended = true;
        },
      }),
    );
    await using transport = clearTo(server).build();
    const controller = new AbortController();
    const send = transport.send(mail, { signal: controller.signal });
    await until(() => ended);
    controller.abort();
    await assert.rejects(send, { kind: "aborted", delivery: "unknown", phase: "final" });
  });

  it("after the end changes nothing, and no listener remains", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer));
    await using transport = clearTo(server).build();
    const controller = new AbortController();
    await transport.send(mail, { signal: controller.signal });
    controller.abort();
    await transport.send(mail);
    assert.equal(server.peers.length, 1);
  });
});

describe("a signal", () => {
  it("is refused if it is not valid", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer));
    await using transport = clearTo(server).build();
    for (const signal of [null, {}, "stop", new AbortController()]) {
      await assert.rejects(transport.send(mail, { signal: signal as unknown as AbortSignal }), {
        kind: "configuration",
        delivery: "not-sent",
      });
    }
    assert.equal(server.peers.length, 0);
  });
});

describe("a cancellation", () => {
  it("aborts the current step of a send, at once if it already came, and only for its first reason", () => {
    const reason = (text: string) => (phase: Phase) => new Failure({ kind: "aborted", phase, message: text });
    const told: string[] = [];
    const cancellation = new Cancellation();
    cancellation.during((why) => told.push(why("mail").message));
    cancellation.cancel(reason("first"));
    cancellation.cancel(reason("second"));
    cancellation.during((why) => told.push(why("mail").message));
    assert.deepEqual(told, ["first", "first"]);
    assert.equal(cancellation.requested, true);
  });

  it("aborts nothing after the send is over: others may use its connection", () => {
    const cancellation = new Cancellation();
    cancellation.during(() => assert.fail("it is over"));
    cancellation.over();
    cancellation.cancel((phase) => new Failure({ kind: "aborted", phase, message: "too late" }));
  });
});

describe("a deadline", () => {
  function turned(server: ScriptedServer) {
    const clock = new HandClock();
    return { clock, builder: turnedBy(clock, "127.0.0.1").port(server.port).tls(Tls.None) };
  }

  it("of the caller covers everything, including the final reply", async () => {
    let ended = false;
    await using server = await ScriptedServer.start((peer) =>
      serve(peer, {
        ".": () => {
          ended = true;
        },
      }),
    );
    const { clock, builder } = turned(server);
    await using transport = builder.build();
    const send = transport.send(mail, { deadline: 500 });
    await until(() => ended);
    clock.turn(499);
    clock.turn(1);
    await assert.rejects(send, {
      kind: "timeout",
      delivery: "unknown",
      phase: "final",
      transient: true,
      message: /within its deadline of 500 ms/,
    });
  });

  it("of the builder is that of every send", async () => {
    let asked = false;
    await using server = await ScriptedServer.start((peer) =>
      serve(peer, {
        MAIL: () => {
          asked = true;
        },
      }),
    );
    const { clock, builder } = turned(server);
    await using transport = builder.deadline(700).build();
    const send = transport.send(mail);
    await until(() => asked);
    clock.turn(700);
    await assert.rejects(send, { kind: "timeout", delivery: "not-sent", message: /deadline of 700 ms/ });
  });

  it("covers the wait in the queue", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer, { MAIL: () => {} }));
    const { clock, builder } = turned(server);
    const transport = builder.pool({ maxSize: 1 }).timeout(1_000_000).build();
    const first = transport.send(mail).catch((error) => error);
    const second = transport.send(mail, { deadline: 10 });
    clock.turn(10);
    await assert.rejects(second, { kind: "timeout", delivery: "not-sent", phase: "queue" });
    await transport.close({ force: true });
    assert.equal((await first).kind, "closed");
  });

  it("opens no other connection if it passes on a used one", async () => {
    let mails = 0;
    await using server = await ScriptedServer.start((peer) =>
      serve(peer, {
        MAIL: () => {
          if (++mails === 1) peer.say("250 ok");
        },
      }),
    );
    const { clock, builder } = turned(server);
    await using transport = builder.build();
    await transport.send(mail);
    const send = transport.send(mail, { deadline: 500 });
    await until(() => mails === 2);
    clock.turn(500);
    await assert.rejects(send, { kind: "timeout", delivery: "not-sent", phase: "mail" });
    assert.equal(server.peers.length, 1);
  });

  it("is two minutes by default, until the content begins", async () => {
    let asked = false;
    await using server = await ScriptedServer.start((peer) =>
      serve(peer, {
        MAIL: () => {
          asked = true;
        },
      }),
    );
    const { clock, builder } = turned(server);
    await using transport = builder.timeout(1_000_000).build();
    const send = transport.send(mail);
    await until(() => asked);
    clock.turn(119_999);
    clock.turn(1);
    await assert.rejects(send, { kind: "timeout", delivery: "not-sent", message: /120000 ms/ });
  });

  it("of two minutes ends when the content begins: the final reply has ten minutes", async () => {
    let answer = silent;
    await using server = await ScriptedServer.start((peer) =>
      serve(peer, {
        ".": () =>
          new Promise((resolve) => {
            answer = () => {
              peer.say("250 queued");
              resolve();
            };
          }),
      }),
    );
    const { clock, builder } = turned(server);
    await using transport = builder.build();
    const send = transport.send(mail);
    await until(() => answer !== silent);
    clock.turn(599_999);
    answer();
    await send;
  });

  it("is refused if it is not valid", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer));
    await using transport = clearTo(server).build();
    for (const deadline of [0, -1, Number.NaN, "5" as unknown as number]) {
      await assert.rejects(transport.send(mail, { deadline }), {
        kind: "configuration",
        delivery: "not-sent",
      });
    }
    assert.equal(server.peers.length, 0);
  });

  it("leaves no timer, whatever the outcome of the send", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer));
    const { clock, builder } = turned(server);
    const transport = builder.build();
    await transport.send(mail);
    await transport.send(mail, { deadline: 1000 });
    await transport.close();
    assert.equal(clock.timers, 0);
  });
});
