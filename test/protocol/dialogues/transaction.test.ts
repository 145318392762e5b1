import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Envelope } from "envoi";
import type { TransactionOutcome } from "#src/protocol/dialogues/ledger.js";
import type { MailTransaction } from "#src/protocol/dialogues/mail-transaction.js";
import { type TransactionManner, transaction } from "#src/protocol/dialogues/transaction.js";
import type { Reply } from "#src/protocol/reply.js";
import type { Outcome } from "#src/protocol/send-report.js";
import { brokenAtEachStep, converse } from "./transcript.js";

const together: TransactionManner = { pipelining: true, reset: false };
const stepwise: TransactionManner = { pipelining: false, reset: false };

function mail(to: readonly string[], content = "Subject: x\r\n\r\n.dot\r\n"): MailTransaction {
  return {
    envelope: Envelope.of("a@x.test", to),
    parameters: {},
    content: [Buffer.from(content)],
  };
}

const one = mail(["b@y.test"]);
const three = mail(["b@y.test", "c@y.test", "d@y.test"]);

function outcomes({ recipients }: TransactionOutcome): Outcome[] {
  return recipients.map(({ outcome }) => outcome);
}

describe("a transaction with pipelining", () => {
  it("says the envelope in one flight, then the content with its dots doubled", () => {
    const outcome = converse(
      transaction(three, together),
      `C: MAIL FROM:<a@x.test>
       C: RCPT TO:<b@y.test>
       C: RCPT TO:<c@y.test>
       C: RCPT TO:<d@y.test>
       C: DATA
       S: 250 ok
       S: 250 ok
       S: 251 will forward
       S: 250 ok
       S: 354 go ahead
       C: Subject: x
       C:
       C: ..dot
       C: .
       S: 250 2.0.0 queued as 1`,
    );
    assert.deepEqual(outcomes(outcome), ["accepted", "accepted", "accepted"]);
    assert.equal(outcome.failure, undefined);
    assert.equal(outcome.reusable, true);
    assert.equal(String(outcome.reply), "250 2.0.0 queued as 1");
  });

  it("sends to those that are left where some are refused, and tells the first refusal", () => {
    const outcome = converse(
      transaction(three, together),
      `C: MAIL FROM:<a@x.test>
       C: RCPT TO:<b@y.test>
       C: RCPT TO:<c@y.test>
       C: RCPT TO:<d@y.test>
       C: DATA
       S: 250 ok
       S: 550 5.1.1 unknown
       S: 250 ok
       S: 450 4.2.1 busy
       S: 354 go ahead
       C: Subject: x
       C:
       C: ..dot
       C: .
       S: 250 queued`,
    );
    assert.deepEqual(outcomes(outcome), ["refused", "accepted", "refused"]);
    assert.equal(String(outcome.recipients[2]?.reply), "450 4.2.1 busy");
    assert.equal(outcome.failure?.reply?.code, 550);
    assert.equal(outcome.reusable, true);
  });

  it("sends a lone dot where all are refused and the server waits for content, and only then", () => {
    const refused = `C: MAIL FROM:<a@x.test>
       C: RCPT TO:<b@y.test>
       C: DATA
       S: 250 ok
       S: 550 5.1.1 unknown`;
    const asked = converse(
      transaction(one, together),
      `${refused}
       S: 354 go ahead
       C: .
       S: 554 5.5.1 no recipients`,
    );
    const notAsked = converse(transaction(one, together), `${refused}\nS: 503 5.5.1 no recipients`);
    for (const outcome of [asked, notAsked]) {
      assert.deepEqual(outcomes(outcome), ["refused"]);
      assert.equal(String(outcome.recipients[0]?.reply), "550 5.1.1 unknown");
      assert.equal(String(outcome.failure?.reply), "550 5.1.1 unknown");
      assert.equal(outcome.reusable, true);
    }
  });

  it("sends no lone dot where the sender is refused but a recipient is not: it would be an empty mail", () => {
    const outcome = converse(
      transaction(one, together),
      `C: MAIL FROM:<a@x.test>
       C: RCPT TO:<b@y.test>
       C: DATA
       S: 553 5.1.8 sender unknown
       S: 250 ok
       S: 354 go ahead`,
    );
    assert.deepEqual(outcomes(outcome), ["refused"]);
    assert.equal(outcome.failure?.phase, "mail");
    assert.equal(outcome.failure?.reply?.code, 553);
    assert.equal(outcome.reusable, false);
  });

  it("blames the sender's refusal, not what follows from it", () => {
    const outcome = converse(
      transaction(one, together),
      `C: MAIL FROM:<a@x.test>
       C: RCPT TO:<b@y.test>
       C: DATA
       S: 452 4.3.1 disk full
       S: 503 MAIL first
       S: 503 MAIL first`,
    );
    assert.equal(String(outcome.recipients[0]?.reply), "452 4.3.1 disk full");
    assert.equal(outcome.failure?.transient, true);
  });

  it("puts RSET in the same flight where something may be left over", () => {
    const outcome = converse(
      transaction(one, { pipelining: true, reset: true }),
      `C: RSET
       C: MAIL FROM:<a@x.test>
       C: RCPT TO:<b@y.test>
       C: DATA
       S: 250 ok
       S: 250 ok
       S: 250 ok
       S: 354 go ahead
       C: Subject: x
       C:
       C: ..dot
       C: .
       S: 250 queued`,
    );
    assert.deepEqual(outcomes(outcome), ["accepted"]);
  });

  it("has not been sent where RSET is not obeyed: nobody knows whose mail the commands behind it were", () => {
    const outcome = converse(
      transaction(one, { pipelining: true, reset: true }),
      "C: RSET\nC: MAIL FROM:<a@x.test>\nC: RCPT TO:<b@y.test>\nC: DATA\nS: 500 what?",
    );
    assert.deepEqual(outcomes(outcome), ["not-sent"]);
    assert.deepEqual([outcome.failure?.kind, outcome.failure?.phase], ["protocol", "reset"]);
    assert.equal(outcome.reusable, false);
  });
});

