import assert from "node:assert/strict";
import { test } from "node:test";
import { LinkedQueue, type Place } from "#src/transport/linked-queue.js";
import { fc } from "../property.ts";

test("the first that came is taken first, and nobody from an empty line", () => {
  const line = new LinkedQueue<string>();
  assert.equal(line.take(), undefined);
  line.append("a");
  line.append("b");
  assert.equal(line.take(), "a");
  line.append("c");
  assert.deepEqual([line.take(), line.take(), line.take()], ["b", "c", undefined]);
});

test("who leaves is not taken, and can leave only once", () => {
  const line = new LinkedQueue<string>();
  line.append("a");
  const place = line.append("b");
  line.append("c");
  assert.equal(place.leave(), true);
  assert.equal(place.leave(), false);
  assert.deepEqual([...line], ["a", "c"]);
});

test("who was taken no longer stands in the line", () => {
  const line = new LinkedQueue<string>();
  const place = line.append("a");
  assert.equal(line.take(), "a");
  assert.equal(place.leave(), false);
});

test("all are seen, though each leaves as it is seen", () => {
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

test("a line holds what an array would hold, whoever comes, goes and is taken", () => {
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
