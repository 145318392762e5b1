import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Slots } from "#src/outbox/worker/slots.js";
import { fc } from "../../property.js";

interface Write {
  readonly ended: number;
  readonly marks: number;
  readonly written: (marked: number) => void;
}

describe("slots", () => {
  test("of results that are written are free for the marks of the same write", () => {
    const slots = new Slots(4);
    slots.begin(4, 0)(4);
    assert.equal(slots.free(0), 0);
    assert.equal(slots.free(3), 3);
  });

  test("that a write takes are not free for another before its answer, and those that it did not use are after it", () => {
    const slots = new Slots(4);
    const written = slots.begin(3, 0);
    assert.equal(slots.free(0), 1);
    written(2);
    assert.equal(slots.free(0), 2);
    assert.equal(slots.empty, false);
  });

  test("that a write frees are not free for another before its answer", () => {
    const slots = new Slots(4);
    slots.begin(4, 0)(4);
    const written = slots.begin(1, 3);
    assert.equal(slots.free(0), 0);
    written(1);
    assert.equal(slots.free(0), 2);
  });

  test("never let more mails be marked than the most, in whatever order two writes are carried out", () => {
    const step = fc.record({ write: fc.nat(1), ended: fc.nat(9), wanted: fc.nat(9), marked: fc.nat(9) });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(step, { maxLength: 40 }), (most, steps) => {
        const slots = new Slots(most);
        // What the table says, what has ended of it and is not being written, and two writes under way.
        let marked = 0;
        let ended = 0;
        const writes: (Write | undefined)[] = [];
        for (const each of steps) {
          const write = writes[each.write];
          if (write === undefined) {
            ended = Math.min(marked, ended + each.ended);
            const busy = writes.reduce((sum, other) => sum + (other?.ended ?? 0), 0);
            const results = Math.max(0, Math.min(ended, marked - busy));
            const marks = Math.min(each.wanted, slots.free(results));
            ended -= results;
            writes[each.write] = { ended: results, marks, written: slots.begin(marks, results) };
          } else {
            const done = Math.min(write.marks, each.marked);
            marked += done - write.ended;
            assert.ok(marked <= most, `${marked} of ${most}`);
            write.written(done);
            writes[each.write] = undefined;
          }
        }
      }),
    );
  });
});
