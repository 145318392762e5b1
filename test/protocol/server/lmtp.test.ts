import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { talk } from "./talk.js";

const envelope = "MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\nRCPT TO:<c@y.test>\r\n";
const opening = ["250", "250 2.1.0", "250 2.1.5", "250 2.1.5"];

function lmtp(wire: string): readonly string[] {
  return talk(wire, { lmtp: true }).replies;
}

describe("Responder: LMTP", () => {
  it("gives one reply for each recipient, after DATA and after BDAT LAST", () => {
    const accepted = ["250 2.6.0", "250 2.6.0"];
    assert.deepEqual(lmtp(`LHLO x\r\n${envelope}DATA\r\nx\r\n.\r\nQUIT\r\n`), [
      ...opening,
      "354",
      ...accepted,
      "221 2.0.0",
    ]);
    assert.deepEqual(lmtp(`LHLO x\r\n${envelope}BDAT 1\r\nxBDAT 2 LAST\r\n\r\nQUIT\r\n`), [
      ...opening,
      "250 2.0.0",
      ...accepted,
      "221 2.0.0",
    ]);
  });

  it("gives one reply to a chunk that is refused before the last", () => {
    const large = "x".repeat(1001);
    assert.deepEqual(lmtp(`LHLO x\r\n${envelope}BDAT 1001\r\n${large}NOOP\r\n`).slice(4), [
      "552 5.3.4",
      "250 2.0.0",
    ]);
    assert.deepEqual(lmtp(`LHLO x\r\n${envelope}BDAT 1001 LAST\r\n${large}`).slice(4), [
      "552 5.3.4",
      "552 5.3.4",
    ]);
  });

  it("knows LHLO only, and SMTP does not know it", () => {
    assert.deepEqual(lmtp("EHLO x\r\nHELO x\r\nMAIL FROM:<>\r\nLHLO x\r\nLHLO\r\n"), [
      "500",
      "500",
      "503 5.5.1",
      "250",
      "501",
    ]);
    assert.deepEqual(talk("LHLO x\r\nEHLO x\r\n").replies, ["500", "250"]);
  });

  it("says 503 to DATA without recipients", () => {
    assert.deepEqual(lmtp("LHLO x\r\nMAIL FROM:<>\r\nDATA\r\n").slice(2), ["503 5.5.1"]);
  });
});

describe("Responder: TLS required", () => {
  it("allows only the way to TLS before it, and reads refused chunks", () => {
    const wire = `EHLO x\r\n${envelope.slice(0, 22)}NOOP\r\nAUTH PLAIN\r\nRSET\r\nHELP\r\nVRFY a\r\nBDAT 6\r\nNOOP\r\nSTARTTLS\r\n`;
    const { replies, end } = talk(wire, { requireTls: true });
    const first = "530 5.7.0";
    assert.deepEqual(replies, [
      "250",
      first,
      "250 2.0.0",
      first,
      "250 2.0.0",
      "214 2.0.0",
      first,
      first,
      "220 2.0.0",
    ]);
    assert.equal(end, "starttls");
  });
});

describe("Responder: limits", () => {
  it("closes after too many commands without a message", () => {
    const { replies, end } = talk(`EHLO x\r\n${"NOOP\r\n".repeat(9)}`, { maxCommands: 5 });
    assert.deepEqual([replies.length, replies[5], end], [6, "421 4.7.0", "closed"]);
  });

  it("counts commands anew after each message", () => {
    const mail = "MAIL FROM:<>\r\nRCPT TO:<b@y.test>\r\nDATA\r\n.\r\n";
    const { messages, end } = talk(`EHLO x\r\n${mail.repeat(5)}`, { maxCommands: 4 });
    assert.deepEqual([messages.length, end], [5, "open"]);
  });

  it("closes after too many unknown commands", () => {
    const { replies, end } = talk("A\r\nB\r\nC\r\nD\r\n", { maxUnknownCommands: 2 });
    assert.deepEqual([replies, end], [["500 5.5.2", "500 5.5.2", "421 4.7.0"], "closed"]);
  });
});