describe("a transaction without pipelining", () => {
  it("says one command at a time", () => {
    const outcome = converse(
      transaction(one, { pipelining: false, reset: true }),
      `C: RSET
       S: 250 ok
       C: MAIL FROM:<a@x.test>
       S: 250 ok
       C: RCPT TO:<b@y.test>
       S: 250 ok
       C: DATA
       S: 354 go ahead
       C: Subject: x
       C:
       C: ..dot
       C: .
       S: 250 queued`,
    );
    assert.deepEqual(outcomes(outcome), ["accepted"]);
  });

  it("does not name recipients to a server that refused the sender", () => {
    const outcome = converse(transaction(three, stepwise), "C: MAIL FROM:<a@x.test>\nS: 550 5.7.1 no");
    assert.deepEqual(outcomes(outcome), ["refused", "refused", "refused"]);
    assert.equal(outcome.reusable, true);
  });

  it("does not say DATA where all recipients are refused", () => {
    const outcome = converse(
      transaction(one, stepwise),
      "C: MAIL FROM:<a@x.test>\nS: 250 ok\nC: RCPT TO:<b@y.test>\nS: 450 4.2.0 greylisted",
    );
    assert.deepEqual(outcomes(outcome), ["refused"]);
    assert.equal(outcome.failure?.transient, true);
  });
});

const envelopeAccepted = `C: MAIL FROM:<a@x.test>
  C: RCPT TO:<b@y.test>
  C: DATA
  S: 250 ok
  S: 250 ok`;
const contentSaid = `C: Subject: x
  C:
  C: ..dot
  C: .`;

