import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { type BurlContext, type EtrnContext, Reply, SmtpServer, type SmtpServerOptions } from "envoi/server";
import { TestServer } from "envoi/testing";
import { RunningServer } from "#src/server/running-server.js";
import { HandClock } from "../../net/hand-clock.js";
import { Client } from "../client.js";

const login = `AUTH PLAIN ${Buffer.from("\0jo\0secret").toString("base64")}`;
const url = "imap://imap.y.test/out/;uid=1;urlauth=submit+jo:internal:91354a473744909de610943775f92038";
const part = Buffer.from("Subject: x\r\n\r\nHello\r\n");

describe("SmtpServer: ETRN", () => {
  it("answers with the reply of the hook", async () => {
    const asked: unknown[] = [];
    const replies: unknown[] = [
      Reply.of(250, undefined, "Queuing started"),
      { code: 251, lines: "No messages waiting" },
      { code: 252, lines: "Pending messages started" },
      { code: 253, lines: "7 pending messages started" },
      { code: 458, lines: "Unable to queue" },
      { code: 459, lines: "Not allowed" },
      { code: 254, lines: "No such reply" },
      undefined,
      true,
    ];
    const failed: unknown[] = [];
    await using server = await SmtpServer.listen({
      etrn: (({ kind, name, session }: EtrnContext) => {
        asked.push(kind, name, session.hello?.name);
        return replies.shift();
      }) as never,
      onError: ({ hook }) => void failed.push(hook),
    });
    await using client = await Client.connect(server.port);
    await client.reply();
    assert.match(await client.ask("ETRN y.test"), /^503/);
    await client.ask("HELO x");
    assert.match(await client.ask("ETRN y.test"), /^503/);
    assert.match(await client.ask("EHLO x"), /^250[ -]ETRN\r?$/m);
    const heard: string[] = [];
    for (const name of ["Y.test", "@y.test", "#q", "a", "b", "c", "d", "e", "f"])
      heard.push((await client.ask(`ETRN ${name}`)).slice(0, 9));
    assert.deepEqual(heard, [
      ...["250 2.0.0", "251 2.0.0", "252 2.0.0", "253 2.0.0", "458 4.0.0", "459 4.0.0"],
      ...["451 4.3.0", "451 4.3.0", "451 4.3.0"],
    ]);
    assert.deepEqual(asked.slice(0, 9), ["host", "y.test", "x", "subtree", "y.test", "x", "queue", "q", "x"]);
    assert.deepEqual(failed, ["etrn", "etrn", "etrn"]);
    await client.ask("MAIL FROM:<>");
    assert.match(await client.ask("ETRN y.test"), /^503/);
  });
});

const cannotBe: readonly (readonly [options: object, message: RegExp])[] = [
  [{ etrn: "yes" }, /^etrn: expected a function, got a string$/],
  [{ etrn: () => {}, lmtp: true }, /^etrn: cannot be used with lmtp/],
  [{ atrn: () => {} }, /^atrn: needs the hook auth/],
  [{ burl: () => {} }, /^burl: /],
  [{ burl: { servers: ["x"] } }, /^burl.fetch: expected a function, got undefined$/],
  [{ burl: { servers: "x", fetch: () => {} } }, /^burl.servers: expected an array, got a string$/],
  [{ burl: { servers: [], fetch: () => {} } }, /^burl.servers: expected at least one server/],
  [
    { burl: { servers: ["x", "imap://y"], fetch: () => {} } },
    /^burl.servers\[1\]: expected a domain .*"imap:\/\/y"$/,
  ],
  [{ burl: { servers: ["x"], fetch: () => {} } }, /^burl: needs a listener with requireAuth/],
  [
    {
      burl: { servers: ["x"], fetch: () => {} },
      requireAuth: true,
      auth: () => {},
      allowPlaintextCredentials: true,
    },
    /^data: expected a function, got undefined/,
  ],
];

describe("SmtpServer: commands with hooks", () => {
  for (const [options, message] of cannotBe) {
    it(`are refused at the start with ${message.source}`, async () => {
      await assert.rejects(SmtpServer.listen(options as never), { kind: "configuration", message });
    });
  }
});

