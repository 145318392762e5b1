import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { EnvoiError } from "envoi";
import { Reply, type SmtpServerOptions, StoredAnywayError } from "envoi/server";
import { HookTimer } from "#src/server/hooks/hook-timer.js";
import { RunningServer } from "#src/server/running-server.js";
import { HandClock } from "../../net/hand-clock.js";
import { Client } from "../client.js";

const late = "451 4.3.0 Local error, try again later";

interface Told {
  readonly error: unknown;
  readonly hook: string;
}

async function start(options: SmtpServerOptions) {
  const told: Told[] = [];
  const clock = new HandClock();
  const server = await RunningServer.start(
    {
      domains: ["y.test"],
      data: () => undefined,
      timeouts: { hook: 700 },
      allowPlaintextCredentials: true,
      onError: ({ error, hook }) => void told.push({ error, hook }),
      ...options,
    },
    { clock },
  );
  const client = await Client.connect(server.port);
  const dispose = async () => {
    client.socket.destroy();
    await server.close(0);
  };
  return { server, client, clock, told, [Symbol.asyncDispose]: dispose };
}

/** A hook that answers its second call, and never the first; and how its signals fare. */
function slow<V>(answer: V) {
  const signals: AbortSignal[] = [];
  let resolve: (answer: V) => void = () => {};
  const called = new Promise<void>((begun) => {
    resolve = begun as never;
  });
  const hook = ({ signal }: { readonly signal: AbortSignal }): Promise<V> | V => {
    resolve(answer);
    return signals.push(signal) === 1 ? new Promise<V>(() => {}) : answer;
  };
  return { hook, signals, called };
}

const login = `AUTH PLAIN ${Buffer.from("\0jo\0secret").toString("base64")}`;
const untilRecipient = ["EHLO x", "MAIL FROM:<a@x.test>", "RCPT TO:<b@y.test>"];

/** For each hook: what leads to it, what asks it, and its answer the second time. */
const cases = {
  hello: { lead: [], ask: "EHLO x", answer: undefined, reply: /^250/ },
  auth: { lead: ["EHLO x"], ask: login, answer: { user: "jo" }, reply: /^235/ },
  mail: { lead: ["EHLO x"], ask: "MAIL FROM:<>", answer: undefined, reply: /^250/ },
  recipient: {
    lead: untilRecipient.slice(0, 2),
    ask: "RCPT TO:<b@y.test>",
    answer: "accept",
    reply: /^250/,
  },
} as const;

describe("HookTimer", () => {
  it("limits the last of several waits, and lets all of them end once", async () => {
    const clock = new HandClock();
    const timer = new HookTimer(clock, 100);
    let answer: (word: string) => void = () => {};
    const first = timer.limit(
      new Promise<string>((resolve) => {
        answer = resolve;
      }),
      () => "late",
    );
    clock.turn(60);
    const second = timer.limit(new Promise<string>(() => {}), () => "late");
    clock.turn(60);
    answer("first");
    assert.equal(await first, "first");
    clock.turn(40);
    assert.equal(await second, "late");
    assert.equal(await timer.limit(Promise.resolve("third"), () => "late"), "third");
    await assert.rejects(
      timer.limit(Promise.reject(new Error("no")), () => "late"),
      /no/,
    );
    timer.stop();
    assert.equal(clock.timers, 0);
  });
});

