import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  EnvoiError,
  type ErrorKind,
  FailoverTransport,
  RawTransport,
  type RecipientOutcome,
  Reply,
  RetryTransport,
  RoundRobinTransport,
  type SendError,
  type SendOptions,
  type SendReport,
  SmtpTransport,
  StubTransport,
  Tls,
} from "envoi";
import { TestServer } from "envoi/testing";
import { SmtpError } from "#src/protocol/send-error.js";
import { HandClock } from "../../net/hand-clock.js";
import { quickClock } from "../../quick-clock.js";
import { until } from "../smtp/serve.js";
import { turnedBy } from "../smtp/turned.js";

const mail = { from: "a@example.org", to: ["b@example.net", "c@example.net"], subject: "Hi", text: "Hello" };
const error = (kind: ErrorKind, delivery: "not-sent" | "refused" | "unknown", transient = true) =>
  new EnvoiError(`${kind}!`, { kind, delivery, transient, permanent: !transient });
const failing = (...args: Parameters<typeof error>) => StubTransport.error(error(...args));
const failed = (promise: Promise<unknown>): Promise<SendError> =>
  promise.then(
    () => assert.fail("it was sent"),
    (thrown: SendError) => thrown,
  );
const greylisted = new Reply({ code: 450, enhancedCode: "4.7.1", lines: ["later"] });
const gone = new Reply({ code: 550, enhancedCode: "5.1.1", lines: ["nobody"] });
/** Refuses the first recipient with this reply, accepts the others. */
const refusing = (reply: Reply) =>
  new StubTransport(({ envelope }) => ({
    recipients: envelope.to.map((recipient, i) =>
      i === 0 ? { recipient, outcome: "refused", reply } : { recipient, outcome: "accepted" },
    ),
  }));

