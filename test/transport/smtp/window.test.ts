import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { type SendReport, SmtpError, type SmtpTransport, Tls } from "envoi";
import { postfixErrorLimits, TestServer as Unjudged } from "envoi/testing";
import { HandClock } from "../../net/hand-clock.js";
import { type Peer, ScriptedServer } from "../../net/scripted-server.js";
import { clearTo, mail, said, until } from "./serve.js";
import { TestServer } from "./test-server.js";
import { turnedBy } from "./turned.js";

/** A transport over one connection, in a window. */
function windowed(server: TestServer, maxInFlight = 16): SmtpTransport {
  return server.builder().pool({ maxSize: 1, maxInFlight }).pipelining("window").build();
}

function sendMany(transport: SmtpTransport, count: number): Promise<PromiseSettledResult<SendReport>[]> {
  const mails = Array.from({ length: count }, (_, i) => ({
    ...mail,
    to: `${i}@y.test`,
    subject: `number ${i}`,
  }));
  return Promise.allSettled(mails.map((each) => transport.send(each)));
}

function outcomes(results: readonly PromiseSettledResult<SendReport>[]): string[] {
  return results.map((result) => {
    if (result.status === "fulfilled") return "accepted";
    assert.ok(result.reason instanceof SmtpError, String(result.reason));
    return result.reason.delivery;
  });
}

function commands(server: TestServer, connection = 0): string[] {
  const lines = server.transcripts[connection]?.lines ?? [];
  return lines.filter(({ from }) => from === "client").map(({ text }) => text.split(" ")[0] ?? "");
}

