import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { Attachment, Message, type Transport } from "envoi";
import { Outbox, type OutboxMail, type OutboxOptions, type OutboxTransaction } from "envoi/outbox";
import { TestServer } from "envoi/testing";

/** A database under test. */
export interface Engine {
  /** What `Outbox.open` takes. */
  readonly database: OutboxOptions["database"];
  /** A transaction that is open beside everything else; absent if the database has one connection only. */
  readonly begin?: () => Promise<OutboxTransaction & { commit(): Promise<void>; rollback(): Promise<void> }>;
}

type TestFunction = (name: string, work: () => Promise<void>) => unknown;

let schemas = 0;

/** An outbox in a schema of its own, with a server behind it. */
export async function laboratory(
  engine: Engine,
  options: Partial<OutboxOptions> = {},
  transport?: (server: TestServer) => Transport,
): Promise<Laboratory> {
  const server = await TestServer.start({ extensions: { DSN: true } });
  const sender = transport?.(server) ?? server.transport();
  const schema = `contract_${process.pid}_${++schemas}`;
  const outbox = await Outbox.open({ database: engine.database, transport: sender, schema, ...options });
  return {
    server,
    outbox,
    schema,
    until: (id, test) => until(async () => outbox.find(id), test),
    async [Symbol.asyncDispose]() {
      await outbox.close();
      await outbox.close();
      await sender.close({ force: true });
      await server.close();
    },
  };
}

interface Laboratory extends AsyncDisposable {
  readonly server: TestServer;
  readonly outbox: Outbox;
  readonly schema: string;
  /** Waits until a mail is as expected. */
  until(id: string, test: (mail: OutboxMail) => boolean): Promise<OutboxMail>;
}

/** Waits until a value passes a test. */
export async function until<T>(
  get: () => Promise<T | undefined>,
  test: (value: T) => boolean,
  patience = 60_000,
): Promise<T> {
  const end = performance.now() + patience;
  for (;;) {
    const value = await get();
    if (value !== undefined && test(value)) return value;
    assert.ok(performance.now() < end, `waited in vain; the last was ${JSON.stringify(value)}`);
    await delay(20);
  }
}

async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function header(
  parsed: { headers: readonly { name: string; value: string }[] },
  name: string,
): string | undefined {
  return parsed.headers.find((each) => each.name.toLowerCase() === name)?.value;
}

const receipt = {
  from: "shop@example.com",
  to: "ada@example.org",
  subject: "Receipt",
  text: "Thank you.",
} as const;

