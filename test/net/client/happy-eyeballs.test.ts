import assert from "node:assert/strict";
import { Socket } from "node:net";
import { describe, it } from "node:test";
import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { attemptDelay, race, type Winner } from "#src/net/client/happy-eyeballs.js";
import { HandClock } from "../hand-clock.js";

/** A race among sockets that do nothing but what the test has them do. */
class Race {
  readonly clock = new HandClock();
  readonly controller = new AbortController();
  /** The attempts so far, in order. */
  readonly dialled = new Map<string, Socket>();
  readonly failures: string[] = [];
  readonly outcome: Promise<Winner | undefined>;

  constructor(...addresses: string[]) {
    this.outcome = race({
      addresses,
      clock: this.clock,
      delay: 250,
      signal: this.controller.signal,
      dial: (address) => {
        const socket = new Socket();
        this.dialled.set(address, socket);
        return socket;
      },
      failed: (address, error) => this.failures.push(`${address} ${error.message}`),
    });
    this.outcome.catch(() => {});
  }

  get tried(): string[] {
    return [...this.dialled.keys()];
  }

  answer(address: string): void {
    this.dialled.get(address)?.emit("connect");
  }

  fail(address: string, message = "ECONNREFUSED"): void {
    this.dialled.get(address)?.emit("error", new Error(message));
  }

  /** Those that were given up. */
  get destroyed(): string[] {
    return this.tried.filter((address) => this.dialled.get(address)?.destroyed);
  }
}

describe("happy eyeballs", () => {
  it("take the first address alone, if it answers in a quarter of a second", async () => {
    const race = new Race("a", "b");
    race.clock.turn(249);
    assert.deepEqual(race.tried, ["a"]);
    race.answer("a");
    assert.equal((await race.outcome)?.address, "a");
    race.clock.turn(10_000);
    assert.deepEqual(race.tried, ["a"]);
    assert.equal(race.clock.timers, 0);
  });

  it("try the next beside one that hesitates, and take whichever answers first", async () => {
    for (const winner of ["a", "b", "c"]) {
      const race = new Race("a", "b", "c", "d");
      race.clock.turn(250);
      assert.deepEqual(race.tried, ["a", "b"]);
      race.clock.turn(250);
      assert.deepEqual(race.tried, ["a", "b", "c"]);
      race.answer(winner);
      const won = await race.outcome;
      assert.equal(won?.address, winner);
      assert.equal(won?.socket, race.dialled.get(winner));
      assert.deepEqual(
        race.destroyed,
        ["a", "b", "c"].filter((address) => address !== winner),
      );
      assert.equal(race.clock.timers, 0);
    }
  });

  it("go on at once behind one that fails", async () => {
    const race = new Race("a", "b", "c");
    race.fail("a");
    race.fail("b", "EHOSTUNREACH");
    assert.deepEqual(race.tried, ["a", "b", "c"]);
    race.answer("c");
    assert.equal((await race.outcome)?.address, "c");
    assert.deepEqual(race.failures, ["a ECONNREFUSED", "b EHOSTUNREACH"]);
  });

  it("end without a winner when the last has failed, not before", async () => {
    const race = new Race("a", "b");
    let ended = false;
    void race.outcome.then(() => {
      ended = true;
    });
    race.clock.turn(250);
    race.fail("b");
    await turnOfTheLoop();
    assert.equal(ended, false);
    race.fail("a");
    assert.equal(await race.outcome, undefined);
    assert.deepEqual(race.failures, ["b ECONNREFUSED", "a ECONNREFUSED"]);
    assert.equal(race.clock.timers, 0);
  });

  it("are not disturbed by what a loser does later", async () => {
    const race = new Race("a", "b", "c");
    race.clock.turn(250);
    race.answer("b");
    race.answer("a");
    race.fail("a");
    race.fail("b");
    assert.equal((await race.outcome)?.address, "b");
    assert.deepEqual(race.failures, []);
    assert.deepEqual(race.tried, ["a", "b"]);
  });

  it("end when they are called off, and leave nothing behind", async () => {
    const race = new Race("a", "b", "c");
    race.clock.turn(250);
    race.controller.abort(new Error("enough"));
    await assert.rejects(race.outcome, /enough/);
    assert.deepEqual(race.destroyed, ["a", "b"]);
    race.clock.turn(10_000);
    assert.deepEqual(race.tried, ["a", "b"]);
    assert.equal(race.clock.timers, 0);
  });

  it("begin with the last address, of however many, while half of the time is left", () => {
    assert.equal(attemptDelay(2, 10_000), 250);
    for (const [count, limit] of [
      [2, 10_000],
      [20, 10_000],
      [40, 10_000],
      [500, 10_000],
      [3, 100],
    ] as const) {
      const last = (count - 1) * attemptDelay(count, limit);
      assert.ok(last <= limit / 2, `${count} addresses in ${limit} ms`);
    }
  });
});
