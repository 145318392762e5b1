import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SmtpServer, type SmtpServerOptions } from "envoi/server";
import { RunningServer } from "#src/server/running-server.js";
import { HandClock } from "../../net/hand-clock.js";
import { Client } from "../client.js";

const data = async (): Promise<void> => {};
const timeouts = { command: 5000, content: 3000, handshake: 2000, write: 4000 };

/** A server whose time a test turns, and a client. */
async function start(
  options: SmtpServerOptions = {},
): Promise<{ clock: HandClock; client: Client } & AsyncDisposable> {
  const clock = new HandClock();
  const server = await RunningServer.start({ domains: ["y.test"], data, timeouts, ...options }, { clock });
  const client = await Client.connect(server.port);
  const dispose = async () => {
    client.socket.destroy();
    await server.close(0);
  };
  return { clock, client, [Symbol.asyncDispose]: dispose };
}

const timeout = "421 4.4.2 Timeout";

describe("SmtpServer: deadlines", () => {
  it("answers a silent client with 421", async () => {
    await using talk = await start();
    await talk.client.reply();
    await talk.clock.armed(5000);
    talk.clock.turn(5000);
    assert.equal(await talk.client.reply(), timeout);
    assert.equal(await talk.client.rest(), "");
  });

  it("gives a command that comes byte by byte no extra time", async () => {
    await using talk = await start();
    await talk.client.reply();
    for (let i = 0; i < 5; i++) {
      await talk.clock.armed(5000);
      talk.client.write("N");
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      talk.clock.turn(1000);
    }
    assert.equal(await talk.client.reply(), timeout);
  });

  it("a command that is complete starts the time anew", async () => {
    await using talk = await start();
    await talk.client.reply();
    for (let i = 0; i < 3; i++) {
      talk.clock.turn(4000);
      assert.equal(await talk.client.ask("NOOP"), "250 2.0.0 OK");
    }
  });

  it("does so after a reply that was sent early", async () => {
    await using talk = await start({ maxReplyBacklog: 1 });
    await talk.client.reply();
    for (let i = 0; i < 3; i++) {
      talk.clock.turn(4000);
      assert.equal(await talk.client.ask("NOOP"), "250 2.0.0 OK");
    }
  });

  it("limits the time of a busy connection as well", async () => {
    await using talk = await start({ timeouts: { ...timeouts, session: 7000 } });
    await talk.client.reply();
    talk.clock.turn(4000);
    assert.equal(await talk.client.ask("NOOP"), "250 2.0.0 OK");
    await talk.clock.armed(3000);
    talk.clock.turn(3000);
    assert.equal(await talk.client.reply(), timeout);
  });

  it("content that trickles does not last", async () => {
    let read = 0;
    const count = async ({ content }: { readonly content: AsyncIterable<Buffer> }): Promise<void> => {
      for await (const piece of content) read += piece.length;
    };
    await using talk = await start({ received: false, data: count, onError: () => {} });
    talk.client.say("EHLO x", "MAIL FROM:<>", "RCPT TO:<b@y.test>", "DATA");
    await talk.client.replies(5);
    // Each octet earns a millisecond: 3,000 to begin with are used up in the fourth second.
    for (let octets = 1; octets <= 3; octets++) {
      talk.client.write("x");
      while (read < octets) await new Promise(setImmediate);
      talk.clock.turn(999);
    }
    await talk.clock.armed(100);
    talk.clock.turn(100);
    assert.equal(await talk.client.reply(), timeout);
  });

  it("a client that does not read is cut off, and is not read from in the meantime", async () => {
    await using talk = await start({ maxCommands: 100_000_000 });
    await talk.client.reply();
    talk.client.socket.pause();
    const noops = Buffer.from("NOOP\r\n".repeat(10_000));
    const flood = () => {
      while (talk.client.socket.write(noops));
    };
    talk.client.socket.on("drain", flood);
    flood();
    await talk.clock.armed(4000);
    talk.clock.turn(4000);
    talk.client.socket.resume();
    await talk.client.rest();
    assert.ok(talk.client.socket.bytesWritten < 50_000_000);
  });
});

