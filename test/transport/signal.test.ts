import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { describe, it } from "node:test";
import { onAbort, underBoth } from "#src/transport/signal.js";

describe("what waits for a signal", () => {
  it("is done when that aborts, in order, unless it was taken back", () => {
    const { signal, abort } = controller();
    const done: number[] = [];
    const takeBack = [1, 2, 3, 4].map((number) => onAbort(signal, () => done.push(number)));
    takeBack[1]?.();
    abort();
    assert.deepEqual(done, [1, 3, 4]);
    for (const take of takeBack) take();
    assert.equal(getEventListeners(signal, "abort").length, 0);
  });

  it("is behind one listener, however much it is, and behind none when it is nothing", () => {
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
  it("call off together, with the reason of the one that did", async () => {
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

  it("of which one has aborted before do so at once", async () => {
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
