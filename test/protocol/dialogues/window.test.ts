import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MOST_OCTETS, Window } from "#src/protocol/dialogues/window.js";
import { Reply } from "#src/protocol/reply.js";

function windowOf(most: number | (() => number)): Window {
  return new Window(typeof most === "number" ? () => most : most, Reply.of(250, "2.0.0", "Ok"));
}

function pass(window: Window, times: number): void {
  for (let i = 0; i < times; i++) window.passed();
}

describe("a window", () => {
  it("holds one mail at first, and doubles when as many as it holds have passed", () => {
    const window = windowOf(100);
    const sizes = [window.size];
    for (const size of [1, 2, 4, 8]) {
      pass(window, size - 1);
      assert.equal(window.size, size);
      window.passed();
      sizes.push(window.size);
    }
    assert.deepEqual(sizes, [1, 2, 4, 8, 16]);
  });

  it("never grows beyond the most that may be in flight", () => {
    const window = windowOf(5);
    pass(window, 100);
    assert.equal(window.size, 5);
    assert.equal(window.isOpen({ mails: 4, octets: 0 }), true);
    assert.equal(window.isOpen({ mails: 5, octets: 0 }), false);
  });

  it("follows the most when it is lowered meanwhile", () => {
    let most = 8;
    const window = windowOf(() => most);
    pass(window, 7);
    assert.equal(window.isOpen({ mails: 7, octets: 0 }), true);
    most = 2;
    assert.equal(window.isOpen({ mails: 2, octets: 0 }), false);
    assert.equal(window.isOpen({ mails: 1, octets: 0 }), true);
  });

  it("admits a second mail only while both have at most 256 kB", () => {
    const window = windowOf(8);
    pass(window, 7);
    const before = { mails: 1, octets: 1000 };
    assert.equal(window.admits(MOST_OCTETS - 1000, before), true);
    assert.equal(window.admits(MOST_OCTETS - 999, before), false);
  });

  it("admits a mail of any size if nothing is unanswered", () => {
    assert.equal(windowOf(1).admits(10 * MOST_OCTETS, { mails: 0, octets: 0 }), true);
  });

  it("is shut by a refusal until everything is answered, and then holds one mail again", () => {
    const window = windowOf(8);
    pass(window, 7);
    window.refused();
    assert.equal(window.isOpen({ mails: 0, octets: 0 }), false);
    assert.equal(window.admits(1, { mails: 0, octets: 0 }), false);
    // Mails that went out before the refusal was heard do not open it.
    pass(window, 3);
    assert.equal(window.size, 1);
    window.answered();
    assert.equal(window.isOpen({ mails: 0, octets: 0 }), true);
    assert.equal(window.isOpen({ mails: 1, octets: 0 }), false);
    window.passed();
    assert.equal(window.size, 2);
  });
});