describe("a refusal", () => {
  it("of the content refuses everybody who had been accepted", () => {
    const outcome = converse(
      transaction(one, together),
      `${envelopeAccepted}\nS: 354 go\n${contentSaid}\nS: 554 5.7.1 spam`,
    );
    assert.deepEqual(outcomes(outcome), ["refused"]);
    assert.equal(outcome.failure?.kind, "rejected");
    assert.equal(outcome.failure?.phase, "final");
    assert.equal(outcome.reusable, true);
  });

  it("for its size is told apart", () => {
    for (const [reply, kind] of [
      ["552 5.3.4 too big", "too-large"],
      ["552 too big", "too-large"],
      ["552 5.2.2 mailbox full", "rejected"],
    ]) {
      const outcome = converse(
        transaction(one, together),
        `${envelopeAccepted}\nS: 354 go\n${contentSaid}\nS: ${reply}`,
      );
      assert.equal(outcome.failure?.kind, kind, reply);
    }
  });

  it("of DATA refuses those whose RCPT had been accepted", () => {
    const outcome = converse(transaction(one, together), `${envelopeAccepted}\nS: 451 4.3.0 not now`);
    assert.deepEqual(outcomes(outcome), ["refused"]);
    assert.equal(outcome.failure?.phase, "data");
    assert.equal(outcome.failure?.transient, true);
  });

  it("by 421 or 521 refuses the mail only as the answer to its content, and the connection is not used again", () => {
    const transcripts = [
      ["C: MAIL FROM:<a@x.test>\nS: NO bye", "not-sent"],
      ["C: MAIL FROM:<a@x.test>\nS: 250 ok\nC: RCPT TO:<b@y.test>\nS: NO bye", "not-sent"],
      [
        "C: MAIL FROM:<a@x.test>\nS: 250 ok\nC: RCPT TO:<b@y.test>\nS: 250 ok\nC: DATA\nS: NO bye",
        "not-sent",
      ],
      [
        `C: MAIL FROM:<a@x.test>\nS: 250 ok\nC: RCPT TO:<b@y.test>\nS: 250 ok\nC: DATA\nS: 354 go\n${contentSaid}\nS: NO bye`,
        "refused",
      ],
    ] as const;
    for (const code of ["421", "521"]) {
      for (const [transcript, expected] of transcripts) {
        const used = { ...one, used: true };
        const outcome = converse(transaction(used, stepwise), transcript.replace("NO", code));
        assert.deepEqual(outcomes(outcome), [expected]);
        assert.equal(outcome.failure?.kind, expected === "refused" ? "rejected" : "connection");
        assert.equal(outcome.failure?.reply?.code, Number(code));
        assert.equal(outcome.recipients[0]?.reply?.code, Number(code));
        assert.equal(outcome.failure?.transient, code === "421");
        assert.equal(outcome.failure?.permanent, code === "521");
        assert.equal(outcome.reusable, false, transcript);
      }
    }
  });

  it("by 421 to RSET says that the connection had died: nothing is sent", () => {
    const outcome = converse(
      transaction(one, { pipelining: true, reset: true }),
      "C: RSET\nC: MAIL FROM:<a@x.test>\nC: RCPT TO:<b@y.test>\nC: DATA\nS: 421 4.4.2 timeout",
    );
    assert.deepEqual(outcomes(outcome), ["not-sent"]);
    assert.equal(outcome.failure?.kind, "connection");
    assert.equal(outcome.failure?.reply?.code, 421);
    assert.equal(outcome.reusable, false);
  });

  it("while content goes out is the server's answer to it, though the end was never said", () => {
    const outcome = converse(
      transaction(mail(["b@y.test"], "x".repeat(70_000)), together),
      `${envelopeAccepted}\nS: 354 go\nX: EPIPE\nS: 552 5.3.4 too big`,
    );
    assert.deepEqual(outcomes(outcome), ["refused"]);
    assert.equal(outcome.failure?.kind, "too-large");
    assert.equal(outcome.reusable, false);
  });
});

describe("a server that answers what makes no sense", () => {
  it("such as 250 to DATA gets no content, and the mail is not sent", () => {
    const outcome = converse(transaction(one, together), `${envelopeAccepted}\nS: 250 ok`);
    assert.deepEqual(outcomes(outcome), ["not-sent"]);
    assert.equal(outcome.failure?.kind, "protocol");
    assert.equal(outcome.reusable, false);
  });

  it("such as 250 to DATA is left, also where all or some recipients were refused", () => {
    const all = converse(
      transaction(one, together),
      "C: MAIL FROM:<a@x.test>\nC: RCPT TO:<b@y.test>\nC: DATA\nS: 250 ok\nS: 550 no\nS: 250 ok",
    );
    assert.deepEqual(outcomes(all), ["refused"]);
    assert.equal(all.failure?.reply?.code, 550);
    assert.equal(all.reusable, false);
    const some = converse(
      transaction(mail(["b@y.test", "c@y.test"]), together),
      `C: MAIL FROM:<a@x.test>
       C: RCPT TO:<b@y.test>
       C: RCPT TO:<c@y.test>
       C: DATA
       S: 250 ok
       S: 550 no
       S: 250 ok
       S: 250 ok`,
    );
    assert.deepEqual(outcomes(some), ["refused", "not-sent"]);
    assert.equal(some.failure?.kind, "protocol");
    assert.equal(some.reusable, false);
  });

  it("such as 354 to MAIL or RCPT is left at once", () => {
    const atMail = converse(
      transaction(one, together),
      "C: MAIL FROM:<a@x.test>\nC: RCPT TO:<b@y.test>\nC: DATA\nS: 354 go",
    );
    const atRcpt = converse(
      transaction(one, stepwise),
      "C: MAIL FROM:<a@x.test>\nS: 250 ok\nC: RCPT TO:<b@y.test>\nS: 354 go",
    );
    for (const outcome of [atMail, atRcpt]) {
      assert.deepEqual(outcomes(outcome), ["not-sent"]);
      assert.equal(outcome.failure?.kind, "protocol");
      assert.equal(outcome.reusable, false);
    }
  });

  it("such as 354 to the content leaves it unknown", () => {
    const outcome = converse(
      transaction(one, together),
      `${envelopeAccepted}\nS: 354 go\n${contentSaid}\nS: 354 more`,
    );
    assert.deepEqual(outcomes(outcome), ["unknown"]);
    assert.equal(outcome.failure?.kind, "protocol");
    assert.equal(outcome.reusable, false);
  });
});

