import assert from "node:assert/strict";
import { Message, Report } from "envoi";
import { BounceAddress } from "envoi/feedback";
import type { Outbox } from "envoi/outbox";
import type { CapturedMessage } from "envoi/testing";
import { type Engine, laboratory } from "./outbox-contract.ts";

type TestFunction = (name: string, work: () => Promise<void>) => unknown;

const bounces = BounceAddress.create({ domain: "bounces.shop.example", secret: "of this test" });
const from = "shop@shop.example";

/** A delivery report about a mail that a server caught, to the sender of its envelope or to somebody else. */
async function report(
  about: CapturedMessage,
  {
    to,
    status = "5.1.1",
    action = "failed",
    recipient = about.to[0] ?? "",
    more = {},
    envelopeId,
    original = about.raw,
  }: Partial<ReportFields>,
): Promise<Buffer> {
  const body = Report.deliveryStatus({
    text: "See below.",
    reportingMta: "mx.example.org",
    recipients: [{ recipient, action, status, diagnostic: `550 ${status} so`, ...more }],
    envelopeId,
    original,
  });
  const envelope = to ?? String(about.envelope.from);
  return Message.create({
    from: "mailer-daemon@mx.example.org",
    to: envelope,
    subject: "failed",
    body,
  }).bytes();
}

interface ReportFields {
  readonly to: string;
  readonly status: string;
  readonly action: "failed" | "delayed" | "delivered";
  readonly recipient: string;
  readonly more: object;
  readonly envelopeId: string | undefined;
  readonly original: Uint8Array;
}

async function complaint(about: CapturedMessage, recipient = about.to[0] ?? ""): Promise<Buffer> {
  const body = Report.feedback({
    text: "Spam",
    type: "abuse",
    userAgent: "fbl/1",
    original: about.raw,
    originalRecipients: [recipient],
  });
  return Message.create({
    from: "fbl@provider.example",
    to: "abuse@shop.example",
    subject: "complaint",
    body,
  }).bytes();
}

async function listed(outbox: Outbox, options = {}): Promise<[string, string, string][]> {
  const all: [string, string, string][] = [];
  for await (const { address, tenant, reason } of outbox.suppressions.list(options))
    all.push([address, tenant, reason]);
  return all;
}