async function start(fetch: (context: BurlContext) => unknown, more: SmtpServerOptions = {}) {
  const errors: unknown[] = [];
  const stored: string[] = [];
  const clock = new HandClock();
  const server = await RunningServer.start(
    {
      listeners: [{ requireAuth: true }, {}],
      auth: ({ user }) => ({ user }),
      allowPlaintextCredentials: true,
      relay: "authenticated",
      received: false,
      burl: { servers: ["IMAP.y.test"], fetch: fetch as never },
      data: async ({ bytes }) => void stored.push(String(await bytes())),
      onError: ({ error, hook }) => void errors.push(`${hook}: ${String(error)}`),
      timeouts: { hook: 500 },
      ...more,
    },
    { clock },
  );
  const client = await Client.connect(server.port);
  await client.reply();
  const dispose = async () => {
    client.socket.destroy();
    await server.close(0);
  };
  const begin = async () => {
    client.say("MAIL FROM:<a@x.test>", "RCPT TO:<b@y.test>");
    await client.replies(2);
  };
  return { server, client, clock, errors, stored, begin, [Symbol.asyncDispose]: dispose };
}

describe("SmtpServer: BURL", () => {
  it("is offered on listeners that require a login, and only there", async () => {
    await using talk = await start(() => part);
    assert.match(await talk.client.ask("EHLO x"), /^250[- ]BURL\r?$/m);
    assert.match(await talk.client.ask(`BURL ${url} LAST`), /^530 5\.7\.0/);
    await talk.client.ask(login);
    assert.match(await talk.client.ask("EHLO x"), /^250[- ]BURL imap\r?$/m);
    await using other = await Client.connect(talk.server.listeners[1]?.port ?? 0);
    await other.reply();
    assert.doesNotMatch(await other.ask("EHLO x"), /BURL/);
    await other.ask(login);
    assert.match(await other.ask(`BURL ${url} LAST`), /^502/);
  });

  it("stores what the hook fetches, in whatever form it comes", async () => {
    const forms = [part, Readable.from([part.subarray(0, 5), part.subarray(5)]), new Blob([part]).stream()];
    const contexts: BurlContext[] = [];
    await using talk = await start((context) => {
      contexts.push(context);
      return forms.shift();
    });
    await talk.client.ask("EHLO x");
    await talk.client.ask(login);
    for (let form = 0; form < 3; form++) {
      await talk.begin();
      assert.match(await talk.client.ask(`BURL ${url} LAST`), /^250 2\.6\.0/);
    }
    await talk.begin();
    talk.client.write("BDAT 4\r\nX: \r");
    await talk.client.reply();
    forms.push(Buffer.from("\n\r\nrest\r\n"));
    assert.match(await talk.client.ask(`BURL ${url}`), /^250 2\.5\.0/);
    assert.match(await talk.client.ask("BDAT 0 LAST"), /^250 2\.6\.0/);
    assert.deepEqual(talk.stored, [...Array<string>(3).fill(part.toString()), "X: \r\n\r\nrest\r\n"]);
    assert.equal(contexts[0]?.url, url);
    assert.equal(
      `${contexts[0]?.envelope.to[0]?.address} ${contexts[0]?.session.authenticated?.user}`,
      "b@y.test jo",
    );
    assert.equal(contexts[0]?.signal.aborted, false);
    assert.deepEqual(talk.errors, []);
  });

  it("fails the transaction if the hook refuses, fails or has nothing", async () => {
    const cases: readonly (readonly [fetch: () => unknown, reply: RegExp, error?: RegExp])[] = [
      [
        () => ({ code: 554, enhancedCode: "5.6.6", lines: "No such message" }),
        /^554 5\.6\.6 No such message/,
      ],
      [() => Promise.reject(Reply.of(451, "4.4.1", "Away")), /^451 4\.4\.1 Away/],
      [() => Promise.reject(new Error("ECONNREFUSED")), /^451 4\.4\.1/, /^burl: .*ECONNREFUSED/],
      [() => undefined, /^451 4\.4\.1/, /no reply/],
      [() => "text", /^451 4\.4\.1/, /no reply/],
      [() => Reply.of(250, "2.0.0", "OK"), /^451 4\.4\.1/, /no answer/],
      [() => Buffer.alloc(0), /^554 5\.6\.6/],
      [() => Readable.from([]), /^554 5\.6\.6/],
      [() => Readable.from(["text"]), /^451 4\.4\.1/, /other than octets/],
      [
        async function* () {
          yield part;
          throw Reply.of(554, "5.6.6", "Half of it");
        },
        /^554 5\.6\.6 Half/,
      ],
      [
        async function* () {
          yield part;
          throw new Error("reset");
        },
        /^451 4\.4\.1/,
        /^burl: Error: reset/,
      ],
    ];
    for (const [fetch, reply, error] of cases) {
      await using talk = await start(fetch);
      await talk.client.ask("EHLO x");
      await talk.client.ask(login);
      await talk.begin();
      talk.client.write(`BURL ${url}\r\nBDAT 2 LAST\r\nx\n`);
      const [refusal = "", after] = await talk.client.replies(2);
      assert.match(refusal, reply);
      assert.match(after ?? "", /^503 5\.5\.1/);
      assert.deepEqual(talk.stored, []);
      if (error === undefined) assert.deepEqual(talk.errors, []);
      else assert.match(talk.errors.join(), error);
    }
  });

  it("is 451 4.4.1 if the hook or its source takes too long, and aborts the signal", async () => {
    const signals: AbortSignal[] = [];
    let begun = 0;
    let returned = 0;
    const never = new Promise<never>(() => {});
    const sources = [
      () => never,
      () => ({
        [Symbol.asyncIterator]: () => ({
          next() {
            begun++;
            return never;
          },
          async return() {
            returned++;
            return { done: true, value: undefined };
          },
        }),
      }),
    ];
    await using talk = await start(({ signal }) => {
      signals.push(signal);
      return sources.shift()?.();
    });
    await talk.client.ask("EHLO x");
    await talk.client.ask(login);
    for (const [index, waiting] of [() => signals.length === 1, () => begun === 1].entries()) {
      await talk.begin();
      talk.client.say(`BURL ${url} LAST`);
      while (!waiting()) await turn();
      talk.clock.turn(500);
      assert.match(await talk.client.reply(), /^451 4\.4\.1/);
      assert.equal(signals[index]?.aborted, true);
    }
    assert.equal(returned, 1);
    assert.match(talk.errors[1] as string, /^burl: EnvoiError: the hook burl has not answered for 500 ms$/);
  });

  it("takes no more of a source than the message may have", async () => {
    let yielded = 0;
    await using talk = await start(
      async function* () {
        for (;;) {
          yielded++;
          yield Buffer.alloc(1000, "x");
        }
      },
      { maxMessageSize: 4500 },
    );
    await talk.client.ask("EHLO x");
    await talk.client.ask(login);
    await talk.begin();
    assert.match(await talk.client.ask(`BURL ${url} LAST`), /^552 5\.3\.4/);
    assert.equal(yielded, 5);
    assert.match(await talk.client.ask("NOOP"), /^250/);
  });

  it("is caught by a TestServer like any other message", async () => {
    await using server = await TestServer.start({
      users: { jo: "secret" },
      tls: "none",
      allowPlaintextCredentials: true,
      requireAuth: true,
      burl: { servers: ["imap.y.test"], fetch: () => part },
    });
    await using client = await Client.connect(server.port);
    await client.reply();
    await client.ask("EHLO x");
    await client.ask(login);
    client.say("MAIL FROM:<a@x.test>", "RCPT TO:<b@y.test>");
    await client.replies(2);
    client.write(`BDAT 6\r\nX: 1\r\n`);
    assert.match(await client.reply(), /^250/);
    assert.match(await client.ask(`BURL ${url} LAST`), /^250 2\.6\.0/);
    const { raw } = await server.waitForMessage();
    assert.match(raw.toString(), /X: 1\r\nSubject: x\r\n\r\nHello\r\n$/);
    assert.doesNotMatch(JSON.stringify(server.transcripts), /91354a4737/);
    assert.match(await client.ask("QUIT"), /^221/);
  });
});
