import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type DataContext, Reply, SmtpServer, type SmtpServerOptions, type Verdict } from "envoi/server";
import { Client } from "../client.js";

const envelope = ["EHLO x.test", "MAIL FROM:<a@x.test>", "RCPT TO:<b@y.test>", "DATA"];

/** A server with this hook, and a client that may send content. */
async function start(
  data: (context: DataContext) => Promise<Verdict> | Verdict,
  options: SmtpServerOptions = {},
): Promise<{ client: Client; errors: unknown[]; [Symbol.asyncDispose](): Promise<void> }> {
  const errors: unknown[] = [];
  const onError = ({ error }: { error: unknown }) => void errors.push(error);
  const server = await SmtpServer.listen({
    hostname: "mx.y.test",
    received: false,
    domains: ["y.test"],
    data,
    onError,
    ...options,
  });
  const client = await Client.connect(server.port);
  client.say(...envelope);
  await client.replies(5);
  const dispose = async () => {
    client.socket.destroy();
    await server.close({ grace: 0 });
  };
  return { client, errors, [Symbol.asyncDispose]: dispose };
}

async function read({ content }: DataContext): Promise<string> {
  let text = "";
  for await (const piece of content) text += piece;
  return text;
}

const accepted = "250 2.6.0 Message accepted";

describe("SmtpServer: content", () => {
  it("is handed to the hook, and taken once the hook has resolved", async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let seen = "";
    await using talk = await start(async (context) => {
      seen = await read(context);
      await released;
    });
    talk.client.say("one", "..two", ".", "NOOP");
    while (seen === "") await new Promise(setImmediate);
    assert.equal(seen, "one\r\n.two\r\n");
    const reply = talk.client.reply();
    assert.equal(
      await Promise.race([reply, new Promise((resolve) => setImmediate(resolve, "nothing yet"))]),
      "nothing yet",
    );
    release();
    assert.deepEqual([await reply, await talk.client.reply()], [accepted, "250 2.0.0 OK"]);
  });

  it("is there collected for a hook that asks for that", async () => {
    let seen = "";
    await using talk = await start(async ({ bytes }) => {
      seen = String(await bytes());
    });
    talk.client.say("one", "..two", ".");
    assert.equal(await talk.client.reply(), accepted);
    assert.equal(seen, "one\r\n.two\r\n");
  });

  it("does not end the process if it breaks off while the hook awaits something else", async () => {
    let outcome: unknown;
    await using talk = await start(async ({ bytes, signal }) => {
      const collected = bytes();
      while (!signal.aborted) await new Promise(setImmediate);
      for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
      outcome = await collected.catch((error) => error.kind);
    });
    talk.client.say("half a message");
    await new Promise(setImmediate);
    talk.client.socket.resetAndDestroy();
    while (outcome === undefined) await new Promise(setImmediate);
    assert.equal(outcome, "closed");
  });

  it("makes the client wait for a hook that reads slowly", async () => {
    const size = 8 * 1024 * 1024;
    let context: DataContext | undefined;
    let finish = () => {};
    await using talk = await start(
      (given) => {
        context = given;
        return new Promise<void>((resolve) => {
          finish = resolve;
        });
      },
      { maxMessageSize: 0 },
    );
    talk.client.write(Buffer.alloc(size, "x"));
    talk.client.write("\r\n.\r\n");
    let before = -1;
    while (talk.client.socket.writableLength === 0 || talk.client.socket.bytesWritten !== before) {
      before = talk.client.socket.bytesWritten;
      for (let i = 0; i < 20; i++) await new Promise(setImmediate);
    }
    assert.ok(
      talk.client.socket.writableLength > size / 4,
      `${talk.client.socket.writableLength} octets wait`,
    );
    const { length } = await read(context as DataContext);
    finish();
    assert.equal(length, size + 2);
    assert.equal(await talk.client.reply(), accepted);
  });

  it("that a hook does not read, or not to its end, is thrown away", async () => {
    for (const data of [
      () => {},
      async ({ content }: DataContext) => {
        for await (const _ of content) break;
      },
    ]) {
      await using talk = await start(data);
      talk.client.write(`${"x".repeat(500_000)}\r\nMAIL FROM:<evil@x.test>\r\n.\r\nNOOP\r\n`);
      assert.deepEqual(await talk.client.replies(2), [accepted, "250 2.0.0 OK"]);
    }
  });

  it("is refused with 552 if it is too large, and the hook gets an error", async () => {
    const outcomes: unknown[] = [];
    for (const data of [
      () => {},
      async (context: DataContext) => void outcomes.push(await read(context).catch((e) => e.kind)),
    ]) {
      await using talk = await start(data, { maxMessageSize: 1000 });
      talk.client.write(`${"x".repeat(500_000)}\r\n.\r\nNOOP\r\n`);
      assert.deepEqual(await talk.client.replies(2), ["552 5.3.4 The message is too large", "250 2.0.0 OK"]);
    }
    assert.deepEqual(outcomes, ["too-large"]);
  });

  it("is not reported to onError if the hook rethrows its error", async () => {
    await using talk = await start(async (context) => void (await read(context)), { maxMessageSize: 1000 });
    talk.client.write(`${"x".repeat(2000)}\r\n.\r\n`);
    assert.equal(await talk.client.reply(), "552 5.3.4 The message is too large");
    assert.deepEqual(talk.errors, []);
  });

  it("throws if it breaks off, and aborts the signal", async () => {
    let outcome: unknown;
    let signal: AbortSignal | undefined;
    await using talk = await start(async (context) => {
      signal = context.signal;
      outcome = await read(context).catch((error) => error.kind);
    });
    talk.client.say("half");
    talk.client.socket.resetAndDestroy();
    while (outcome === undefined) await new Promise(setImmediate);
    assert.deepEqual([outcome, signal?.aborted, talk.errors], ["closed", true, []]);
  });

  it("with a bare LF is refused with 521, and the connection closes", async () => {
    let outcome: unknown;
    await using talk = await start(async (context) => {
      outcome = await read(context).catch((error) => error.kind);
    });
    talk.client.write("a\n.\r\nMAIL FROM:<evil@x.test>\r\n");
    assert.equal(await talk.client.reply(), "521 5.5.2 There is a bare LF in the message");
    assert.equal(await talk.client.rest(), "");
    assert.equal(outcome, "protocol");
  });

  it("is refused as the hook says, early or late, returned or thrown", async () => {
    const spam = Reply.of(554, "5.7.1", "Spam");
    const hooks: readonly ((context: DataContext) => Promise<Verdict>)[] = [
      async () => spam,
      async (context) => {
        await read(context);
        throw spam;
      },
      async () => ({ code: 554, enhancedCode: "5.7.1", lines: ["Spam"] }),
    ];
    for (const data of hooks) {
      await using talk = await start(data);
      talk.client.say("x", ".");
      assert.equal(await talk.client.reply(), "554 5.7.1 Spam");
    }
  });

  it("is accepted in the hook's own words", async () => {
    await using talk = await start(() => Reply.of(250, undefined, "queued as 12"));
    talk.client.say(".");
    assert.equal(await talk.client.reply(), "250 2.0.0 queued as 12");
  });

  it("is refused with 451 if the hook fails, without the text of the error", async () => {
    await using talk = await start(async () => {
      throw new Error("no space left on /var/spool\r\n250 yes");
    });
    talk.client.say("x", ".");
    assert.equal(await talk.client.reply(), "451 4.3.0 Local error, try again later");
    assert.match(String(talk.errors[0]), /no space left/);
  });

  it("begins with a Received field without recipients", async () => {
    let text = "";
    await using talk = await start(
      async (context) => {
        text = await read(context);
      },
      { received: true },
    );
    talk.client.say("Subject: x", "", ".");
    await talk.client.reply();
    assert.match(
      text,
      /^Received: from x\.test \(\[127\.0\.0\.1\]\)\r\n\tby mx\.y\.test with ESMTP id [\w-]+;\r\n\t\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000\r\nSubject: x\r\n\r\n$/,
    );
  });

  it("has an id of its own in that field, which begins with that of the session", async () => {
    const ids: string[] = [];
    const sessions = new Set<string>();
    await using talk = await start(
      async (context) => {
        ids.push(/ id ([\w-]+);/.exec(await read(context))?.[1] ?? "");
        sessions.add(context.session.id);
      },
      { received: true },
    );
    talk.client.say(".");
    await talk.client.reply();
    talk.client.say("MAIL FROM:<a@x.test>", "RCPT TO:<b@y.test>", "DATA", ".");
    await talk.client.replies(4);
    const [session] = sessions;
    assert.deepEqual(ids, [`${session}-1`, `${session}-2`]);
  });
});

