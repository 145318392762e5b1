import assert from "node:assert/strict";
import { test } from "node:test";
import { LinkedQueue, type Place } from "#src/transport/linked-queue.js";
import { fc } from "../property.ts";

test("a queue gives the first item first, and nothing when it is empty", () => {
  const line = new LinkedQueue<string>();
  assert.equal(line.take(), undefined);
  line.append("a");
  line.append("b");
  assert.equal(line.take(), "a");
  line.append("c");
  assert.deepEqual([line.take(), line.take(), line.take()], ["b", "c", undefined]);
});

test("an item that leaves is not taken, and leaves only once", () => {
  const line = new LinkedQueue<string>();
  line.append("a");
  const place = line.append("b");
  line.append("c");
  assert.equal(place.leave(), true);
  assert.equal(place.leave(), false);
  assert.deepEqual([...line], ["a", "c"]);
});

test("an item that was taken is no longer in the queue", () => {
  const line = new LinkedQueue<string>();
  const place = line.append("a");
  assert.equal(line.take(), "a");
  assert.equal(place.leave(), false);
});

test("iteration sees every item, even if each leaves when it is seen", () => {
  const line = new LinkedQueue<number>();
  const places = [0, 1, 2].map((value) => line.append(value));
  const seen: number[] = [];
  for (const value of line) {
    seen.push(value);
    places[value]?.leave();
  }
  assert.deepEqual(seen, [0, 1, 2]);
  assert.deepEqual([...line], []);
});

test("a queue behaves like an array, whatever is added, removed and taken", () => {
  const action = fc.oneof(fc.constant("append"), fc.constant("take"), fc.nat());
  fc.assert(
    fc.property(fc.array(action), (actions) => {
      const line = new LinkedQueue<number>();
      const places: Place<number>[] = [];
      let model: number[] = [];
      for (const step of actions) {
        if (step === "append") {
          model.push(places.length);
          places.push(line.append(places.length));
        } else if (step === "take") {
          assert.equal(line.take(), model.shift());
        } else if (places.length > 0) {
          const value = Number(step) % places.length;
          assert.equal(places[value]?.leave(), model.includes(value));
          model = model.filter((other) => other !== value);
        }
        assert.deepEqual([...line], model);
      }
    }),
  );
});
