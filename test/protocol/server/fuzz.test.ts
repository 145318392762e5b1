import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DataWriter } from "#src/protocol/data.js";
import { cut } from "../../cut.js";
import { fc } from "../../property.js";
import { play } from "./talk.js";

/** What fuzzing strings together: whole commands, parts of them, and what tends to break parsers. */
const tokens = fc.oneof(
  fc.constantFrom(
    "EHLO x\r\n",
    "HELO x\r\n",
    "LHLO x\r\n",
    "MAIL FROM:<a@x.test>\r\n",
    "MAIL FROM:<a@x.test> BODY=BINARYMIME SIZE=9\r\n",
    "MAIL FROM:<",
    "RCPT TO:<b@y.test>\r\n",
    "RCPT TO:<b@y.test> NOTIFY=NEVER ORCPT=rfc822;",
    "DATA\r\n",
    "BDAT 5\r\n",
    "BDAT 7 LAST\r\n",
    "BDAT 0 LAST\r\n",
    "BDAT ",
    "RSET\r\n",
    "AUTH PLAIN AGpvAHNlY3JldA==\r\n",
    "AUTH LOGIN\r\n",
    "AUTH CRAM-MD5\r\n",
    "AUTH SCRAM-SHA-256 biwsbj1qbyxyPXg=\r\n",
    "*\r\n",
    "NOOP\r\n",
    ".\r\n",
    "..\r\n",
    "\r\n.\r\n",
    "\r\n",
    "\r",
    "\n",
    "\0",
    ".",
    "<>",
    "\xff",
    "\xc3\xb6",
    "\x16\x03\x01",
    "x".repeat(500),
    " ",
  ),
  fc.string({ maxLength: 8 }),
);

const mechanisms = ["PLAIN", "LOGIN", "XOAUTH2", "CRAM-MD5", "SCRAM-SHA-256"];

/** The challenges of CRAM-MD5 and SCRAM are never the same; of everything else nothing may depend on the cutting. */
function withoutTrace({ trace: _, ...talk }: ReturnType<typeof play>): unknown {
  return talk;
}

const places = fc.array(fc.nat(600), { maxLength: 6 });

describe("Responder: anything at all", () => {
  it("is answered in whole replies that do not depend on how it is split, and never throws", () => {
    fc.assert(
      fc.property(
        fc.array(tokens, { maxLength: 25 }),
        fc.boolean(),
        fc.boolean(),
        places,
        (words, lenient, lmtp, at) => {
          const wire = Buffer.from(words.join(""), "latin1");
          const changes = { lenient, lmtp, mechanisms, maxErrors: 1000, maxUnknownCommands: 1000 };
          const whole = play([wire], changes);
          assert.deepEqual(withoutTrace(play(cut(wire, at), changes)), withoutTrace(whole));
          const lines = words.join("").split("\n").length;
          // Nothing says more than one reply to a line, but LMTP behind content and a reason to close.
          assert.ok(
            whole.replies.length <= (lmtp ? 4 : 1) * lines + 1,
            `${whole.replies.length} replies to ${lines} lines`,
          );
        },
      ),
      { numRuns: 1500 },
    );
  });
});

describe("Responder: content", () => {
  const envelope = "EHLO x\r\nMAIL FROM:<> BODY=BINARYMIME\r\nRCPT TO:<b@y.test>\r\n";
  const plain = envelope.replace(" BODY=BINARYMIME", "");

  it("by DATA is never taken for commands, and arrives as it was sent", () => {
    const line = tokens.map((word) => word.replace(/[\0\r\n]/g, ""));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), places, fc.boolean(), (lines, at, lenient) => {
        const content = Buffer.from(lines.map((text) => `${text}\r\n`).join(""), "utf8");
        const writer = new DataWriter();
        const wire = Buffer.concat([
          Buffer.from(`${plain}DATA\r\n`),
          writer.write(content),
          writer.end(),
          Buffer.from("QUIT\r\n"),
        ]);
        const { replies, messages } = play(cut(wire, at), { lenient, maxMessageSize: 0 });
        assert.deepEqual(replies, ["250", "250 2.1.0", "250 2.1.5", "354", "250 2.6.0", "221 2.0.0"]);
        assert.deepEqual(messages, [` > b@y.test: ${content.toString("latin1")}`]);
      }),
      { numRuns: 500 },
    );
  });

  it("by BDAT, in chunks of any size, neither", () => {
    fc.assert(
      fc.property(fc.array(tokens, { maxLength: 12 }), places, (chunks, at) => {
        const octets = chunks.map((chunk) => Buffer.from(chunk, "utf8"));
        const body = octets.flatMap((chunk) => [Buffer.from(`BDAT ${chunk.length}\r\n`), chunk]);
        const wire = Buffer.concat([Buffer.from(envelope), ...body, Buffer.from("BDAT 0 LAST\r\nQUIT\r\n")]);
        const { replies, messages } = play(cut(wire, at), { maxMessageSize: 0 });
        assert.deepEqual(replies.slice(3), [...octets.map(() => "250 2.0.0"), "250 2.6.0", "221 2.0.0"]);
        assert.deepEqual(messages, [` > b@y.test: ${Buffer.concat(octets).toString("latin1")}`]);
      }),
      { numRuns: 500 },
    );
  });

  it("is read if it is refused, whatever it is", () => {
    fc.assert(
      fc.property(fc.array(tokens, { maxLength: 12 }), places, (words, at) => {
        const octets = Buffer.from(words.join(""), "utf8");
        const wire = Buffer.concat([
          Buffer.from(`EHLO x\r\nBDAT ${octets.length} LAST\r\n`),
          octets,
          Buffer.from("NOOP\r\n"),
        ]);
        const { replies, messages } = play(cut(wire, at), { maxMessageSize: 0 });
        assert.deepEqual([replies, messages], [["250", "503 5.5.1", "250 2.0.0"], []]);
      }),
      { numRuns: 300 },
    );
  });
});
