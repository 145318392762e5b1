// Calls every command of the clients of mailpit and MailHog. Instead of Cypress there are objects with its methods.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { Catcher } from "envoi/catcher";
import { build } from "esbuild";
import mailhog from "mailhog";
import { MailpitClient } from "mailpit-api";

const catcher = await Catcher.start();
const base = catcher.url;
const transport = catcher.server.transport();
let calls = 0;

/** A chain of Cypress: each step gets what the one before gave. */
class Chain {
  constructor(promise) {
    this.promise = promise;
  }
  // biome-ignore lint/suspicious/noThenProperty: those of Cypress are such objects
  then(resolve, reject) {
    return new Chain(this.promise.then(resolve, reject));
  }
  its(name) {
    return this.then((value) => value[name]);
  }
  should(what, expected) {
    return this.then((value) => {
      if (what === "not.have.length") assert.notEqual(value.length, expected);
      else if (what === "to.have.length.greaterThan") assert.ok(value.length > expected);
      else throw new Error(what);
      return value;
    });
  }
}

async function request({ method, url, qs, body, auth, failOnStatusCode = true }) {
  calls++;
  const target = new URL(url);
  for (const [name, value] of Object.entries(qs ?? {})) target.searchParams.set(name, value);
  // Cypress sends no credentials for an empty or absent option.
  assert.ok(!auth);
  const headers = body === undefined ? {} : { "content-type": "application/json" };
  const response = await fetch(target, { method, headers, body: body && JSON.stringify(body) });
  const text = await response.text();
  if (failOnStatusCode && response.status >= 400) throw new Error(`${response.status} ${text}`);
  const isJson = (response.headers.get("content-type") ?? "").includes("application/json");
  return { status: response.status, body: isJson ? JSON.parse(text) : text };
}

const settings = { MAILPIT_URL: base, mailHogUrl: `${base}/`, defaultCommandTimeout: 200 };
globalThis.cy = {
  request: (options) => new Chain(request(options)),
  wrap: (value) => new Chain(Promise.resolve(value)),
  env: () => new Chain(Promise.resolve({})),
  wait: (ms) => new Chain(new Promise((resolve) => setTimeout(resolve, ms))),
  verifyUpcomingAssertions: (value) => value,
};
const commands = {};
globalThis.Cypress = {
  config: (name) => settings[name],
  env: (name) => settings[name],
  expose: (name) => settings[name],
  Commands: {
    add(name, ...rest) {
      commands[name] = rest.at(-1);
      cy[name] = rest.at(-1);
    },
  },
};
// Its modules name each other without endings, as bundlers resolve them.
const bundled = {
  entryPoints: ["cypress-mailpit"],
  bundle: true,
  format: "esm",
  outfile: "cypress-mailpit.mjs",
};
await build({ ...bundled, logLevel: "error" });
await import("./cypress-mailpit.mjs");
createRequire(import.meta.url)("cypress-mailhog");

async function deliver() {
  await transport.send({
    from: "The Shop <shop@shop.test>",
    to: ["Jo <jo@a.test>", "cy@a.test"],
    subject: "Grüße",
    text: "Your code is 1234",
    html: "<p>Your code is <b>1234</b></p>",
  });
}

// mailhog
{
  const { hostname: host, port } = new URL(base);
  const client = mailhog({ host, port });
  await deliver();
  const list = await client.messages();
  assert.deepEqual([list.total, list.count, list.start], [1, 1, 0]);
  const [mail] = list.items;
  assert.equal(mail.subject, "Grüße");
  assert.equal(mail.from, "The Shop <shop@shop.test>");
  assert.match(mail.to, /jo@a\.test/);
  assert.equal(mail.text.trim(), "Your code is 1234");
  assert.match(mail.html, /<b>1234<\/b>/);
  assert.ok(mail.date instanceof Date && mail.deliveryDate instanceof Date);
  assert.deepEqual(mail.attachments, []);
  assert.equal((await client.latestTo("jo@a.test")).ID, mail.ID);
  assert.equal((await client.latestFrom("SHOP@")).ID, mail.ID);
  assert.equal((await client.latestContaining("1234")).ID, mail.ID);
  assert.equal(await client.latestContaining("4321"), 0);
  assert.equal((await client.search("jo@a.test", "to", 0, 10)).total, 1);
  // It names the host of a relay, which no request may.
  await assert.rejects(client.releaseMessage(mail.ID, { host: "127.0.0.1", port: "25", email: "x@y.test" }));
  assert.equal((await client.deleteMessage(mail.ID)).statusCode, 200);
  assert.equal((await client.messages()).total, 0);
  await deliver();
  assert.equal((await client.deleteAll()).statusCode, 200);
  assert.equal((await client.messages()).total, 0);
  calls += 13;
}

