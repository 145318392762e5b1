import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, it } from "node:test";
import type { ErrorClass } from "envoi";
import { Message, type SmtpError } from "envoi";
import { type Fault, postfixErrorLimits, TestServer, type TestServerOptions } from "envoi/testing";
import { Client } from "../../server/client.js";

const message = (...to: string[]): Message => {
  const builder = Message.builder().from("a@x.test").subject("x").text("x".repeat(2000));
  for (const recipient of to.length === 0 ? ["b@y.test"] : to) builder.to(recipient);
  return builder.build();
};

/** A client that has been greeted. */
async function greeted(server: TestServer): Promise<Client> {
  const client = await Client.connect(server.port);
  assert.match(await client.reply(), /^220/);
  return client;
}

const transaction = ["EHLO c.test", "MAIL FROM:<a@x.test>", "RCPT TO:<b@y.test>", "DATA", "x\r\n."] as const;

/** Says one after the other, and returns the replies. */
async function dialogue(client: Client, ...lines: readonly string[]): Promise<string[]> {
  const replies: string[] = [];
  for (const line of lines) replies.push(await client.ask(line));
  return replies;
}

interface Case {
  readonly fault: Fault | readonly Fault[];
  readonly options?: TestServerOptions;
  /** What comes of a mail that our client sends. */
  readonly outcome: Partial<ErrorClass> & { readonly code?: number };
  /** How many messages are kept; none. */
  readonly kept?: number;
}

const timeout = 300;
const starttls = { tls: "starttls" } as const;
const users = { tls: "starttls", users: { jo: "secret" } } as const;
const lost = { kind: "connection", delivery: "not-sent", transient: true } as const;
const silent = { kind: "timeout", delivery: "not-sent", transient: true } as const;
const nonsense = { kind: "protocol", delivery: "not-sent" } as const;
const unknown = { kind: "connection", delivery: "unknown", transient: true } as const;
const refused = (code: number): Case["outcome"] => ({
  ...{ kind: "rejected", delivery: "refused", code, transient: code < 500, permanent: code >= 500 },
});