describe("a connection that is lost", () => {
  /** What must be known of each recipient, from nothing but what had been said and heard. */
  function expected(said: string, heard: readonly Reply[], reset: boolean): Outcome[] {
    const [mailReply, ...rest] = heard.slice(reset ? 1 : 0);
    const ended = /(^|\n)\.\n$/.test(said);
    return three.envelope.to.map((_, i) => {
      if (mailReply?.positive === false || rest[i]?.positive === false) return "refused";
      return ended ? "unknown" : "not-sent";
    });
  }

  for (const pipelining of [true, false]) {
    for (const reset of [true, false]) {
      for (const rcpt of [
        ["250 ok", "250 ok", "250 ok"],
        ["250 ok", "550 no", "450 later"],
        ["550 no", "550 no", "550 no"],
      ]) {
        const manner = { pipelining, reset };
        it(`leaves ${rcpt.map((reply) => reply.slice(0, 3))} settled at every step, ${JSON.stringify(manner)}`, () => {
          const replies = [...(reset ? ["250 ok"] : []), "250 ok", ...rcpt, "354 go", "250 queued"];
          const broken = brokenAtEachStep(() => transaction(three, manner), replies);
          assert.ok(broken.length >= (pipelining ? 7 : 8), `${broken.length}`);
          for (const { value, said, heard, phase } of broken) {
            assert.deepEqual(outcomes(value), expected(said, heard, reset), `${phase}:\n${said}`);
            assert.equal(value.reusable, false);
            const allRefused = outcomes(value).every((outcome) => outcome === "refused");
            assert.equal(value.failure?.kind, allRefused ? "rejected" : "connection");
          }
        });
      }
    }
  }

  it("within content too large for one write is not sent, until the last octet has gone", () => {
    const large = mail(["b@y.test"], `${"x".repeat(998)}\r\n`.repeat(200));
    const broken = brokenAtEachStep(
      () => transaction(large, together),
      ["250 ok", "250 ok", "354 go", "250 queued"],
    );
    assert.deepEqual(
      broken.map(({ phase, value }) => [phase, ...outcomes(value)]),
      [
        ["mail", "not-sent"],
        ["mail", "not-sent"],
        ["rcpt", "not-sent"],
        ["data", "not-sent"],
        ["content", "not-sent"],
        ["content", "not-sent"],
        ["final", "unknown"],
      ],
    );
  });
});

describe("the content", () => {
  it("without a line end at its end gets one, and none is added otherwise", () => {
    for (const [content, said] of [
      ["", "C: ."],
      [".", "C: ..\nC: ."],
      ["x\r\n", "C: x\nC: ."],
      ["x", "C: x\nC: ."],
      ["x\r\n\r\n", "C: x\nC:\nC: ."],
      ["..\r\n.", "C: ...\nC: ..\nC: ."],
    ] as const) {
      const outcome = converse(
        transaction(mail(["b@y.test"], content), together),
        `${envelopeAccepted}\nS: 354 go\n${said}\nS: 250 queued`,
      );
      assert.deepEqual(outcomes(outcome), ["accepted"]);
    }
  });

  it("is announced when it begins, and not where there is none to send", () => {
    let begun = 0;
    const contentStarts = () => {
      begun++;
    };
    converse(
      transaction({ ...one, contentStarts }, together),
      "C: MAIL FROM:<a@x.test>\nC: RCPT TO:<b@y.test>\nC: DATA\nS: 250 ok\nS: 550 no\nS: 354 go\nC: .\nS: 250 ok",
    );
    assert.equal(begun, 0);
    converse(
      transaction({ ...one, contentStarts }, together),
      `${envelopeAccepted}\nS: 354 go\n${contentSaid}\nS: 250 queued`,
    );
    assert.equal(begun, 1);
  });
});
