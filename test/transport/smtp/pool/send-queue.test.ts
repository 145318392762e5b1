import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type PoolConfig, type SmtpTransport, Tls } from "envoi";
import { HandClock } from "../../../net/hand-clock.js";
import { type Peer, ScriptedServer } from "../../../net/scripted-server.js";
import { clearTo, mail, said, serve, until } from "../serve.js";
import { TestServer } from "../test-server.js";
import { turnedBy } from "../turned.js";

/** Who was named as sender to a server, in order. */
function senders(server: ScriptedServer): string[] {
  return server.peers.flatMap((peer) =>
    said(peer).flatMap((line) => /^MAIL FROM:<(.*)@/.exec(line)?.[1] ?? []),
  );
}

function from(name: string): typeof mail {
  return { ...mail, from: `${name}@x.test` };
}

/** A server that answers MAIL when the test says so. */
class Held implements AsyncDisposable {
  readonly server: ScriptedServer;
  readonly waiting: (() => void)[];

  private constructor(server: ScriptedServer, waiting: (() => void)[]) {
    this.server = server;
    this.waiting = waiting;
  }

  static async start(): Promise<Held> {
    const waiting: (() => void)[] = [];
    const MAIL = (peer: Peer) => () =>
      new Promise<void>((resolve) => {
        waiting.push(() => {
          peer.say("250 ok");
          resolve();
        });
      });
    const server = await ScriptedServer.start((peer) => serve(peer, { MAIL: MAIL(peer) }));
    return new Held(server, waiting);
  }

  /** Lets mails go, one by one, until so many have. */
  async go(count: number): Promise<void> {
    for (let gone = 0; gone < count; gone++) {
      await until(() => this.waiting.length > 0);
      this.waiting.shift()?.();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}

describe("priority", () => {
  it("moves a mail before those that wait, which keep their order", async () => {
    await using held = await Held.start();
    await using transport = clearTo(held.server).pipelining("off").pool({ maxSize: 1 }).build();
    const sends = [transport.send(from("first"))];
    await until(() => held.waiting.length === 1);
    for (const [name, priority] of [
      ["news1", -5],
      ["news2", -5],
      ["plain1", undefined],
      ["reset", 9],
      ["plain2", 0],
      ["news3", -5],
    ] as const)
      sends.push(transport.send(from(name), { priority }));
    await held.go(7);
    await Promise.all(sends);
    assert.deepEqual(senders(held.server), ["first", "reset", "plain1", "plain2", "news1", "news2", "news3"]);
  });

  it("of a single mail is above that of a run", async () => {
    await using held = await Held.start();
    await using transport = clearTo(held.server).pipelining("off").pool({ maxSize: 1 }).build();
    const run = transport.sendAll(
      Array.from({ length: 5 }, () => from("news")),
      { priority: -1 },
    );
    const totals = run.then(({ ok }) => ok);
    await until(() => held.waiting.length === 1);
    const reset = transport.send(from("reset"));
    await held.go(2);
    await reset;
    await held.go(4);
    assert.equal(await totals, 5);
    assert.equal(senders(held.server)[1], "reset");
  });

  it("must be a whole number from -9 to 9", async () => {
    const transport = clearTo({ port: 1 } as ScriptedServer).build();
    for (const priority of [10, -10, 0.5, "high", Number.NaN, null])
      await assert.rejects(transport.send(mail, { priority: priority as number }), {
        kind: "configuration",
        message: /priority: expected a whole number from -9 to 9/,
      });
  });
});

describe("maxQueue", () => {
  it("refuses mails that would wait beyond it, and counts only mails that wait for a connection", async () => {
    await using held = await Held.start();
    await using transport = clearTo(held.server).pipelining("off").pool({ maxSize: 2, maxQueue: 3 }).build();
    const sends = Array.from({ length: 5 }, () => transport.send(mail));
    await assert.rejects(transport.send(mail), {
      name: "SmtpError",
      kind: "queue-full",
      delivery: "not-sent",
      transient: true,
      phase: "queue",
    });
    await until(() => held.waiting.length === 2);
    await assert.rejects(transport.send(mail), { kind: "queue-full" });
    await held.go(1);
    await until(() => held.waiting.length === 2);
    sends.push(transport.send(mail));
    await assert.rejects(transport.send(mail), { kind: "queue-full" });
    await held.go(5);
    await Promise.all(sends);
    assert.equal(senders(held.server).length, 6);
  });

  it("of 0 sends while a connection is free", async () => {
    await using held = await Held.start();
    await using transport = clearTo(held.server).pool({ maxSize: 2, maxQueue: 0 }).build();
    const sends = [transport.send(mail), transport.send(mail)];
    await assert.rejects(transport.send(mail), { kind: "queue-full" });
    await held.go(2);
    await Promise.all(sends);
  });

  it("has room again when a waiting mail is cancelled", async () => {
    await using held = await Held.start();
    await using transport = clearTo(held.server).pipelining("off").pool({ maxSize: 1, maxQueue: 1 }).build();
    const first = transport.send(mail);
    await until(() => held.waiting.length === 1);
    const controller = new AbortController();
    const second = transport.send(mail, { signal: controller.signal });
    await assert.rejects(transport.send(mail), { kind: "queue-full" });
    controller.abort();
    await assert.rejects(second, { kind: "aborted" });
    const third = transport.send(mail);
    await held.go(2);
    await Promise.all([first, third]);
  });

  it("neither counts nor refuses the mails of a run", async () => {
    await using server = await TestServer.start();
    await using transport = server.builder().pool({ maxSize: 1, maxQueue: 1 }).build();
    const run = transport.sendAll(Array.from({ length: 50 }, () => mail));
    const [{ ok }] = await Promise.all([run, transport.send(mail)]);
    assert.equal(ok, 50);
  });
});

/** A transport whose clock is turned by hand. */
function turned(
  server: ScriptedServer,
  pool: Partial<PoolConfig>,
): { clock: HandClock; transport: SmtpTransport } {
  const clock = new HandClock();
  const builder = turnedBy(clock, "127.0.0.1").port(server.port).tls(Tls.None).deadline(1e9);
  return { clock, transport: builder.pool(pool).build() };
}

describe("a rate", () => {
  it("applies exactly to all connections together", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer));
    const { clock, transport } = turned(server, { maxSize: 4, rate: { messages: 3, interval: 1000 } });
    const sends = Array.from({ length: 8 }, () => transport.send(mail));
    await Promise.all(sends.slice(0, 3));
    assert.equal(transport.status().queued, 5);
    clock.turn(999);
    assert.equal(transport.status().queued, 5);
    clock.turn(1);
    await Promise.all(sends.slice(3, 6));
    assert.equal(senders(server).length, 6);
    clock.turn(1000);
    await Promise.all(sends);
    assert.equal(senders(server).length, 8);
    assert.equal(transport.status().queued, 0);
    await transport.close();
    assert.equal(clock.timers, 0);
  });