/** What our client makes of each fault. */
const cases: Readonly<Record<string, Case>> = {
  "connect: closed": { fault: { at: "connect", drop: "before" }, outcome: lost },
  "connect: reset": { fault: { at: "connect", drop: "before", by: "rst" }, outcome: lost },
  "connect: half-closed": { fault: { at: "connect", drop: "before", by: "half-close" }, outcome: lost },
  "connect: silent": { fault: { at: "connect", stall: true }, outcome: silent },
  "connect: plain words where TLS is due": {
    options: { tls: "implicit" },
    fault: { at: "connect", raw: "220 not TLS\r\n" },
    outcome: { kind: "tls", delivery: "not-sent", transient: false },
  },
  "connect: closed where TLS is due": {
    options: { tls: "implicit" },
    fault: { at: "connect", drop: "before" },
    outcome: { delivery: "not-sent" },
  },
  "greeting: not now": {
    fault: { at: "greeting", reply: "421 4.3.2 Busy" },
    outcome: { kind: "rejected", delivery: "not-sent", transient: true, code: 421 },
  },
  "greeting: never": {
    fault: { at: "greeting", reply: "554 5.7.1 Go away" },
    outcome: { kind: "rejected", delivery: "not-sent", permanent: true, code: 554 },
  },
  "greeting: no reply at all": { fault: { at: "greeting", raw: "SSH-2.0-x\r\n" }, outcome: nonsense },
  "greeting: half of it": { fault: { at: "greeting", drop: "within" }, outcome: lost },
  "greeting: then gone": { fault: { at: "greeting", drop: "after" }, outcome: lost },
  "ehlo: gone": { fault: { at: "ehlo", drop: "before" }, outcome: lost },
  "ehlo and helo refused": {
    fault: [
      { at: "ehlo", reply: "502 5.5.1 What?" },
      { at: "helo", reply: "550 5.7.1 No" },
    ],
    outcome: { kind: "rejected", delivery: "not-sent", permanent: true },
  },
  "ehlo: codes that differ": { fault: { at: "ehlo", raw: "250-x\r\n251 x\r\n" }, outcome: nonsense },
  "ehlo: never ends": {
    fault: { at: "ehlo", raw: `250-${"x".repeat(500)}\r\n`, repeat: Number.POSITIVE_INFINITY },
    outcome: nonsense,
  },
  "ehlo: SIZE too small": {
    fault: { at: "ehlo", conceal: ["SIZE"], offer: ["SIZE 10"] },
    outcome: { kind: "too-large", delivery: "not-sent", permanent: true },
  },
  "ehlo: STARTTLS stripped": {
    options: starttls,
    fault: { at: "ehlo", conceal: ["STARTTLS"] },
    outcome: { kind: "tls", delivery: "not-sent", permanent: true },
  },
  "ehlo: AUTH gone once TLS is on": {
    options: users,
    fault: { at: "ehlo", when: { secure: true }, conceal: ["AUTH"] },
    outcome: { kind: "authentication", delivery: "not-sent" },
  },
  "starttls: not now": {
    options: starttls,
    fault: { at: "starttls", reply: "454 4.7.0 TLS not available" },
    outcome: { kind: "tls", delivery: "not-sent", transient: true },
  },
  "starttls: never": {
    options: starttls,
    fault: { at: "starttls", reply: "502 5.5.1 What?" },
    outcome: { kind: "tls", delivery: "not-sent", transient: false },
  },
  "starttls: a reply injected behind the 220": {
    options: starttls,
    fault: { at: "starttls", raw: "220 Go ahead\r\n250 injected\r\n" },
    outcome: { kind: "tls", delivery: "not-sent", transient: false },
  },
  "tls: plain words": {
    options: starttls,
    fault: { at: "tls", raw: "220 still in clear\r\n" },
    outcome: { kind: "tls", delivery: "not-sent", transient: false },
  },
  "tls: silent": {
    options: starttls,
    fault: { at: "tls", stall: true },
    outcome: { delivery: "not-sent", kind: "timeout" },
  },
  "tls: reset": {
    options: starttls,
    fault: { at: "tls", drop: "before", by: "rst" },
    outcome: { delivery: "not-sent" },
  },
  "auth: wrong": {
    options: users,
    fault: { at: "auth", reply: "535 5.7.8 No" },
    outcome: { kind: "authentication", delivery: "not-sent", permanent: true, code: 535 },
  },
  "auth: not now": {
    options: users,
    fault: { at: "auth", reply: "454 4.7.0 Later" },
    outcome: { kind: "authentication", delivery: "not-sent", transient: true, code: 454 },
  },
  "auth: a challenge that is no base64, and wrong in the end": {
    options: users,
    fault: { at: "auth", reply: "334 !!!" },
    outcome: { delivery: "not-sent" },
  },
  "auth: closed": { options: users, fault: { at: "auth", drop: "before" }, outcome: lost },
  "mail refused": { fault: { at: "mail", reply: "451 4.7.1 Later" }, outcome: refused(451) },
  "mail: 421": {
    fault: { at: "mail", reply: "421 4.7.0 Rate limit" },
    outcome: { kind: "connection", delivery: "not-sent", transient: true, code: 421 },
  },
  "mail: silent": { fault: { at: "mail", stall: true }, outcome: silent },
  "mail: reset": { fault: { at: "mail", drop: "before", by: "rst" }, outcome: lost },
  "rcpt refused": { fault: { at: "rcpt", reply: "550 5.1.1 Nobody" }, outcome: refused(550) },
  "rcpt: no reply at all": { fault: { at: "rcpt", raw: "25 OK\r\n" }, outcome: nonsense },
  "data refused": { fault: { at: "data", reply: "554 5.7.1 No" }, outcome: refused(554) },
  "data: 250": { fault: { at: "data", reply: "250 2.0.0 OK" }, outcome: nonsense },
  "data: silent": { fault: { at: "data", stall: true }, outcome: silent },
  "content: closed": {
    fault: { at: "content", octet: 100, drop: "before" },
    outcome: { kind: "connection" },
  },
  "content: reset": {
    fault: { at: "content", octet: 100, drop: "before", by: "rst" },
    outcome: { kind: "connection" },
  },
  "final refused": { fault: { at: "final", reply: "554 5.7.1 Spam" }, outcome: refused(554) },
  "final: too large": {
    fault: { at: "final", reply: "552 5.3.4 Too large" },
    outcome: { kind: "too-large", delivery: "refused", permanent: true },
  },
  "final: closed before the reply": { fault: { at: "final", drop: "before" }, outcome: unknown, kept: 1 },
  "final: closed before the reply, and not kept": {
    fault: { at: "final", drop: "before", keep: "never" },
    outcome: unknown,
  },
  "final: half a reply": { fault: { at: "final", drop: "within" }, outcome: unknown, kept: 1 },
  "final: reset": { fault: { at: "final", drop: "before", by: "rst" }, outcome: unknown, kept: 1 },
  "final: half-closed": {
    fault: { at: "final", drop: "before", by: "half-close" },
    outcome: unknown,
    kept: 1,
  },
  "final: silent": {
    fault: { at: "final", stall: true },
    outcome: { kind: "timeout", delivery: "unknown" },
    kept: 1,
  },
  "final: no reply at all": {
    fault: { at: "final", raw: "2xx\r\n" },
    outcome: { kind: "protocol", delivery: "unknown" },
    kept: 1,
  },
};