describe("FailoverTransport", () => {
  test("sends by the first relay, and uses no other", async () => {
    const [first, second] = [StubTransport.ok(), StubTransport.ok()];
    const { recipients } = await new FailoverTransport([{ name: "main", transport: first }, second]).send(
      mail,
    );
    assert.equal(first.messages.length, 1);
    assert.equal(second.messages.length, 0);
    assert.deepEqual(
      recipients.map(({ via }) => via),
      ["main", "main"],
    );
  });

  test("sends the same mail by the next relay if the first has not sent it", async () => {
    const [first, second] = [failing("connection", "not-sent"), StubTransport.ok()];
    const { recipients, messageId } = await new FailoverTransport([first, second]).send(mail);
    assert.deepEqual(
      recipients.map(({ outcome, via }) => [outcome, via]),
      [
        ["accepted", "relay 2"],
        ["accepted", "relay 2"],
      ],
    );
    assert.equal(second.messages[0]?.messageId, first.messages[0]?.messageId);
    assert.equal(second.messages[0]?.messageId, messageId);
  });

  test("never gives another relay a mail that is unknown, refused, or cannot be read", async () => {
    for (const first of [
      failing("timeout", "unknown"),
      failing("rejected", "refused", false),
      failing("rejected", "refused", true),
      failing("content", "not-sent", false),
    ]) {
      const second = StubTransport.ok();
      await failed(new FailoverTransport([first, second]).send(mail));
      assert.equal(second.messages.length, 0);
    }
  });

  test("gives the next relay only the recipients that the first did not send to", async () => {
    const first = new StubTransport(({ envelope }) => ({
      recipients: [{ recipient: envelope.to[0] as never, outcome: "accepted" }],
    }));
    const second = StubTransport.ok();
    const report = await new FailoverTransport([first, second]).send(mail);
    assert.equal(second.messages[0]?.envelope.to.join(), "c@example.net");
    assert.deepEqual(
      report.recipients.map(({ outcome, via }) => [outcome, via]),
      [
        ["accepted", "relay 1"],
        ["accepted", "relay 2"],
      ],
    );
  });

  test("gives the next relay recipients refused for now, if asked to, and none refused permanently", async () => {
    const second = StubTransport.ok();
    const asked = { transientRefusals: true };
    const report = await new FailoverTransport([refusing(greylisted), second], asked).send(mail);
    assert.equal(second.messages[0]?.envelope.to.join(), "b@example.net");
    assert.equal(report.accepted.length, 2);
    const third = StubTransport.ok();
    await new FailoverTransport([refusing(gone), third], asked).send(mail);
    await new FailoverTransport([refusing(greylisted), third]).send(mail);
    assert.equal(third.messages.length, 0);
  });

  test("keeps the refusals of the first relay if the next cannot be reached", async () => {
    const relays = [refusing(greylisted), failing("connection", "not-sent")];
    const report = await new FailoverTransport(relays, { transientRefusals: true }).send(mail);
    assert.deepEqual(
      report.recipients.map(({ outcome, via, reply }) => [outcome, via, reply?.code]),
      [
        ["refused", "relay 1", 450],
        ["accepted", "relay 1", undefined],
      ],
    );
  });

  test("throws the last relay's error if none has sent the mail", async () => {
    const relays = [failing("tls", "not-sent", false), failing("connection", "not-sent")];
    const thrown = await failed(new FailoverTransport(relays).send(mail));
    assert.deepEqual([thrown.kind, thrown.delivery, thrown.transient], ["connection", "not-sent", true]);
    assert.deepEqual(
      thrown.report.recipients.map(({ outcome, via }) => [outcome, via]),
      [
        ["not-sent", "relay 2"],
        ["not-sent", "relay 2"],
      ],
    );
  });

  test("uses a relay last while it rests after a failure", async () => {
    const clock = new HandClock();
    let works = false;
    const first = new StubTransport(() => {
      if (!works) throw error("connection", "not-sent");
    });
    const second = StubTransport.ok();
    const transport = new FailoverTransport([first, second], { cooldown: 1000 }, clock);
    await transport.send(mail);
    works = true;
    await transport.send(mail);
    assert.deepEqual([first.messages.length, second.messages.length], [1, 2]);
    clock.turn(1000);
    await transport.send(mail);
    assert.deepEqual([first.messages.length, second.messages.length], [2, 2]);
  });

  test("uses resting relays if all rest", async () => {
    const relays = [failing("connection", "not-sent"), failing("connection", "not-sent")] as const;
    const transport = new FailoverTransport(relays);
    await failed(transport.send(mail));
    await failed(transport.send(mail));
    assert.deepEqual([relays[0].messages.length, relays[1].messages.length], [2, 2]);
  });

  test("lets no relay rest because of an error in one mail", async () => {
    const first = failing("too-large", "not-sent", false);
    const transport = new FailoverTransport([first, StubTransport.ok()]);
    await transport.send(mail);
    await transport.send(mail);
    assert.equal(first.messages.length, 2);
  });

  test("spends one deadline on all relays together", async () => {
    const clock = new HandClock();
    const given: (number | undefined)[] = [];
    const slow = new RawTransport(async () => {
      clock.turn(300);
      throw error("connection", "not-sent");
    });
    const second = StubTransport.ok();
    const send = second.send.bind(second);
    second.send = (message, options) => {
      given.push(options?.deadline);
      return send(message, options);
    };
    await new FailoverTransport([slow, second], {}, clock).send(mail, { deadline: 1000 });
    assert.deepEqual(given, [700]);
    const thrown = await failed(
      new FailoverTransport([slow, second], {}, clock).send(mail, { deadline: 300 }),
    );
    assert.equal(thrown.kind, "connection");
    assert.equal(given.length, 1);
  });

  test("continues with the next relay if nothing listens at one", async () => {
    const nobody = SmtpTransport.builder("127.0.0.1").port(1).tls(Tls.None).build();
    const spare = StubTransport.ok();
    await using transport = new FailoverTransport([nobody, spare]);
    await transport.send(mail);
    assert.equal(spare.messages.length, 1);
  });

  test("aborts what a relay is sending when the signal of its close aborts", async () => {
    const hanging = new RawTransport(() => new Promise(() => {}));
    const spare = StubTransport.ok();
    const transport = new FailoverTransport([hanging, spare]);
    const sent = failed(transport.send(mail));
    const controller = new AbortController();
    const closed = transport.close({ signal: controller.signal });
    controller.abort();
    assert.equal((await sent).kind, "closed");
    await closed;
    // Nobody else is asked any more.
    assert.equal(spare.messages.length, 0);
  });

  test("refuses wrong options", () => {
    const builder = SmtpTransport.builder("localhost");
    const one = StubTransport.ok();
    const wrong: (() => unknown)[] = [
      () => new FailoverTransport([]),
      () => new FailoverTransport([builder as never]),
      () => new FailoverTransport([null as never]),
      () => new FailoverTransport([{ name: "", transport: one }]),
      () =>
        new FailoverTransport([
          { name: "a", transport: one },
          { name: "a", transport: one },
        ]),
      () => new FailoverTransport([one], { cooldown: -1 }),
      () => new FailoverTransport([one], { transientRefusals: "no" as never }),
      () => new FailoverTransport([one], { concurrency: 0 }),
      () => new FailoverTransport([one], { cooldowns: 1 } as object),
    ];
    for (const make of wrong) assert.throws(make, { kind: "configuration" });
  });
});

