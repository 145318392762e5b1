/** Runs the code of docs/frameworks.md and docs/templates.md, compiled beside this file, against a TestServer. */
import assert from "node:assert/strict";
import { once } from "node:events";
import process from "node:process";
import { TestServer } from "envoi/testing";
import "reflect-metadata";

const server = await TestServer.start();
process.env.SMTP_URL = server.url;
const { transport } = await import("./mail.js");

const express = (await import("./express.js")).app.listen(0, "127.0.0.1");
await once(express, "listening");
const signUp = (email) =>
  fetch(`http://127.0.0.1:${express.address().port}/sign-up`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email }),
  });
assert.equal((await signUp("jane@example.net")).status, 204);
await caught("jane@example.net", "Welcome");
assert.equal((await signUp("jane@example.net, mallory@example.com")).status, 400);
server.fail({ at: "rcpt", times: 1, reply: "550 5.1.1 No such mailbox" });
assert.equal((await signUp("nobody@example.net")).status, 400);
express.close();
express.closeAllConnections();

const hono = (await import("./hono.js")).app;
const asked = await hono.request("/contact", {
  method: "POST",
  body: JSON.stringify({ email: "jo@example.net", question: "Why?" }),
});
assert.equal(asked.status, 204);
assert.equal((await caught("help@example.org", "A question")).parsed.text?.trim(), "Why?");

const form = new FormData();
const { subscribe } = await import("./actions.js");
form.set("email", "reader@example.net");
assert.deepEqual(await subscribe(form), {});
await caught("reader@example.net", "Please confirm");
form.set("email", "not an address");
assert.deepEqual(await subscribe(form), { error: "Please check the address." });

assert.equal(await (await import("./mail.service.test.js")).welcomesAUser(), "Welcome");

const { sendReceipt } = await import("./queue.js");
const receiptJob = { data: { order: 42, email: "buyer@example.net" } };
await sendReceipt(receiptJob);
await caught("buyer@example.net", "Your order 42");
server.fail({ at: "rcpt", times: 1, reply: "450 4.2.1 Later" });
await assert.rejects(sendReceipt(receiptJob), { name: "SmtpError" });
server.fail({ at: "rcpt", times: 1, reply: "550 5.1.1 Never" });
await assert.rejects(sendReceipt(receiptJob), { name: "UnrecoverableError" });

assert.deepEqual(await (await import("./lambda.js")).handler({ email: "warm@example.net" }), {
  statusCode: 204,
});
await caught("warm@example.net", "Welcome");

const addressed = { from: "shop@example.org", to: "looks@example.net" };
const receipt = await (await import("./receipt-email.js")).receipt("Jane <b>", 42);
await transport.send({ ...addressed, ...receipt });
const { parsed } = await caught("looks@example.net", "Your order 42");
assert.match(parsed.html ?? "", /Thank you, .*Jane &lt;b&gt;/);
assert.match(parsed.text ?? "", /Jane <b>/i);

const invitation = await (await import("./mjml-email.js")).invitation("https://shop.example/?a=1&b=2");
await transport.send({ ...addressed, subject: "Invitation", ...invitation });
assert.match((await caught("looks@example.net", "Invitation")).parsed.text ?? "", /You are invited/);

const { shipped } = await import("./handlebars-email.js");
assert.match(shipped({ name: "<i>", order: 1 }).html, /Hello &lt;i&gt;/);
assert.match(shipped({ name: "<i>", order: 1 }).text, /Hello <i>/);

const logo = (await import("./inline-image.js")).withLogo(new Uint8Array([1, 2, 3]));
await transport.send(logo);
assert.match(
  (await caught("jane@example.net", "Your order")).raw.toString(),
  /Content-ID: <logo@shop.example>/i,
);

const { tellEverybody } = await import("./newsletter.js");
const orders = [1, 2, 3].map((order) => ({ name: "Jo", order, email: `${order}@example.net` }));
assert.equal((await tellEverybody(transport, orders, new Uint8Array(100))).ok, 3);

await transport.close();
await server.close();
console.log("sent and caught");

function caught(to, subject) {
  return server.waitForMessage({ to, subject });
}
