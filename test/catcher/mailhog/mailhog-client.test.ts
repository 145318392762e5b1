import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { Hono } from "hono";
import mailhog from "mailhog";
import type { CatcherContext } from "#src/catcher/context.js";
import { mailHogApi } from "#src/catcher/mailhog/mailhog-api.js";
import { newMailId } from "#src/catcher/store/mail-id.js";
import { MailStore } from "#src/catcher/store/mail-store.js";
import { loadMessageParser } from "#src/testing/messages/parsed-message.js";
import { TestServer } from "#src/testing/test-server.js";
import { startCatcher, type TestedCatcher } from "../mailpit/mails.js";

function clientOf({ catcher }: TestedCatcher) {
  const { hostname: host, port } = new URL(catcher.url);
  return mailhog({ host, port: Number(port) });
}

const invoice = `From: =?utf-8?Q?K=C3=A4the?= <kate@shop.test>
To: jo@a.test
Subject: =?utf-8?B?UmVjaG51bmcg4oKs?=
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

10 =E2=82=AC
--b
Content-Type: application/pdf
Content-Transfer-Encoding: base64
Content-Disposition: attachment;
 filename="bill.pdf"

JVBERg==
--b--
`;

test("answers the client mailhog with decodable mails", async () => {
  await using box = await startCatcher();
  const client = clientOf(box);
  const id = await box.deliver(invoice, ["jo@a.test", "hidden@b.test"], "bounce@shop.test");
  const mail = await client.latestTo("hidden@b.test");
  assert.ok(mail);
  assert.equal(mail.ID, id);
  assert.equal(mail.subject, "Rechnung €");
  assert.equal(mail.from, "Käthe <kate@shop.test>");
  assert.equal(mail.text?.trim(), "10 €");
  const [attachment] = mail.attachments;
  assert.deepEqual(
    [attachment?.name, attachment?.type, attachment?.encoding],
    ["bill.pdf", "application/pdf", "base64"],
  );
  assert.equal(client.decode(attachment?.Body ?? "", "base64"), "%PDF");
  const download = await box.fetch(`/api/v1/messages/${id}/download`);
  assert.equal(download.headers.get("content-type"), "message/rfc822");
  assert.equal(await download.text(), invoice.replaceAll("\n", "\r\n"));
  assert.equal(await (await box.fetch(`/api/v1/messages/${id}/mime/part/1/download`)).text(), "%PDF");
  for (const part of ["2", "-1", "x", "1e1", "99999999"])
    assert.equal((await box.fetch(`/api/v1/messages/${id}/mime/part/${part}/download`)).status, 404);
  assert.equal((await box.fetch(`/api/v1/messages/${id}`)).status, 200);
});

test("searches as MailHog does, and pages", async () => {
  await using box = await startCatcher();
  const client = clientOf(box);
  for (let index = 1; index <= 3; index++)
    await box.deliver(`From: f${index}@x.test\nTo: t@x.test\nSubject: s${index}\n\nbody ${index}\n`);
  assert.equal((await client.search("T@X.test", "to"))?.total, 3);
  assert.equal((await client.search("f2@x.test", "from"))?.items[0]?.subject, "s2");
  assert.equal((await client.search("BODY 3"))?.items[0]?.subject, "s3");
  const page = await client.messages(1, 1);
  assert.deepEqual([page?.total, page?.count, page?.start, page?.items[0]?.subject], [3, 1, 1, "s2"]);
  assert.equal((await box.fetch("/api/v2/search?kind=other&query=x")).status, 400);
  assert.equal((await box.fetch("/api/v2/search?kind=to")).status, 400);
});

test("does not find mails that were deleted during the search", async () => {
  await using server = await TestServer.start();
  const store = new MailStore(await loadMessageParser(), { mails: 1000, octets: 1e9 });
  const app = new Hono();
  mailHogApi(app, { store, server, relay: undefined } as Partial<CatcherContext> as CatcherContext);
  // So large that the search takes several slices.
  const raw = Buffer.from(`Subject: x\r\n\r\n${"some words \r\n".repeat(100_000)}`);
  const envelope = { from: "", to: ["jo@a.test"] };
  const mails = Array.from({ length: 50 }, () =>
    store.add({ id: newMailId(), raw, receivedAt: new Date(), envelope }),
  );
  const searching = app.request("/api/v2/search?kind=containing&query=words");
  let deleted = 0;
  const deleteOne = (): void => {
    store.delete(mails.slice(deleted, ++deleted));
  };
  const timer = setInterval(deleteOne, 1);
  const answer = (await (await searching).json()) as { total: number };
  clearInterval(timer);
  assert.ok(deleted > 0);
  assert.equal(answer.total, store.count);
});

test("deletes one mail, and all", async () => {
  await using box = await startCatcher();
  const client = clientOf(box);
  const id = await box.deliver("Subject: one\n\nx\n");
  await box.deliver("Subject: two\n\nx\n");
  assert.equal((await client.deleteMessage(id)).statusCode, 200);
  assert.equal((await client.messages())?.total, 1);
  assert.equal((await client.deleteAll()).statusCode, 200);
  assert.equal((await client.messages())?.total, 0);
});

test("never connects to a host that a request to release names", async () => {
  let connections = 0;
  const host = createServer(() => connections++).listen(0, "127.0.0.1");
  await using relay = await TestServer.start();
  await using box = await startCatcher({ relay: relay.url });
  const { port } = host.address() as { port: number };
  const id = await box.deliver("From: a@a.test\nBcc: secret@a.test\nSubject: one\n\nx\n");
  const path = `/api/v1/messages/${id}/release`;
  const named = {
    name: "",
    host: "127.0.0.1",
    port: String(port),
    email: "jo@a.test",
    username: "u",
    password: "p",
  };
  assert.match(await box.text(path, "POST", named), /^400 host: /);
  await assert.rejects(
    clientOf(box).releaseMessage(id, { host: "127.0.0.1", port: String(port), email: "jo@a.test" }),
  );
  assert.equal(await box.text(path, "POST", { email: "jo@a.test" }), "200 ");
  const [released] = relay.messages;
  assert.deepEqual(released?.to, ["jo@a.test"]);
  assert.doesNotMatch(String(released?.raw), /Bcc/);
  assert.equal(connections, 0);
  host.close();
  assert.equal((await box.fetch("/api/v2/outgoing-smtp")).status, 404);
});

test("wakes Jim and lets him sleep", async () => {
  await using box = await startCatcher();
  const jim = async (method: string) => (await box.fetch("/api/v2/jim", { method })).status;
  assert.deepEqual(
    [
      await jim("GET"),
      await jim("DELETE"),
      await jim("POST"),
      await jim("POST"),
      await jim("GET"),
      await jim("DELETE"),
      await jim("GET"),
    ],
    [404, 404, 201, 400, 200, 200, 404],
  );
});