/** What comes back to an outbox, and who gets no mail, on every engine. */
export function suppressionsContract(test: TestFunction, engine: Engine): void {
  const start = (options: Parameters<typeof laboratory>[1] = {}) =>
    laboratory(engine, { bounces, ...options });

  test("each mail has a sender of its own, also if it is sent twice", async () => {
    await using lab = await start();
    const enqueued = [];
    for (const name of ["ann", "bo"])
      enqueued.push(await lab.outbox.enqueue({ from, to: `${name}@example.org`, subject: name, text: "x" }));
    lab.outbox.work();
    const [ann, bo] = [
      await lab.server.waitForMessage({ subject: "ann" }),
      await lab.server.waitForMessage({ subject: "bo" }),
    ];
    assert.notEqual(String(ann.envelope.from), String(bo.envelope.from));
    assert.match(
      String(ann.envelope.from),
      new RegExp(`^bounce\\+${enqueued[0]?.id}-.*@bounces\\.shop\\.example$`),
    );
    assert.ok(String(ann.envelope.from).indexOf("@") <= 64);
    lab.server.clear();
    await lab.until(enqueued[0]?.id ?? "", ({ state }) => state === "sent");
    await lab.outbox.resend(enqueued[0]?.id ?? "", { recipients: ["ann@example.org"] });
    const again = await lab.server.waitForMessage({ subject: "ann" });
    assert.equal(String(again.envelope.from), String(ann.envelope.from));
  });

  test("the null sender stays, and so does a bounce address that the application made", async () => {
    await using lab = await start();
    const mine = bounces.for("order-17");
    const to = ["ann@example.org"];
    await lab.outbox.enqueue({ from, to, subject: "null", text: "x", envelope: { from: null, to } } as never);
    const { id } = await lab.outbox.enqueue(
      { from, to, subject: "mine", text: "x", envelope: { from: mine, to } } as never,
      { key: "order-17" },
    );
    lab.outbox.work();
    assert.equal((await lab.server.waitForMessage({ subject: "null" })).envelope.from, null);
    const caught = await lab.server.waitForMessage({ subject: "mine" });
    assert.equal(String(caught.envelope.from), String(mine));
    const { id: found, by, suppressed } = await lab.outbox.feedback(await report(caught, {}));
    assert.deepEqual([found, by, suppressed], [id, "verp", ["ann@example.org"]]);
  });

  test("a hard bounce stops the next mail within a second, for the tenant alone", async () => {
    await using lab = await start();
    const { outbox, server } = lab;
    const message = { from, to: "Ann@Example.org", subject: "first", text: "x" };
    const { id } = await outbox.enqueue(message, { tenant: "a" });
    outbox.work();
    const caught = await server.waitForMessage({ subject: "first" });
    const result = await outbox.feedback(await report(caught, {}));
    assert.equal(result.feedback.type, "bounce");
    assert.deepEqual([result.id, result.by, result.suppressed], [id, "verp", ["Ann@example.org"]]);
    assert.deepEqual(await listed(outbox), [["ann@example.org", "a", "bounce"]]);
    const next = await outbox.enqueue({ ...message, subject: "second" }, { tenant: "a" });
    const other = await outbox.enqueue({ ...message, subject: "other" }, { tenant: "b" });
    await lab.until(next.id, ({ state }) => state === "suppressed");
    await lab.until(other.id, ({ state }) => state === "sent");
    assert.ok(!server.messages.some(({ parsed }) => parsed.subject === "second"));
  });

  test("of several recipients, only the one that bounced is suppressed", async () => {
    await using lab = await start();
    const { outbox, server } = lab;
    const to = ["ann@example.org", "bo@example.org"];
    await outbox.enqueue({ from, to, subject: "both", text: "x" });
    outbox.work();
    const caught = await server.waitForMessage({ subject: "both" });
    const strange = await outbox.feedback(await report(caught, { recipient: "eve@example.org" }));
    assert.deepEqual(strange.suppressed, []);
    const moved = await report(caught, {
      recipient: "bo.lee@mail.example.org",
      more: { originalRecipient: "bo@example.org" },
    });
    assert.deepEqual((await outbox.feedback(moved)).suppressed, ["bo@example.org"]);
    const next = await outbox.enqueue({ from, to, subject: "again", text: "x" });
    const mail = await lab.until(next.id, ({ state }) => state === "sent");
    assert.deepEqual(
      mail.recipients.map(({ state }) => state),
      ["sent", "suppressed"],
    );
  });

  test("a forged report suppresses nobody, and is recorded", async () => {
    await using lab = await start();
    const { outbox, server, schema } = lab;
    const { id } = await outbox.enqueue({ from, to: "ann@example.org", subject: "x", text: "x" });
    outbox.work();
    const caught = await server.waitForMessage({ subject: "x" });
    const genuine = String(caught.envelope.from);
    const [local = "", domain = ""] = genuine.split("@");
    const stranger = BounceAddress.create({ domain, secret: "guessed" });
    for (const to of [
      from,
      `${local.slice(0, -1)}${local.endsWith("a") ? "b" : "a"}@${domain}`,
      stranger.for(bounces.read(genuine) ?? "").toString(),
      `${local}@evil.example`,
    ]) {
      const { by, suppressed } = await outbox.feedback(await report(caught, { to }));
      assert.deepEqual([by, suppressed], ["message-id", []], to);
    }
    const { by, suppressed } = await outbox.feedback(await complaint(caught));
    assert.deepEqual([by, suppressed], ["message-id", []]);
    assert.equal(await outbox.suppressions.has("ann@example.org"), false);
    const { rows } = await outbox.query(
      `select type, found_by, address from "${schema}".feedback where mail = $1::text::bigint order by id`,
      [id],
    );
    assert.deepEqual(rows, [
      { type: "bounce", found_by: "message-id", address: "ann@example.org" },
      { type: "complaint", found_by: "message-id", address: "ann@example.org" },
    ]);
  });

  test("a report is about the mail that its ENVID names, also among mails with one Message-ID", async () => {
    await using lab = await laboratory(engine);
    const { outbox, server } = lab;
    const raw = await Message.create({ from, to: "list@shop.example", subject: "news", text: "x" }).bytes();
    const ids: string[] = [];
    for (const name of ["ann", "bo", "cy"]) {
      const envelope = { from, to: [`${name}@example.org`] };
      ids.push((await outbox.enqueue({ envelope, raw })).id);
    }
    outbox.work();
    await server.waitForMessage({ to: "cy@example.org" });
    const bo = await server.waitForMessage({ to: "bo@example.org" });
    const { ENVID: envelopeId } = bo.envelope.parameters;
    const found = await outbox.feedback(await report(bo, { envelopeId }));
    assert.deepEqual([found.id, found.by, found.suppressed], [ids[1], "envelope-id", []]);
    const without = await report(bo, { envelopeId, original: Buffer.from("Subject: news\r\n\r\n") });
    assert.equal((await outbox.feedback(without)).id, ids[1]);
    const { rows } = await outbox.query(
      `select mail::text as mail, found_by from "${lab.schema}".feedback where address = 'bo@example.org'`,
    );
    assert.deepEqual(rows, [{ mail: ids[1], found_by: "envelope-id" }]);
  });

  test("an ENVID that somebody made up names no mail", async () => {
    await using lab = await start();
    const { outbox, server } = lab;
    await outbox.enqueue({ from, to: "ann@example.org", subject: "x", text: "x" });
    outbox.work();
    const caught = await server.waitForMessage({ subject: "x" });
    const { ENVID: genuine = "" } = caught.envelope.parameters;
    assert.match(genuine, /^1-[\w-]{16}$/);
    const original = Buffer.from("Subject: x\r\n\r\n");
    for (const envelopeId of [
      `${genuine.slice(0, -1)}${genuine.endsWith("a") ? "b" : "a"}`,
      genuine.replace("1-", "2-"),
      genuine.replace("1-", "99999999999999999999-"),
      "1",
      "1-",
      undefined,
    ]) {
      const { id } = await outbox.feedback(await report(caught, { to: from, envelopeId, original }));
      assert.equal(id, undefined, envelopeId);
    }
    const hard = await report(caught, { to: from, envelopeId: genuine });
    assert.deepEqual((await outbox.feedback(hard)).suppressed, []);
  });

  test("a relay without DSN gets no ENVID, and the mail all the same", async () => {
    await using lab = await start();
    const { outbox, server } = lab;
    server.fail({ at: "ehlo", conceal: ["DSN"] });
    await outbox.enqueue({ from, to: "ann@example.org", subject: "x", text: "x" });
    outbox.work();
    const { envelope } = await server.waitForMessage({ subject: "x" });
    assert.equal(envelope.parameters.ENVID, undefined);
  });

  test("an address of another outbox with the same secret is not of this one", async () => {
    await using one = await start();
    await using other = await start();
    for (const { outbox } of [one, other])
      await outbox.enqueue({ from, to: "ann@example.org", subject: "x", text: "x" });
    one.outbox.work();
    const caught = await one.server.waitForMessage({ subject: "x" });
    assert.deepEqual((await other.outbox.feedback(await report(caught, {}))).suppressed, []);
    assert.deepEqual((await one.outbox.feedback(await report(caught, {}))).suppressed, ["ann@example.org"]);
  });

  test("a complaint suppresses if DMARC passed for it", async () => {
    await using lab = await start();
    const { outbox, server } = lab;
    await outbox.enqueue({ from, to: "ann@example.org", subject: "x", text: "x" });
    outbox.work();
    const raw = await complaint(await server.waitForMessage({ subject: "x" }));
    for (const result of ["fail", "none", "temperror"])
      assert.deepEqual(
        (await outbox.feedback(raw, { authentication: { dmarc: { result } } })).suppressed,
        [],
      );
    const { suppressed } = await outbox.feedback(raw, { authentication: { dmarc: { result: "pass" } } });
    assert.deepEqual(suppressed, ["ann@example.org"]);
    assert.deepEqual(await listed(outbox), [["ann@example.org", "", "complaint"]]);
    await assert.rejects(
      outbox.feedback(raw, { authentication: true as never }),
      /authentication: expected what authenticate\(\) of envoi\/verify returns, got true/,
    );
  });

  test("soft bounces of several mails within a time suppress for a time; a repeated report counts once", async () => {
    await using lab = await start({ suppress: { softBounces: 3, softFor: 86_400_000 } });
    const { outbox, server } = lab;
    outbox.work();
    const results: string[][] = [];
    for (const subject of ["1", "2", "3"]) {
      await outbox.enqueue({ from, to: "ann@example.org", subject, text: "x" });
      const caught = await server.waitForMessage({ subject });
      for (let again = 0; again < 3; again++) {
        const { suppressed } = await outbox.feedback(await report(caught, { status: "5.2.2" }));
        results.push([...suppressed]);
      }
      const delayed = await outbox.feedback(await report(caught, { status: "4.4.1", action: "delayed" }));
      assert.deepEqual(delayed.suppressed, []);
    }
    assert.deepEqual(results.slice(0, 6), [[], [], [], [], [], []]);
    assert.deepEqual(results[6], ["ann@example.org"]);
    for await (const { reason, expires } of outbox.suppressions.list()) {
      assert.equal(reason, "soft-bounces");
      assert.ok(Math.abs((expires?.getTime() ?? 0) - Date.now() - 86_400_000) < 60_000);
    }
  });

  test("what is no bounce suppresses nobody", async () => {
    await using lab = await start();
    const { outbox, server } = lab;
    await outbox.enqueue({ from, to: "ann@example.org", subject: "x", text: "x" });
    outbox.work();
    const caught = await server.waitForMessage({ subject: "x" });
    const to = String(caught.envelope.from);
    for (const [action, status, type] of [
      ["delivered", "2.0.0", "none"],
      ["delayed", "4.2.2", "delay"],
    ] as const) {
      const { feedback, suppressed } = await outbox.feedback(await report(caught, { action, status }));
      assert.deepEqual([feedback.type, suppressed], [type, []]);
    }
    const away = { from: "ann@example.org", to, subject: "Automatic reply: x", text: "I am away" };
    const { feedback, id, suppressed } = await outbox.feedback(await Message.create(away).bytes());
    assert.deepEqual([feedback.type, typeof id, suppressed], ["auto-reply", "string", []]);
    const person = await outbox.feedback(await Message.create({ ...away, subject: "Thanks" }).bytes());
    assert.deepEqual([person.feedback.type, person.id], ["none", undefined]);
  });

  test("suppressions are added, found, listed and removed, for a tenant, a domain and a time", async () => {
    await using lab = await start();
    const { suppressions } = lab.outbox;
    const past = new Date(Date.now() - 1000);
    await suppressions.add("Ann@Example.org");
    await suppressions.add("@Example.NET", { reason: "unsubscribe", tenant: "a", detail: "asked by phone" });
    await suppressions.add("old@example.com", { expires: past });
    await suppressions.add("half@example.com", { expires: past, tenant: "a" });
    await assert.rejects(suppressions.add("half@example.com", { detail: "\ud800" }), /^EnvoiError: detail: /);
    await suppressions.add("new@example.com", { expires: new Date(Date.now() + 60_000) });
    const has = (address: string, tenant?: string) => suppressions.has(address, { tenant });
    assert.deepEqual(
      await Promise.all([
        has("ANN@example.org"),
        has("ann@example.org", "b"),
        has("any@example.net", "a"),
        has("any@example.net", "b"),
        has("any@example.net"),
        has("any@sub.example.net", "a"),
        has("old@example.com"),
        has("new@example.com"),
      ]),
      [true, true, true, false, false, false, false, true],
    );
    assert.deepEqual(await listed(lab.outbox), [
      ["@example.net", "a", "unsubscribe"],
      ["ann@example.org", "", "manual"],
      ["new@example.com", "", "manual"],
    ]);
    assert.deepEqual(await listed(lab.outbox, { tenant: "b" }), [
      ["ann@example.org", "", "manual"],
      ["new@example.com", "", "manual"],
    ]);
    assert.deepEqual(await listed(lab.outbox, { reason: "unsubscribe" }), [
      ["@example.net", "a", "unsubscribe"],
    ]);
    assert.equal(await suppressions.remove("ann@example.org", { tenant: "a" }), false);
    assert.equal(await suppressions.remove("ann@EXAMPLE.org"), true);
    assert.equal(await suppressions.remove("ann@example.org"), false);
    assert.equal(await has("ann@example.org"), false);
    const { id } = await lab.outbox.enqueue(
      { from, to: "bo@example.net", subject: "x", text: "x" },
      { tenant: "a" },
    );
    lab.outbox.work();
    await lab.until(id, ({ state }) => state === "suppressed");
  });

  test("what one outbox lists, another imports, as large as it is", async () => {
    await using one = await start();
    await using other = await start();
    const addresses = Array.from({ length: 1234 }, (_, index) => `user${index}@example.org`);
    const { imported } = await one.outbox.suppressions.import([...addresses, "User0@example.org"], {
      reason: "complaint",
    });
    assert.equal(imported, 1235);
    await one.outbox.suppressions.add("bo@example.org", { tenant: "t", expires: new Date(Date.now() + 1e6) });
    await other.outbox.suppressions.import(one.outbox.suppressions.list());
    assert.equal((await listed(one.outbox)).length, 1235);
    assert.deepEqual(await listed(other.outbox), await listed(one.outbox));
    await assert.rejects(
      other.outbox.suppressions.import(["good@example.org", "bad address"]),
      /items\[1\]|address/,
    );
    await assert.rejects(
      other.outbox.suppressions.import([{ address: "a@b.example", reason: "because" as never }]),
      /items\[0\]\.reason: expected "bounce"/,
    );
  });
}
