import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ClaimedMail } from "#src/outbox/worker/claimed-mail.js";
import { Heads } from "#src/outbox/worker/heads.js";

/** Mails by their queues: `a 5` is mail 5 of tenant a, `a+1 5` the same with priority 1. */
function mails(...names: string[]): ClaimedMail[] {
  return names.map((name) => {
    const [queue = "", id = ""] = name.split(" ");
    const [tenant = "", priority = "0"] = queue.split("+");
    return { id, tenant, priority: Number(priority) } as ClaimedMail;
  });
}

/** Where it goes on, in the same words. */
function goesOn(heads: Heads, now = 10, most = 100, blocked: string[] = []): string[] {
  return heads
    .at(now, most, blocked)
    .map(({ tenant, priority, id }) => `${tenant}${priority === 0 ? "" : `+${priority}`} ${id}`);
}

/** Heads after a round of one look that took a millisecond. */
function after(...names: string[]): Heads {
  const heads = new Heads();
  heads.looked(mails(...names), 0, 1, true);
  return heads;
}

function wentOn(heads: Heads, most: number, share: number, ...names: string[]): void {
  heads.wentOn(heads.at(10, most, []), mails(...names), share);
}

describe("heads", () => {
  test("go on behind the last mail of each queue", () => {
    const heads = after("a 7", "a 9", "a 8", "b 12", "a+5 30");
    assert.deepEqual(goesOn(heads), ["a 9", "a+5 30", "b 12"]);
  });

  test("compare ids as numbers, also above 2^53", () => {
    const heads = after("a 9007199254740993", "a 9007199254740992", "b 9", "b 10");
    assert.deepEqual(goesOn(heads), ["a 9007199254740993", "b 10"]);
  });

  test("want a look before the first round, and until a round has ended", () => {
    const heads = new Heads();
    assert.deepEqual(goesOn(heads), []);
    heads.looked(mails("a 1"), 0, 1, false);
    assert.deepEqual(goesOn(heads), []);
    heads.looked(mails("b 2"), 2, 3, true);
    assert.deepEqual(goesOn(heads), ["a 1", "b 2"]);
  });

  test("want the next look after ten times as long as the looks of a round took, between 100 and 250 ms", () => {
    for (const [time, rest] of [
      [1, 100],
      [20, 200],
      [80, 250],
    ] as const) {
      const heads = new Heads();
      // A pause between two looks does not count.
      heads.looked(mails("a 1"), 0, time / 2, false);
      heads.looked(mails("b 2"), 1000, 1000 + time / 2, true);
      const ended = 1000 + time / 2;
      assert.equal(goesOn(heads, ended + rest - 1).length, 2, `${time}`);
      assert.equal(goesOn(heads, ended + rest).length, 0, `${time}`);
    }
  });

  test("give the turn to at most as many tenants as mails are asked for, and to all in the end", () => {
    const heads = after("a 1", "b 2", "c 3");
    assert.deepEqual(goesOn(heads, 10, 2), ["a 1", "b 2"]);
    wentOn(heads, 2, 1, "a 4", "b 5");
    assert.deepEqual(goesOn(heads, 10, 2), ["c 3", "a 4"]);
    wentOn(heads, 2, 1, "c 6", "a 7");
    assert.deepEqual(goesOn(heads, 10, 2), ["b 5", "c 6"]);
  });

  test("pass over tenants that are blocked", () => {
    const heads = after("a 1", "b 2", "c 3");
    assert.deepEqual(goesOn(heads, 10, 1, ["a"]), ["b 2"]);
    assert.deepEqual(goesOn(heads, 10, 2, ["a", "b", "c"]), []);
  });

  test("forget a tenant that gave nothing", () => {
    const heads = after("a 1", "b 2");
    wentOn(heads, 2, 1, "b 3");
    assert.deepEqual(goesOn(heads), ["b 3"]);
    wentOn(heads, 2, 1);
    assert.deepEqual(goesOn(heads), []);
  });

  test("forget a queue that gave nothing only if its tenant got less than its share", () => {
    const heads = after("a+5 1", "a 2");
    wentOn(heads, 1, 2, "a+5 3", "a+5 4");
    assert.deepEqual(goesOn(heads), ["a+5 4", "a 2"]);
    wentOn(heads, 1, 2, "a+5 5");
    assert.deepEqual(goesOn(heads), ["a+5 5"]);
  });

  test("do not go back to a mail that is tried again", () => {
    const heads = after("a 50");
    heads.looked(mails("a 3"), 200, 201, true);
    assert.deepEqual(goesOn(heads, 210), ["a 50"]);
  });

  test("forget in a round the queues that it does not find", () => {
    const heads = after("a 1", "b 2");
    heads.looked(mails("b 3", "b+1 4"), 200, 201, true);
    assert.deepEqual(goesOn(heads, 210), ["b 3", "b+1 4"]);
  });
});
