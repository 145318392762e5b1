import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { EnvoiError, type PoolConfig, type SendOutcome, Tls } from "envoi";
import { HandClock } from "../../../net/hand-clock.js";
import { type Peer, ScriptedServer } from "../../../net/scripted-server.js";
import { fc } from "../../../property.ts";
import { mail, serve } from "../serve.js";
import { turnedBy } from "../turned.js";

/** What a server does with a mail, whose number is in its sender. */
type Fate = "takes" | "refuses" | "asks for less" | "leaves" | "cuts at MAIL" | "cuts after the content";

/** How a mail is sent. */
interface Plan {
  readonly fate: Fate;
  readonly priority: number;
  /** It is called off so many turns of the event loop after it was sent. */
  readonly abortAfter: number | undefined;
}

const plans = fc.array(
  fc.record({
    fate: fc.constantFrom<Fate>(
      ...(["takes", "takes", "takes", "takes", "takes", "refuses"] as const),
      ...(["asks for less", "leaves", "cuts at MAIL", "cuts after the content"] as const),
    ),
    priority: fc.integer({ min: -1, max: 1 }),
    abortAfter: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined, freq: 5 }),
  }),
  { minLength: 1, maxLength: 25 },
);

const config = fc.record({
  maxSize: fc.integer({ min: 1, max: 4 }),
  maxMessagesPerConnection: fc.constantFrom(1, 2, 3, Number.POSITIVE_INFINITY),
  maxLifetime: fc.constantFrom(1500, Number.POSITIVE_INFINITY),
  rate: fc.constantFrom(...[[], { messages: 1, interval: 100 }, { messages: 4, interval: 1000 }]),
});

test("every mail has its true outcome and no rate is exceeded, whatever server and caller do", async () => {
  await fc.assert(
    fc.asyncProperty(
      plans,
      config,
      fc.constantFrom("off", "auto", "window"),
      async (plans, config, pipelining) => {
        const clock = new HandClock();
        const begun: number[] = [];
        const stored: number[] = [];
        await using server = await ScriptedServer.start((peer) => play(peer, plans, stored));
        const builder = turnedBy(clock, "127.0.0.1").port(server.port).tls(Tls.None).deadline(1e9);
        // Told by the client's clock: when the server hears of it, time may have gone on.
        builder.connector(({ host, port }) => {
          const socket = connect({ host, port });
          const write = socket.write.bind(socket);
          socket.write = (octets: string | Uint8Array) => {
            // A chunk without a recipient is the test that a window begins with, and no mail.
            for (const _ of octets.toString().matchAll(/^MAIL FROM.*\n(?!BDAT)/gm)) begun.push(clock.now());
            return write(octets);
          };
          return socket;
        });
        const transport = builder.pipelining(pipelining).pool(config).build();
        const outcomes = plans.map(
          async ({ priority, abortAfter }, number): Promise<Partial<SendOutcome>> => {
            const controller = new AbortController();
            const { signal } = controller;
            const fields = { ...mail, from: `${number}@x.test` };
            const send = transport.send(fields, { priority, signal }).then(
              () => ({ ok: true as const }),
              (error: unknown) => ({ ok: false as const, error: error as EnvoiError }),
            );
            for (let turn = 0; turn < (abortAfter ?? 0); turn++) await turnOfTheLoop();
            if (abortAfter !== undefined) controller.abort();
            return send;
          },
        );
        let settled = false;
        const all = Promise.all(outcomes).finally(() => {
          settled = true;
        });
        let before = "";
        for (let quiet = 0; !settled; quiet++) {
          await turnOfTheLoop();
          const status = transport.status();
          const { busy, idle } = status.connections;
          assert.ok(busy + idle <= config.maxSize);
          const now = JSON.stringify([status, begun.length, stored.length, server.peers.length]);
          if (now !== before) quiet = 0;
          before = now;
          // Whatever waits now waits for time to pass.
          if (quiet > 20) clock.turn(50);
        }
        for (const [number, { ok, error }] of (await all).entries()) {
          const times = stored.filter((other) => other === number).length;
          if (ok) assert.equal(times, 1, `${number} was sent, and stored ${times} times`);
          else if (error?.delivery !== "unknown") assert.equal(times, 0, `${number} is ${error?.delivery}`);
          else assert.ok(times <= 1, `${number} was stored ${times} times`);
          assert.ok(ok || EnvoiError.is(error));
        }
        await transport.close();
        const { connections, queued, inFlight, sent } = transport.status();
        const left = { ...connections, queued, inFlight, timers: clock.timers };
        assert.deepEqual(left, { busy: 0, idle: 0, queued: 0, inFlight: 0, timers: 0 });
        assert.equal(sent.total, plans.length);
        holds(config, begun);
      },
    ),
    { numRuns: 60 },
  );
});

/** A server to which each mail meets its fate. */
function play(peer: Peer, plans: readonly Plan[], stored: number[]): Promise<void> {
  let number = 0;
  /** Somebody was named to send to: else a chunk is one that is to be discarded. */
  let named = false;
  /** What comes behind its goodbye, a server does not take. */
  let gone = false;
  const fate = () => plans[number]?.fate;
  const judge = () => {
    if (gone) return;
    if (fate() === "takes") stored.push(number);
    if (fate() === "cuts after the content") peer.cut();
    else if (fate() === "leaves") {
      gone = true;
      peer.say("421 4.3.2 leaving");
      peer.halfClose();
    } else if (fate() === "refuses") peer.say("550 5.7.1 no");
    else peer.say(fate() === "asks for less" ? "451 4.7.1 slow" : "250 ok");
  };
  const otherwise = {
    MAIL: (line: string) => {
      number = Number(/<(\d+)@/.exec(line)?.[1]);
      named = false;
      if (fate() === "cuts at MAIL") peer.cut();
      else peer.say("250 ok");
    },
    RCPT: () => {
      named = true;
      peer.say("250 ok");
    },
    BDAT: async (line: string) => {
      for (let left = Number(line.split(" ")[1]); left > 0; ) left -= (await peer.hear()).length + 2;
      if (named) judge();
      else peer.say("503 5.5.1 nobody to send to");
    },
    ".": judge,
  };
  return serve(peer, otherwise, ["PIPELINING", "CHUNKING"]);
}

function holds({ rate }: Pick<PoolConfig, "rate">, begun: readonly number[]): void {
  if (!("messages" in rate)) return;
  for (const [i, first] of begun.entries()) {
    const beyond = begun[i + rate.messages];
    assert.ok(beyond === undefined || beyond - first >= rate.interval, `${begun.join()} breaks the rate`);
  }
}