describe("SmtpServer: limits", () => {
  it("answers connections beyond the limit with 421", async () => {
    await using server = await SmtpServer.listen({ maxConnections: 1 });
    {
      await using first = await Client.connect(server.port);
      assert.match(await first.reply(), /^220 /);
      await using second = await Client.connect(server.port);
      assert.equal(await second.reply(), "421 Too many connections, try again later");
      assert.equal(await second.rest(), "");
      assert.match(await first.ask("QUIT"), /^221 /);
      await first.rest();
      first.end();
    }
    await using third = await Client.connect(server.port);
    assert.match(await third.reply(), /^(?:220|421) /);
  });

  it("closes the connections far beyond the limit without an answer", async () => {
    await using server = await SmtpServer.listen({ maxConnections: 1, maxConnectionsPerAddress: 1000 });
    const clients: Client[] = [];
    for (let i = 0; i < 150; i++) clients.push(await Client.connect(server.port));
    const heard = await Promise.all(clients.map((client) => client.reply()));
    assert.equal(heard.filter((reply) => reply.startsWith("421 ")).length, 100);
    assert.equal(heard.filter((reply) => reply === "").length, 49);
    for (const client of clients) client.socket.destroy();
    // The places of those who have left are free again.
    for (;;) {
      await using next = await Client.connect(server.port);
      if ((await next.reply()).startsWith("220 ")) break;
    }
    await server.close({ grace: 0 });
  });

  it("the last reply arrives, though the client goes on talking", async () => {
    await using server = await SmtpServer.listen();
    for (let round = 0; round < 20; round++) {
      await using client = await Client.connect(server.port);
      client.write(`GET / HTTP/1.1\r\n${"x".repeat(1_000_000)}`);
      await client.reply();
      assert.equal(await client.reply(), "421 4.7.0 This is not a web server");
    }
  });

  it("survives resets in every state", async () => {
    const lines = ["EHLO x", "MAIL FROM:<>", "RCPT TO:<b@y.test>", "DATA", "x", "."];
    await using server = await SmtpServer.listen({ domains: ["y.test"], data });
    for (let said = 0; said <= lines.length; said++) {
      const client = await Client.connect(server.port);
      client.say(...lines.slice(0, said));
      client.socket.resetAndDestroy();
    }
    await using client = await Client.connect(server.port);
    assert.match(await client.reply(), /^220 /);
  });

  it("sends all replies to a client that half-closes after its last command", async () => {
    await using server = await SmtpServer.listen({ domains: ["y.test"], data });
    await using client = await Client.connect(server.port);
    client.say("EHLO x", "MAIL FROM:<>", "RCPT TO:<b@y.test>", "DATA");
    client.write("x\r\n.\r\n");
    client.end();
    const all = await client.rest();
    assert.match(all, /250 2\.6\.0 Message accepted\r\n$/);
  });
});