describe("The outcome of a mail after a fault", () => {
  for (const [name, { fault, options, outcome, kept = 0 }] of Object.entries(cases)) {
    it(name, async () => {
      await using server = await TestServer.start(options);
      const all = [fault].flat() as readonly Fault[];
      const handle = server.fail(...all);
      const isSilent = all.some((each) => "stall" in each);
      const builder = server.builder();
      if (isSilent) builder.timeout(timeout);
      await using transport = builder.build();
      await assert.rejects(transport.send(message()), (error: SmtpError) => {
        const { code, ...fields } = outcome;
        const told = { ...error, code: error.reply?.code } as Record<string, unknown>;
        for (const [field, value] of Object.entries({ ...fields, ...(code && { code }) })) {
          assert.equal(told[field] ?? error[field as keyof SmtpError], value, `${field}: ${error}`);
        }
        return true;
      });
      assert.ok(handle.hits > 0);
      assert.equal(server.messages.length, kept);
    });
  }

  it("late and slow replies, byte by byte, change nothing", async () => {
    await using server = await TestServer.start(users);
    for (const at of ["greeting", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "final"] as const)
      server.fail({ at, delay: 2, tarpit: 0 });
    server.fail({ at: "tls", delay: 5 }, { at: "content", octet: 10, delay: 5 });
    await server.transport().send(message());
    assert.equal(server.messages.length, 1);
    assert.deepEqual(server.findings, []);
  });

  it("keeps lost mail never, and doubled mail twice", async () => {
    await using server = await TestServer.start();
    const transport = server.transport();
    const lose = server.fail({ at: "final", keep: "never" });
    await transport.send(message());
    assert.equal(server.messages.length, 0);
    lose.lift();
    server.fail({ at: "final", keep: "twice", times: 1 });
    await transport.send(message());
    await transport.send(message());
    assert.equal(server.messages.length, 3);
  });

  it("greylists, per sender and recipient", async () => {
    await using server = await TestServer.start();
    server.fail({ at: "rcpt", greylist: { attempts: 2 } });
    const transport = server.transport();
    for (let attempt = 0; attempt < 2; attempt++)
      await assert.rejects(transport.send(message()), { delivery: "refused", transient: true });
    await transport.send(message());
    await assert.rejects(transport.send(message("other@y.test")), { transient: true });
  });

  it("refuses some recipients and lets the mail go to the others", async () => {
    await using server = await TestServer.start();
    server.fail({ at: "rcpt", when: { recipient: /slow/ }, times: 2, reply: "450 4.7.1 Later" });
    const { rejected } = await server.transport().send(message("a@y.test", "slow@y.test", "b@y.test"));
    assert.deepEqual(
      rejected.map(({ recipient }) => String(recipient)),
      ["slow@y.test"],
    );
    assert.deepEqual(server.messages[0]?.to, ["a@y.test", "b@y.test"]);
  });
});

