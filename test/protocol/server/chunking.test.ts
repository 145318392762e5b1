import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fc } from "../../property.js";
import { play, replies, talk } from "./talk.js";

const envelope = "MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\n";
const binary = "MAIL FROM:<a@x.test> BODY=BINARYMIME\r\nRCPT TO:<b@y.test>\r\n";
const accepted = "250 2.1.0, 250 2.1.5, ";

/** The octets of a chunk, its command in front. */
function chunk(octets: string, last = false): string {
  return `BDAT ${octets.length}${last ? " LAST" : ""}\r\n${octets}`;
}

function messages(wire: string, lenient = false): readonly string[] {
  const contents = talk(`EHLO x\r\n${wire}`, { lenient }).messages;
  return contents.map((message) => message.replace("a@x.test > b@y.test: ", ""));
}

describe("Responder: BDAT", () => {
  it("takes a message in chunks, whatever stands in them", () => {
    const wire = `${envelope}${chunk("Subject: x\r\n\r\n.\r\n")}${chunk("QUIT\r\n")}${chunk("..\r\n", true)}QUIT\r\n`;
    assert.equal(replies(wire), `${accepted}250 2.0.0, 250 2.0.0, 250 2.6.0, 221 2.0.0`);
    assert.deepEqual(messages(wire), ["Subject: x\r\n\r\n.\r\nQUIT\r\n..\r\n"]);
  });

  it("accepts a message in one chunk, in an empty last chunk, and two messages in a row", () => {
    const one = `${envelope}${chunk("x\r\n", true)}`;
    assert.deepEqual(messages(`${one}${one}`), ["x\r\n", "x\r\n"]);
    assert.deepEqual(messages(`${envelope}${chunk("x\r\n")}${chunk("", true)}`), ["x\r\n"]);
    assert.deepEqual(messages(`${envelope}${chunk("", true)}`), [""]);
    assert.deepEqual(messages(`${envelope}bdat 3 last\r\nx\r\n`), ["x\r\n"]);
  });

  it("reads exactly the octets of a misplaced chunk, and does not answer them", () => {
    const wire = "BDAT 22 LAST\r\nMAIL FROM:<i@x.test>\r\n";
    assert.equal(replies(`${wire}NOOP\r\n`), "503 5.5.1, 250 2.0.0");
    assert.deepEqual(talk(`${wire}NOOP\r\n`).replies, ["503 5.5.1", "250 2.0.0"]);
    assert.deepEqual(talk(`HELO x\r\n${envelope}${wire}NOOP\r\n`).replies.slice(3), [
      "503 5.5.1",
      "250 2.0.0",
    ]);
    assert.equal(replies(`MAIL FROM:<>\r\n${wire}NOOP\r\n`), "250 2.1.0, 503 5.5.1, 250 2.0.0");
  });

  it("ends the transaction if a chunk is refused", () => {
    const wire = `MAIL FROM:<>\r\n${chunk("RSET\r\n")}RCPT TO:<b@y.test>\r\n`;
    assert.equal(replies(wire), "250 2.1.0, 503 5.5.1, 503 5.5.1");
    const large = `${envelope}${chunk("x".repeat(1001))}`;
    assert.equal(replies(`${large}RCPT TO:<b@y.test>\r\n`), `${accepted}552 5.3.4, 503 5.5.1`);
  });

  it("closes if the number of octets is not valid", () => {
    for (const line of [
      "BDAT 6 LASTX\r\nRSET",
      "BDAT -1",
      "BDAT 99999999999999999999",
      "BDAT",
      "BDAT 1.5",
      "BDAT 0x10",
      "BDAT +1",
      "BDAT 1 1",
      "BDAT LAST",
    ]) {
      for (const lenient of [false, true]) {
        assert.equal(replies(`${envelope}${line}\r\nNOOP\r\n`, { lenient }), `${accepted}521 5.5.4`, line);
      }
    }
  });

  it("does not mix with DATA, nor with another sender or recipient", () => {
    const begun = `${envelope}${chunk("hello\r\n")}`;
    for (const command of ["DATA", "MAIL FROM:<>", "RCPT TO:<c@y.test>", "AUTH PLAIN AGpvAHNlY3JldA=="]) {
      const wire = `${begun}${command}\r\n${chunk("", true)}`;
      assert.equal(replies(wire), `${accepted}250 2.0.0, 503 5.5.1, 250 2.6.0`, command);
      assert.deepEqual(messages(wire), ["hello\r\n"]);
    }
    assert.equal(replies(`${binary}DATA\r\nNOOP\r\n`), `${accepted}503 5.5.1, 250 2.0.0`);
  });

  it("forgets what came in chunks at RSET, EHLO and HELO", () => {
    for (const command of ["RSET", "EHLO y", "HELO y"]) {
      const wire = `${envelope}${chunk("one\r\n")}${command}\r\n${envelope}`;
      const rest = command.startsWith("HELO") ? "DATA\r\ntwo\r\n.\r\n" : chunk("two\r\n", true);
      assert.deepEqual(messages(`${wire}${rest}`), ["two\r\n"], command);
    }
  });

  it("says 552 once, and reads and refuses what follows", () => {
    const wire = `${envelope}${chunk("x".repeat(600)).repeat(4)}${chunk("x", true)}RSET\r\n`;
    assert.equal(
      replies(wire),
      `${accepted}250 2.0.0, 552 5.3.4, 503 5.5.1, 503 5.5.1, 503 5.5.1, 250 2.0.0`,
    );
    assert.deepEqual(messages(wire), []);
  });

  it("takes a message of exactly the limit, in one chunk or two", () => {
    const lines = `${"x".repeat(498)}\r\n`;
    for (const wire of [chunk(lines.repeat(2), true), `${chunk(lines)}${chunk(lines, true)}`]) {
      assert.equal(messages(`${envelope}${wire}`).length, 1);
    }
    assert.equal(replies(`${envelope}${chunk(`x${lines.repeat(2)}`, true)}`), `${accepted}552 5.3.4`);
  });

  it("does not wait for the end of a chunk that it would refuse", () => {
    for (const where of ["", envelope]) {
      const { replies, end } = talk(`EHLO x\r\n${where}BDAT 999999999999999\r\n`);
      assert.deepEqual([replies.at(-1), end], ["552 5.3.4", "closed"]);
    }
  });

  const unsound = ["a\n", "a\r", "\0", "a\r\r\n", "a\n\r", "\n", "a\r\n\n"];
  for (const octets of unsound) {
    const shown = JSON.stringify(octets);
    it(`refuses ${shown} at the end, unless it is told to be lenient or the content is binary`, () => {
      for (const wire of [
        chunk(`${octets}x`, true),
        `${chunk(octets)}${chunk("x", true)}`,
        `${chunk(`${octets}x`)}${chunk("", true)}`,
      ]) {
        const all = replies(`${envelope}${wire}NOOP\r\n`).replace(accepted, "").split(", ");
        assert.deepEqual(all.slice(-2), ["554 5.6.0", "250 2.0.0"]);
        assert.deepEqual(messages(`${binary}${wire}`), [`${octets}x`]);
        assert.deepEqual(messages(`${envelope}${wire}`, true), [`${octets}x`]);
      }
    });
  }

  it("finds a line end that is cut in two sound", () => {
    assert.deepEqual(messages(`${envelope}${chunk("a\r")}${chunk("\nb\r\n", true)}`), ["a\r\nb\r\n"]);
    assert.equal(replies(`${envelope}${chunk("a\r")}${chunk("", true)}`), `${accepted}250 2.0.0, 554 5.6.0`);
  });

  it("is absent, with BINARYMIME, if CHUNKING is hidden", () => {
    const changes = { without: new Set(["CHUNKING"] as const) };
    assert.equal(replies(`${envelope}BDAT 3 LAST\r\n`, changes), `${accepted}500 5.5.2`);
    assert.equal(replies("MAIL FROM:<> BODY=BINARYMIME\r\n", changes), "504 5.5.4");
    assert.equal(
      replies("MAIL FROM:<> BODY=BINARYMIME\r\n", { without: new Set(["BINARYMIME"]) }),
      "504 5.5.4",
    );
  });

  it("carries any octets, in any chunks, split anyhow", () => {
    const octets = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array).toString("latin1"));
    const property = fc.property(
      fc.array(octets, { maxLength: 5 }),
      fc.array(fc.nat(300)),
      (chunks, cuts) => {
        const content = chunks.map((one) => chunk(one)).join("");
        const wire = Buffer.from(`EHLO x\r\n${binary}${content}${chunk("", true)}QUIT\r\n`, "latin1");
        const places = [...new Set([0, ...cuts, wire.length])]
          .filter((at) => at <= wire.length)
          .sort((a, b) => a - b);
        const pieces = places.map((from, index) => wire.subarray(from, places[index + 1] ?? wire.length));
        const { messages, replies } = play(pieces);
        assert.deepEqual(messages, [`a@x.test > b@y.test: ${chunks.join("")}`]);
        assert.deepEqual(replies.slice(-2), ["250 2.6.0", "221 2.0.0"]);
      },
    );
    fc.assert(property);
  });
});
