import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SharedToken, type TokenRequest } from "#src/transport/smtp/login/shared-token.js";

/** A source of tokens whose answers the test gives. */
class Asked {
  readonly requests: (TokenRequest & { answer(token: string): void; fail(error: Error): void })[] = [];
  readonly token: SharedToken = new SharedToken(
    (request) =>
      new Promise((answer, fail) => {
        this.requests.push({ ...request, answer, fail });
      }),
  );

  get count(): number {
    return this.requests.length;
  }
}

const { signal } = new AbortController();

describe("a shared token", () => {
  it("is fetched once for all concurrent requests, and again for a later one", async () => {
    const asked = new Asked();
    const all = [1, 2, 3].map(() => asked.token.get(undefined, signal));
    assert.equal(asked.count, 1);
    asked.requests[0]?.answer("one");
    assert.deepEqual(await Promise.all(all), ["one", "one", "one"]);
    const later = asked.token.get(undefined, signal);
    asked.requests[1]?.answer("two");
    assert.equal(await later, "two");
    assert.deepEqual(
      asked.requests.map(({ refused }) => refused),
      [false, false],
    );
  });

  it("is fetched again once after several refusals, even if one is late", async () => {
    const asked = new Asked();
    const first = asked.token.get(undefined, signal);
    asked.requests[0]?.answer("stale");
    await first;
    const both = [asked.token.get("stale", signal), asked.token.get("stale", signal)];
    assert.equal(asked.count, 2);
    assert.equal(asked.requests[1]?.refused, true);
    asked.requests[1]?.answer("fresh");
    assert.deepEqual(await Promise.all(both), ["fresh", "fresh"]);
    assert.equal(await asked.token.get("stale", signal), "fresh");
    assert.equal(asked.count, 2);
    const again = asked.token.get("fresh", signal);
    assert.equal(asked.count, 3);
    asked.requests[2]?.answer("fresher");
    assert.equal(await again, "fresher");
  });

  it("is fetched separately for a request after a refusal", async () => {
    const asked = new Asked();
    const plain = asked.token.get(undefined, signal);
    const refused = asked.token.get("stale", signal);
    const joining = asked.token.get(undefined, signal);
    assert.equal(asked.count, 2);
    asked.requests[1]?.answer("fresh");
    assert.deepEqual(await Promise.all([refused, joining]), ["fresh", "fresh"]);
    asked.requests[0]?.answer("stale");
    assert.equal(await plain, "stale");
  });

  it("fails for all waiting requests, and can be requested again", async () => {
    const asked = new Asked();
    const all = [1, 2].map(() => assert.rejects(asked.token.get(undefined, signal), /down/));
    asked.requests[0]?.fail(new Error("down"));
    await Promise.all(all);
    const again = asked.token.get(undefined, signal);
    asked.requests[1]?.answer("up");
    assert.equal(await again, "up");
    await assert.rejects(
      new SharedToken(() => {
        throw new Error("at once");
      }).get(undefined, signal),
      /at once/,
    );
  });

  it("is cancelled when all waiting requests have gone, not before, and is then fetched again", async () => {
    const asked = new Asked();
    const [one, two] = [new AbortController(), new AbortController()];
    void asked.token.get(undefined, one.signal);
    void asked.token.get(undefined, two.signal);
    one.abort();
    assert.equal(asked.requests[0]?.signal.aborted, false);
    two.abort();
    assert.equal(asked.requests[0]?.signal.aborted, true);
    const next = asked.token.get(undefined, signal);
    assert.equal(asked.count, 2);
    asked.requests[1]?.answer("next");
    asked.requests[0]?.answer("late");
    assert.equal(await next, "next");
    assert.equal(await asked.token.get("stale", signal), "next");
  });

  it("does not delay a request that is already cancelled", () => {
    const asked = new Asked();
    void asked.token.get(undefined, AbortSignal.abort());
    assert.equal(asked.requests[0]?.signal.aborted, true);
  });
});
