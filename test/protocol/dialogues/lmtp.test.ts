import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Envelope } from "envoi";
import { Chain } from "#src/protocol/dialogues/chain.js";
import type { TransactionOutcome } from "#src/protocol/dialogues/ledger.js";
import type { ChainedMail } from "#src/protocol/dialogues/mail-in-flight.js";
import type { MailTransaction } from "#src/protocol/dialogues/mail-transaction.js";
import { transaction } from "#src/protocol/dialogues/transaction.js";
import type { Reply } from "#src/protocol/reply.js";
import type { Outcome } from "#src/protocol/send-report.js";
import { brokenAtEachStep, converse } from "./transcript.js";

const mail: MailTransaction = {
  envelope: Envelope.of("a@x.test", ["b@y.test", "c@y.test", "d@y.test"]),
  parameters: {},
  content: "hello\r\n",
};
const binary: MailTransaction = { ...mail, parameters: { BODY: "BINARYMIME" } };
const together = { pipelining: true, reset: false, dialect: "lmtp" } as const;
const stepwise = { ...together, pipelining: false };

const recipients = "C: RCPT TO:<b@y.test>\nC: RCPT TO:<c@y.test>\nC: RCPT TO:<d@y.test>\n";
const envelope = `C: MAIL FROM:<a@x.test>\n${recipients}C: DATA\n`;
const content = "C: hello\nC: .\n";

function outcomes({ recipients }: TransactionOutcome): string[] {
  return recipients.map(({ outcome, reply }) => `${outcome} ${reply ?? ""}`.trim());
}

describe("a transaction over LMTP", () => {
  it("has a reply to the content for each recipient that was accepted, in their order", () => {
    const outcome = converse(
      transaction(mail, together),
      `${envelope}S: 250 ok\nS: 250 ok\nS: 550 5.1.1 who?\nS: 250 ok\nS: 354 go\n${content}S: 250 kept\nS: 452 4.2.2 full`,
    );
    assert.deepEqual(outcomes(outcome), [
      "accepted 250 kept",
      "refused 550 5.1.1 who?",
      "refused 452 4.2.2 full",
    ]);
    assert.equal(outcome.reusable, true);
    assert.equal(outcome.failure?.reply?.code, 550);
    assert.equal(String(outcome.reply), "250 kept");
  });

  it("is the same without pipelining", () => {
    const outcome = converse(
      transaction(mail, stepwise),
      `C: MAIL FROM:<a@x.test>\nS: 250 ok\nC: RCPT TO:<b@y.test>\nS: 450 later\nC: RCPT TO:<c@y.test>\nS: 250 ok
       C: RCPT TO:<d@y.test>\nS: 250 ok\nC: DATA\nS: 354 go\n${content}S: 554 no\nS: 250 kept`,
    );
    assert.deepEqual(outcomes(outcome), ["refused 450 later", "refused 554 no", "accepted 250 kept"]);
  });

  it("tells the first refusal of the content where all recipients had been accepted", () => {
    const outcome = converse(
      transaction(mail, together),
      `${envelope}S: 250 ok\nS: 250 ok\nS: 250 ok\nS: 250 ok\nS: 354 go\n${content}S: 250 kept\nS: 452 full\nS: 554 no`,
    );
    assert.deepEqual(outcomes(outcome), ["accepted 250 kept", "refused 452 full", "refused 554 no"]);
    assert.equal(String(outcome.failure?.reply), "452 full");
    assert.equal(outcome.failure?.phase, "final");
  });

  it("has as many replies to the last chunk of BDAT", () => {
    const outcome = converse(
      transaction(binary, together),
      `C: MAIL FROM:<a@x.test> BODY=BINARYMIME\n${recipients}S: 250 ok\nS: 250 ok\nS: 550 no\nS: 250 ok
       C: BDAT 7 LAST\nC: hello\nS: 250 kept\nS: 554 no`,
    );
    assert.deepEqual(outcomes(outcome), ["accepted 250 kept", "refused 550 no", "refused 554 no"]);
  });

  it("gives no content for nobody, and leaves a server that waits for it", () => {
    const refused = `${envelope}S: 250 ok\nS: 550 no\nS: 550 no\nS: 550 no\n`;
    const asked = converse(transaction(mail, together), `${refused}S: 354 go`);
    const notAsked = converse(transaction(mail, together), `${refused}S: 503 no recipients`);
    assert.deepEqual([asked.reusable, notAsked.reusable], [false, true]);
    for (const outcome of [asked, notAsked]) {
      assert.deepEqual(outcomes(outcome), Array(3).fill("refused 550 no"));
      assert.equal(outcome.failure?.phase, "rcpt");
    }
  });

  it("leaves unknown those whose reply was lost, and no others", () => {
    const replies = ["250", "250", "550", "250", "354", "250 kept", "250 kept"];
    const broken = brokenAtEachStep(() => transaction(mail, together), replies);
    const expected = (said: string, heard: readonly Reply[]): Outcome[] => {
      const open = said.endsWith("\n.\n") ? "unknown" : "not-sent";
      const refused = heard.length > 2 ? "refused" : open;
      return [heard.length > 5 ? "accepted" : open, refused, open];
    };
    for (const { value, said, heard } of broken) {
      assert.deepEqual(
        value.recipients.map(({ outcome }) => outcome),
        expected(said, heard),
        `${heard.length} replies`,
      );
    }
    assert.equal(broken.length, 9);
  });

  it("goes on with the next mail where all the replies to one have come", () => {
    const told: string[] = [];
    const chained = (): ChainedMail => ({ ...mail, settle: (outcome) => told.push(...outcomes(outcome)) });
    const waiting = [chained()];
    const chain = new Chain(() => waiting.shift(), { pipelining: true, chaining: true, dialect: "lmtp" });
    const accepted = "S: 250 ok\n".repeat(4);
    const end = converse(
      chain.handOver(chained(), { stale: false, unclean: false }),
      `${envelope}${accepted}S: 354 go\n${content}${envelope}S: 250 a\nS: 250 b\nS: 250 c\n${accepted}S: 354 go
       ${content}S: 250 d\nS: 250 e\nS: 250 f`,
    );
    assert.deepEqual(told.map((line) => line.slice(-1)).join(""), "abcdef");
    assert.equal(end.reusable, true);
  });
});