describe("faults on the wire", () => {
  it("keeps a command from the server if the reply refuses, and only replaces the reply otherwise", async () => {
    await using server = await TestServer.start();
    server.fail({ at: "rcpt", times: 1, reply: "450 4.7.1 Later\nor never" });
    server.fail({ at: "noop", reply: "299 Well" });
    await using client = await greeted(server);
    const replies = await dialogue(client, ...transaction.slice(0, 3), "DATA", "RCPT TO:<b@y.test>", "NOOP");
    assert.equal(replies[2], "450-4.7.1 Later\r\n450 4.7.1 or never");
    assert.match(replies[3] ?? "", /^503/);
    assert.match(replies[4] ?? "", /^250 2\.1\.5/);
    assert.equal(replies[5], "299 Well");
    assert.match(
      String(server.transcripts[0]),
      /C: RCPT TO:<b@y\.test>\nS: 450-4\.7\.1 Later\nS: 450 4\.7\.1 or never\n/,
    );
  });

  it("reads and refuses the content after a 354 to refused recipients", async () => {
    await using server = await TestServer.start();
    server.fail({ at: "rcpt", reply: "550 5.1.1 Nobody" }, { at: "data", reply: "354 Go on" });
    await using client = await greeted(server);
    const replies = await dialogue(client, ...transaction.slice(0, 4), "RSET\r\nQUIT\r\n.", "NOOP");
    assert.deepEqual(
      replies.slice(2).map((reply) => reply.slice(0, 3)),
      ["550", "354", "554", "250"],
    );
  });

  it("ends a made-up login", async () => {
    const options = { users: { jo: "secret" }, allowPlaintextCredentials: true };
    await using server = await TestServer.start(options);
    server.fail(
      { at: "auth", times: 2, reply: "334 !!!" },
      { at: "auth-response", times: 1, reply: "432 4.7.12 Change" },
    );
    await using client = await greeted(server);
    const replies = await dialogue(
      client,
      "EHLO c",
      "AUTH LOGIN",
      "am8=",
      "AUTH LOGIN",
      "*",
      "AUTH LOGIN",
      "am8=",
      "NOOP",
    );
    assert.deepEqual(
      replies.slice(1).map((reply) => reply.slice(0, 3)),
      ["334", "432", "334", "501", "334", "334", "501"],
    );
    assert.doesNotMatch(String(server.transcripts[0]), /am8=/);
  });

  it("an exchange of AUTH that is refused midway is over for the server too", async () => {
    const options = { users: { jo: "secret" }, allowPlaintextCredentials: true };
    await using server = await TestServer.start(options);
    server.fail({ at: "auth-response", when: { nth: 2 }, reply: "535 5.7.8 No" });
    await using client = await greeted(server);
    const replies = await dialogue(client, "EHLO c", "AUTH LOGIN", "am8=", "c2VjcmV0", "NOOP", "AUTH LOGIN");
    assert.deepEqual(
      replies.slice(1).map((reply) => reply.slice(0, 3)),
      ["334", "334", "535", "250", "334"],
    );
  });

  it("offers and conceals extensions", async () => {
    await using server = await TestServer.start();
    server.fail({ at: "ehlo", conceal: ["pipelining", "SIZE"], offer: ["auth=PLAIN LOGIN", "X-Y"] });
    await using client = await greeted(server);
    const reply = await client.ask("EHLO c.test");
    assert.match(reply, /^250-localhost\r\n/);
    assert.match(reply, /\r\n250-auth=PLAIN LOGIN\r\n250 X-Y$/);
    assert.doesNotMatch(reply, /PIPELINING|SIZE/);
  });

  it("421 that stays leaves the connection open, and the command unheard", async () => {
    await using server = await TestServer.start();
    server.fail({ at: "rcpt", when: { recipient: "b@y.test" }, reply: "421 4.3.0 No", stays: true });
    const transport = server.transport();
    const sent = transport.send({ from: "a@x.test", to: ["b@y.test", "c@y.test"], text: "hello" });
    await assert.rejects(sent, ({ report }: SmtpError) => {
      assert.deepEqual(
        report.recipients.map(({ outcome, reply }) => [outcome, reply?.code]),
        [
          ["not-sent", 421],
          ["accepted", 250],
        ],
      );
      return true;
    });
    assert.deepEqual(
      server.messages.map(({ to }) => to.join()),
      ["c@y.test"],
    );
  });

  it("421 closes, with a reply that arrives", async () => {
    await using server = await TestServer.start();
    server.fail({ at: "mail", when: { nth: 2 }, reply: "421 4.4.2 Idle" });
    await using client = await greeted(server);
    const replies = await dialogue(client, "EHLO c", "MAIL FROM:<>", "RSET", "MAIL FROM:<>");
    assert.equal(replies[3], "421 4.4.2 Idle");
    await client.rest();
  });

  it("half a reply is half a reply", async () => {
    await using server = await TestServer.start();
    server.fail({ at: "noop", drop: "within" });
    await using client = await greeted(server);
    client.say("NOOP");
    assert.equal(await client.rest(), "250 2.0");
  });

  it("half-closed is closed for words, and still read", async () => {
    await using server = await TestServer.start();
    server.fail({ at: "noop", drop: "after", by: "half-close" });
    await using client = await greeted(server);
    assert.equal(await client.ask("NOOP"), "250 2.0.0 OK");
    assert.equal(await client.rest(), "");
    client.write("x".repeat(100_000));
    client.socket.end();
    await once(client.socket, "close");
  });

  it("a reset is a reset", async () => {
    await using server = await TestServer.start();
    server.fail({ at: "noop", drop: "before", by: "rst" });
    const socket = connect(server.port, server.host);
    await once(socket, "data");
    socket.resume().write("NOOP\r\n");
    const [error] = await once(socket, "error");
    assert.equal((error as NodeJS.ErrnoException).code, "ECONNRESET");
  });

  it("ends the connection after exactly the given bytes of content", async () => {
    await using server = await TestServer.start();
    server.fail({ at: "content", octet: 5, raw: "451 4.3.0 enough\r\n", drop: "after" });
    await using client = await greeted(server);
    await dialogue(client, ...transaction.slice(0, 4));
    client.write("1234");
    const reply = client.reply();
    client.write("5");
    assert.equal(await reply, "451 4.3.0 enough");
    assert.equal(server.messages.length, 0);
  });

  it("reads nothing more while it stalls within content", async () => {
    await using server = await TestServer.start();
    server.fail({ at: "content", octet: 10, stall: true });
    await using client = await greeted(server);
    await dialogue(client, ...transaction.slice(0, 4));
    // Far more than two systems buffer for a connection.
    for (let i = 0; i < 64; i++) client.write(Buffer.alloc(1_048_576, "x"));
    await using another = await greeted(server);
    for (let i = 0; i < 100; i++) await another.ask("RSET");
    assert.ok(client.socket.writableLength > 0);
  });

  it("refused chunks are thrown away, or taken for commands", async () => {
    await using server = await TestServer.start();
    server.fail({ at: "bdat", times: 1, reply: "503 5.5.1 Say MAIL first" });
    await using client = await greeted(server);
    await client.ask("EHLO c.test");
    client.write("BDAT 6 LAST\r\nNOOP\r\nNOOP\r\n");
    assert.deepEqual(await client.replies(2), ["503 5.5.1 Say MAIL first", "250 2.0.0 OK"]);
    server.fail({ at: "bdat", reply: "503 5.5.1 Say MAIL first", undiscarded: true });
    client.write("BDAT 6 LAST\r\nNOOP\r\nRSET\r\n");
    assert.deepEqual(await client.replies(3), [
      "503 5.5.1 Say MAIL first",
      "250 2.0.0 OK",
      "250 2.0.0 Reset",
    ]);
  });

  it("strikes amid chunks and at their end as amid DATA", async () => {
    await using server = await TestServer.start();
    server.fail({ at: "final", times: 1, reply: "451 4.3.0 Later" });
    await using client = await greeted(server);
    await dialogue(client, ...transaction.slice(0, 3));
    client.write("BDAT 3\r\nabcBDAT 3 LAST\r\ndef");
    assert.deepEqual(await client.replies(2), ["250 2.0.0 3 octets received", "451 4.3.0 Later"]);
    assert.equal(server.messages.length, 0);
    server.fail({ at: "content", octet: 4, drop: "before" });
    await dialogue(client, ...transaction.slice(1, 3));
    client.write("BDAT 3\r\nabc");
    assert.equal(await client.reply(), "250 2.0.0 3 octets received");
    client.write("BDAT 3 LAST\r\nd");
    assert.equal(await client.rest(), "");
  });

  it("keeps the transaction open after a refused chunk, as Exim does", async () => {
    await using server = await TestServer.start();
    server.fail({ at: "bdat", times: 1, reply: "554 5.6.0 No" });
    await using client = await greeted(server);
    await dialogue(client, ...transaction.slice(0, 3));
    client.write("BDAT 3 LAST\r\nabcBDAT 3 LAST\r\ndef");
    assert.deepEqual(await client.replies(2), ["554 5.6.0 No", "250 2.6.0 Message accepted"]);
    assert.equal(String(server.messages[0]?.raw), "def");
  });

  it("closes after too many refusals, as Postfix does", async () => {
    await using server = await TestServer.start({ maxErrors: 1000 });
    server.fail(...postfixErrorLimits.map((fault) => ({ ...fault, ...("delay" in fault && { delay: 1 }) })));
    server.fail({ at: "rcpt", reply: "550 5.1.1 Nobody" });
    await using client = await greeted(server);
    await dialogue(client, ...transaction.slice(0, 2));
    const replies = await dialogue(client, ...Array<string>(20).fill("RCPT TO:<b@y.test>"));
    assert.deepEqual(new Set(replies.slice(0, 19)), new Set(["550 5.1.1 Nobody"]));
    assert.equal(replies[19], "421 4.7.0 Error: too many errors");
    assert.equal(await client.rest(), "");
  });
});