describe("RoundRobinTransport", () => {
  test("sends by each relay in turn", async () => {
    const relays = [StubTransport.ok(), StubTransport.ok(), StubTransport.ok()];
    const transport = new RoundRobinTransport(relays);
    for (let i = 0; i < 7; i++) await transport.send(mail);
    assert.deepEqual(
      relays.map(({ messages }) => messages.length),
      [3, 2, 2],
    );
  });

  test("skips a relay that fails", async () => {
    const relays = [StubTransport.ok(), failing("connection", "not-sent"), StubTransport.ok()];
    const transport = new RoundRobinTransport(relays);
    for (let i = 0; i < 6; i++) await transport.send(mail);
    assert.deepEqual(
      relays.map(({ messages }) => messages.length),
      [2, 1, 4],
    );
  });
});

describe("RetryTransport", () => {
  /** Fails as often as it is told, then accepts. */
  const failingTimes = (times: number, thrown: EnvoiError) => {
    let left = times;
    return new StubTransport(() => {
      if (left-- > 0) throw thrown;
    });
  };
  const down = error("connection", "not-sent");

  test("sends a mail again that failed transiently, after growing pauses", async () => {
    const clock = new HandClock();
    const stub = failingTimes(3, down);
    const transport = new RetryTransport(stub, { attempts: 4, delay: 100, maxDelay: 300 }, clock, () => 1);
    const sent = transport.send(mail);
    for (const [attempt, pause] of [100, 200, 300].entries()) {
      await until(() => stub.messages.length === attempt + 1 && clock.timers === 1);
      clock.turn(pause - 1);
      assert.equal(clock.timers, 1);
      clock.turn(1);
    }
    assert.equal((await sent).accepted.length, 2);
    assert.equal(stub.messages.length, 4);
    assert.equal(new Set(stub.messages.map(({ messageId }) => messageId)).size, 1);
  });

  test("tries once with the option once, also what closed the connection at one recipient", async () => {
    const options: SendOptions & { once: true } = { once: true };
    const stub = failingTimes(1, down);
    assert.equal(
      (await failed(new RetryTransport(stub, { delay: 1 }).send(mail, options))).kind,
      "connection",
    );
    assert.equal(stub.messages.length, 1);
  });

  test("pauses half as long if the random number is low", async () => {
    const clock = new HandClock();
    const stub = failingTimes(1, down);
    const sent = new RetryTransport(stub, { delay: 100 }, clock, () => 0).send(mail);
    await until(() => clock.timers === 1);
    clock.turn(50);
    await sent;
  });

  test("that wakes after the deadline reports the attempt before", async () => {
    const clock = new HandClock();
    const stub = StubTransport.error(down);
    const thrown = failed(
      new RetryTransport(stub, { delay: 60 }, clock, () => 1).send(mail, { deadline: 100 }),
    );
    await until(() => clock.timers === 1);
    // The process was busy, or asleep.
    clock.turn(150);
    assert.equal((await thrown).kind, "connection");
    assert.equal(stub.messages.length, 1);
  });

  test("gives up after the last attempt, with its error", async () => {
    const stub = StubTransport.error(down);
    const thrown = await failed(new RetryTransport(stub, { attempts: 2, delay: 0 }).send(mail));
    assert.equal(stub.messages.length, 2);
    assert.equal(thrown.kind, "connection");
  });

  test("never sends a mail again that is unknown, refused, or failed permanently", async () => {
    for (const thrown of [
      error("timeout", "unknown"),
      error("rejected", "refused"),
      error("tls", "not-sent", false),
      error("content", "not-sent", false),
    ]) {
      const stub = StubTransport.error(thrown);
      await failed(new RetryTransport(stub, { delay: 0 }).send(mail));
      assert.equal(stub.messages.length, 1);
    }
  });

  test("sends again only to recipients refused for now, if asked to", async () => {
    let tries = 0;
    const stub = new StubTransport(({ envelope }) => ({
      recipients: envelope.to.map((recipient, i) =>
        i === 0 && tries++ < 1
          ? { recipient, outcome: "refused", reply: greylisted }
          : { recipient, outcome: "accepted" },
      ),
    }));
    const report = await new RetryTransport(stub, { delay: 0, transientRefusals: true }).send(mail);
    assert.deepEqual(
      stub.messages.map(({ envelope }) => envelope.to.join()),
      ["b@example.net,c@example.net", "b@example.net"],
    );
    assert.equal(report.accepted.length, 2);
  });

  test("begins no pause that is longer than the deadline", async () => {
    const stub = StubTransport.error(down);
    const thrown = await failed(new RetryTransport(stub, { delay: 5000 }).send(mail, { deadline: 1000 }));
    assert.equal(stub.messages.length, 1);
    assert.equal(thrown.kind, "connection");
  });

  test("ends a pause when the send is aborted or the transport closed by force", async () => {
    const clock = new HandClock();
    const controller = new AbortController();
    const transport = new RetryTransport(StubTransport.error(down), {}, clock);
    const aborted = failed(transport.send(mail, { signal: controller.signal }));
    const closed = failed(transport.send(mail));
    await until(() => clock.timers === 2);
    controller.abort();
    assert.deepEqual([(await aborted).kind, (await aborted).delivery], ["aborted", "not-sent"]);
    await transport.close({ force: true });
    assert.deepEqual([(await closed).kind, (await closed).delivery], ["closed", "not-sent"]);
    assert.equal(clock.timers, 0);
  });

  test("refuses wrong options", () => {
    const one = StubTransport.ok();
    const wrong: (() => unknown)[] = [
      () => new RetryTransport(undefined as never),
      () => new RetryTransport(one, { attempts: 0 }),
      () => new RetryTransport(one, { delay: Number.NaN }),
      () => new RetryTransport(one, { transientRefusals: 1 as never }),
      () => new RetryTransport(one, { retries: 1 } as object),
    ];
    for (const make of wrong) assert.throws(make, { kind: "configuration" });
  });
});

