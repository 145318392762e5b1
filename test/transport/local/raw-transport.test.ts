import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  Address,
  EnvoiError,
  type HandedMail,
  RawTransport,
  Reply,
  type SendError,
  StubTransport,
} from "envoi";
import { HandClock } from "../../net/hand-clock.js";

const mail = { from: "a@example.org", to: ["b@example.net", "c@example.net"], subject: "Hi", text: "Hello" };

const failed = (promise: Promise<unknown>): Promise<SendError> =>
  promise.then(
    () => assert.fail("it was sent"),
    (error: SendError) => error,
  );

describe("RawTransport", () => {
  test("reports what its function returns: the id, the reply, and the outcome of each recipient", async () => {
    const reply = new Reply({ code: 550, lines: ["no"] });
    const transport = new RawTransport(async (handed) => {
      await handed.bytes();
      const refused = { recipient: Address.parse("b@example.net"), outcome: "refused", reply } as const;
      const accepted = { recipient: Address.parse("c@example.net"), outcome: "accepted" } as const;
      return { id: "q1", recipients: [accepted, refused] };
    });
    const report = await transport.send(mail);
    assert.equal(report.id, "q1");
    assert.equal(report.accepted.join(), "c@example.net");
    assert.equal(report.rejected[0]?.reply, reply);
  });

  test("reports recipients as not sent if its function does not mention them", async () => {
    const accepted = { recipient: Address.parse("c@example.net"), outcome: "accepted" } as const;
    const error = await failed(new RawTransport(async () => ({ recipients: [accepted] })).send(mail));
    assert.deepEqual(
      error.report.recipients.map(({ outcome }) => outcome),
      ["not-sent", "accepted"],
    );
    assert.equal(error.delivery, "refused");
  });

  test("reports a mail as not sent if its bytes were not read to the end", async () => {
    const early = new RawTransport(() => {
      throw new Error("no network");
    });
    const error = await failed(early.send(mail));
    assert.deepEqual([error.kind, error.delivery, error.message], ["rejected", "not-sent", "no network"]);
    const late = new RawTransport(async (handed) => {
      await handed.bytes();
      throw new Error("no answer");
    });
    assert.equal((await failed(late.send(mail))).delivery, "unknown");
  });

  test("keeps the outcome of an error of envoi", async () => {
    const fields = { kind: "rejected", delivery: "refused", transient: true, permanent: false } as const;
    const transport = new RawTransport(async () => {
      throw new EnvoiError("come back later", fields);
    });
    const error = await failed(transport.send(mail));
    assert.deepEqual([error.kind, error.delivery, error.transient], ["rejected", "refused", true]);
    assert.deepEqual(
      error.report.recipients.map(({ outcome }) => outcome),
      ["refused", "refused"],
    );
  });

  test("waits until the deadline for a function that never ends", async () => {
    const clock = new HandClock();
    const never = new RawTransport(() => new Promise(() => {}), { deadline: 500 }, clock);
    const first = failed(never.send(mail));
    const second = failed(never.send(mail, { deadline: 900 }));
    await Promise.resolve();
    clock.turn(500);
    assert.deepEqual([(await first).kind, (await first).delivery], ["timeout", "not-sent"]);
    clock.turn(400);
    assert.match((await second).message, /900 ms/);
    assert.equal(clock.timers, 0);
  });

  test("aborts its function when it is closed by force", async () => {
    let reason: unknown;
    const never = new RawTransport(
      ({ signal }) =>
        new Promise(() => {
          signal.addEventListener("abort", () => {
            reason = signal.reason;
          });
        }),
    );
    const sent = failed(never.send(mail));
    await never.close({ force: true });
    assert.equal((await sent).kind, "closed");
    assert.ok(EnvoiError.is(reason));
  });

  test("fails the read of a function that continues to read after an abort", async () => {
    const controller = new AbortController();
    let read: Promise<unknown> | undefined;
    const reading = new RawTransport(async (handed) => {
      controller.abort();
      read = handed.bytes();
      await read;
    });
    await failed(reading.send(mail, { signal: controller.signal }));
    await assert.rejects(read ?? assert.fail("nothing was read"), { kind: "aborted" });
  });

  test("refuses wrong options", () => {
    assert.throws(() => new RawTransport("x" as never), { kind: "configuration" });
    assert.throws(() => new RawTransport(async () => {}, { deadline: Number.NaN }), {
      kind: "configuration",
    });
    assert.throws(() => new RawTransport(async () => {}, { concurrency: 0.5 }), { kind: "configuration" });
    assert.throws(() => new RawTransport(async () => {}, { deadlin: 5 } as object), {
      kind: "configuration",
    });
  });
});