describe("when a fault strikes", () => {
  /** Which of so many NOOPs, on so many connections, are refused. */
  async function struck(server: TestServer, connections: number, noops: number): Promise<string[]> {
    const all: string[] = [];
    for (let connection = 0; connection < connections; connection++) {
      await using client = await greeted(server);
      const replies = await dialogue(client, ...Array<string>(noops).fill("NOOP"));
      all.push(replies.map((reply) => (reply.startsWith("4") ? "x" : ".")).join(""));
      await client.ask("QUIT");
    }
    return all;
  }
  const noop = { at: "noop", reply: "450 4.0.0 No" } as const;

  it("strikes by number, by connection, by transaction, or after a number of times", async () => {
    await using server = await TestServer.start();
    const cases: [Fault, string[]][] = [
      [{ ...noop, times: 2 }, ["xx..", "...."]],
      [{ ...noop, when: { nth: 2 } }, [".x..", "...."]],
      [{ ...noop, when: { nth: 2, per: "connection" } }, [".x..", ".x.."]],
      [{ ...noop, when: { after: 5 } }, ["....", ".xxx"]],
      [{ ...noop, when: { test: ({ connection }) => connection % 2 === 0 } }, ["....", "xxxx"]],
    ];
    for (const [fault, expected] of cases) {
      using _ = server.fail(fault);
      assert.deepEqual(await struck(server, 2, 4), expected);
    }
    assert.deepEqual(await struck(server, 2, 1), [".", "."]);
  });

  it("is the same by chance for the same seed, and another for another", async () => {
    const run = async (seed: number): Promise<string[]> => {
      await using server = await TestServer.start({ maxErrors: 1000 });
      server.fail({ ...noop, when: { chance: 0.5, seed } });
      return await struck(server, 3, 20);
    };
    const first = await run(7);
    assert.deepEqual(await run(7), first);
    assert.notDeepEqual(await run(8), first);
    const hits = first.join("").split("x").length - 1;
    assert.ok(hits > 15 && hits < 45, String(hits));
    assert.notEqual(first[0], first[1]);
  });

  it("ends with clear()", async () => {
    await using server = await TestServer.start();
    server.fail(noop);
    server.clear();
    assert.deepEqual(await struck(server, 1, 1), ["."]);
  });
});