describe("a mail for all or none, over several attempts", () => {
  /** As an SMTP server takes it: refused are these, and with them everybody. */
  const allOrNone = (...replies: (Reply | undefined)[]) => {
    const tried: string[] = [];
    const transport = new RawTransport(async ({ envelope }) => {
      tried.push(envelope.to.join(" "));
      const reply = replies.shift();
      return {
        recipients: envelope.to.map((recipient, i): RecipientOutcome => {
          if (reply === undefined) return { recipient, outcome: "accepted" };
          return i === 0 ? { recipient, outcome: "refused", reply } : { recipient, outcome: "not-sent" };
        }),
      };
    });
    return { tried, transport };
  };
  const everybody = "b@example.net c@example.net";

  test("goes to no other recipient if one is refused", async () => {
    for (const forward of [
      (transport: RawTransport) => new FailoverTransport([transport, StubTransport.ok()]),
      (transport: RawTransport) => new RetryTransport(transport, { delay: 0 }),
    ]) {
      for (const reply of [gone, greylisted]) {
        const { transport, tried } = allOrNone(reply);
        const thrown = await failed(forward(transport).send(mail, { partial: false }));
        assert.deepEqual(tried, [everybody]);
        assert.deepEqual(
          thrown.report.recipients.map(({ outcome }) => outcome),
          ["refused", "not-sent"],
        );
      }
    }
  });

  test("goes to all again if all may get it, and to each only once", async () => {
    const { transport, tried } = allOrNone(greylisted, undefined);
    const retrying = new RetryTransport(transport, { delay: 0, transientRefusals: true });
    const { accepted } = await retrying.send(mail, { partial: false });
    assert.equal(accepted.length, 2);
    assert.deepEqual(tried, [everybody, everybody]);
    const second = StubTransport.ok();
    await new FailoverTransport([failing("connection", "not-sent"), second]).send(mail, { partial: false });
    assert.equal(second.messages.length, 1);
  });
});

