import assert, { AssertionError } from "node:assert/strict";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { assertMail, TestServer } from "envoi/testing";

/** Sends mails of these subjects to these recipients over one connection, all at once. */
async function deliver(
  server: TestServer,
  ...mails: readonly (readonly [string, string, ...string[]])[]
): Promise<void> {
  const socket = connect(server.port, server.host);
  const lines = mails.flatMap(([subject, ...recipients]) => [
    "MAIL FROM:<a@x.test>",
    ...recipients.map((recipient) => `RCPT TO:<${recipient}>`),
    ...["DATA", `Subject: ${subject}`, "", "."],
  ]);
  socket.end(["EHLO client.test", ...lines, "QUIT", ""].join("\r\n"));
  const answered = await text(socket);
  assert.equal(answered.match(/^250 2\.6\.0/gm)?.length ?? 0, mails.length);
}

const subjects = (messages: readonly { readonly parsed: { readonly subject?: string } }[]): unknown[] =>
  messages.map(({ parsed }) => parsed.subject);

describe("matching by address", () => {
  it("compares domains as A-labels, and local parts without regard to case", async () => {
    await using server = await TestServer.start();
    await deliver(server, ["one", "Jo.Doe@XN--Bcher-KVA.example"]);
    for (const to of ["jo.doe@bücher.example", '"JO.DOE"@BÜCHER.example', /^Jo\.Doe@xn--bcher-kva/]) {
      const match = { to, from: "A@X.TEST" };
      assertMail(server, match);
      assert.equal(server.messages.filter(({ to }) => to.length === 1).length, 1);
      if (typeof to === "string") assert.deepEqual(subjects(server.inbox(to).messages), ["one"]);
    }
    assert.deepEqual(subjects([await server.waitForMessage({ to: "JO.doe@bücher.example" })]), ["one"]);
    for (const to of ["jo@bücher.example", "jo.doe@bucher.example", "nobody", /JO\.DOE/])
      assert.throws(() => assertMail(server, { to }), AssertionError);
    assert.throws(() => assertMail(server, { from: "" }), AssertionError);
  });
});

describe("waitForMessages", () => {
  it("returns the oldest messages that no call has returned, once all are there", async () => {
    await using server = await TestServer.start();
    await deliver(server, ["one", "b@y.test"]);
    const three = server.waitForMessages(3);
    await deliver(server, ["two", "b@y.test"], ["three", "b@y.test"], ["four", "b@y.test"]);
    assert.deepEqual(subjects(await three), ["one", "two", "three"]);
    assert.deepEqual(subjects(await server.waitForMessages(1)), ["four"]);
    assert.deepEqual(await server.waitForMessages(0), []);
  });

  it("returns nothing on timeout, and lists what arrived", async () => {
    await using server = await TestServer.start();
    await deliver(server, ["one", "b@y.test"]);
    await assert.rejects(server.waitForMessages(2, {}, { timeout: 1 }), {
      kind: "timeout",
      message: /^1 of 2 such messages within 1 ms; 1 arrived:\n {2}<a@x\.test> to <b@y\.test>: "one"/,
    });
    assert.deepEqual(subjects(await server.waitForMessages(1)), ["one"]);
  });

  it("does without what another call has taken meanwhile", async () => {
    await using server = await TestServer.start();
    const two = server.waitForMessages(2);
    await deliver(server, ["one", "b@y.test"]);
    assert.deepEqual(subjects([await server.waitForMessage()]), ["one"]);
    await deliver(server, ["two", "b@y.test"], ["three", "b@y.test"]);
    assert.deepEqual(subjects(await two), ["two", "three"]);
  });

  it("fails with what the test's own function throws, and the client gets its 250", async () => {
    await using server = await TestServer.start();
    const mistake = new TypeError("the test's");
    const waiting = server.waitForMessage(() => {
      throw mistake;
    });
    const failed = assert.rejects(waiting, mistake);
    await deliver(server, ["one", "b@y.test"]);
    await failed;
    assert.equal(server.messages.length, 1);
  });
});

