import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Address } from "envoi";
import type { Dialogue } from "#src/protocol/dialogue.js";
import { discards } from "#src/protocol/dialogues/bdat-probe.js";
import type { Reply } from "#src/protocol/reply.js";
import { converse } from "./transcript.js";

const from = Address.parse("a@x.test");
const flight = "C: MAIL FROM:<a@x.test>\nC: BDAT 6 LAST\nC: XXXX\nC: RSET\n";

describe("the proof that a server discards the chunks it refuses", () => {
  it("is a chunk without recipients that is refused, and nothing said to its octets", () => {
    const proved = (dialogue: Dialogue<Reply | undefined>, transcript: string) =>
      assert.equal(String(converse(dialogue, transcript)), "250 reset");
    proved(discards(from), `${flight}S: 250 ok\nS: 503 5.5.1 no recipients\nS: 250 reset`);
    proved(discards(from), `${flight}S: 250 ok\nS: 554 no recipients\nS: 250 reset`);
    const unicode = Address.parse("ä@x.test");
    const asked = flight.replace("<a@x.test>", "<ä@x.test> SMTPUTF8");
    proved(discards(unicode), `${asked}S: 250 ok\nS: 503 no\nS: 250 reset`);
    const bounce = flight.replace("a@x.test", "");
    proved(discards(null), `${bounce}S: 250 ok\nS: 503 no\nS: 250 reset`);
  });

  it("begins with RSET on a connection that may be dead", () => {
    const led = `C: RSET\n${flight}`;
    const replies = "S: 250 cleared\nS: 250 ok\nS: 503 no\nS: 250 reset";
    assert.equal(String(converse(discards(from, true), led + replies)), "250 reset");
    assert.throws(() => converse(discards(from, true), `${led}S: 421 idle too long`), { kind: "connection" });
  });

  it("is not given by a server that refuses the sender, or does not refuse the chunk for good", () => {
    for (const replies of [
      "550 no\nS: 503 no",
      "250 ok\nS: 451 later",
      "250 ok\nS: 250 queued",
      "251 ok\nS: 503 no",
      "250 ok\nS: 500 what is BDAT?",
      "250 ok\nS: 502 not implemented",
    ]) {
      assert.equal(converse(discards(from), `${flight}S: ${replies}\nS: 250 reset`), undefined, replies);
    }
  });

  it("ends the connection where the octets are answered: nobody can tell which reply is which", () => {
    for (const replies of ["250 ok\nS: 500 what?\nS: 500 XXXX?", "250 ok\nS: 503 no\nS: 421 bye"]) {
      assert.throws(() => converse(discards(from), `${flight}S: ${replies}`), { kind: "protocol" });
    }
  });
});
