import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ContentCheck } from "#src/protocol/server/content-check.js";
import { settings, talk } from "./talk.js";

const E = "EHLO x\r\nMAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\n";

/** What is said to a message by DATA, and to the same by BDAT, both in strict and in lenient mode. */
function verdicts(message: string, changes: object = {}): string[] {
  const large = { maxMessageSize: 0, ...changes };
  return [false, true].flatMap((lenient) => {
    const data = talk(`${E}DATA\r\n${message}.\r\nNOOP\r\n`, { ...large, lenient });
    const bdat = talk(`${E}BDAT ${message.length} LAST\r\n${message}NOOP\r\n`, { ...large, lenient });
    return [data, bdat].map(({ replies, messages }) => {
      assert.equal(replies.at(-1), "250 2.0.0");
      assert.equal(messages.length, replies.at(-2)?.startsWith("250") ? 1 : 0);
      return replies.at(-2) ?? "";
    });
  });
}

const all = (reply: string): string[] => Array<string>(4).fill(reply);

describe("A message that goes in circles", () => {
  const hops = (count: number): string => "Received: from a\r\n\tby b; now\r\n".repeat(count);

  it("is detected by its Received fields, and refused at its end", () => {
    assert.deepEqual(verdicts(`${hops(3)}Subject: x\r\n\r\n`, { maxHops: 3 }), all("250 2.6.0"));
    assert.deepEqual(verdicts(`${hops(3)}RECEIVED:\r\n\r\nx\r\n`, { maxHops: 3 }), all("554 5.4.6"));
    assert.deepEqual(verdicts(`${hops(50)}\r\n`), all("250 2.6.0"));
    assert.deepEqual(verdicts(`${hops(51)}\r\n`), all("554 5.4.6"));
  });

  it("is not known by what its body quotes", () => {
    assert.deepEqual(verdicts(`Subject: x\r\n\r\n${hops(60)}`), all("250 2.6.0"));
    assert.deepEqual(verdicts(`hello\r\n${hops(60)}`), all("250 2.6.0"));
    assert.deepEqual(verdicts(`Receiver: x\r\n Received: y\r\n\r\n`, { maxHops: 1 }), all("250 2.6.0"));
  });

  it("is looked for at the top, not through endless headers", () => {
    const check = new ContentCheck({ ...settings, maxHops: 1 }, false);
    assert.equal(check.check(Buffer.from(`X: ${"x".repeat(300_000)}\r\n`)), undefined);
    assert.equal(check.check(Buffer.from(hops(2))), undefined);
  });
});

describe("A line of content", () => {
  const line = (octets: number): string => `${"x".repeat(octets)}\r\n`;
  const limited = { maxContentLineLength: 20 };

  it("has no limit by default", () => {
    assert.deepEqual(verdicts(line(5000)), all("250 2.6.0"));
  });

  it("is refused at the end of the message if it is beyond the limit", () => {
    assert.deepEqual(verdicts(line(20).repeat(3) + line(0), limited), all("250 2.6.0"));
    assert.deepEqual(verdicts(line(20) + line(21) + line(1), limited), all("554 5.6.0"));
    assert.deepEqual(verdicts(line(21), limited), all("554 5.6.0"));
    assert.deepEqual(verdicts(line(1).repeat(9) + line(300), limited), all("554 5.6.0"));
  });

  it("is counted without the dot that DATA puts in front", () => {
    const said = talk(`${E}DATA\r\n.${line(20)}..${line(19)}.\r\n`, limited).replies.at(-1);
    assert.equal(said, "250 2.6.0");
  });

  it("does not apply to BODY=BINARYMIME", () => {
    const said = talk(
      `EHLO x\r\nMAIL FROM:<> BODY=BINARYMIME\r\nRCPT TO:<b@y.test>\r\nBDAT 100 LAST\r\n${"x".repeat(100)}`,
      limited,
    );
    assert.equal(said.replies.at(-1), "250 2.6.0");
  });
});
