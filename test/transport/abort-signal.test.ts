import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { describe, it } from "node:test";
import { onAbort, underBoth } from "#src/transport/abort-signal.js";

describe("a callback that waits for a signal", () => {
  it("is called in order when it aborts, unless it was removed", () => {
    const { signal, abort } = controller();
    const done: number[] = [];
    const takeBack = [1, 2, 3, 4].map((number) => onAbort(signal, () => done.push(number)));
    takeBack[1]?.();
    abort();
    assert.deepEqual(done, [1, 3, 4]);
    for (const take of takeBack) take();
    assert.equal(getEventListeners(signal, "abort").length, 0);
  });

  it("shares one listener with all others, and none remains without callbacks", () => {
    const { signal, abort } = controller();
    const takeBack = Array.from({ length: 1000 }, () => onAbort(signal, () => assert.fail("taken back")));
    assert.equal(getEventListeners(signal, "abort").length, 1);
    for (const take of takeBack) take();
    assert.equal(getEventListeners(signal, "abort").length, 0);
    let done = 0;
    onAbort(signal, () => done++);
    abort();
    assert.equal(done, 1);
  });
});

describe("two signals", () => {
  it("cancel together, with the reason of the first", async () => {
    for (const which of [0, 1]) {
      const both = [controller(), controller()] as const;
      const reason = underBoth([both[0].signal, both[1].signal], async (signal) => {
        both[which]?.abort("why");
        return signal.reason;
      });
      assert.equal(await reason, "why");
      for (const { signal } of both) assert.equal(getEventListeners(signal, "abort").length, 0);
    }
  });

  it("cancel at once if one has already aborted", async () => {
    const aborted = await underBoth(
      [controller().signal, AbortSignal.abort()],
      async ({ aborted }) => aborted,
    );
    assert.equal(aborted, true);
  });
});

function controller(): { signal: AbortSignal; abort(reason?: unknown): void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: (reason) => controller.abort(reason) };
}
