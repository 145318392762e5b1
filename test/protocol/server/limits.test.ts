import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { play, replies, talk } from "./talk.js";

const mail = "MAIL FROM:<a@x.test>\r\n";

function once(wire: string, changes: Parameters<typeof play>[1]): readonly string[] {
  return play([Buffer.from(wire)], changes).replies;
}

describe("Responder: how much a message may take", () => {
  it("is not limited by maxCommands: recipients up to maxRecipients do not count", () => {
    const recipients = Array.from({ length: 50 }, (_, index) => `RCPT TO:<u${index}@y.test>\r\n`).join("");
    const wire = `EHLO x\r\n${mail}${recipients}DATA\r\nx\r\n.\r\n`;
    const told = once(wire, { maxCommands: 5, maxRecipients: 50 });
    assert.equal(told.at(-1), "250 2.6.0");
  });

  it("is not limited by maxCommands: chunks that are not empty do not count", () => {
    const wire = `EHLO x\r\n${mail}RCPT TO:<b@y.test>\r\n${"BDAT 1\r\nx".repeat(500)}BDAT 0 LAST\r\n`;
    assert.equal(once(wire, { maxCommands: 5 }).at(-1), "250 2.6.0");
  });

  it("is bounded by maxCommands in chunks that bring nothing", () => {
    const wire = `EHLO x\r\n${mail}RCPT TO:<b@y.test>\r\n${"BDAT 0\r\n".repeat(50)}`;
    assert.equal(once(wire, { maxCommands: 20 }).at(-1), "421 4.7.0");
  });

  it("does not let recipients that never get a message go on for ever", () => {
    const wire = `EHLO x\r\n${`${mail}RCPT TO:<b@y.test>\r\nRCPT TO:<c@y.test>\r\nRSET\r\n`.repeat(50)}`;
    assert.equal(once(wire, { maxCommands: 40, maxRecipients: 2 }).at(-1), "421 4.7.0");
  });
});

describe("Responder: mistakes", () => {
  it("are forgiven by a message that is accepted", () => {
    const good = `${mail}RCPT TO:<b@y.test>\r\nDATA\r\nx\r\n.\r\n`;
    const wire = `EHLO x\r\n${`MAIL\r\nRCPT\r\nNOSUCH\r\n${good}`.repeat(10)}`;
    const told = once(wire, { maxErrors: 3, maxUnknownCommands: 1 });
    assert.equal(told.filter((reply) => reply === "250 2.6.0").length, 10);
    assert.ok(!told.some((reply) => reply.startsWith("421")));
  });

  it("are not forgiven by one that is refused, nor by other commands", () => {
    const wire = `EHLO x\r\n${"MAIL\r\nNOOP\r\nRSET\r\n".repeat(10)}`;
    assert.equal(once(wire, { maxErrors: 3 }).at(-1), "421 4.7.0");
  });
});

describe("Responder: recipients that are refused", () => {
  const refused = "RCPT TO:<refused@y.test>\r\n";

  it("have a limit, over all transactions", () => {
    const wire = `EHLO x\r\n${`${mail}${refused}RSET\r\n`.repeat(5)}`;
    const told = once(wire, { maxRefusedRecipients: 3 });
    assert.equal(told.at(-1), "421 4.7.0");
    assert.equal(told.filter((reply) => reply.startsWith("550")).length, 3);
  });

  it("are forgiven by a message that is accepted", () => {
    const wire = `EHLO x\r\n${`${mail}${refused.repeat(3)}RCPT TO:<b@y.test>\r\nDATA\r\nx\r\n.\r\n`.repeat(4)}`;
    const told = once(wire, { maxRefusedRecipients: 3 });
    assert.equal(told.filter((reply) => reply === "250 2.6.0").length, 4);
  });
});

describe("Responder: what only lenient takes", () => {
  const taken = [
    ["MAIL FROM:a@x.test", "250 2.1.0"],
    ["MAIL FROM: a@x.test SIZE=5", "250 2.1.0"],
    ['MAIL FROM:"a b"@x.test', "250 2.1.0"],
    ["MAIL FROM:@r.test:a@x.test", "250 2.1.0"],
    ["EHLO [2001:db8::1]", "250"],
    ["EHLO [::1]", "250"],
    ["HELO [fe80::5]", "250"],
  ] as const;
  for (const [line, code] of taken) {
    it(line, () => {
      const wire = /^[EH]/.test(line) ? `${line}\r\n` : `EHLO x\r\n${line}\r\n`;
      assert.equal(once(wire, { lenient: true }).at(-1), code);
      assert.equal(once(wire, {}).at(-1), /^[EH]/.test(line) ? "501" : "501 5.5.4");
    });
  }

  it("recipients without brackets too, and postmaster", () => {
    const { messages } = talk(
      `EHLO x\r\nMAIL FROM:a@x.test\r\nRCPT TO:b@y.test\r\nRCPT TO: Postmaster\r\nDATA\r\nx\r\n.\r\n`,
      { lenient: true },
    );
    assert.deepEqual(messages, ["a@x.test > b@y.test postmaster@mx.y.test: x\r\n"]);
  });

  it("refuses what has no clear meaning", () => {
    for (const line of [
      "MAIL FROM:",
      "MAIL FROM:<a@x.test",
      "MAIL FROM:a@x.test>",
      "MAIL FROM:a b@x.test",
      "MAIL FROM:a@x.test,b@x.test",
      "MAIL a@x.test",
      "EHLO [2001:db8::1",
      "EHLO [2001:db8::g]",
      "EHLO [1:2]",
      "EHLO [fe80::1%eth0]",
    ]) {
      const wire = line.startsWith("E") ? `${line}\r\n` : `EHLO x\r\n${line}\r\n`;
      assert.match(once(wire, { lenient: true }).at(-1) ?? "", /^50[01]/, line);
    }
  });
});

describe("Responder: long local parts", () => {
  it("are accepted up to an address of 254 octets", () => {
    const long = (length: number) => `${"v".repeat(length)}@y.test`;
    for (const length of [64, 65, 67, 200, 247])
      assert.match(
        replies(`MAIL FROM:<${long(length)}>\r\nRCPT TO:<${long(length)}>\r\n`),
        /^250 2.1.0, 250 2.1.5$/,
      );
    assert.match(replies(`MAIL FROM:<${long(248)}>\r\n`), /^501 5.1.7$/);
  });
});
