import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { EnvoiError } from "../errors.ts";
import { Attachment } from "../message/attachment.ts";
import { Message } from "../message/message.ts";
import { SendError } from "../protocol/send-error.ts";
import type { Transport } from "../transport/transport.ts";

/** A mail that arrived at the other end of a transport. */
export interface ArrivedMail {
  /** `null` is the null sender. */
  readonly from: string | null;
  /** The recipients it arrived for. */
  readonly to: readonly string[];
  /** The whole message, CRLF. */
  readonly raw: Buffer;
}

/** A transport and its other end, made for one test. */
export interface TransportUnderTest {
  /** The transport to test. */
  readonly transport: Transport;
  /** The mails that have arrived, in any order. Called after the sends have ended. */
  arrived(): Promise<readonly ArrivedMail[]>;
  /** Closes the other end, after the transport was closed. */
  stop?(): Promise<unknown>;
}

/**
 * The contract of {@link Transport} as tests: every transport of envoi passes them, and your own should too. `test` is
 * the function of node:test, vitest or jest.
 *
 * @example
 * ```ts
 * import { test } from "node:test";
 * import { TestServer, transportContract } from "envoi/testing";
 *
 * transportContract(test, async () => {
 *   const server = await TestServer.start();
 *   return {
 *     transport: server.transport(),
 *     arrived: async () => server.messages.map(({ envelope, to, raw }) => ({ from: String(envelope.from), to, raw })),
 *     stop: () => server.close(),
 *   };
 * });
 * ```
 */
export function transportContract(
  test: (name: string, body: () => Promise<void>) => unknown,
  start: () => Promise<TransportUnderTest>,
): void {
  for (const [name, check] of Object.entries(contract)) {
    test(name, async () => {
      const subject = await start();
      try {
        await check(subject);
      } finally {
        await subject.transport.close({ force: true });
        await subject.stop?.();
      }
    });
  }
}

const mail = { from: "a@example.org", to: "b@example.net", subject: "Hello", text: "Hello!" };
const raw = Buffer.from("From: a@example.org\r\n\r\nHello\r\n");
const envelope = { from: "a@example.org", to: ["b@example.net"] };

type Check = (subject: TransportUnderTest) => Promise<void>;

