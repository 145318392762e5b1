import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Reply } from "envoi";
import type { Phase } from "#src/protocol/phase.js";
import { Throttle } from "#src/transport/smtp/pool/throttle.js";
import { HandClock } from "../../../net/hand-clock.js";

const busy = Reply.of(421, "4.3.2", "too busy");

describe("a throttle", () => {
  const asked: [string, Reply, Phase, boolean][] = [
    ["a 421 at the greeting", Reply.of(421, undefined, "busy"), "greeting", true],
    ["a 421 4.4.2 at MAIL", Reply.of(421, "4.4.2", "timeout"), "mail", true],
    ["a 450 4.7.1 at RCPT", Reply.of(450, "4.7.1", "greylisted"), "rcpt", true],
    ["a 451 4.7.0 in the end", Reply.of(451, "4.7.0", "rate limit"), "final", true],
    ["a 454 4.7.0 at AUTH", Reply.of(454, "4.7.0", "too many logins"), "auth", true],
    ["a 454 without more in the end", Reply.of(454, undefined, "Throttling failure"), "final", true],
    ["a 451 4.3.2 at MAIL", Reply.of(451, "4.3.2", "not now"), "mail", true],
    ["a 452 4.5.3 at MAIL", Reply.of(452, "4.5.3", "too many"), "mail", true],
    ["a 452 4.5.3 in the end", Reply.of(452, "4.5.3", "too many"), "final", true],
    ["a 452 4.5.3 at RCPT", Reply.of(452, "4.5.3", "too many recipients"), "rcpt", false],
    ["a 450 4.2.1 at RCPT", Reply.of(450, "4.2.1", "mailbox busy"), "rcpt", false],
    ["a 450 without more", Reply.of(450, undefined, "no"), "rcpt", false],
    ["a 452 4.3.1 at MAIL", Reply.of(452, "4.3.1", "disk full"), "mail", false],
    ["a 550 5.7.1", Reply.of(550, "5.7.1", "policy"), "rcpt", false],
    ["a 554 at the greeting", Reply.of(554, undefined, "no"), "greeting", false],
  ];
  for (const [what, reply, phase, slows] of asked) {
    it(`${slows ? "slows down" : "does not slow down"} at ${what}`, () => {
      const throttle = new Throttle(new HandClock());
      throttle.refused(phase, reply);
      assert.equal(throttle.level, slows ? 1 : 0);
      assert.equal(throttle.share(10), slows ? 5 : 10);
      assert.equal(throttle.wait, slows ? 1000 : 0);
    });
  }

  it("halves and waits twice as long each time, but always allows one", () => {
    const clock = new HandClock();
    const throttle = new Throttle(clock);
    const seen: number[][] = [];
    for (let i = 0; i < 8; i++) {
      throttle.refused("mail", busy);
      seen.push([throttle.wait, throttle.share(5), throttle.share(16)]);
      clock.turn(throttle.wait);
      assert.equal(throttle.wait, 0);
    }
    assert.deepEqual(seen, [
      [1000, 2, 8],
      [2000, 1, 4],
      [4000, 1, 2],
      [8000, 1, 1],
      [16_000, 1, 1],
      [32_000, 1, 1],
      [32_000, 1, 1],
      [32_000, 1, 1],
    ]);
  });

  it("counts replies to mails already under way as one", () => {
    const clock = new HandClock();
    const throttle = new Throttle(clock);
    throttle.refused("mail", busy);
    clock.turn(999);
    throttle.refused("mail", busy);
    assert.equal(throttle.level, 1);
    assert.equal(throttle.wait, 1);
  });

  it("recovers step by step, each half minute after the wait", () => {
    const clock = new HandClock();
    const throttle = new Throttle(clock);
    throttle.refused("mail", busy);
    clock.turn(1000);
    throttle.refused("mail", busy);
    clock.turn(2000 + 29_999);
    assert.equal(throttle.share(8), 2);
    clock.turn(1);
    assert.equal(throttle.share(8), 4);
    clock.turn(29_999);
    assert.equal(throttle.share(8), 4);
    clock.turn(1);
    assert.equal(throttle.share(8), 8);
    assert.equal(throttle.level, 0);
    throttle.refused("mail", busy);
    assert.equal(throttle.wait, 1000);
  });

  it("continues from a partial recovery", () => {
    const clock = new HandClock();
    const throttle = new Throttle(clock);
    for (const pause of [1000, 2000, 4000]) {
      throttle.refused("mail", busy);
      clock.turn(pause);
    }
    clock.turn(60_000);
    throttle.refused("mail", busy);
    assert.equal(throttle.level, 2);
    assert.equal(throttle.wait, 2000);
  });
});
