import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AuthThrottle } from "#src/server/auth-throttle.js";
import { RunningServer } from "#src/server/running-server.js";
import { Client } from "./client.js";
import { HandClock } from "./hand-clock.js";

describe("Failed attempts to authenticate", () => {
  it("are answered the later the more there have been from an address", () => {
    const throttle = new AuthThrottle({ free: 2, delay: 250 }, new HandClock());
    const waits = Array.from({ length: 9 }, () => throttle.failed("192.0.2.1"));
    assert.deepEqual(waits, [0, 0, 250, 500, 1000, 2000, 4000, 8000, 8000]);
    assert.equal(throttle.failed("192.0.2.2"), 0);
  });

  it("are forgotten after ten minutes in which there was none", () => {
    const clock = new HandClock();
    const throttle = new AuthThrottle({ free: 0, delay: 10_000 }, clock);
    assert.equal(throttle.failed("a"), 10_000);
    clock.turn(599_999);
    assert.equal(throttle.failed("a"), 10_000);
    throttle.failed("b");
    clock.turn(600_000);
    const small = new AuthThrottle({ free: 0, delay: 10 }, clock);
    assert.deepEqual([small.failed("a"), small.failed("a")], [10, 20]);
    clock.turn(600_000);
    assert.equal(small.failed("a"), 10);
  });

  it("take bounded memory: those of ten thousand addresses are remembered", () => {
    const throttle = new AuthThrottle({ free: 1, delay: 1 }, new HandClock());
    for (let index = 0; index < 10_001; index++) throttle.failed(String(index));
    assert.equal(throttle.failed("10000"), 1);
    assert.equal(throttle.failed("0"), 0);
  });

  it("are not counted on Unix sockets, nor where there is to be no delay", () => {
    const never = new AuthThrottle({ free: 0, delay: 0 }, new HandClock());
    const throttle = new AuthThrottle({ free: 0, delay: 9 }, new HandClock());
    assert.deepEqual([never.failed("a"), throttle.failed("")], [0, 0]);
  });

  it("hold up the reply, on every connection from there, and nobody else", async () => {
    const clock = new HandClock();
    const server = await RunningServer.start(
      { auth: () => undefined, allowPlaintextCredentials: true, maxAuthAttempts: 1, authFailureDelay: 400 },
      { clock },
    );
    const login = `AUTH PLAIN ${Buffer.from("\0jo\0wrong").toString("base64")}`;
    const replies: string[] = [];
    for (const wait of [0, 400, 800]) {
      await using client = await Client.connect(server.port);
      await client.reply();
      await client.ask("EHLO x");
      const reply = client.ask(login).then((text) => replies.push(text));
      if (wait > 0) {
        await clock.armed(wait);
        clock.turn(wait - 1);
        await new Promise(setImmediate);
        assert.equal(replies.length, wait / 400);
        clock.turn(1);
      }
      await reply;
    }
    assert.deepEqual(new Set(replies), new Set(["421 4.7.0 Too many failed attempts to authenticate"]));
    await server.close(0);
  });
});
