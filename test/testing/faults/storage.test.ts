import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Fault, TestServer } from "envoi/testing";
import { properly, stored } from "#src/testing/faults/storage/storage.js";
import { Client } from "../../server/client.js";

const text = "Subject: x\r\nFrom: a@x.test\r\n\tfolded\r\n\r\nj\u00f6 body\r\n";

async function keep(fault: Fault): Promise<{ kept: string[]; reply: string }> {
  await using server = await TestServer.start();
  server.fail(fault);
  await using client = await Client.connect(server.port);
  client.say("EHLO c", "MAIL FROM:<a@x.test>", "RCPT TO:<b@y.test>", "DATA", `${text}.`);
  const reply = (await client.replies(6)).at(-1) ?? "";
  return { kept: server.messages.map(({ raw }) => String(raw)), reply };
}

const taken = "250 2.6.0 Message accepted";

describe("faults as plain data: what is kept", () => {
  const rows: readonly (readonly [fault: Fault, kept: readonly string[], reply?: string])[] = [
    [{ at: "final", keep: "never" }, []],
    [{ at: "final", keep: "twice" }, [text, text]],
    [{ at: "final", truncate: 10 }, [text.slice(0, 10)]],
    [{ at: "final", strip8bit: true }, [text.replace("\u00f6", "C6")]],
    [{ at: "final", rewrite: { subject: "y" } }, [text.replace("Subject: x", "Subject: y")]],
    [{ at: "final", rewrite: { FROM: null } }, [text.replace("From: a@x.test\r\n\tfolded\r\n", "")]],
    [{ at: "final", rewrite: { "x-spam": "yes" } }, [`x-spam: yes\r\n${text}`]],
    [{ at: "final", rewrite: { Subject: null }, truncate: 4, keep: "twice" }, ["From", "From"]],
    [{ at: "final", reply: "554 5.7.1 Spam" }, [], "554 5.7.1 Spam"],
    [{ at: "final", reply: "554 5.7.1 Spam", keep: "once" }, [text], "554 5.7.1 Spam"],
    [{ at: "final", reply: "250 2.6.0 Thanks", keep: "never" }, [], "250 2.6.0 Thanks"],
  ];
  for (const [fault, kept, reply = taken] of rows) {
    it(JSON.stringify(fault), async () => {
      assert.deepEqual(await keep(fault), { kept, reply });
    });
  }

  it("returns a delivery status to the sender", async () => {
    await using server = await TestServer.start();
    server.fail({ at: "final", bounce: "550 5.1.1 Nobody of that name", keep: "never" });
    await using client = await Client.connect(server.port);
    for (const from of ["a@x.test", ""]) {
      client.say(
        "EHLO c",
        `MAIL FROM:<${from}>`,
        "RCPT TO:<b@y.test>",
        "RCPT TO:<c@y.test>",
        "DATA",
        `${text}.`,
      );
      await client.replies(6);
    }
    const [bounce, ...others] = server.messages;
    // What had the null sender does not come back.
    assert.deepEqual([others, bounce?.envelope.from, bounce?.to], [[], null, ["a@x.test"]]);
    assert.match(String(bounce?.raw), /multipart\/report;[\s\S]*report-type=delivery-status/);
    assert.match(
      String(bounce?.raw),
      /Final-Recipient: rfc822; ?c@y\.test\r\nAction: failed\r\nStatus: 5\.1\.1\r\n[\s\S]*550 5\.1\.1 Nobody of that name/,
    );
  });

  it("returns a delivery status even for bytes that are not a message", async () => {
    await using server = await TestServer.start({ lenient: true });
    server.fail({ at: "final", bounce: "450 4.4.7 Too late" });
    await using client = await Client.connect(server.port);
    for (const content of ["", "no header\n\0", "\xff: x\r\n"]) {
      client.say("EHLO c", "MAIL FROM:<a@x.test>", "RCPT TO:<b@y.test>", "DATA", `${content}\r\n.`);
      assert.match((await client.replies(5)).at(-1) ?? "", /^250 2\.6\.0|^354/);
    }
    await server.waitForMessages(3, { to: "a@x.test" });
  });

  it("messages without a body, or without a header section, may be rewritten as well", () => {
    const storage = { ...properly, rewrite: new Map([["subject", "y"]]) };
    const change = (raw: string): string => String(stored(Buffer.from(raw), storage));
    assert.equal(change("\r\nbody\r\n"), "subject: y\r\n\r\nbody\r\n");
    assert.equal(change("Subject: x\r\n"), "Subject: y\r\n");
    assert.equal(change(""), "subject: y\r\n");
  });

  it("refuses fields that are not valid at once", async () => {
    await using server = await TestServer.start();
    for (const fault of [
      { at: "final", truncate: -1 },
      { at: "final", truncate: "10" },
      { at: "final", strip8bit: 1 },
      { at: "final", rewrite: { "a b": "x" } },
      { at: "final", rewrite: { a: "x\r\ny" } },
      { at: "final", rewrite: "subject" },
      { at: "final", bounce: "250 2.0.0 x" },
      { at: "final", bounce: true },
      { at: "mail", truncate: 5 },
    ])
      assert.throws(() => server.fail(fault as never), { kind: "configuration" }, JSON.stringify(fault));
  });

  it("in LMTP a message is kept that was refused for some of its recipients", async () => {
    await using server = await TestServer.start({ lmtp: true });
    for (const [pattern, kept] of [
      [/^b@/, 1],
      [/./, 1],
      [undefined, 1],
    ] as const) {
      if (pattern === undefined) server.fail({ at: "final", keep: "never" });
      using _ = server.fail({
        at: "final",
        when: { recipient: pattern ?? "a@y.test" },
        reply: "452 4.2.2 Full",
      });
      await using client = await Client.connect(server.port);
      client.say("LHLO c", "MAIL FROM:<>", "RCPT TO:<a@y.test>", "RCPT TO:<b@y.test>", "DATA", "x", ".");
      await client.replies(7);
      assert.equal(server.messages.length, kept);
    }
  });
});