describe("timeouts.hook", () => {
  for (const [name, { lead, ask, answer, reply }] of Object.entries(cases)) {
    it(`answers 451 if ${name} takes too long, aborts its signal, and goes on`, async () => {
      const { hook, signals, called } = slow(answer as never);
      await using talk = await start({ [name]: hook });
      await talk.client.reply();
      for (const line of lead) await talk.client.ask(line);
      talk.client.say(ask);
      await called;
      talk.clock.turn(699);
      assert.equal(signals[0]?.aborted, false);
      talk.clock.turn(1);
      const heard = await talk.client.reply();
      assert.equal(heard, name === "hello" ? "451 Local error, try again later" : late);
      const [first] = talk.told;
      assert.ok(EnvoiError.is(first?.error));
      assert.equal(first.hook, name);
      assert.equal(first.error.kind, "timeout");
      assert.match(first.error.message, new RegExp(`^the hook ${name} has not answered for 700 ms$`));
      assert.equal(signals[0]?.reason, first.error);
      assert.match(await talk.client.ask(ask), reply);
      assert.equal(signals[1]?.aborted, false);
      talk.client.socket.destroy();
      while (!signals[1]?.aborted) await turn();
    });
  }

  it("refuses the connection if connect takes too long", async () => {
    const { hook, called } = slow(undefined);
    await using talk = await start({ connect: hook });
    await called;
    talk.clock.turn(700);
    assert.equal(await talk.client.reply(), "451 Local error, try again later");
    assert.equal(await talk.client.rest(), "");
    assert.deepEqual(talk.server.status.refused, { "timeouts.hook": 1 });
  });

  it("names the hook sender, and counts for it and the hook mail on their own", async () => {
    const answers: (() => void)[] = [];
    const hook = <V>(answer: V) => new Promise<V>((resolve) => answers.push(() => resolve(answer)));
    await using talk = await start({
      auth: ({ user }) => ({ user }),
      sender: () => hook(true),
      mail: () => hook(undefined),
    });
    await talk.client.reply();
    for (const line of ["EHLO x", login]) await talk.client.ask(line);
    for (const name of ["sender", "mail"]) {
      answers.length = 0;
      talk.client.say("MAIL FROM:<jo@x.test>");
      while (answers.length < 1) await turn();
      if (name === "mail") {
        talk.clock.turn(699);
        answers[0]?.();
        while (answers.length < 2) await turn();
        talk.clock.turn(699);
      } else talk.clock.turn(699);
      talk.clock.turn(1);
      assert.equal(await talk.client.reply(), late);
      assert.equal(talk.told.at(-1)?.hook, name);
    }
  });

  it("ends a login by SCRAM whose hook names no keys", async () => {
    const { hook, signals, called } = slow({ user: "jo" });
    await using talk = await start({ auth: hook, mechanisms: ["SCRAM-SHA-256"] });
    await talk.client.reply();
    await talk.client.ask("EHLO x");
    talk.client.say(`AUTH SCRAM-SHA-256 ${Buffer.from("n,,n=jo,r=nonce").toString("base64")}`);
    await called;
    talk.clock.turn(700);
    const challenge = Buffer.from((await talk.client.reply()).slice(4), "base64").toString();
    const nonce = /r=([^,]*)/.exec(challenge)?.[1];
    const proof = `c=biws,r=${nonce},p=${Buffer.alloc(32).toString("base64")}`;
    assert.equal(await talk.client.ask(Buffer.from(proof).toString("base64")), late);
    assert.equal(signals[0]?.aborted, true);
  });

  for (const how of ["DATA", "BDAT", "LMTP"] as const) {
    it(`reports a message that was stored though the client got 451, by ${how}`, async () => {
      let store: (verdict: undefined | Reply) => void = () => {};
      const signals: AbortSignal[] = [];
      await using talk = await start({
        lmtp: how === "LMTP",
        async data({ bytes, signal }) {
          signals.push(signal);
          await bytes();
          return await new Promise((resolve) => {
            store = resolve;
          });
        },
      });
      await talk.client.reply();
      talk.client.say(...untilRecipient.map((line) => (how === "LMTP" ? line.replace("EH", "LH") : line)));
      await talk.client.replies(3);
      for (const answer of [undefined, Reply.of(452, "4.3.1", "Full")]) {
        store = () => {};
        const before = store;
        if (how !== "BDAT") assert.match(await talk.client.ask("DATA"), /^354/);
        talk.client.say(...(how === "BDAT" ? ["BDAT 5 LAST", "abc"] : ["abc", "."]));
        while (store === before) await turn();
        talk.clock.turn(700);
        assert.equal(await talk.client.reply(), late);
        assert.equal(signals.at(-1)?.aborted, true);
        store(answer);
        assert.match(await talk.client.ask("NOOP"), /^250/);
        talk.client.say(...untilRecipient.slice(1));
        await talk.client.replies(2);
      }
      assert.equal(talk.told.length, 3);
      const [, stored] = talk.told;
      assert.ok(stored?.error instanceof StoredAnywayError);
      assert.equal(stored.hook, "data");
      assert.equal(stored.error.delivery, "unknown");
      assert.equal(`${stored.error.envelope.to[0]?.address}`, "b@y.test");
      assert.equal(`${stored.error.reply}`, late);
      assert.doesNotMatch(JSON.stringify(stored.error), /@/);
    });
  }

  it("counts for a hook that does not begin to read a message that waits for it", async () => {
    const { hook, called } = slow(undefined);
    await using talk = await start({ data: hook });
    await talk.client.reply();
    talk.client.say(...untilRecipient);
    await talk.client.replies(3);
    talk.client.write(`DATA\r\n${"x\r\n".repeat(200_000)}.\r\n`);
    await called;
    while (talk.told.length === 0) {
      talk.clock.turn(700);
      for (let turns = 0; turns < 50; turns++) await turn();
    }
    const [, verdict] = await talk.client.replies(2);
    assert.equal(verdict, late);
  });

  it("lets a reader take its time while the content arrives", async () => {
    await using talk = await start({
      timeouts: { hook: 5, content: 1000 },
      async data({ content }) {
        for await (const piece of content) void piece;
      },
    });
    await talk.client.reply();
    talk.client.say(...untilRecipient, "DATA", "one");
    await talk.client.replies(4);
    talk.clock.turn(900);
    assert.match(await talk.client.ask("two", "."), /^250 2\.6\.0/);
    assert.deepEqual(talk.told, []);
  });

  it("ends the wait for a hook whose client has gone", async () => {
    const { hook, signals, called } = slow(undefined);
    await using talk = await start({ maxConnections: 1, data: hook });
    await talk.client.reply();
    talk.client.say(...untilRecipient, "DATA", "x");
    await called;
    talk.client.socket.destroy();
    while (!signals[0]?.aborted) await turn();
    await talk.clock.armed(700);
    talk.clock.turn(700);
    while (talk.told.length === 0) await turn();
    await using next = await Client.connect(talk.server.port);
    assert.match(await next.reply(), /^220/);
  });
});
