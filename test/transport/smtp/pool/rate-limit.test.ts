import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import { RateLimit } from "#src/transport/smtp/pool/rate-limit.js";
import { fc } from "../../../property.ts";

describe("a rate", () => {
  it("allows its number of mails at once, and the next when the first is an interval old", () => {
    const rate = new RateLimit({ messages: 2, interval: 100 });
    for (const now of [0, 30]) {
      assert.equal(rate.wait(now), 0);
      rate.reserve();
      rate.begin(now);
    }
    assert.equal(rate.wait(30), 70);
    assert.equal(rate.wait(99), 1);
    assert.equal(rate.wait(100), 0);
    rate.reserve();
    rate.begin(100);
    assert.equal(rate.wait(100), 30);
  });

  it("counts a mail that may go and has not begun yet", () => {
    const rate = new RateLimit({ messages: 1, interval: 100 });
    rate.reserve();
    assert.equal(rate.wait(0), Number.POSITIVE_INFINITY);
    assert.equal(rate.wait(1000), Number.POSITIVE_INFINITY);
    rate.begin(1000);
    assert.equal(rate.wait(1000), 100);
    assert.equal(rate.wait(1100), 0);
  });

  it("gives back the place of a mail that did not begin", () => {
    const rate = new RateLimit({ messages: 1, interval: 100 });
    rate.reserve();
    rate.release();
    assert.equal(rate.wait(0), 0);
  });

  it("counts a mail that is tried again once more", () => {
    const rate = new RateLimit({ messages: 2, interval: 100 });
    rate.reserve();
    rate.begin(0);
    rate.reserve();
    rate.begin(50);
    assert.equal(rate.wait(60), 40);
  });

  it("reports how many may go at once", () => {
    const rate = new RateLimit({ messages: 3, interval: 100 });
    assert.equal(rate.room(0), 3);
    rate.reserve();
    assert.equal(rate.room(0), 2);
    rate.begin(10);
    assert.equal(rate.room(109), 2);
    assert.equal(rate.room(110), 3);
  });
});

test("no interval, whenever it begins, has more mails than the rate allows", () => {
  fc.assert(
    fc.property(
      fc.record({ messages: fc.integer({ min: 1, max: 5 }), interval: fc.integer({ min: 1, max: 50 }) }),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.constantFrom("go", "begin", "give up")), {
        maxLength: 3000,
      }),
      (given, steps) => {
        const rate = new RateLimit(given);
        const begun: number[] = [];
        let now = 0;
        let let_go = 0;
        for (const [pause, step] of steps) {
          now += pause;
          if (step === "go" && rate.wait(now) === 0) {
            rate.reserve();
            let_go++;
          } else if (step !== "go" && let_go > 0) {
            let_go--;
            if (step === "begin") {
              rate.begin(now);
              begun.push(now);
            } else rate.release();
          }
          if (let_go === 0 && rate.wait(now) > 0) {
            // It waits for no longer than it must.
            const oldest = begun.at(-given.messages) ?? Number.NaN;
            assert.equal(rate.wait(now), oldest + given.interval - now);
          }
        }
        for (const [i, first] of begun.entries()) {
          const beyond = begun[i + given.messages];
          assert.ok(beyond === undefined || beyond - first >= given.interval);
        }
      },
    ),
  );
});
