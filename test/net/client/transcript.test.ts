import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { tellWrite } from "#src/net/client/observed-writes.js";
import { Transcript } from "#src/net/client/transcript.js";
import { Reply } from "#src/protocol/reply.js";

const ok = Reply.of(250, "2.0.0", "ok");

function linesAfter(...entries: ((transcript: Transcript) => void)[]): readonly string[] {
  const transcript = new Transcript();
  for (const enter of entries) enter(transcript);
  return transcript.lines();
}

describe("a transcript of the client", () => {
  it("tells commands, replies, content and what happened, in their order", () => {
    const lines = linesAfter(
      (transcript) => transcript.noted("connected to 192.0.2.1:25"),
      (transcript) => transcript.heard(Reply.of(220, undefined, "mx.test", "at your service"), "greeting"),
      (transcript) => transcript.said("MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\nDATA\r\n", "mail"),
      (transcript) => transcript.heard(ok, "mail"),
      (transcript) => transcript.content(100),
      (transcript) => transcript.content(3),
    );
    assert.deepEqual(lines, [
      ...["-- connected to 192.0.2.1:25", "S: 220-mx.test", "S: 220 at your service"],
      ...["C: MAIL FROM:<a@x.test>", "C: RCPT TO:<b@y.test>", "C: DATA", "S: 250 2.0.0 ok"],
      "-- 103 octets of content",
    ]);
  });

  it("masks all from AUTH to its final reply, and an AUTH among other commands", () => {
    const lines = linesAfter(
      (transcript) => transcript.said("AUTH PLAIN AGpvAHNlY3JldA==\r\n", "auth"),
      (transcript) => transcript.heard(Reply.of(334, undefined, "c2VjcmV0"), "auth"),
      (transcript) => transcript.said("c2VjcmV0\r\n", "auth"),
      (transcript) => transcript.heard(Reply.of(535, "5.7.8", "not secret", "at all"), "auth"),
      (transcript) => transcript.said("auth login c2VjcmV0\r\n", "auth"),
      (transcript) => transcript.said("RSET\r\nAUTH PLAIN c2VjcmV0\r\n", "reset"),
    );
    assert.deepEqual(lines, [
      ...["C: AUTH PLAIN ***", "S: 334 ***", "C: ***", "S: 535 5.7.8 ***", "C: auth login ***"],
      ...["C: RSET", "C: AUTH PLAIN ***"],
    ]);
  });

  it("is bounded, in lines and in their length, whatever is said", () => {
    const transcript = new Transcript();
    for (let i = 0; i < 1000; i++) {
      transcript.said(`NOOP ${i} ${"x".repeat(1000)}\r\n`.repeat(100), "reset");
      transcript.heard(
        new Reply({ code: 250, lines: Array.from({ length: 500 }, () => "y".repeat(100)) }),
        "reset",
      );
    }
    const lines = transcript.lines();
    assert.equal(lines.length, 40);
    assert.ok(lines.every((line) => line.length <= 403));
    assert.match(lines.at(-1) ?? "", /^S: 250 y/);
  });

  it("keeps what came last", () => {
    const transcript = new Transcript();
    for (let i = 0; i < 100; i++) transcript.said(`NOOP ${i}\r\n`, "reset");
    assert.deepEqual(transcript.lines().slice(-2), ["C: NOOP 98", "C: NOOP 99"]);
    assert.equal(transcript.lines().length, 32);
  });
});

describe("what a write holds", () => {
  function told(write: Parameters<typeof tellWrite>[0]): unknown[] {
    const heard: unknown[] = [];
    tellWrite(write, { said: (commands) => heard.push(commands), content: (octets) => heard.push(octets) });
    return heard;
  }

  it("is commands, but for content, which is counted only", () => {
    assert.deepEqual(told({ write: "EHLO a\r\n", phase: "hello" }), ["EHLO a\r\n"]);
    assert.deepEqual(told({ write: "secret\r\n.\r\n", phase: "content" }), [11]);
    assert.deepEqual(
      told({ write: [Buffer.from("secret"), Buffer.from("\r\n.\r\n")], phase: "content" }),
      [11],
    );
    assert.deepEqual(told({ write: [Buffer.from("secret")], phase: "mail" }), [6]);
  });

  it("is content, and behind it the commands of the next mail", () => {
    const commands = "MAIL FROM:<>\r\nDATA\r\n";
    assert.deepEqual(told({ write: `secret\r\n.\r\n${commands}`, phase: "content", commands }), [
      11,
      commands,
    ]);
    const octets = [Buffer.from("grüße\r\n.\r\n"), Buffer.from(commands)];
    assert.deepEqual(told({ write: octets, phase: "content", commands }), [12, commands]);
  });

  it("is content behind each BDAT", () => {
    const one = "RSET\r\nMAIL FROM:<>\r\nBDAT 6 LAST\r\n";
    const two = 'MAIL FROM:<"BDAT 1 "@y.test>\r\nBDAT 3\r\n';
    const write = { write: `${one}secret${two}abc`, phase: "content", commands: one + two } as const;
    assert.deepEqual(told(write), [one, 6, two, 3]);
    const all = { write: `${one}secretNOOP\r\n`, phase: "content", commands: `${one}NOOP\r\n` } as const;
    assert.deepEqual(told(all), [one, 6, "NOOP\r\n"]);
  });
});