describe("SmtpServer: content in chunks", () => {
  const begin = ["MAIL FROM:<a@x.test>", "RCPT TO:<b@y.test>"];

  it("is aborted at RSET, and the hook ends before the next message", async () => {
    const contents: string[] = [];
    await using server = await SmtpServer.listen({
      received: false,
      domains: ["y.test"],
      onError: () => {},
      async data(context) {
        const mine = contents.push("") - 1;
        try {
          contents[mine] = await read(context);
        } catch (error) {
          await new Promise(setImmediate);
          contents[mine] = String(error);
        }
      },
    });
    await using client = await Client.connect(server.port);
    client.say("EHLO x", ...begin, "BDAT 4", "ab", "RSET", ...begin, "BDAT 4 LAST", "cd", "QUIT");
    const codes = (await client.replies(10)).map((reply) => reply.slice(0, 9).trim());
    assert.equal(codes[8], "250 2.6.0");
    assert.match(contents[0] ?? "", /given the message up/);
    assert.equal(contents[1], "cd\r\n");
  });

  it("that goes on after the connection is lost ends with an error", async () => {
    let failed: unknown;
    let begun = () => {};
    const running = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const server = await SmtpServer.listen({
      domains: ["y.test"],
      onError: () => {},
      async data(context) {
        begun();
        await read(context).catch((error: unknown) => {
          failed = error;
        });
      },
    });
    const client = await Client.connect(server.port);
    client.say("EHLO x", ...begin, "BDAT 4", "ab");
    await running;
    client.socket.destroy();
    await server.close();
    assert.match(String(failed), /ended before the message did/);
  });
});