describe("SmtpServer: hooks", () => {
  it("see everything, and can refuse", async () => {
    const seen: unknown[] = [];
    await using server = await SmtpServer.listen({
      domains: ["y.test"],
      data,
      connect: ({ session }) => void seen.push(session.remoteAddress),
      hello: async ({ verb, name }) =>
        name === "bad.test" ? { code: 550, lines: "Go away" } : void seen.push(verb),
      mail: ({ from, parameters, session }) => {
        seen.push(String(from), parameters.SIZE, session.hello?.name);
        return from === null ? { code: 550, lines: ["No", "bounces"] } : undefined;
      },
      recipient: ({ recipient, envelope }) => void seen.push(String(recipient), envelope.to.length),
    });
    await using client = await Client.connect(server.port);
    await client.reply();
    assert.equal(await client.ask("EHLO bad.test"), "550 Go away");
    assert.equal(await client.ask("MAIL FROM:<>"), "503 5.5.1 Say EHLO first");
    await client.ask("EHLO good.test");
    assert.equal(await client.ask("MAIL FROM:<>"), "550-5.0.0 No\r\n550 5.0.0 bounces");
    await client.ask("MAIL FROM:<a@x.test> SIZE=7");
    await client.ask("RCPT TO:<b@y.test>");
    await client.ask("RCPT TO:<c@y.test>");
    assert.deepEqual(seen, [
      "127.0.0.1",
      "EHLO",
      "null",
      undefined,
      "good.test",
      "a@x.test",
      7,
      "good.test",
      "b@y.test",
      0,
      "c@y.test",
      1,
    ]);
  });

  it("may refuse a connection, and may fail", async () => {
    for (const [connect, reply] of [
      [() => ({ code: 554, enhancedCode: "5.7.1", lines: "Blocked" }), "554 Blocked"],
      [() => Promise.reject(new Error("x")), "451 Local error, try again later"],
    ] as const) {
      await using server = await SmtpServer.listen({ connect, onError: () => {} });
      await using client = await Client.connect(server.port);
      assert.equal(await client.reply(), reply);
      assert.equal(await client.rest(), "");
    }
  });

  it("close the connection with 421", async () => {
    await using server = await SmtpServer.listen({ mail: () => ({ code: 421, lines: "Enough" }) });
    await using client = await Client.connect(server.port);
    client.say("EHLO x", "MAIL FROM:<>", "NOOP");
    assert.equal((await client.replies(3))[2], "421 4.0.0 Enough");
    assert.equal(await client.rest(), "");
  });

  it("survive an onError that fails", async () => {
    const warned = new Promise((resolve) => process.once("warning", resolve));
    await using server = await SmtpServer.listen({
      mail: () => {
        throw new Error("first");
      },
      onError: () => {
        throw new Error("second");
      },
    });
    await using client = await Client.connect(server.port);
    client.say("EHLO x", "MAIL FROM:<>");
    assert.equal((await client.replies(3))[2], "451 4.3.0 Local error, try again later");
    assert.match(String(await warned), /second/);
  });

  it("nor does one that rejects", async () => {
    const warned = new Promise((resolve) => process.once("warning", resolve));
    await using server = await SmtpServer.listen({
      mail: () => {
        throw new Error("first");
      },
      onError: async () => {
        throw new Error("second");
      },
    });
    await using client = await Client.connect(server.port);
    client.say("EHLO x", "MAIL FROM:<>");
    assert.equal((await client.replies(3))[2], "451 4.3.0 Local error, try again later");
    assert.match(String(await warned), /second/);
  });

  it("nor do things thrown that cannot be shown as text", async () => {
    const warned = new Promise((resolve) => process.once("warning", resolve));
    const fail = () => {
      throw Object.create(null);
    };
    await using server = await SmtpServer.listen({ mail: fail, onError: fail });
    await using client = await Client.connect(server.port);
    client.say("EHLO x", "MAIL FROM:<>");
    assert.equal((await client.replies(3))[2], "451 4.3.0 Local error, try again later");
    assert.match(String(await warned), /null prototype/);
  });
});

describe("SmtpServer: closing", () => {
  it("can be made to close at once while a hook runs", async () => {
    const hung = Promise.race<void>([]);
    let ask = (): void => {};
    const asked = new Promise<void>((resolve) => {
      ask = resolve;
    });
    const mail = () => {
      ask();
      return hung;
    };
    const server = await SmtpServer.listen({ mail });
    await using client = await Client.connect(server.port);
    client.say("EHLO x", "MAIL FROM:<>");
    await asked;
    const closed = server.close({ grace: 1_000_000 });
    await server.close({ grace: 0 });
    await closed;
    assert.match(await client.rest(), /^220 /);
  });

  it("answers idle clients with 421, lets a message finish, and resolves when no connection is left", async () => {
    let taken = 0;
    const server = await SmtpServer.listen({ domains: ["y.test"], data: () => void taken++ });
    await using idle = await Client.connect(server.port);
    await using busy = await Client.connect(server.port);
    await idle.reply();
    busy.say("EHLO x", "MAIL FROM:<>", "RCPT TO:<b@y.test>", "DATA");
    await busy.replies(5);
    const closed = server.close();
    assert.equal(await idle.reply(), "421 4.3.2 The server is shutting down");
    idle.end();
    busy.say("x", ".");
    assert.deepEqual(await busy.replies(2), [
      "250 2.6.0 Message accepted",
      "421 4.3.2 The server is shutting down",
    ]);
    busy.end();
    await closed;
    assert.equal(taken, 1);
    await assert.rejects(Client.connect(server.port), { code: "ECONNREFUSED" });
  });

  it("cuts all connections at once without grace, and may be called twice", async () => {
    const server = await SmtpServer.listen();
    await using client = await Client.connect(server.port);
    await client.reply();
    await Promise.all([server.close({ grace: 0 }), server.close()]);
    assert.equal(await client.rest(), "");
  });
});
