import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Deadline } from "#src/net/deadline.js";
import { HandClock } from "./hand-clock.js";

function deadline(): { clock: HandClock; deadline: Deadline; expired: () => number } {
  const clock = new HandClock();
  let count = 0;
  return { clock, deadline: new Deadline(clock, () => count++), expired: () => count };
}

describe("a deadline", () => {
  it("expires when its moment has come, and once", () => {
    const { clock, deadline: moment, expired } = deadline();
    moment.set(100);
    clock.turn(99);
    assert.equal(expired(), 0);
    clock.turn(1);
    assert.equal(expired(), 1);
    clock.turn(1000);
    assert.equal(expired(), 1);
    assert.equal(clock.timers, 0);
  });

  it("moves on without a new timer", () => {
    const { clock, deadline: moment, expired } = deadline();
    for (let at = 100; at < 1000; at += 10) moment.set(at);
    assert.equal(clock.timers, 1);
    clock.turn(989);
    assert.equal(expired(), 0);
    clock.turn(1);
    assert.equal(expired(), 1);
  });

  it("can be moved nearer", () => {
    const { clock, deadline: moment, expired } = deadline();
    moment.set(1000);
    moment.set(10);
    assert.equal(clock.timers, 1);
    clock.turn(10);
    assert.equal(expired(), 1);
  });

  it("that is cleared does not expire, and can be set again", () => {
    const { clock, deadline: moment, expired } = deadline();
    moment.set(10);
    moment.clear();
    clock.turn(5);
    moment.set(30);
    clock.turn(24);
    assert.equal(expired(), 0);
    clock.turn(1);
    assert.equal(expired(), 1);
  });

  it("that lies in the past expires at once", () => {
    const { clock, deadline: moment, expired } = deadline();
    clock.turn(50);
    moment.set(10);
    clock.turn(0);
    assert.equal(expired(), 1);
  });

  it("that is stopped leaves no timer", () => {
    const { clock, deadline: moment } = deadline();
    moment.set(10);
    moment.stop();
    assert.equal(clock.timers, 0);
  });

  it("may be set again by what it calls", () => {
    const clock = new HandClock();
    let count = 0;
    const moment: Deadline = new Deadline(clock, () => {
      count++;
      if (count < 3) moment.set(clock.now() + 10);
    });
    moment.set(10);
    clock.turn(30);
    assert.equal(count, 3);
  });
});