// mailpit-api
{
  const client = new MailpitClient(base);
  await deliver();
  const mail = await client.waitForMessage({ query: "to:jo@a.test subject:Grüße" });
  assert.equal(mail.Text.trim(), "Your code is 1234");
  assert.equal((await client.listMessages()).total, 1);
  assert.ok((await client.htmlCheck()).Total.Supported > 0);
  assert.equal(await client.deleteMessages(), "ok");
  calls += 4;
}

// cypress-mailpit
{
  const run = commands;
  const { ID } = await run.mailpitSendMail({ subject: "From Cypress" });
  const list = await run.mailpitGetAllMails();
  assert.equal(list.messages[0].ID, ID);
  const mail = await run.mailpitGetMail();
  assert.equal(await run.mailpitGetSubject(mail), "From Cypress");
  assert.equal(await run.mailpitGetFromAddress(mail), "from@example.com");
  assert.deepEqual(await run.mailpitGetRecipientAddress(mail), ["jane@example.com"]);
  assert.deepEqual(await run.mailpitGetAttachments(mail), []);
  assert.equal(await run.mailpitGetMailHTMlBody(mail), "<p>hello from mailpit</p>");
  assert.match(await run.mailpitGetMailTextBody(mail), /^hello from mailpit/);
  assert.equal((await run.mailpitSearchEmails("subject:Cypress")).messages_count, 1);
  assert.equal((await run.mailpitGetEmailsBySubject("From Cypress")).messages_count, 1);
  assert.equal((await run.mailpitGetEmailsByTo("jane@example.com")).messages_count, 1);
  const once = { timeout: 200, interval: 50 };
  await run.mailpitHasEmailsBySubject("Cypress", 0, 50, once);
  await run.mailpitHasEmailsByTo("jane@example.com", 0, 50, once);
  await run.mailpitHasEmailsBySearch("hello", 0, 50, once);
  await run.mailpitNotHasEmailsBySubject("other", 0, 50, once);
  await run.mailpitNotHasEmailsByTo("x@y.test", 0, 50, once);
  await run.mailpitNotHasEmailsBySearch("nothing-like-it", 0, 50, once);
  assert.equal(await run.mailpitSetAllEmailStatusAsUnRead(), "ok");
  assert.equal((await run.mailpitGetAllMails()).unread, 1);
  assert.equal(await run.mailpitSetStatusAsRead(mail), "ok");
  assert.equal(await run.mailpitSetStatusAsUnRead([mail]), "ok");
  assert.equal(await run.mailpitSetAllEmailStatusAsRead(), "ok");
  assert.equal((await run.mailpitGetAllMails()).unread, 0);
  await assert.rejects(Promise.resolve(run.mailpitGetMailSpamAssassinSummary(mail)), /404/);
  assert.equal((await run.mailpitDeleteEmailsBySearch("subject:Cypress")).body, "ok");
  assert.equal((await run.mailpitGetAllMails()).total, 0);
  assert.equal((await run.mailpitDeleteAllEmails()).body, "ok");
}

// cypress-mailhog
{
  const run = commands;
  await deliver();
  const mails = await run.mhGetAllMails();
  const mail = await run.mhFirst(mails);
  assert.equal(await run.mhGetSubject(mail), mail.Content.Headers.Subject[0]);
  assert.match(await run.mhGetBody(mail), /1234/);
  assert.equal(await run.mhGetSender(mail), "shop@shop.test");
  assert.deepEqual(await run.mhGetRecipients(mail), ["jo@a.test", "cy@a.test"]);
  assert.deepEqual(await run.mhGetAttachments(mail), []);
  const subject = mail.Content.Headers.Subject[0];
  assert.equal((await run.mhGetMailsBySubject(subject)).length, 1);
  assert.equal((await run.mhGetMailsByRecipient("cy@a.test")).length, 1);
  assert.equal((await run.mhGetMailsBySender("shop@shop.test")).length, 1);
  assert.equal((await run.mhSearchMails("to", "jo@a.test")).length, 1);
  assert.equal((await run.mhFilterBySubject(mails, subject)).length, 1);
  assert.equal((await run.mhFilterByRecipient(mails, "x@y.test")).length, 0);
  assert.equal((await run.mhFilterBySender(mails, "shop@shop.test")).length, 1);
  await run.mhHasMailWithSubject(subject);
  await run.mhHasMailFrom("shop@shop.test");
  await run.mhHasMailTo("jo@a.test");
  await run.mhWaitForMails(0);
  assert.equal(await run.mhGetJimMode(), false);
  assert.equal((await run.mhSetJimMode(true)).status, 201);
  assert.equal(await run.mhGetJimMode(), true);
  assert.equal((await run.mhSetJimMode(false)).status, 200);
  assert.equal(await run.mhGetJimMode(), false);
  assert.equal((await run.mhDeleteAll()).status, 200);
  assert.equal((await run.mhGetAllMails()).length, 0);
}

await transport.close();
await catcher.close();
console.log(`${calls} calls answered`);
