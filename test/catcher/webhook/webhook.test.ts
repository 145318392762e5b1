import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { Catcher } from "#src/catcher/catcher.js";
import { newMailId } from "#src/catcher/store/mail-id.js";
import { MailStore } from "#src/catcher/store/mail-store.js";
import { type Post, Webhook } from "#src/catcher/webhook/webhook.js";
import { Attachment } from "#src/message/attachment.js";
import { Message } from "#src/message/message.js";
import { loadMessageParser } from "#src/testing/messages/parsed-message.js";

// A webhook that pauses does not keep the process alive.
const alive = setInterval(() => {}, 1000);
after(() => clearInterval(alive));

const parse = await loadMessageParser();

/** A webhook whose requests are answered by a list of statuses; 0 is a connection that fails. */
function webhookOf(
  { url: address = "http://hook.test/x" }: { readonly url?: string } = {},
  ...statuses: readonly number[]
) {
  const store = new MailStore(parse, { mails: 10_000, octets: 1e9 });
  const requests: { url: string; request: RequestInit }[] = [];
  const errors: string[] = [];
  let ended: () => void = () => {};
  const post: Post = async (url, request) => {
    requests.push({ url, request });
    const status = statuses[requests.length - 1] ?? 200;
    if (status === 0) throw new TypeError("fetch failed");
    if (status === 200) setImmediate(() => ended());
    return new Response(null, { status });
  };
  const onError = (error: unknown): void => {
    errors.push((error as Error).message);
    ended();
  };
  const webhook = new Webhook(address, store, { post, pauses: [0, 0], onError });
  const add = (subject: string) =>
    store.add({
      id: newMailId(),
      receivedAt: new Date(0),
      raw: Buffer.from(`Subject: ${subject}\r\nFrom: A <a@a.test>\r\nTo: b@b.test\r\n\r\nHi there\r\n`),
      envelope: { from: "a@a.test", to: ["b@b.test", "c@c.test"] },
    });
  const end = () => new Promise<void>((resolve) => (ended = resolve));
  return { webhook, requests, errors, add, end };
}

const json = (request: RequestInit | undefined) => JSON.parse(String(request?.body));

test("posts each mail as JSON", async () => {
  const { requests, add, end } = webhookOf();
  const mail = add("One");
  assert.equal(requests.length, 0, "the client gets its reply first");
  await end();
  assert.equal(requests[0]?.url, "http://hook.test/x");
  assert.deepEqual(requests[0]?.request.method, "POST");
  assert.deepEqual(json(requests[0]?.request), {
    ID: mail.id,
    MessageID: "",
    Read: false,
    From: { Name: "A", Address: "a@a.test" },
    To: [{ Name: "", Address: "b@b.test" }],
    Cc: [],
    Bcc: [{ Name: "", Address: "c@c.test" }],
    ReplyTo: [],
    Subject: "One",
    Created: "1970-01-01T00:00:00.000Z",
    Username: "",
    Tags: [],
    Size: mail.size,
    Attachments: 0,
    Snippet: "Hi there",
  });
});

test("sends the login in its URL as HTTP has it", async () => {
  for (const [login, text] of [
    ["jo:se%23cr%C3%A9t:%40", "jo:se#crét:@"],
    ["jo", "jo:"],
    [":token", ":token"],
  ]) {
    const { requests, add, end } = webhookOf({ url: `http://${login}@hook.test/x?y=z` });
    add("One");
    await end();
    assert.equal(requests[0]?.url, "http://hook.test/x?y=z");
    const sent = new Headers(requests[0]?.request.headers).get("authorization");
    assert.equal(sent, `Basic ${Buffer.from(text ?? "").toString("base64")}`);
    // The request of fetch itself takes it.
    new Request(requests[0]?.url ?? "", requests[0]?.request);
  }
  const { requests, add, end } = webhookOf();
  add("One");
  await end();
  assert.equal(new Headers(requests[0]?.request.headers).has("authorization"), false);
});

test("tries again when the other end fails, and gives up after a while", async () => {
  const passing = webhookOf({}, 503, 0, 200);
  passing.add("One");
  await passing.end();
  assert.equal(passing.requests.length, 3);
  assert.deepEqual(passing.errors, []);

  const failing = webhookOf({}, 503, 0, 500, 200);
  failing.add("One");
  await failing.end();
  assert.deepEqual(failing.errors, ["webhook: expected a status from 200 to 299, got 500"]);
  assert.equal(failing.requests.length, 3);
});

test("does not repeat what was refused, and follows no redirection", async () => {
  for (const status of [400, 404, 302]) {
    const { errors, requests, add, end } = webhookOf({}, status);
    add("One");
    await end();
    assert.deepEqual([requests.length, errors.length], [1, 1], String(status));
    assert.equal(requests[0]?.request.redirect, "manual");
  }
});

test("lets a number of mails wait, and leaves out the oldest", async () => {
  const { requests, errors, add, end, webhook } = webhookOf();
  for (let count = 1; count <= 1001; count++) add(String(count));
  assert.equal(errors.length, 1);
  await end();
  assert.equal(json(requests[0]?.request).Subject, "502");
  webhook.close();
  const before = requests.length;
  add("late");
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(requests.length <= before + 1);
});

test("posts what the catcher catches", async (t) => {
  const bodies: string[] = [];
  let posted: () => void = () => {};
  const server = createServer(async (request, response) => {
    for await (const piece of request) bodies.push(String(piece));
    response.end();
    posted();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const arrived = new Promise<void>((resolve) => (posted = resolve));
  const { port } = server.address() as AddressInfo;
  await using catcher = await Catcher.start({ webhook: `http://127.0.0.1:${port}/` });
  const sent = Message.builder()
    .from("a@a.test")
    .to("b@b.test")
    .subject("Hello")
    .html('<p>Hi &eacute;</p><img src="cid:logo">')
    .attach(Attachment.fromBytes("logo.png", Buffer.from("x"), "image/png").inline("logo"))
    .build();
  await catcher.server.transport().send(sent);
  await arrived;
  const body = JSON.parse(bodies.join(""));
  assert.equal(body.Subject, "Hello");
  const { messages } = (await (await fetch(`${catcher.url}/api/v1/messages`)).json()) as {
    messages: unknown[];
  };
  assert.deepEqual(body, messages[0]);
});