describe("a server that closes the connection at one recipient, used by another transport", () => {
  const bad = "b@example.net";
  const three = { ...mail, to: [bad, "c@example.net", "d@example.net"] };

  /** A server that says `reply` to these recipients, and a transport to it that loses no time. */
  async function closingAt(reply: string, ...recipients: readonly string[]) {
    const server = await TestServer.start({ tls: "none" });
    for (const recipient of recipients) server.fail({ at: "rcpt", when: { recipient }, reply });
    // What a 421 slows goes on in milliseconds; nothing is to be in time.
    const transport = turnedBy(quickClock(100), "127.0.0.1")
      .port(server.port)
      .tls(Tls.None)
      .timeout(10_000_000)
      .deadline(100_000_000)
      .build();
    return { server, transport };
  }

  const received = (server: TestServer) => server.messages.map(({ to }) => to.join());
  const told = ({ recipients }: SendReport) =>
    recipients.map(({ outcome, reply, via }) => [outcome, reply?.code, via].filter(Boolean).join(" "));

  test("gets the other recipients first when the mail is tried again, and the error keeps its details", async () => {
    const { server, transport } = await closingAt("421 4.3.0 no", bad);
    await using retrying = new RetryTransport(transport, { attempts: 2, delay: 0 });
    const thrown = await failed(retrying.send(three));
    assert.deepEqual(received(server), ["c@example.net,d@example.net"]);
    assert.deepEqual(told(thrown.report), ["not-sent 421", "accepted 250", "accepted 250"]);
    assert.ok(thrown instanceof SmtpError);
    const { kind, delivery, transient, phase, reply, transcript } = thrown;
    assert.deepEqual(
      [kind, delivery, transient, phase, reply?.code],
      ["connection", "refused", true, "rcpt", 421],
    );
    assert.ok(
      transcript.some((line) => line.startsWith("S: 421 4.3.0 no")),
      transcript.join("\n"),
    );
    assert.match(thrown.stack ?? "", /^SmtpError: the server closed the connection: 421/);
    await server.close();
  });

  test("gets in the end all recipients but those it closes at, however many these are", async () => {
    const { server, transport } = await closingAt("421 4.3.0 no", bad, "c@example.net");
    await using retrying = new RetryTransport(transport, { attempts: 3, delay: 0 });
    const thrown = await failed(retrying.send(three));
    assert.deepEqual(received(server), ["d@example.net"]);
    assert.deepEqual(
      thrown.report.recipients.map(({ outcome }) => outcome),
      ["not-sent", "not-sent", "accepted"],
    );
    await server.close();
  });

  test("leaves the next relay to the others first, then to that recipient, and does not rest", async () => {
    for (const Forwarding of [FailoverTransport, RoundRobinTransport]) {
      const main = await closingAt("421 4.3.0 no", bad);
      const spare = await closingAt("550 5.1.1 nobody");
      await using transport = new Forwarding([
        { name: "main", transport: main.transport },
        { name: "spare", transport: spare.transport },
      ]);
      const report = await transport.send(three);
      assert.deepEqual(received(main.server), []);
      assert.deepEqual(received(spare.server), ["c@example.net,d@example.net", bad]);
      assert.deepEqual(told(report), ["accepted 250 spare", "accepted 250 spare", "accepted 250 spare"]);
      if (Forwarding === RoundRobinTransport) await transport.send(mail);
      await transport.send({ ...mail, to: "e@example.net" });
      assert.deepEqual(received(main.server), ["e@example.net"]);
      await main.server.close();
      await spare.server.close();
    }
  });

  test("is reported with the last reply if every relay does so, and the others get the mail", async () => {
    const main = await closingAt("421 4.3.0 no", bad);
    const spare = await closingAt("421 4.3.2 nor here", bad);
    await using transport = new FailoverTransport([main.transport, spare.transport]);
    const thrown = await failed(transport.send(three));
    assert.deepEqual(received(spare.server), ["c@example.net,d@example.net"]);
    assert.deepEqual(told(thrown.report), [
      "not-sent 421 relay 2",
      "accepted 250 relay 2",
      "accepted 250 relay 2",
    ]);
    assert.ok(thrown instanceof SmtpError && thrown.transcript.length > 0);
    assert.equal(thrown.reply?.enhancedCode, "4.3.2");
    await main.server.close();
    await spare.server.close();
  });

  test("leaves a mail for all or none whole", async () => {
    const main = await closingAt("421 4.3.0 no", bad);
    const spare = await closingAt("421 4.3.2 nor here");
    await using transport = new FailoverTransport([main.transport, spare.transport]);
    const { accepted } = await transport.send(three, { partial: false });
    assert.equal(accepted.length, 3);
    assert.deepEqual(received(spare.server), [three.to.join()]);
    await main.server.close();
    await spare.server.close();
  });

  test("does not make a relay rest, unlike a 421 to MAIL or to DATA", async () => {
    for (const at of ["mail", "data"] as const) {
      const main = await closingAt("");
      main.server.fail({ at, reply: "421 4.3.2 busy" });
      const spare = await closingAt("");
      await using transport = new FailoverTransport([main.transport, spare.transport]);
      await transport.send(three);
      await transport.send(three);
      assert.deepEqual(received(spare.server), [three.to.join(), three.to.join()]);
      const asked = main.server.transcripts.length;
      await transport.send(three);
      assert.equal(main.server.transcripts.length, asked);
      await main.server.close();
      await spare.server.close();
    }
  });
});