describe("expectNoMessage", () => {
  it("resolves if no message comes, none matches, or all have been returned", async () => {
    await using server = await TestServer.start();
    await server.expectNoMessage(1);
    await deliver(server, ["one", "b@y.test"]);
    await server.expectNoMessage(1, { to: "c@y.test" });
    await server.waitForMessage();
    await server.expectNoMessage(1);
  });

  it("names the message that is there or comes", async () => {
    await using server = await TestServer.start();
    const waiting = assert.rejects(server.expectNoMessage(10_000), (error) => {
      assert.ok(error instanceof AssertionError);
      assert.match(error.message, /but there is <a@x\.test> to <b@y\.test>: "one"/);
      return true;
    });
    await deliver(server, ["one", "b@y.test"], ["two", "b@y.test"]);
    await waiting;
    await assert.rejects(server.expectNoMessage(10_000), /"one"/);
  });

  it("ends with the signal", async () => {
    await using server = await TestServer.start();
    const reason = new Error("enough");
    await assert.rejects(server.expectNoMessage(10_000, {}, { signal: AbortSignal.abort(reason) }), reason);
  });
});

describe("inbox", () => {
  it("shows the messages to one recipient in any spelling", async () => {
    await using server = await TestServer.start();
    const jo = server.inbox("jo@Y.test");
    const waiting = jo.waitForMessage();
    await deliver(server, ["one", "al@y.test"], ["two", "jo@y.test", "al@y.test"]);
    assert.equal((await waiting).parsed.subject, "two");
    assert.deepEqual(subjects(server.inbox("al@y.test").messages), ["one", "two"]);
    assert.equal(server.inbox("jo@y.test"), jo);
    await jo.expectNoMessage(1);
  });

  it("shows the messages to a domain", async () => {
    await using server = await TestServer.start();
    await deliver(server, ["one", "al@y.test"], ["two", "jo@z.test"]);
    assert.deepEqual(subjects(server.inbox("@z.test").messages), ["two"]);
  });

  it("keeps its own account of what was returned and what was cleared", async () => {
    await using server = await TestServer.start();
    await deliver(server, ["one", "jo@y.test", "al@y.test"]);
    await server.waitForMessage();
    const jo = server.inbox("jo@y.test");
    assert.equal((await jo.waitForMessage()).parsed.subject, "one");
    jo.clear();
    assert.deepEqual(jo.messages, []);
    assert.deepEqual(subjects(server.inbox("al@y.test").messages), ["one"]);
    assert.equal(server.messages.length, 1);
  });

  it("refuses a text that is not an address", async () => {
    await using server = await TestServer.start();
    assert.throws(() => server.inbox("jo"), { kind: "address" });
  });
});

describe("keep", () => {
  it("forgets the oldest messages beyond a number, and says so", async () => {
    await using server = await TestServer.start({ keep: { messages: 2 } });
    await deliver(server, ["one", "b@y.test"], ["two", "b@y.test"], ["three", "b@y.test"]);
    assert.deepEqual(subjects(server.messages), ["two", "three"]);
    await assert.rejects(
      server.waitForMessage({ subject: "one" }, { timeout: 1 }),
      /1 older ones are no longer kept/,
    );
  });

  it("forgets the oldest messages beyond the limit in bytes, never the newest", async () => {
    await using server = await TestServer.start({ keep: { octets: 20 } });
    await deliver(server, ["1", "b@y.test"], ["2", "b@y.test"]);
    assert.deepEqual(subjects(server.messages), ["2"]);
    await deliver(server, ["much longer than twenty octets", "b@y.test"]);
    assert.equal(server.messages.length, 1);
  });

  it("is refused if it is not a number", async () => {
    await assert.rejects(TestServer.start({ keep: { messages: Number.NaN } }), {
      kind: "configuration",
      message: "keep.messages: expected a whole number of at least 0, got NaN",
    });
    await assert.rejects(TestServer.start({ keep: { mails: 1 } as never }), {
      kind: "configuration",
      message: /there is no "mails"; there are messages, octets, connections/,
    });
  });

  it("forgets the transcripts of the oldest connections", async () => {
    await using server = await TestServer.start({ keep: { connections: 1 } });
    for (let count = 0; count < 12; count++) await deliver(server);
    assert.ok(server.transcripts.length <= 4, String(server.transcripts.length));
  });
});
