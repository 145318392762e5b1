import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConversationStates, type StateEvent } from "#src/protocol/server/conversation-state.js";

function after(...events: readonly StateEvent[]): ConversationStates {
  const states = new ConversationStates();
  for (const event of events) states.on(event);
  return states;
}

describe("ConversationStates", () => {
  it("follows a transaction from EHLO to its end", () => {
    const states = new ConversationStates();
    const seen = (["hello", "mail", "recipient", "recipient", "chunk", "chunk", "reset"] as const).map(
      (event) => {
        states.on(event);
        return `${states.state}${states.inTransaction ? " in a transaction" : ""}`;
      },
    );
    assert.deepEqual(seen, [
      "ready",
      "mail in a transaction",
      "recipients in a transaction",
      "recipients in a transaction",
      "chunks in a transaction",
      "chunks in a transaction",
      "ready",
    ]);
  });

  it("needs another EHLO after TLS, and after RSET if there was none", () => {
    assert.equal(after("hello", "mail", "secured").state, "fresh");
    assert.equal(after("reset").state, "fresh");
  });

  it("refuses an event that the command table does not allow", () => {
    const wrong: readonly (readonly StateEvent[])[] = [
      ["mail"],
      ["hello", "recipient"],
      ["hello", "mail", "chunk"],
    ];
    for (const events of wrong) assert.throws(() => after(...events), TypeError);
  });

  it("closes after 421 and 521, and after no other reply", () => {
    for (const code of [220, 250, 354, 420, 450, 500, 520, 554, 421, 521]) {
      const states = new ConversationStates();
      states.replied(code);
      assert.equal(states.closing, code === 421 || code === 521, String(code));
      states.replied(250);
      assert.equal(states.closing, code === 421 || code === 521, String(code));
    }
  });
});
