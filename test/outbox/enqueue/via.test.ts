import assert from "node:assert/strict";
import { test } from "node:test";
import { readVia } from "../../../src/outbox/enqueue/via.ts";

test("a transaction that can nest others, as TypeORM's, is taken if the database says that it is open", async () => {
  for (const open of [true, false]) {
    const asked: string[] = [];
    const via = {
      transaction: () => assert.fail("it is open already"),
      query: async (text: string) => {
        asked.push(text);
        if (!open)
          throw Object.assign(new Error("LOCK TABLE can only be used in transaction blocks"), {
            code: "25P01",
          });
        return [{ id: "1" }];
      },
    };
    const written = readVia(via as never, "via").query("insert");
    if (open) assert.deepEqual(await written, [{ id: "1" }]);
    else await assert.rejects(written, { kind: "configuration" });
    assert.equal(asked.length, open ? 2 : 1);
  }
});

test("a whole PGlite or outbox is no transaction", () => {
  for (const method of ["exec", "enqueue"])
    assert.throws(
      () => readVia({ query() {}, transaction() {}, [method]() {} } as never, "via"),
      /via: expected an open transaction/,
    );
});