  it("counts from the begin of a mail, however long it took to connect", async () => {
    let greet = () => {};
    await using server = await ScriptedServer.start((peer, nth) =>
      serve(
        peer,
        nth === 1
          ? {
              greeting: () =>
                new Promise<void>((resolve) => {
                  greet = () => {
                    peer.say("220 at last");
                    resolve();
                  };
                }),
            }
          : {},
      ),
    );
    const { clock, transport } = turned(server, { maxSize: 2, rate: { messages: 1, interval: 1000 } });
    const first = transport.send(mail);
    const second = transport.send(mail);
    await until(() => server.peers.length === 1);
    clock.turn(5000);
    assert.equal(server.peers.length, 1);
    greet();
    await first;
    clock.turn(999);
    assert.equal(transport.status().queued, 1);
    clock.turn(1);
    await second;
    await transport.close();
  });

  it("is not used up by mails that never begin", async () => {
    await using server = await ScriptedServer.start((peer, nth) =>
      serve(peer, nth === 1 ? { greeting: "554 no" } : {}),
    );
    const { transport } = turned(server, { maxSize: 1, rate: { messages: 1, interval: 1000 } });
    const sends = [transport.send(mail), transport.send(mail)] as const;
    await assert.rejects(sends[0], { phase: "greeting" });
    await sends[1];
    await transport.close();
  });