describe('pipelining("window")', () => {
  it("sends a backlog in fewer round trips than mails, once the server has passed the test", async () => {
    await using server = await TestServer.start();
    await using transport = windowed(server);
    const results = await sendMany(transport, 100);
    assert.deepEqual(new Set(outcomes(results)), new Set(["accepted"]));
    assert.deepEqual(
      server.messages.map(({ parsed }) => parsed.subject),
      Array.from({ length: 100 }, (_, i) => `number ${i}`),
    );
    assert.equal(server.transcripts.length, 1);
    assert.deepEqual(commands(server).slice(1, 8), ["MAIL", "BDAT", "RSET", "RSET", "MAIL", "RCPT", "BDAT"]);
    assert.ok((server.transcripts[0]?.roundTrips ?? 0) < 60, String(server.transcripts[0]?.roundTrips));
  });

  it("sends a single mail as usual, in five round trips", async () => {
    await using server = await TestServer.start();
    await using transport = windowed(server);
    await transport.send(mail);
    assert.deepEqual(commands(server), ["EHLO", "MAIL", "RCPT", "DATA"]);
    assert.equal(server.transcripts[0]?.roundTrips, 5);
  });

  it("tests a connection once, and keeps its window between backlogs", async () => {
    await using server = await TestServer.start();
    await using transport = windowed(server);
    await sendMany(transport, 40);
    const before = server.transcripts[0]?.roundTrips ?? 0;
    await sendMany(transport, 40);
    assert.equal(commands(server).join(" ").split("MAIL BDAT RSET").length, 2);
    assert.ok((server.transcripts[0]?.roundTrips ?? 0) - before <= before);
    assert.equal(server.messages.length, 80);
  });

  it("chains mails with a server that offers no CHUNKING, or calls itself Microsoft", async () => {
    await using without = await TestServer.start({ without: ["CHUNKING"] });
    await using microsoft = await TestServer.start();
    microsoft.fail({ at: "greeting", reply: "220 x.outlook.com Microsoft ESMTP MAIL Service ready" });
    for (const server of [without, microsoft]) {
      await using transport = windowed(server);
      const results = await sendMany(transport, 5);
      assert.deepEqual(outcomes(results), Array(5).fill("accepted"));
      assert.ok(!commands(server).includes("BDAT"));
      assert.equal(server.transcripts[0]?.roundTrips, 3 + 1 + 5);
    }
  });

  it("chains mails with a server that does not discard the chunks it refuses, which never sees content as commands", async () => {
    // The client leaves it without QUIT: which reply answers what, nobody knows.
    await using server = await Unjudged.start();
    server.fail({ at: "bdat", reply: "502 5.5.1 not here", undiscarded: true });
    await using transport = windowed(server);
    const body = "MAIL FROM:<evil@x.test>\r\nRCPT TO:<b@y.test>\r\nDATA\r\n";
    const results = await Promise.allSettled(
      Array.from({ length: 6 }, () => transport.send({ ...mail, text: body })),
    );
    assert.deepEqual(outcomes(results), Array(6).fill("accepted"));
    assert.equal(server.messages.length, 6);
    assert.ok(server.messages.every(({ envelope }) => String(envelope.from) === "a@x.test"));
    assert.equal(server.transcripts.length, 2);
    assert.ok(!commands(server, 1).includes("BDAT"));
  });

  it("chains mails with a server that closes the connection at the test, without an error", async () => {
    await using server = await TestServer.start();
    server.fail({ at: "bdat", drop: "before", by: "rst" });
    await using transport = windowed(server);
    assert.deepEqual(outcomes(await sendMany(transport, 4)), Array(4).fill("accepted"));
    assert.equal(server.messages.length, 4);
  });

  it("chains mails on the same connection with a server that refuses the test in another way", async () => {
    await using server = await TestServer.start();
    server.fail({ at: "bdat", reply: "451 4.3.0 later", times: 1 });
    await using transport = windowed(server);
    assert.deepEqual(outcomes(await sendMany(transport, 4)), Array(4).fill("accepted"));
    assert.equal(server.transcripts.length, 1);
    assert.equal(commands(server).filter((verb) => verb === "DATA").length, 4);
  });

  it("has no more in flight than maxInFlight", async () => {
    const waiting: ((verdict?: string) => void)[] = [];
    await using server = await ScriptedServer.start((peer) =>
      chunking(peer, () => new Promise<string | undefined>((resolve) => waiting.push(resolve))),
    );
    await using transport = clearTo(server).pool({ maxSize: 1, maxInFlight: 4 }).pipelining("window").build();
    const sends = Array.from({ length: 12 }, () => transport.send(mail));
    for (let answered = 0; answered < 12; answered++) {
      await until(() => waiting.length > 0);
      const out = said(server.peers[0]).filter((line) => line.startsWith("BDAT")).length - 1 - answered;
      assert.ok(out <= 4, `${out} in flight`);
      waiting.shift()?.();
    }
    await Promise.all(sends);
  });

  it("has half as many in flight after the server asked for less", async () => {
    const waiting: ((verdict?: string) => void)[] = [];
    await using server = await ScriptedServer.start((peer) =>
      chunking(peer, () => new Promise<string | undefined>((resolve) => waiting.push(resolve))),
    );
    const clock = new HandClock();
    const builder = turnedBy(clock, "127.0.0.1").port(server.port).tls(Tls.None).deadline(1e9);
    const transport = builder.pool({ maxSize: 1, maxInFlight: 8 }).pipelining("window").build();
    let replies = 0;
    // The first is the test's.
    const contents = () => said(server.peers[0]).filter((line) => line.startsWith("BDAT")).length - 1;
    const answer = async (verdict?: string) => {
      await until(() => waiting.length > 0);
      for (let turn = 0; turn < 5; turn++) await turnOfTheLoop();
      const inFlight = contents() - replies++;
      waiting.shift()?.(verdict);
      return inFlight;
    };
    /** Sends many, and tells how many were in flight at most. */
    const most = async () => {
      const sends = Array.from({ length: 30 }, () => transport.send(mail));
      let most = 0;
      for (const _ of sends) most = Math.max(most, await answer());
      await Promise.all(sends);
      return most;
    };
    assert.equal(await most(), 8);
    const refused = transport.send(mail);
    await answer("451 4.3.2 not now");
    await assert.rejects(refused, { delivery: "refused" });
    clock.turn(1000);
    assert.equal(await most(), 4);
    await transport.close();
  });

  it("continues with one mail after a refusal, and every mail has its own outcome", async () => {
    await using server = await TestServer.start({
      recipient: ({ recipient }) =>
        /^[37]/.test(String(recipient)) ? { code: 550, enhancedCode: "5.1.1", lines: "no" } : undefined,
    });
    await using transport = windowed(server);
    const results = await sendMany(transport, 60);
    assert.deepEqual(
      outcomes(results),
      Array.from({ length: 60 }, (_, i) => (/^[37]/.test(`${i}`) ? "refused" : "accepted")),
    );
  });

  it("survives the error limit of Postfix: later mails go over another connection", async () => {
    await using server = await TestServer.start({
      recipient: ({ recipient }) =>
        Number.parseInt(String(recipient), 10) >= 30
          ? { code: 550, enhancedCode: "5.1.1", lines: "no" }
          : undefined,
    });
    for (const fault of postfixErrorLimits) if (!("delay" in fault)) server.fail(fault);
    await using transport = windowed(server);
    const results = await sendMany(transport, 60);
    const delivered = new Map<string, number>();
    for (const { to } of server.messages) delivered.set(String(to), (delivered.get(String(to)) ?? 0) + 1);
    for (const [i, outcome] of outcomes(results).entries()) {
      assert.equal(delivered.get(`${i}@y.test`) ?? 0, i < 30 ? 1 : 0);
      assert.equal(outcome === "accepted", i < 30, `${i}: ${outcome}`);
    }
  });

  it("reports mails in flight as unknown when the connection is lost, and sends the rest over another", async () => {
    await using server = await TestServer.start();
    server.fail({ at: "final", when: { nth: 20 }, drop: "before", by: "rst", times: 1 });
    await using transport = windowed(server);
    const results = await sendMany(transport, 60);
    const told = outcomes(results);
    const stored = new Map<string | undefined, number>();
    for (const { parsed } of server.messages)
      stored.set(parsed.subject, (stored.get(parsed.subject) ?? 0) + 1);
    for (const [i, outcome] of told.entries()) {
      const times = stored.get(`number ${i}`) ?? 0;
      if (outcome === "accepted") assert.equal(times, 1, `number ${i}`);
      else if (outcome === "unknown") assert.ok(times <= 1);
      else assert.equal(times, 0, `number ${i}: ${outcome}`);
    }
    assert.ok(told.filter((outcome) => outcome === "unknown").length > 1);
    assert.ok(told.every((outcome) => outcome !== "not-sent"));
  });

  it("cancels one mail without affecting the others", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let seen = 0;
    await using server = await TestServer.start({
      data: async () => {
        if (++seen === 31) await held;
      },
    });
    await using transport = windowed(server);
    const controller = new AbortController();
    const sends = Array.from({ length: 60 }, (_, i) =>
      transport.send({ ...mail, subject: `number ${i}` }, i === 35 ? { signal: controller.signal } : {}),
    );
    const results = Promise.allSettled(sends);
    await until(() => seen === 31 && commands(server).length > 0);
    await until(() => transport.status().inFlight > 10);
    controller.abort();
    release();
    const told = outcomes(await results);
    assert.ok(["unknown", "not-sent"].includes(told[35] ?? ""));
    told.splice(35, 1);
    assert.deepEqual(told, Array(59).fill("accepted"));
    assert.equal(server.transcripts.length, 1);
  });

  it("sends unsent mails over another connection when a cancelled mail closes this one", async () => {
    let hold = false;
    await using server = await Unjudged.start({
      data: async ({ signal }) => {
        if (!hold) return;
        hold = false;
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      },
    });
    await using transport = windowed(server);
    await sendMany(transport, 10);
    hold = true;
    const controller = new AbortController();
    const small = transport.send({ ...mail, subject: "called off" }, { signal: controller.signal });
    const large = transport.send({
      ...mail,
      subject: "large",
      text: "y".repeat(70).concat("\r\n").repeat(5000),
    });
    await until(() => !hold);
    controller.abort();
    await assert.rejects(small, { kind: "aborted", delivery: "unknown" });
    await large;
    assert.equal(server.messages.at(-1)?.parsed.subject, "large");
    assert.equal(server.transcripts.length, 2);
  });

  it("sends large and streamed mails between the others", async () => {
    await using server = await TestServer.start();
    await using transport = windowed(server);
    const large = "y".repeat(70).concat("\r\n").repeat(5000);
    async function* stream() {
      yield Buffer.from("Subject: streamed\r\n\r\nhello\r\n");
    }
    const sends = Array.from({ length: 30 }, (_, i) => {
      if (i % 7 === 3) return transport.send({ ...mail, subject: `large ${i}`, text: large });
      if (i % 7 === 5) return transport.sendRaw({ from: "a@x.test", to: ["b@y.test"] }, stream);
      return transport.send({ ...mail, subject: `small ${i}` });
    });
    assert.equal((await Promise.all(sends)).length, 30);
    assert.equal(server.messages.length, 30);
    assert.equal(server.messages[3]?.parsed.subject, "large 3");
    assert.equal(server.messages[5]?.parsed.subject, "streamed");
  });
});

/** Serves mail by BDAT, each content answered when `content` says so. */
async function chunking(peer: Peer, content: () => Promise<string | undefined>): Promise<void> {
  peer.say("220 scripted.test");
  let named = false;
  for (;;) {
    const line = await peer.hear();
    const [verb, size] = line.split(" ");
    if (verb === "EHLO") peer.say("250-scripted.test", "250-PIPELINING", "250 CHUNKING");
    else if (verb === "QUIT") return peer.say("221 bye");
    else if (verb === "RCPT") {
      named = true;
      peer.say("250 ok");
    } else if (verb === "BDAT") {
      let left = Number(size);
      while (left > 0) left -= (await peer.hear()).length + 2;
      const verdict = named ? await content() : "503 no recipients";
      peer.say(verdict ?? "250 queued");
      named = false;
    } else peer.say("250 ok");
  }
}