describe("StubTransport", () => {
  test("remembers every mail", async () => {
    const stub = StubTransport.ok();
    await stub.send(mail);
    assert.match(String(stub.messages[0]?.raw), /^Subject: Hi\r\n/m);
    assert.deepEqual(stub.messages[0]?.envelope.toJSON().to, mail.to);
    stub.clear();
    assert.deepEqual(stub.messages, []);
  });

  test("fails every mail, as refused permanently or with a given error", async () => {
    const error = await failed(StubTransport.error().send(mail));
    assert.deepEqual([error.kind, error.delivery, error.permanent], ["rejected", "refused", true]);
    const own = await failed(StubTransport.error(new Error("mine")).send(mail));
    assert.deepEqual([own.message, own.delivery], ["mine", "unknown"]);
  });

  test("answers each mail as it is configured", async () => {
    const stub = new StubTransport(({ envelope }) => {
      if (String(envelope.to[0]) === "bad@example.net") throw new Error("bad");
    });
    await stub.send(mail);
    await failed(stub.send({ ...mail, to: "bad@example.net" }));
    assert.equal(stub.messages.length, 2);
  });
});

describe("a request for an extension", () => {
  test("is refused if the function does not support it", async () => {
    let handed = 0;
    await using transport = new RawTransport(async () => {
      handed++;
      return undefined;
    });
    for (const options of [
      { requireTls: true },
      { dsn: { notify: "NEVER" } },
      { hold: { seconds: 60 } },
      { parameters: { XVERP: true } },
    ] as const)
      await assert.rejects(transport.send(mail, options), {
        name: "SendError",
        kind: "unsupported",
        delivery: "not-sent",
        permanent: true,
        message: new RegExp(`^${Object.keys(options)[0]}: this transport does not support it`),
      });
    await assert.rejects(
      transport.sendRaw({ from: null, to: ["b@y.test"] }, Buffer.from("x"), { requireTls: true }),
      {
        kind: "unsupported",
      },
    );
    await assert.rejects(transport.send(mail, { mtPriority: 99 }), { kind: "configuration" });
    assert.equal(handed, 0);
    await transport.send(mail, { dsn: { notify: "NEVER" }, ifOffered: ["dsn"], requireTls: false });
    assert.equal(handed, 1);
  });

  test("is given to a function that supports it", async () => {
    const asked: unknown[] = [];
    const supporting = async (mail: HandedMail) => {
      asked.push(mail.requests);
      return undefined;
    };
    await using transport = new RawTransport(supporting, { supports: ["dsn"] });
    await transport.send(mail, { dsn: { notify: "NEVER" }, deadline: 1000 });
    await transport.send(mail);
    assert.deepEqual(asked, [{ dsn: { notify: "NEVER" } }, {}]);
    await assert.rejects(transport.send(mail, { hold: { seconds: 60 } }), { kind: "unsupported" });
    const wrong = { supports: ["signal"] } as unknown as ConstructorParameters<typeof RawTransport>[1];
    assert.throws(() => new RawTransport(supporting, wrong), { kind: "configuration", message: /supports/ });
  });

  test("is remembered by a stub", async () => {
    await using transport = StubTransport.ok();
    await transport.send(mail, { requireTls: true });
    assert.deepEqual(transport.messages[0]?.requests, { requireTls: true });
  });
});
