import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Envelope, type RecipientOutcome, Reply, SendError, type SendReport } from "envoi";
import { Failure } from "#src/protocol/failure.js";
import { SmtpError } from "#src/protocol/send-error.js";
import { sendReport } from "#src/protocol/send-report.js";
import { Outcomes } from "#src/transport/forwarding/outcomes.js";

const envelope = Envelope.of("a@x.test", ["b@y.test", "c@y.test", "d@y.test"]);
const full = Reply.of(452, "4.2.2", "full");
const unknownUser = Reply.of(550, "5.1.1", "who?");
const goodbye = Reply.of(421, "4.7.0", "closing");

type Word = RecipientOutcome["outcome"] | Reply;

/** A report about recipients by their local parts; a negative reply refuses. */
function reportOf(words: Record<string, Word>): SendReport {
  const recipients = envelope.to.flatMap((recipient): RecipientOutcome[] => {
    const word = words[String(recipient).charAt(0)];
    if (word === undefined) return [];
    return [
      word instanceof Reply ? { recipient, outcome: "refused", reply: word } : { recipient, outcome: word },
    ];
  });
  return sendReport({ envelope, recipients });
}

function errorOf(report: SendReport, reply?: Reply): SmtpError {
  const failure = new Failure({ kind: "connection", phase: "rcpt", message: "closed", reply });
  return new SmtpError(failure, report);
}

/** Who is left, one string for each envelope. */
function rest(outcomes: Outcomes, refusedForNow = false): string[] {
  return outcomes
    .rest(refusedForNow)
    .map(({ to }) => to.map((recipient) => String(recipient).charAt(0)).join(""));
}

describe("the outcomes of several attempts", () => {
  it("leave all recipients if nothing was tried", () => {
    assert.deepEqual(rest(new Outcomes(envelope)), ["bcd"]);
  });

  it("leave only recipients that nothing was sent to", () => {
    const outcomes = new Outcomes(envelope);
    outcomes.add({ report: reportOf({ b: "accepted", c: "unknown", d: "not-sent" }) });
    assert.deepEqual(rest(outcomes), ["d"]);
    assert.deepEqual(rest(outcomes, true), ["d"]);
  });

  it("leave a transient refusal if asked to, a permanent one never", () => {
    const outcomes = new Outcomes(envelope);
    outcomes.add({ report: reportOf({ b: full, c: unknownUser, d: "accepted" }) });
    assert.deepEqual(rest(outcomes), []);
    assert.deepEqual(rest(outcomes, true), ["b"]);
  });

  it("keep a refusal when nothing is sent the next time", () => {
    const outcomes = new Outcomes(envelope);
    outcomes.add({ report: reportOf({ b: full, c: "accepted", d: "accepted" }) });
    outcomes.add({ report: reportOf({ b: "not-sent" }) });
    assert.deepEqual(
      outcomes.report().rejected.map(({ reply }) => reply),
      [full],
    );
  });

  it("take the result of a later attempt, and name the relay of each recipient", () => {
    const outcomes = new Outcomes(envelope);
    outcomes.add({ report: reportOf({ b: "accepted", c: full, d: "not-sent" }) }, "one");
    outcomes.add({ report: reportOf({ c: "accepted", d: unknownUser }) }, "two");
    assert.deepEqual(
      outcomes.report().recipients.map(({ outcome, via }) => `${outcome} ${via}`),
      ["accepted one", "accepted two", "refused two"],
    );
    assert.equal(outcomes.end().accepted.length, 2);
  });

  it("send to the others first if a server closed the connection at a recipient", () => {
    const outcomes = new Outcomes(envelope);
    const [b, c, d] = reportOf({ b: "not-sent", c: "not-sent", d: "not-sent" }).recipients;
    assert.ok(b !== undefined && c !== undefined && d !== undefined);
    const report = sendReport({ envelope, recipients: [b, { ...c, reply: goodbye }, d] });
    outcomes.add({ report, error: errorOf(report, goodbye) });
    assert.deepEqual(rest(outcomes), ["bd", "c"]);
    // Another was meant: the first may have been suspected for nothing.
    const later = sendReport({ envelope, recipients: [{ ...b, reply: goodbye }, c, d] });
    outcomes.add({ report: later, error: errorOf(later, goodbye) });
    assert.deepEqual(rest(outcomes), ["cd", "b"]);
  });

  it("leave all recipients or none with partial: false", () => {
    const outcomes = new Outcomes(envelope, { partial: false });
    outcomes.add({ report: reportOf({ b: "not-sent", c: "not-sent", d: "not-sent" }) });
    assert.deepEqual(rest(outcomes), ["bcd"]);
    outcomes.add({ report: reportOf({ b: unknownUser }) });
    assert.deepEqual(rest(outcomes), []);
  });

  it("end with the last error, which reports on every attempt", () => {
    const outcomes = new Outcomes(envelope);
    const first = reportOf({ b: "accepted", c: "not-sent", d: "not-sent" });
    outcomes.add({ report: first, error: errorOf(first) });
    const second = reportOf({ c: "unknown", d: "not-sent" });
    outcomes.add({ report: second, error: errorOf(second) });
    assert.throws(
      () => outcomes.end(),
      (error) => {
        assert.ok(error instanceof SendError);
        assert.equal(error.delivery, "unknown");
        assert.deepEqual(
          error.report.recipients.map(({ outcome }) => outcome),
          ["accepted", "unknown", "not-sent"],
        );
        return true;
      },
    );
  });
});