const contract: Readonly<Record<string, Check>> = {
  async "delivers a message to every recipient without showing Bcc"({ transport, arrived }) {
    const message = Message.create({ ...mail, cc: "c@example.net", bcc: "d@example.net" });
    const report = await transport.send(message);
    const [one, ...others] = await arrived();
    deepEqual(others, []);
    deepEqual([one?.from, one?.to], ["a@example.org", ["b@example.net", "c@example.net", "d@example.net"]]);
    match(String(one?.raw), /^Subject: Hello\r\n/m);
    ok(!String(one?.raw).includes("d@example.net"));
    equal(report.messageId, message.messageId);
    equal(report.accepted.join(), "b@example.net,c@example.net,d@example.net");
    deepEqual(report.rejected, []);
  },

  async "builds a message from fields"({ transport, arrived }) {
    await transport.send(mail);
    match(String((await arrived())[0]?.raw), /\r\n\r\nHello!\r\n$/);
  },

  async "uses the envelope of the send instead of the message's"({ transport, arrived }) {
    const report = await transport.send(mail, { envelope: { from: "x@example.org", to: ["y@example.net"] } });
    const [one] = await arrived();
    deepEqual([one?.from, one?.to], ["x@example.org", ["y@example.net"]]);
    deepEqual(report.envelope.toJSON(), { from: "x@example.org", to: ["y@example.net"] });
  },

  async "delivers a mail from the null sender"({ transport, arrived }) {
    await transport.sendRaw({ from: null, to: ["b@example.net"] }, raw);
    equal((await arrived())[0]?.from, null);
  },

  async "delivers raw bytes unchanged, even lines that begin with a dot"({ transport, arrived }) {
    const dots = Buffer.from("Subject: dots\r\n\r\n.\r\n..\r\n.a\r\n\r\n.\r\n");
    await transport.sendRaw(envelope, dots);
    deepEqual(
      (await arrived()).map((one) => String(one.raw)),
      [String(dots)],
    );
  },

  async "changes LF to CRLF if all lines end in LF"({ transport, arrived }) {
    await transport.sendRaw(envelope, Buffer.from("Subject: x\n\nHello\n"));
    equal(String((await arrived())[0]?.raw), "Subject: x\r\n\r\nHello\r\n");
  },

  async "refuses raw bytes that are not a message, names the line, and sends nothing"({
    transport,
    arrived,
  }) {
    const broken = Buffer.from("Subject: x\r\n\r\na\rb\r\n");
    await rejects(transport.sendRaw(envelope, broken), {
      kind: "message",
      delivery: "not-sent",
      position: 3,
    });
    deepEqual(await arrived(), []);
  },

  async "opens a source again for each send"({ transport, arrived }) {
    let opened = 0;
    const source = async function* () {
      opened++;
      yield raw.subarray(0, 10);
      yield raw.subarray(10);
    };
    await transport.sendRaw(envelope, source);
    await transport.sendRaw(envelope, source);
    deepEqual(
      (await arrived()).map((one) => String(one.raw)),
      [String(raw), String(raw)],
    );
    equal(opened, 2);
  },

  async "sends nothing of a mail whose source fails"({ transport, arrived }) {
    const source = async function* () {
      yield raw;
      throw new Error("the disk is gone");
    };
    await rejects(transport.sendRaw(envelope, source), { kind: "content", delivery: "not-sent" });
    deepEqual(await arrived(), []);
  },

  async "delivers a file of a megabyte that is streamed"({ transport, arrived }) {
    const file = Attachment.fromStream("zeros.bin", async function* () {
      for (let i = 0; i < 16; i++) yield Buffer.alloc(65_536);
    });
    await transport.send(Message.create({ ...mail, attach: file }));
    const text = String((await arrived())[0]?.raw);
    ok(text.length > 1_400_000 && text.endsWith("--\r\n"));
  },

  async "reports every recipient once, in the order of the envelope"({ transport }) {
    const to = ["c@example.net", "b@example.net", "c@example.net"];
    const { recipients } = await transport.sendRaw({ from: "a@example.org", to }, raw);
    deepEqual(
      recipients.map(({ recipient, outcome }) => `${recipient} ${outcome}`),
      ["c@example.net accepted", "b@example.net accepted"],
    );
  },

  async "delivers each of many concurrent mails once"({ transport, arrived }) {
    const subjects = Array.from({ length: 50 }, (_, index) => `mail ${index};`);
    await Promise.all(subjects.map((subject) => transport.send({ ...mail, subject })));
    const texts = (await arrived()).map((one) => String(one.raw));
    for (const subject of subjects) equal(texts.filter((text) => text.includes(subject)).length, 1);
  },

  async "refuses an unknown option"({ transport, arrived }) {
    const misspelt = { sinal: undefined } as object;
    await rejects(transport.send(mail, misspelt), { kind: "configuration", delivery: "not-sent" });
    await rejects(transport.sendRaw(envelope, raw, misspelt), { kind: "configuration" });
    await rejects(transport.send(mail, { deadline: -1 }), { kind: "configuration" });
    deepEqual(await arrived(), []);
  },

  async "refuses invalid fields and addresses, and sends nothing"({ transport, arrived }) {
    await rejects(transport.send({ ...mail, to: "nobody" }), { kind: "address", delivery: "not-sent" });
    await rejects(transport.send({ ...mail, subjekt: "x" } as object), { kind: "message" });
    await rejects(transport.sendRaw({ from: "a@example.org", to: [] }, raw), { kind: "address" });
    deepEqual(await arrived(), []);
  },

  async "sends nothing after its signal has aborted"({ transport, arrived }) {
    const error = await transport
      .send(mail, { signal: AbortSignal.abort() })
      .catch((thrown: unknown) => thrown);
    ok(error instanceof SendError);
    deepEqual([error.kind, error.delivery], ["aborted", "not-sent"]);
    deepEqual(
      error.report.recipients.map(({ outcome }) => outcome),
      ["not-sent"],
    );
    deepEqual(await arrived(), []);
  },

  async "sends and counts every mail of a run that is awaited"({ transport, arrived }) {
    const totals = await transport.sendAll([mail, { ...mail, to: "nobody" } as typeof mail, mail]);
    deepEqual([totals.ok, totals.failed], [2, 1]);
    equal((await arrived()).length, 2);
  },

  async "gives the outcome of each mail of a run, with its index and tag"({ transport }) {
    const items = [
      { message: mail, tag: "one" },
      { message: { ...mail, to: "nobody" }, tag: "two" },
    ];
    const outcomes = [];
    for await (const outcome of transport.sendAll(items)) outcomes.push(outcome);
    outcomes.sort((a, b) => a.index - b.index);
    deepEqual(
      outcomes.map(({ ok, index, tag }) => [ok, index, tag]),
      [
        [true, 0, "one"],
        [false, 1, "two"],
      ],
    );
    equal(outcomes[1]?.error?.kind, "address");
  },

  async "sends the raw mails of a run beside its messages"({ transport, arrived }) {
    const envelope = { from: "shop@example.com", to: ["raw@example.org"] };
    const raw = Buffer.from("From: shop@example.com\r\nSubject: Raw\r\n\r\nRaw.\r\n");
    const items = [
      { message: mail, tag: "message" },
      { envelope, raw, tag: "bytes" },
      { envelope, raw: () => new Blob([raw]), tag: "stream" },
      { envelope, raw: Buffer.from("one\r\ntwo\n"), tag: "mixed" },
      { envelope: { from: null, to: ["two@example.org\r\n"] }, raw, tag: "address" },
    ];
    const outcomes = new Map<unknown, string>();
    for await (const { tag, ok, error } of transport.sendAll(items))
      outcomes.set(tag, ok ? "ok" : error.kind);
    deepEqual(Object.fromEntries(outcomes), {
      message: "ok",
      bytes: "ok",
      stream: "ok",
      mixed: "message",
      address: "address",
    });
    equal((await arrived()).length, 3);
  },

  async "sends nothing of a run that is neither awaited nor iterated"({ transport, arrived }) {
    let pulled = 0;
    transport.sendAll(
      (function* () {
        pulled++;
        yield mail;
      })(),
    );
    await transport.send(mail);
    equal(pulled, 0);
    equal((await arrived()).length, 1);
  },

  async "takes no further mail of a stopped run, and sends those it took"({ transport, arrived }) {
    let pulled = 0;
    const endless = (function* () {
      for (;;) {
        pulled++;
        yield mail;
      }
    })();
    const run = transport.sendAll(endless);
    let told = 0;
    for await (const outcome of run) {
      ok(outcome.ok);
      told++;
      if (told === 3) run.stop();
    }
    equal(told, pulled);
    equal((await arrived()).length, pulled);
  },

  async "refuses mails after its close, and may be closed twice"({ transport, arrived }) {
    await transport.send(mail);
    await transport.close();
    const error = await transport.send(mail).catch((thrown: unknown) => thrown);
    ok(EnvoiError.is(error) && error instanceof SendError);
    deepEqual([error.kind, error.delivery], ["closed", "not-sent"]);
    await rejects(transport.sendRaw(envelope, raw), { kind: "closed" });
    await transport.close();
    await transport[Symbol.asyncDispose]();
    equal((await arrived()).length, 1);
  },

  async "sends mails that were begun before its close"({ transport, arrived }) {
    const sent = Promise.all([transport.send(mail), transport.send(mail)]);
    await transport.close();
    equal((await sent).length, 2);
    equal((await arrived()).length, 2);
  },
};
