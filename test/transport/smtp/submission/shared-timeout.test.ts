import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SharedTimeout } from "#src/transport/smtp/submission/shared-timeout.js";
import { HandClock } from "../../../net/hand-clock.ts";

class Waiting {
  expires = 0;
  readonly #expired: () => void;

  constructor(expired: () => void) {
    this.#expired = expired;
  }

  expire(): void {
    this.#expired();
  }
}

describe("a shared timeout", () => {
  const clock = new HandClock();
  const expired: string[] = [];
  const timeout = new SharedTimeout<Waiting>(clock, 100);
  const start = (name: string) => timeout.start(new Waiting(() => expired.push(`${name} ${clock.now()}`)));

  it("ends each at its own time, with one timer for all", () => {
    start("a");
    clock.turn(30);
    const b = start("b");
    start("c");
    clock.turn(30);
    start("d");
    assert.equal(clock.timers, 1);
    timeout.stop(b);
    timeout.stop(b);
    clock.turn(1000);
    assert.deepEqual(expired, ["a 100", "c 130", "d 160"]);
    assert.equal(clock.timers, 0);
  });

  it("leaves no timer when nothing waits, so the process can end", () => {
    const places = [start("e"), start("f")];
    for (const place of places) timeout.stop(place);
    assert.equal(clock.timers, 0);
    clock.turn(1000);
    assert.equal(expired.length, 3);
  });

  it("waits for a callback that was added while another expires", () => {
    const other = new HandClock();
    const times: number[] = [];
    const again = new SharedTimeout<Waiting>(other, 10);
    const one = () =>
      new Waiting(() => {
        times.push(other.now());
        if (times.length < 4) again.start(one());
      });
    again.start(one());
    again.start(new Waiting(() => times.push(-other.now())));
    other.turn(100);
    assert.deepEqual(times, [10, -10, 20, 30]);
    assert.equal(other.timers, 0);
  });

  it("holds a timer, and never expires, if the limit is infinite", () => {
    const other = new HandClock();
    const never = new SharedTimeout<Waiting>(other, Number.POSITIVE_INFINITY);
    const place = never.start(new Waiting(() => assert.fail()));
    assert.equal(other.timers, 1);
    other.turn(1e12);
    never.stop(place);
    assert.equal(other.timers, 0);
  });
});
