import assert from "node:assert/strict";
import { test } from "node:test";
import { inSlices } from "#src/catcher/in-slices.js";

/** Works for longer than a slice. */
function work(): undefined {
  const end = performance.now() + 12;
  while (performance.now() < end);
}

test("lets other things happen between slices of the work", async () => {
  const happened: string[] = [];
  setImmediate(() => happened.push("other"));
  await inSlices(["one", "two", "three"], (item) => {
    happened.push(item);
    return work();
  });
  assert.equal(happened.length, 4);
  assert.deepEqual([happened[0], happened.at(-1)], ["one", "three"]);
});

test("does short work at once, and leaves out the rest when there is enough", async () => {
  const seen: number[] = [];
  const done = inSlices([1, 2, 3, 4], (item) => {
    seen.push(item);
    return item === 3 ? "enough" : undefined;
  });
  assert.deepEqual(seen, [1, 2, 3]);
  await done;
});

test("ends between slices when nobody needs the result any more", async () => {
  const controller = new AbortController();
  const seen: number[] = [];
  const endless = function* () {
    for (let number = 1; ; number++) yield number;
  };
  await assert.rejects(
    inSlices(
      endless(),
      (item) => {
        seen.push(item);
        if (item === 2) controller.abort(new Error("gone"));
        return work();
      },
      controller.signal,
    ),
    /gone/,
  );
  assert.deepEqual(seen, [1, 2]);
});
