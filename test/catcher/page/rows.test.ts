import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Summary } from "#src/catcher/page/api/mailpit.js";
import { pageLength, Rows } from "#src/catcher/page/state/rows.js";

/** Only the fields that rows look at. */
function mail(ID: string): Summary {
  return { ID, Read: false, Tags: [] } as unknown as Summary;
}

function ids(rows: Rows): (string | undefined)[] {
  return rows.all.map((row) => row?.ID);
}

const abc = Rows.none.resized(3).filled(0, [mail("c"), mail("b"), mail("a")]);

describe("the rows of the list", () => {
  test("have new mails on top, the last one first", () => {
    assert.deepEqual(ids(abc.arrived([mail("d"), mail("e")])), ["e", "d", "c", "b", "a"]);
  });

  test("have a mail once that comes as new after a page brought it", () => {
    assert.deepEqual(ids(abc.arrived([mail("c"), mail("d")])), ["d", "c", "b", "a"]);
    assert.equal(abc.arrived([mail("b")]), abc);
  });

  test("change only the mails that are named", () => {
    const changed = abc.updated(
      new Map([
        ["b", { Read: true }],
        ["x", { Read: true }],
      ]),
    );
    assert.deepEqual(
      changed.all.map((row) => row?.Read),
      [false, true, false],
    );
    assert.equal(abc.updated(new Map()), abc);
  });

  test("lose the mails that are deleted, and the oldest if the catcher has fewer", () => {
    assert.deepEqual(ids(abc.without(new Set(["b"]))), ["c", "a"]);
    assert.deepEqual(ids(abc.resized(2)), ["c", "b"]);
  });

  test("are unknown where nothing was loaded", () => {
    assert.deepEqual(ids(abc.resized(5)), ["c", "b", "a", undefined, undefined]);
    assert.deepEqual(abc.resized(5).gap(0, 5), { start: 0, limit: pageLength });
    assert.equal(abc.resized(5).gap(0, 3), undefined);
    assert.deepEqual(abc.resized(1_000).gap(500, 520), { start: 475, limit: pageLength });
  });

  test("have a mail in its new place only, if others came before a page did", () => {
    const moved = abc.resized(5).filled(2, [mail("b"), mail("a")]);
    assert.deepEqual(ids(moved), ["c", undefined, "b", "a", undefined]);
  });

  test("take nothing of a page that reaches over the end", () => {
    assert.deepEqual(ids(abc.filled(2, [mail("x"), mail("y")])), ["c", "b", "x"]);
  });
});