/** What an outbox does, on every engine. */
export function outboxContract(test: TestFunction, engine: Engine): void {
  test("a mail is sent with the bytes and the Message-ID that it was enqueued with", async () => {
    await using lab = await laboratory(engine);
    const message = Message.create({ ...receipt, to: ["ada@example.org", "eve@example.org"] });
    const { id, duplicate } = await lab.outbox.enqueue(message, { tag: "order 7", tenant: "a" });
    assert.equal(duplicate, false);
    assert.equal((await lab.outbox.find(id))?.state, "waiting");
    lab.outbox.work();
    const mail = await lab.until(id, ({ state }) => state === "sent");
    assert.deepEqual(
      mail.recipients.map(({ recipient, state, tries }) => [recipient, state, tries]),
      [
        ["ada@example.org", "sent", 1],
        ["eve@example.org", "sent", 1],
      ],
    );
    assert.equal(mail.messageId, message.messageId);
    assert.equal(mail.tag, "order 7");
    assert.equal(mail.tenant, "a");
    assert.equal(mail.attempts.length, 1);
    assert.equal(lab.server.messages.length, 1);
    assert.deepEqual(lab.server.messages[0]?.raw, message.formatted());
  });

  test("a mail exists if its transaction commits, and not if it is rolled back", async () => {
    await using lab = await laboratory(engine);
    await assert.rejects(
      lab.outbox.transaction(async (via) => {
        const { id } = await lab.outbox.enqueue(receipt, { via, key: "k" });
        assert.equal((await lab.outbox.find(id, { via }))?.key, "k");
        throw new RangeError("no stock");
      }),
      RangeError,
    );
    assert.deepEqual(await collected(lab.outbox.list()), []);
    // The key is free again.
    const { duplicate } = await lab.outbox.transaction((via) =>
      lab.outbox.enqueue(receipt, { via, key: "k" }),
    );
    assert.equal(duplicate, false);
    assert.equal((await collected(lab.outbox.list())).length, 1);
  });

  test("a refused enqueue leaves the transaction of its caller alive", async () => {
    await using lab = await laboratory(engine);
    const { outbox } = lab;
    const attach = (source: Parameters<typeof Attachment.fromStream>[1]): object => ({
      ...receipt,
      attach: Attachment.fromStream("a.bin", source),
    });
    async function* once(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("a");
    }
    await outbox.transaction(async (via) => {
      const first = await outbox.enqueue(receipt, { via, key: "k" });
      const refused: [object, object][] = [
        [{ ...receipt, to: "not an address" }, {}],
        [{ ...receipt, subject: "two\r\nlines" }, {}],
        [receipt, { key: "with\0nul" }],
        [receipt, { key: "" }],
        [receipt, { key: "half \ud800" }],
        [receipt, { tag: "\udc00" }],
        [receipt, { key: "x".repeat(3000) }],
        [receipt, { tenant: "x".repeat(3000) }],
        [receipt, { priority: 1.5 }],
        [receipt, { at: "tomorrow" }],
        [receipt, { at: new Date(Number.NaN) }],
        [receipt, { expires: new Date(0) }],
        [receipt, { unknown: "perhaps" }],
        [receipt, { colour: "red" }],
        [{ envelope: { from: null, to: ["a@x.org"] }, raw: Buffer.from("a\r\nb\n") }, {}],
        [{ ...receipt, attach: Attachment.fromPath("/nowhere/on/this/machine.pdf") }, {}],
        [attach(once()), {}],
        [attach(new Blob(["a"]).stream()), {}],
        // The same key with other content, and with other recipients.
        [{ ...receipt, text: "Other." }, { key: "k" }],
        [{ ...receipt, to: "eve@example.org" }, { key: "k" }],
      ];
      for (const [message, options] of refused)
        await assert.rejects(
          outbox.enqueue(message as typeof receipt, { via, ...options }),
          (error: { delivery?: string; permanent?: boolean; name?: string }) =>
            error.delivery === "not-sent" && error.name !== "TypeError",
          JSON.stringify([message, options]),
        );
      const again = await outbox.enqueue(receipt, { via, key: "k" });
      assert.deepEqual(again, { id: first.id, duplicate: true });
    });
    assert.equal((await collected(outbox.list())).length, 1);
  });

  test("what is wrong with a mail is said when it is enqueued, with what to do", async () => {
    await using lab = await laboratory(engine);
    const at = new Date(Date.now() + 60_000);
    const file = Attachment.fromPath("/nowhere/on/this/machine.pdf");
    const stream = Attachment.fromStream("a.bin", new Blob(["a"]).stream());
    const wrong: [object, object, RegExp][] = [
      [
        { ...receipt, attach: file },
        {},
        /machine\.pdf" cannot be read: ENOENT.* when a mail is enqueued: do that on the machine/,
      ],
      [
        { ...receipt, attach: stream },
        {},
        /stream .*cannot be read again\. Pass a function that opens a new one/,
      ],
      [receipt, { key: "" }, /^key: expected a string that is not empty.*\. Leave it out/],
      [receipt, { at, expires: at }, /^expires: expected a time after at, 2.*Z, got 2.*Z$/],
      [
        receipt,
        { expires: 1000 },
        /^expires: expected a time after now, 2.*Z, got 1970-01-01T00:00:01\.000Z$/,
      ],
      [
        receipt,
        { tenant: "x".repeat(300) },
        /^tenant: expected a string of at most 200 bytes, got 300 bytes$/,
      ],
    ];
    for (const [message, options, text] of wrong)
      await assert.rejects(lab.outbox.enqueue(message as typeof receipt, options), { message: text });
  });

  test("a key counts for its tenant, and for as long as the record", async () => {
    await using lab = await laboratory(engine, { keep: { content: 0, record: 0 } });
    const first = await lab.outbox.enqueue(receipt, { key: "k" });
    assert.deepEqual(await lab.outbox.enqueue(receipt, { key: "k" }), { id: first.id, duplicate: true });
    assert.equal((await lab.outbox.enqueue(receipt, { key: "k", tenant: "b" })).duplicate, false);
    lab.outbox.work();
    await until(
      async () => (await lab.outbox.find(first.id)) ?? ("gone" as const),
      (mail) => mail === "gone",
    );
    assert.equal((await lab.outbox.enqueue({ ...receipt, text: "New." }, { key: "k" })).duplicate, false);
  });

  test("enqueueAll writes every mail once, also if keys repeat", async () => {
    await using lab = await laboratory(engine);
    const message = (n: number): object => ({ ...receipt, subject: `Letter ${n}` });
    async function* items() {
      for (let n = 0; n < 450; n++)
        yield { message: message(n % 300) as typeof receipt, key: `letter ${n % 300}` };
    }
    assert.deepEqual(await lab.outbox.enqueueAll(items()), { enqueued: 300, duplicates: 150 });
    assert.deepEqual(await lab.outbox.enqueueAll([receipt, receipt]), { enqueued: 2, duplicates: 0 });
    await assert.rejects(lab.outbox.enqueueAll([receipt, { ...receipt, to: "x" }]), /items\[1\]/);
  });

  test("a temporary refusal is tried again for the recipient that was refused only", async () => {
    await using lab = await laboratory(engine, { retry: { for: 60_000, first: 50 } });
    const { id } = await lab.outbox.enqueue({ ...receipt, to: ["ada@example.org", "eve@example.org"] });
    lab.server.fail({
      at: "rcpt",
      when: { recipient: "eve@example.org" },
      reply: "450 4.2.1 Later",
      times: 2,
    });
    lab.outbox.work();
    const mail = await lab.until(id, ({ state }) => state === "sent");
    assert.deepEqual(
      mail.recipients.map(({ recipient, state, tries }) => [recipient, state, tries]),
      [
        ["ada@example.org", "sent", 1],
        ["eve@example.org", "sent", 3],
      ],
    );
    assert.deepEqual(
      lab.server.messages.map(({ to }) => to),
      [["ada@example.org"], ["eve@example.org"]],
    );
  });

  test("a mail that is refused for good ends, and one that is refused for now ends when its time is over", async () => {
    await using lab = await laboratory(engine, { retry: { for: 3000, first: 50, longest: 500 } });
    const gone = await lab.outbox.enqueue({ ...receipt, to: "gone@example.org" });
    const full = await lab.outbox.enqueue({ ...receipt, to: "full@example.org" });
    lab.server.fail({ at: "rcpt", when: { recipient: "gone@example.org" }, reply: "550 5.1.1 Unknown" });
    lab.server.fail({ at: "rcpt", when: { recipient: "full@example.org" }, reply: "452 4.2.2 Full" });
    lab.outbox.work();
    const refused = await lab.until(gone.id, ({ state }) => state === "refused");
    assert.equal(refused.recipients[0]?.reply?.code, 550);
    assert.equal(refused.recipients[0]?.tries, 1);
    const ended = await lab.until(full.id, ({ state }) => state === "refused");
    assert.ok((ended.recipients[0]?.tries ?? 0) > 1);
    assert.equal(ended.attempts.length, ended.recipients[0]?.tries);
  });

  test("a mail whose reply is lost is unknown and held, and is settled by hand", async () => {
    await using lab = await laboratory(engine);
    const ids: string[] = [];
    for (const n of [1, 2, 3]) ids.push((await lab.outbox.enqueue({ ...receipt, subject: `${n}` })).id);
    lab.server.fail({ at: "final", drop: "before", times: 3 });
    const worker = lab.outbox.work({ concurrency: 1 });
    for (const id of ids) await lab.until(id, ({ state }) => state === "unknown");
    const [sent = "", resent = "", held = ""] = ids;
    assert.equal(await lab.outbox.settle(sent, "sent"), true);
    assert.equal(await lab.outbox.settle(sent, "not-sent"), false);
    assert.equal(await lab.outbox.settle(resent, "not-sent"), true);
    await lab.until(resent, ({ state }) => state === "sent");
    assert.equal((await lab.outbox.find(held))?.state, "unknown");
    assert.deepEqual(
      (await collected(lab.outbox.list({ state: "unknown" }))).map(({ id }) => id),
      [held],
    );
    await worker.stop();
  });

  test("a mail that may arrive twice is sent again with the same Message-ID", async () => {
    await using lab = await laboratory(engine, { retry: { for: 60_000, first: 50 } });
    const { id } = await lab.outbox.enqueue(receipt, { unknown: "again" });
    lab.server.fail({ at: "final", drop: "before", times: 1 });
    lab.outbox.work();
    const mail = await lab.until(id, ({ state }) => state === "sent");
    assert.equal(mail.recipients[0]?.tries, 2);
    for (const { parsed } of lab.server.messages) assert.equal(header(parsed, "message-id"), mail.messageId);
  });

  test("a mail of the future waits, and its Date is its time", async () => {
    await using lab = await laboratory(engine);
    const at = new Date(Date.now() + 1500);
    const { id } = await lab.outbox.enqueue(Message.create(receipt), { at });
    const dated = await lab.outbox.enqueue({ ...receipt, date: new Date(0) }, { at });
    lab.outbox.work();
    await lab.until(id, ({ state }) => state === "sent");
    await lab.until(dated.id, ({ state }) => state === "sent");
    assert.ok(Date.now() >= at.getTime());
    const dates = lab.server.messages.map(({ parsed }) => Date.parse(header(parsed, "date") ?? ""));
    assert.deepEqual(dates.sort(), [0, Math.floor(at.getTime() / 1000) * 1000]);
  });

  test("a mail can be cancelled while it waits, expires, and is sent again when asked for", async () => {
    await using lab = await laboratory(engine);
    const at = new Date(Date.now() + 3_600_000);
    const { id } = await lab.outbox.enqueue(receipt, { at });
    assert.equal(await lab.outbox.cancel(id), true);
    assert.equal(await lab.outbox.cancel(id), false);
    assert.equal((await lab.outbox.find(id))?.state, "cancelled");
    const expiring = await lab.outbox.enqueue(receipt, { expires: new Date(Date.now() + 100) });
    await delay(150);
    lab.outbox.work();
    await lab.until(expiring.id, ({ state }) => state === "expired");
    assert.equal(lab.server.messages.length, 0);
    assert.equal(await lab.outbox.resend(id), true);
    await lab.until(id, ({ state }) => state === "sent");
    assert.equal(await lab.outbox.cancel(id), false);
    assert.equal(await lab.outbox.resend(id), false);
    assert.equal(await lab.outbox.resend(id, { recipients: ["ada@example.org"] }), true);
    await until(
      async () => lab.server.messages.length,
      (count) => count === 2,
    );
  });

  test("mails of a tenant go by priority, and no tenant waits for the backlog of another", async () => {
    await using lab = await laboratory(engine);
    const message = (subject: string): typeof receipt => ({ ...receipt, subject }) as never;
    const backlog = Array.from({ length: 60 }, (_, n) => ({ message: message(`a ${n}`), tenant: "a" }));
    await lab.outbox.enqueueAll(backlog);
    await lab.outbox.enqueue(message("urgent"), { tenant: "a", priority: 9 });
    await lab.outbox.enqueue(message("b"), { tenant: "b" });
    lab.outbox.work({ concurrency: 1 });
    await until(
      async () => lab.server.messages.length,
      (count) => count === 62,
    );
    const order = lab.server.messages.map(({ parsed }) => parsed.subject);
    assert.ok(order.indexOf("urgent") < 2, order.join());
    assert.ok(order.indexOf("b") < 4, order.join());
    assert.ok(order.indexOf("a 0") < order.indexOf("a 59"));
  });

  test("each tenant has its turn, with fewer tenants than mails at once and with more", async () => {
    for (const concurrency of [64, 7]) {
      await using lab = await laboratory(engine);
      const tenants = Array.from({ length: 40 }, (_, n) => `t${n}`);
      const messages = tenants.flatMap((tenant) =>
        ["1", "2", "3"].map((n) => ({ message: { ...receipt, subject: `${tenant} ${n}` }, tenant })),
      );
      await lab.outbox.enqueueAll(messages);
      lab.outbox.work({ concurrency });
      await until(
        async () => lab.server.messages.length,
        (count) => count === 120,
      );
      const order = lab.server.messages.map(({ parsed }) => parsed.subject?.split(" ")[0]);
      // Several connections deliver them a little out of order.
      assert.ok(new Set(order.slice(0, 60)).size === 40, `${concurrency}: ${order.join()}`);
    }
  });

  test("large attachments are stored once, and sent as they were", async () => {
    await using lab = await laboratory(engine, { keep: { content: 0 } });
    const bytes = Buffer.alloc(3_000_000, "an attachment that many mails share ");
    const attach = Attachment.fromBytes("shared.bin", bytes);
    const messages = [1, 2].map((n) => Message.create({ ...receipt, subject: `${n}`, attach }));
    await lab.outbox.transaction(async (via) => {
      for (const message of messages) await lab.outbox.enqueue(message, { via });
    });
    const { rows } = await lab.outbox.query(
      `select sum(length(octets))::int as size from ${lab.schema}.piece`,
    );
    const size = Number(rows[0]?.["size"]);
    assert.ok(size > 3_000_000 && size < 6_000_000, `${size}`);
    const worker = lab.outbox.work();
    await until(
      async () => lab.server.messages.length,
      (count) => count === 2,
    );
    const raws = lab.server.messages.map(({ raw }) => raw.toString("latin1")).sort();
    assert.deepEqual(raws, messages.map((each) => each.formatted().toString("latin1")).sort());
    await worker.stop();
  });

  test("list finds a recipient however its domain is written, and options that are none are refused", async () => {
    await using lab = await laboratory(engine);
    const { outbox } = lab;
    const { id } = await outbox.enqueue({ ...receipt, to: "Ada@BÜCHER.example" });
    for (const recipient of ["Ada@bücher.example", "Ada@xn--bcher-kva.EXAMPLE"])
      assert.deepEqual(
        (await collected(outbox.list({ recipient }))).map((mail) => mail.id),
        [id],
      );
    const refused: [() => AsyncIterable<unknown>, RegExp][] = [
      [() => outbox.list({ recipient: "ada" }), /address|@/],
      [() => outbox.list({ state: "gone" as never }), /^state: expected "waiting"/],
      [() => outbox.list({ colour: "red" } as never), /colour/],
      [
        () => outbox.events({ after: "yesterday" }),
        /^after: expected the position of an event, got a string/,
      ],
      [() => outbox.events({ since: "0-0" } as never), /since/],
    ];
    for (const [items, message] of refused)
      await assert.rejects(async () => collected(items()), { name: /^(?:Envoi|Address)Error$/, message });
  });

  test("events come once and in order, also those of earlier outboxes", async () => {
    await using lab = await laboratory(engine);
    const stop = new AbortController();
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { kind, state, tag } of lab.outbox.events({ signal: stop.signal, after: "0-0" }))
        if (seen.push(`${tag} ${kind} ${state}`) === 2) stop.abort();
    })();
    const { id } = await lab.outbox.enqueue(receipt, { tag: "one", at: new Date(Date.now() + 60_000) });
    await lab.outbox.cancel(id);
    await lab.outbox.enqueue(receipt, { tag: "two" });
    lab.outbox.work();
    await reading;
    assert.deepEqual(seen, ["one cancelled cancelled", "two attempt sent"]);
  });

  test("contents and records are deleted after their times", async () => {
    await using lab = await laboratory(engine, { keep: { content: 0, record: 1500 } });
    const { id } = await lab.outbox.enqueue({ ...receipt, text: "A secret." });
    lab.outbox.work();
    await lab.until(id, ({ state }) => state === "sent");
    await until(
      async () =>
        (await lab.outbox.query(`select 1 as there from ${lab.schema}.mail where content is not null`)).rows,
      (rows) => rows.length === 0,
    );
    await assert.rejects(lab.outbox.resend(id, { recipients: ["ada@example.org"] }), /content/);
    await until(
      async () => (await lab.outbox.find(id)) ?? ("gone" as const),
      (mail) => mail === "gone",
    );
    const { rows } = await lab.outbox.query(`select count(*)::int as n from ${lab.schema}.event`);
    assert.equal(rows[0]?.["n"], 0);
  });

  test("a worker whose lease was over goes on under another id, and still hears", async () => {
    await using lab = await laboratory(engine);
    lab.outbox.work();
    const workers = async () => (await lab.outbox.status()).workers;
    const [first] = await until(workers, ([worker]) => worker?.listening === true);
    await lab.outbox.query(`update ${lab.schema}.worker set until = now()`);
    const [second] = await until(workers, ([worker]) => worker !== undefined && worker.id !== first?.id);
    assert.equal(second?.id, `${first?.id}:2`);
    assert.equal(second?.listening, true);
    const { id } = await lab.outbox.enqueue(receipt);
    await lab.until(id, ({ state }) => state === "sent");
  });

  test("a worker that stops finishes what it sends, and gives the rest back", async () => {
    await using lab = await laboratory(engine);
    await lab.outbox.enqueueAll(Array.from({ length: 100 }, () => receipt));
    const worker = lab.outbox.work({ concurrency: 4 });
    await until(
      async () => lab.server.messages.length,
      (count) => count >= 10,
    );
    await worker.stop();
    const { mails, workers } = await lab.outbox.status();
    assert.equal(mails.sending, 0);
    assert.equal(mails.unknown, 0);
    assert.equal(mails.sent, lab.server.messages.length);
    assert.equal(mails.waiting + mails.sent, 100);
    assert.deepEqual(workers, []);
    const { rows } = await lab.outbox.query(
      `select count(*)::int as n from ${lab.schema}.mail where state = 'leased'`,
    );
    assert.equal(rows[0]?.["n"], 0);
  });
}