describe("A fault that is not valid", () => {
  const wrong: [unknown, RegExp][] = [
    [{ at: "rctp", reply: "450 x" }, /^fault\.at: expected "listen", "connect", .*, got "rctp"$/],
    [{ at: "rcpt" }, /^fault: expected one of reply, .* got none of them$/],
    [{ at: "rcpt", replay: "450 x" }, /^fault: there is no "replay"; the nearest is reply$/],
    [
      { at: "rcpt", reply: "45 x" },
      /^fault\.reply: expected a reply such as "450 4\.7\.1 Later", got "45 x"\. /,
    ],
    [{ at: "rcpt", reply: "450 x\r" }, /^fault\.reply: expected a reply .*, got "450 x\\r"/],
    [{ at: "rcpt", reply: "450 x", raw: "y" }, /^fault\.raw: cannot be used with reply$/],
    [
      { at: "rcpt", reply: "450 x", when: { recipent: /x/ } },
      /when: there is no "recipent"; the nearest is recipient$/,
    ],
    [
      { at: "rcpt", reply: "450 x", when: { recipient: 1 } },
      /^fault\.when\.recipient: expected a string or a regular expression, got 1$/,
    ],
    [
      { at: "rcpt", reply: "450 x", when: { nth: 0 } },
      /^fault\.when\.nth: expected a whole number of at least 1, got 0$/,
    ],
    [
      { at: "rcpt", reply: "450 x", when: { chance: 2 } },
      /^fault\.when\.chance: expected a number from 0 to 1, got 2$/,
    ],
    [{ at: "rcpt", reply: "450 x", times: -1 }, /^fault\.times: expected .*, got -1$/],
    [{ at: "rcpt", keep: "twice" }, /^fault\.keep: cannot be used at "rcpt", only at "final"$/],
    [{ at: "mail", octet: 1, stall: true }, /^fault\.octet: cannot be used at "mail", only at "content"$/],
    [{ at: "mail", greylist: true }, /^fault\.greylist: cannot be used at "mail", only at "rcpt"$/],
    [{ at: "mail", offer: ["x"] }, /^fault\.offer: cannot be used at "mail", only at "ehlo", "lhlo"$/],
    [
      { at: "ehlo", offer: ["x\r\ny"] },
      /^fault\.offer\[0\]: expected one line without its end, got a string$/,
    ],
    [{ at: "rcpt", greylist: {} }, /^fault\.greylist: expected true, { attempts } or { ms }, got an object$/],
    [
      { at: "tls", reply: "220 x" },
      /^fault\.reply: cannot be used at "tls"\. The server does not reply there$/,
    ],
    [{ at: "rcpt", drop: "never" }, /^fault\.drop: expected "before", "within" or "after", got "never"$/],
    [{ at: "rcpt", drop: "after", by: "fax" }, /^fault\.by: expected "fin", .*, got "fax"$/],
  ];
  for (const [fault, pattern] of wrong) {
    it(`is refused at once: ${JSON.stringify(fault)}`, async () => {
      await using server = await TestServer.start();
      assert.throws(() => server.fail(fault as Fault), { kind: "configuration", message: pattern });
    });
  }
});
