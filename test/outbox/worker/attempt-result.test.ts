import assert from "node:assert/strict";
import { test } from "node:test";
import { Envelope, type Outcome, SendError } from "envoi";
import { attemptResult } from "../../../src/outbox/worker/attempt-result.ts";
import type { ClaimedMail } from "../../../src/outbox/worker/claimed-mail.ts";

const to = ["a@example.org", "b@example.org", "c@example.org"];

/** Milliseconds until the next attempt, after one with these outcomes that may be made again at once. */
function pauseAfter(attempts: number, outcomes: readonly Outcome[]): number | null {
  const mail: ClaimedMail = {
    id: "1",
    claim: "c",
    tenant: "",
    priority: 0,
    messageId: "<1@example.com>",
    sender: "shop@example.com",
    recipients: to.map((recipient) => ({ recipient, state: "waiting", tries: attempts })),
    content: Buffer.alloc(0),
    pieces: false,
    attempts,
    age: 0,
    claimedAt: 0,
    again: false,
  };
  const envelope = Envelope.of("shop@example.com", to);
  const recipients = envelope.to.map((recipient, n) => ({ recipient, outcome: outcomes[n] ?? "not-sent" }));
  const error = new SendError("some were left for another transaction", {
    kind: "unsupported",
    delivery: "not-sent",
    transient: true,
    permanent: false,
    report: { envelope, recipients, accepted: [], rejected: [] },
  });
  Object.defineProperty(error, "again", { value: true });
  const retry = { for: 1e9, first: 1000, longest: 60_000 };
  return attemptResult(mail, { error }, new Set(), 0, retry).wait;
}

test("what is left of a mail goes at once for as long as each attempt reaches somebody", () => {
  for (const attempts of [0, 3, 50])
    assert.equal(pauseAfter(attempts, ["accepted", "not-sent", "not-sent"]), 0);
});

test("a mail that reaches nobody waits from the fourth attempt on", () => {
  for (const attempts of [0, 1, 2]) assert.equal(pauseAfter(attempts, []), 0, `after ${attempts}`);
  for (const attempts of [3, 50]) assert.ok((pauseAfter(attempts, []) ?? 0) >= 1000, `after ${attempts}`);
});
