import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Moment } from "#src/net/moment.js";
import { HandClock } from "./hand-clock.js";

describe("the age of a moment", () => {
  it("is that of the monotonic clock while both go on", () => {
    const clock = new HandClock();
    const moment = new Moment(clock);
    clock.turn(1500);
    assert.equal(moment.age, 1500);
  });

  it("is that of the wall clock if the machine slept", () => {
    const clock = new HandClock();
    const moment = new Moment(clock);
    clock.turn(10);
    clock.sleep(3_600_000);
    assert.equal(moment.age, 3_600_010);
  });

  it("is that of the monotonic clock if the wall clock was set back", () => {
    const clock = new HandClock();
    const moment = new Moment(clock);
    clock.sleep(-3_600_000);
    clock.turn(70_000);
    assert.equal(moment.age, 70_000);
  });
});
