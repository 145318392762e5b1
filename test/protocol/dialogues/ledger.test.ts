import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Envelope } from "envoi";
import { Ledger } from "#src/protocol/dialogues/ledger.js";
import { Failure } from "#src/protocol/failure.js";
import { Reply } from "#src/protocol/reply.js";
import { fc } from "../../property.js";

const envelope = Envelope.of("a@x.test", ["b@y.test", "c@y.test"]);
const ok = Reply.of(250, undefined, "ok");
const go = Reply.of(354, undefined, "go");
const no = Reply.of(550, "5.1.1", "who?");
const closing = Reply.of(421, undefined, "closing");
const retired = Reply.of(521, undefined, "no mail here");
const early = Reply.of(503, undefined, "out of step");
const tooMany = Reply.of(452, "4.5.3", "too many recipients");
const lost = new Failure({ kind: "connection", phase: "final", message: "lost", transient: true });

interface Said {
  mail?: Reply;
  rcpt?: readonly Reply[];
  data?: Reply;
  final?: readonly Reply[];
  handedOver?: boolean;
  interrupted?: Failure;
  unheard?: boolean;
}

/** What a ledger makes of the replies: an outcome for each recipient, why, and whether the connection is fit. */
function judged(said: Said, { used = false, partial = true, dialect = "smtp" as "smtp" | "lmtp" } = {}) {
  const ledger = new Ledger({ envelope, used, partial }, dialect);
  ledger.mailReply = said.mail;
  ledger.rcptReplies.push(...(said.rcpt ?? []));
  ledger.dataReply = said.data;
  ledger.finalReplies.push(...(said.final ?? []));
  ledger.handedOver = said.handedOver ?? said.final !== undefined;
  ledger.interrupted = said.interrupted;
  ledger.unheard = said.unheard ?? false;
  const { recipients, failure, reusable, surplus } = ledger.close();
  return {
    outcomes: recipients.map(({ outcome, reply }) =>
      reply === undefined ? outcome : `${outcome} ${reply.code}`,
    ),
    why: failure && `${failure.kind} at ${failure.phase}`,
    reusable,
    surplus,
  };
}

const envelopeTaken = { mail: ok, rcpt: [ok, ok], data: go };

describe("a ledger", () => {
  it("accepts whom RCPT accepted once the content is accepted", () => {
    const accepted = judged({ ...envelopeTaken, final: [ok] });
    assert.deepEqual(accepted.outcomes, ["accepted 250", "accepted 250"]);
    assert.equal(accepted.why, undefined);
    assert.equal(accepted.reusable, true);
    const some = judged({ ...envelopeTaken, rcpt: [no, ok], final: [ok] });
    assert.deepEqual(some.outcomes, ["refused 550", "accepted 250"]);
    assert.equal(some.why, "rejected at rcpt");
  });

  it("says not sent of what was not handed over, and unknown of what was, when the connection is lost", () => {
    assert.deepEqual(judged({ interrupted: lost }).outcomes, ["not-sent", "not-sent"]);
    const between = judged({ ...envelopeTaken, interrupted: lost });
    assert.deepEqual(between.outcomes, ["not-sent", "not-sent"]);
    const after = judged({ ...envelopeTaken, handedOver: true, interrupted: lost });
    assert.deepEqual(after.outcomes, ["unknown", "unknown"]);
    assert.equal(after.reusable, false);
  });

  it("keeps a refusal whatever becomes of the connection", () => {
    const { outcomes, why } = judged({
      ...envelopeTaken,
      rcpt: [no, ok],
      handedOver: true,
      interrupted: lost,
    });
    assert.deepEqual(outcomes, ["refused 550", "unknown"]);
    assert.equal(why, "connection at final");
    const both = judged({ mail: ok, rcpt: [no, no], data: early, interrupted: lost });
    assert.deepEqual(both.outcomes, ["refused 550", "refused 550"]);
    assert.equal(both.why, "rejected at rcpt");
  });

  it("says not sent of content behind a farewell that nothing follows", () => {
    assert.deepEqual(
      judged({ ...envelopeTaken, handedOver: true, interrupted: lost, unheard: true }).outcomes,
      ["not-sent", "not-sent"],
    );
  });

  it("takes a 421 for a word about the connection before content has gone out, and for a refusal afterwards", () => {
    const atMail = judged({ mail: closing });
    assert.deepEqual(atMail.outcomes, ["not-sent 421", "not-sent 421"]);
    assert.equal(atMail.why, "connection at mail");
    assert.deepEqual(judged({ ...envelopeTaken, final: [closing] }).outcomes, ["refused 421", "refused 421"]);
  });

  it("takes a 521 to RCPT for a refusal on a fresh connection only", () => {
    const said = { mail: ok, rcpt: [retired, early], data: early };
    assert.deepEqual(judged(said).outcomes, ["refused 521", "not-sent"]);
    assert.equal(judged(said, { used: true }).outcomes[0], "not-sent 521");
  });

  it("takes a 503 to MAIL for a refusal on a fresh connection, and may say it again on a used one", () => {
    assert.deepEqual(judged({ mail: early }).outcomes, ["refused 503", "refused 503"]);
    assert.deepEqual(judged({ mail: early }, { used: true }).outcomes, ["not-sent 503", "not-sent 503"]);
  });

  it("keeps those beyond the server's number for the next transaction, unless the mail is for all or none", () => {
    const said = { ...envelopeTaken, rcpt: [ok, tooMany], final: [ok] };
    const divided = judged(said);
    assert.deepEqual(divided.outcomes, ["accepted 250", "not-sent 452"]);
    assert.deepEqual(divided.surplus, [1]);
    const whole = judged(said, { partial: false });
    assert.equal(whole.outcomes[1], "refused 452");
    assert.equal(whole.surplus, undefined);
  });

  it("does not believe a server that accepts content for nobody", () => {
    const { outcomes, why, reusable } = judged({ mail: ok, rcpt: [no, no], data: go, final: [ok] });
    assert.deepEqual(outcomes, ["unknown", "unknown"]);
    assert.equal(why, "protocol at final");
    assert.equal(reusable, false);
  });

  it("gives each accepted recipient its own reply over LMTP", () => {
    const { outcomes } = judged({ ...envelopeTaken, final: [no, ok] }, { dialect: "lmtp" });
    assert.deepEqual(outcomes, ["refused 550", "accepted 250"]);
    // The reply of the one that RCPT accepted, although it is the second recipient.
    const second = judged({ ...envelopeTaken, rcpt: [no, ok], final: [ok] }, { dialect: "lmtp" });
    assert.deepEqual(second.outcomes, ["refused 550", "accepted 250"]);
  });

  it("never says accepted without a positive last reply, nor not sent of content that may be stored", () => {
    const reply = fc.constantFrom(ok, no, closing, retired, early, tooMany);
    fc.assert(
      fc.property(
        reply,
        fc.tuple(reply, reply),
        fc.constantFrom(go, no, closing, early),
        fc.option(reply, { nil: undefined }),
        fc.boolean(),
        (mail, rcpt, data, final, used) => {
          const said: Said = { mail, rcpt, data, handedOver: true };
          const end: Said = final === undefined ? { interrupted: lost } : { final: [final] };
          const { outcomes } = judged({ ...said, ...end }, { used });
          outcomes.forEach((outcome, place) => {
            if (outcome.startsWith("accepted")) assert.equal(final, ok);
            const taken = mail.positive && rcpt[place]?.positive === true && data === go;
            if (taken && (final === undefined || final === ok))
              assert.notEqual(outcome.slice(0, 8), "not-sent");
          });
        },
      ),
    );
  });
});