  it("may be one of several, which all hold", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer));
    const rate = [
      { messages: 2, interval: 1000 },
      { messages: 3, interval: 60_000 },
    ];
    const { clock, transport } = turned(server, { rate });
    const sends = Array.from({ length: 4 }, () => transport.send(mail));
    await Promise.all(sends.slice(0, 2));
    clock.turn(1000);
    await sends[2];
    clock.turn(58_999);
    assert.equal(transport.status().queued, 1);
    clock.turn(1);
    await sends[3];
    await transport.close();
  });

  it("leaves no timer when a mail that waits for it is cancelled", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer));
    const { clock, transport } = turned(server, { rate: { messages: 1, interval: 1e6 } });
    await transport.send(mail);
    const controller = new AbortController();
    const send = transport.send(mail, { signal: controller.signal });
    controller.abort();
    await assert.rejects(send, { kind: "aborted", delivery: "not-sent", phase: "queue" });
    await transport.close();
    assert.equal(clock.timers, 0);
  });

  it("is awaited by close, but not by a forced close", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer));
    const { clock, transport } = turned(server, { rate: { messages: 1, interval: 1000 } });
    await transport.send(mail);
    const second = transport.send(mail);
    const third = transport.send(mail);
    const closing = transport.close();
    clock.turn(1000);
    await second;
    await transport.close({ force: true });
    await assert.rejects(third, { kind: "closed", delivery: "not-sent", phase: "queue" });
    await closing;
    assert.equal(clock.timers, 0);
  });
});

describe("a server that asks for less", () => {
  it("slows the whole transport to half its connections, until it recovers", async () => {
    let busy = true;
    await using server = await ScriptedServer.start((peer) =>
      serve(peer, { ".": () => peer.say(busy ? "451 4.3.2 not now" : "250 ok") }),
    );
    const { clock, transport } = turned(server, { maxSize: 4 });
    const refused = Array.from({ length: 4 }, () => transport.send(mail));
    for (const send of refused)
      await assert.rejects(send, { kind: "rejected", delivery: "refused", transient: true });
    busy = false;
    const { connections, slowdown } = transport.status();
    assert.ok(connections.busy + connections.idle <= 4);
    assert.deepEqual(slowdown, { connections: 2, resumesIn: 1000 });
    const sends = Array.from({ length: 12 }, () => transport.send(mail));
    assert.equal(transport.status().queued, 12);
    clock.turn(999);
    assert.equal(transport.status().queued, 12);
    clock.turn(1);
    assert.ok(transport.status().connections.busy <= 2);
    await Promise.all(sends);
    clock.turn(30_000);
    assert.equal(transport.status().slowdown, undefined);
    await transport.close();
    assert.equal(clock.timers, 0);
  });

  it("slows it at the greeting too, and waiting mails are sent afterwards", async () => {
    await using server = await ScriptedServer.start((peer, nth) =>
      serve(peer, nth === 1 ? { greeting: "421 4.7.0 too many connections" } : {}),
    );
    const { clock, transport } = turned(server, { maxSize: 1 });
    const first = transport.send(mail);
    const second = transport.send(mail);
    await assert.rejects(first, { delivery: "not-sent", transient: true, phase: "greeting" });
    assert.equal(transport.status().queued, 1);
    assert.equal(server.peers.length, 1);
    clock.turn(1000);
    await second;
    await transport.close();
  });

  it("slows it in the answer to one recipient, even if the mail is accepted", async () => {
    await using server = await ScriptedServer.start((peer) => {
      let nth = 0;
      return serve(peer, { RCPT: () => peer.say(nth++ === 0 ? "250 ok" : "450 4.7.1 greylisted") });
    });
    const { transport } = turned(server, {});
    await transport.send({ ...mail, to: ["b@y.test", "c@y.test"] });
    assert.equal(transport.status().slowdown?.resumesIn, 1000);
    await transport.close();
  });
});

describe("status", () => {
  it("reports what is under way", async () => {
    await using held = await Held.start();
    await using transport = clearTo(held.server).pipelining("off").pool({ maxSize: 2 }).build();
    assert.deepEqual(transport.status(), {
      connections: { busy: 0, idle: 0 },
      queued: 0,
      inFlight: 0,
      sent: { total: 0, ok: 0, failed: 0, notSent: 0, refused: 0, unknown: 0 },
    });
    const sends = Array.from({ length: 5 }, () => transport.send(mail));
    await until(() => held.waiting.length === 2);
    const { connections, queued, inFlight } = transport.status();
    assert.deepEqual(
      { connections, queued, inFlight },
      { connections: { busy: 2, idle: 0 }, queued: 3, inFlight: 2 },
    );
    await held.go(5);
    await Promise.all(sends);
    await until(() => transport.status().connections.busy === 0);
    const after = transport.status();
    assert.equal(after.connections.idle, 2);
    assert.equal(after.sent.ok, 5);
    await transport.close();
    assert.deepEqual(transport.status().connections, { busy: 0, idle: 0 });
  });
});
