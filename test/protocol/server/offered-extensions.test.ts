import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Responder } from "#src/protocol/server/responder.js";
import type { ServerSettings } from "#src/protocol/server/settings.js";
import { replies, settings, talk } from "./talk.js";

/** The lines of the reply to EHLO. */
function ehlo(changes: Partial<ServerSettings>, secure = false): string[] {
  const responder = new Responder({ ...settings, ...changes });
  if (secure) responder.secured();
  responder.push(Buffer.from("EHLO x\r\n"));
  const event = responder.next();
  if (event?.type === "hello") event.answer(undefined);
  return responder
    .takeReplies()
    .replace(/^\d{3}[ -]/gm, "")
    .trimEnd()
    .split("\r\n")
    .slice(1);
}

const offeredExtensions = {
  DSN: true,
  REQUIRETLS: true,
  DELIVERBY: 60,
  FUTURERELEASE: 3600,
  "MT-PRIORITY": "MIXER",
} as const;

describe("Responder: what the host undertakes", () => {
  it("is offered, and nothing else; REQUIRETLS over TLS only", () => {
    const plain = ehlo({});
    assert.deepEqual(
      plain.map((line) => line.split(" ")[0]),
      [
        "PIPELINING",
        "SIZE",
        "STARTTLS",
        "AUTH",
        "ENHANCEDSTATUSCODES",
        "8BITMIME",
        "SMTPUTF8",
        "CHUNKING",
        "BINARYMIME",
        "LIMITS",
      ],
    );
    const offered = ["DSN", "DELIVERBY 60", "FUTURERELEASE 3600 2030-01-01T01:00:00Z", "MT-PRIORITY MIXER"];
    const lines = ehlo({ offeredExtensions });
    assert.deepEqual(
      lines.filter((line) => !plain.includes(line)),
      offered,
    );
    assert.ok(ehlo({ offeredExtensions }, true).includes("REQUIRETLS"));
    assert.ok(!ehlo({ offeredExtensions: { DSN: false } }).includes("DSN"));
  });

  it("tells the limits of the transaction", () => {
    assert.ok(ehlo({ maxTransactions: 9 }).includes("LIMITS MAILMAX=9 RCPTMAX=3"));
    assert.ok(ehlo({}).includes("LIMITS RCPTMAX=3"));
    // Six digits are all there is room for (RFC 9422 4).
    const most = { maxTransactions: 2_000_000, maxRecipients: 2_000_000 };
    assert.ok(ehlo(most).includes("LIMITS MAILMAX=999999 RCPTMAX=999999"));
  });

  for (const [parameters, reply] of [
    ["RET=FULL ENVID=x BY=60;R HOLDFOR=3600 MT-PRIORITY=3", "250 2.1.0"],
    ["REQUIRETLS", "555 5.5.4"],
    ["BY=59;R", "501 5.5.4"],
    ["BY=59;N", "250 2.1.0"],
    ["HOLDFOR=3601", "501 5.5.4"],
    ["HOLDUNTIL=2030-01-01T01:00:00Z", "250 2.1.0"],
    ["HOLDUNTIL=2030-01-01T01:00:01Z", "501 5.5.4"],
  ] as const) {
    it(`answers MAIL ${parameters} with ${reply}`, () => {
      assert.equal(replies(`MAIL FROM:<a@x.test> ${parameters}\r\n`, { offeredExtensions }), reply);
    });
  }

  it("is unknown to RCPT if it is not offered", () => {
    const wire = "MAIL FROM:<>\r\nRCPT TO:<b@y.test> NOTIFY=NEVER ORCPT=rfc822;c@y.test\r\n";
    assert.equal(replies(wire), "250 2.1.0, 555 5.5.4");
    assert.equal(replies(wire, { offeredExtensions }), "250 2.1.0, 250 2.1.5");
  });
});

describe("Responder: the limit of transactions", () => {
  it("closes at the first too many, those that failed included", () => {
    const wire = "EHLO x\r\nMAIL FROM:<>\r\nRSET\r\nMAIL FROM:<> SIZE=9999\r\nMAIL FROM:<>\r\nNOOP\r\n";
    const { replies, end } = talk(wire, { maxTransactions: 2 });
    assert.deepEqual(
      [replies.slice(1), end],
      [["250 2.1.0", "250 2.0.0", "552 5.3.4", "421 4.7.0"], "closed"],
    );
  });
});