describe("a fault amid content", () => {
  it("that is never reached has not struck, and is there for the next message", async () => {
    await using server = await TestServer.start();
    const fault = server.fail({ at: "content", octet: 1000, drop: "before", times: 1 });
    await using client = await Client.connect(server.port);
    const envelope = ["MAIL FROM:<>", "RCPT TO:<b@y.test>"];
    client.say("EHLO c", ...envelope, "DATA", "short", ".");
    assert.equal((await client.replies(6)).at(-1), taken);
    client.say(...envelope, "BDAT 3 LAST\r\nx");
    assert.equal((await client.replies(3)).at(-1), taken);
    assert.equal(fault.hits, 0);
    client.say(...envelope, "DATA");
    await client.replies(3);
    client.say("x".repeat(2000));
    await client.rest();
    assert.equal(fault.hits, 1);
    assert.equal(server.messages.length, 2);
  });
});

describe("a captured message", () => {
  it("has the lines of its own connection only", async () => {
    await using server = await TestServer.start();
    for (const name of ["one", "two"]) {
      await using client = await Client.connect(server.port);
      client.say(`EHLO ${name}`, "MAIL FROM:<>", "RCPT TO:<b@y.test>", "DATA", "x", ".");
      await client.replies(6);
    }
    const [first, second] = server.messages;
    assert.equal(first?.transcript, server.transcripts[0]);
    assert.match(String(second?.transcript), /^S: 220 [\s\S]*\nC: EHLO two\n[\s\S]*\nC: DATA\nS: 354 /);
    assert.doesNotMatch(String(second?.transcript), /EHLO one/);
    assert.equal(second?.transcript.session.hello?.name, "two");
    assert.ok((second?.transcript.lines.at(-1)?.at ?? 0) > 0);
  });

  it("is there when the hook of the test is called, and while the server waits for it", async () => {
    await using server = await TestServer.start();
    const waiting = server.waitForMessage();
    await using client = await Client.connect(server.port);
    client.say("EHLO c", "MAIL FROM:<>", "RCPT TO:<b@y.test>", "DATA", "x", ".");
    const { transcript } = await waiting;
    assert.ok(transcript.lines.some(({ from, text }) => from === "client" && text === "DATA"));
  });
});
