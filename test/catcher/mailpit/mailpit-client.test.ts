import assert from "node:assert/strict";
import { test } from "node:test";
import { MailpitClient } from "mailpit-api";
import { Catcher } from "#src/catcher/catcher.js";

test("answers every call of the client mailpit-api", async () => {
  await using catcher = await Catcher.start();
  const client = new MailpitClient(catcher.url);
  const { ID } = await client.sendMessage({
    From: { Email: "shop@shop.test", Name: "The Shop" },
    To: [{ Email: "jo@a.test", Name: "Jo" }],
    Cc: [{ Email: "cy@a.test" }],
    Bcc: ["bo@b.test"],
    ReplyTo: [{ Email: "help@shop.test" }],
    Subject: "Grüße aus der Küche",
    Text: "Your code is 1234",
    HTML: '<html><body><p style="display:grid">Your code is <b>1234</b></p><img src="cid:logo"></body></html>',
    Tags: ["kitchen", "Big order"],
    Headers: { "X-Order": "42" },
    Attachments: [
      { Filename: "bill.txt", Content: Buffer.from("10 €").toString("base64"), ContentType: "text/plain" },
      {
        Filename: "logo.png",
        Content: `data:image/png;base64,${png.toString("base64")}`,
        ContentType: "image/png",
        ContentID: "logo",
      },
    ],
  });

  const list = await client.listMessages();
  assert.deepEqual([list.total, list.unread, list.messages_count, list.messages.length], [1, 1, 1, 1]);
  const [summary] = list.messages;
  assert.ok(summary);
  assert.equal(summary.ID, ID);
  assert.equal(summary.Subject, "Grüße aus der Küche");
  assert.deepEqual(summary.From, { Name: "The Shop", Address: "shop@shop.test" });
  assert.deepEqual(summary.To, [{ Name: "Jo", Address: "jo@a.test" }]);
  assert.deepEqual(summary.Bcc, [{ Name: "", Address: "bo@b.test" }]);
  assert.deepEqual([...summary.Tags].sort(), ["Big order", "kitchen"]);
  assert.equal(summary.Snippet, "Your code is 1234");
  assert.equal(summary.Read, false);
  assert.equal(summary.Attachments, 1);

  const message = await client.getMessageSummary();
  assert.equal(message.ID, ID);
  assert.equal(message.Text.trim(), "Your code is 1234");
  assert.match(message.HTML, /<b>1234<\/b>/);
  assert.deepEqual(
    message.Attachments.map(({ FileName, ContentType, Size }) => [FileName, ContentType, Size]),
    [["bill.txt", "text/plain", 6]],
  );
  assert.deepEqual(
    message.Inline.map(({ FileName, ContentID }) => [FileName, ContentID]),
    [["logo.png", "logo"]],
  );
  assert.equal((await client.listMessages()).unread, 0);

  const headers = await client.getMessageHeaders(ID);
  assert.deepEqual(headers["X-Order"], ["42"]);
  assert.deepEqual(Object.keys(headers), Object.keys(headers).sort());
  assert.match(await client.getMessageSource(ID), /^From: /m);
  const [attachment] = message.Attachments;
  const [image] = message.Inline;
  assert.ok(attachment && image);
  assert.equal(await (await client.getMessageAttachment(ID, attachment.PartID)).text(), "10 €");
  const picture = await client.getAttachmentThumbnail(ID, image.PartID);
  assert.deepEqual(Buffer.from(await picture.arrayBuffer()), png);

  assert.equal((await client.searchMessages({ query: 'subject:"aus der" to:jo@a.test' })).messages_count, 1);
  assert.equal((await client.searchMessages({ query: "subject:other" })).messages_count, 0);
  assert.equal((await client.waitForMessage({ query: "tag:kitchen" })).ID, ID);
  assert.equal((await client.waitForMessages({ query: "1234" })).messages_count, 1);

  assert.equal(await client.setReadStatus({ IDs: [ID], Read: false }), "ok");
  assert.equal((await client.searchMessages({ query: "is:unread" })).messages_count, 1);
  assert.equal(await client.setReadStatus({ Read: true }), "ok");
  assert.equal((await client.searchMessages({ query: "is:unread" })).messages_count, 0);

  assert.deepEqual(await client.getTags(), ["Big order", "kitchen"]);
  assert.equal(await client.setTags({ IDs: [ID], Tags: ["new", "kitchen"] }), "ok");
  assert.deepEqual(await client.getTags(), ["kitchen", "new"]);
  assert.equal(await client.renameTag("new", "newer"), "ok");
  assert.equal(await client.deleteTag("kitchen"), "ok");
  assert.deepEqual(await client.getTags(), ["newer"]);

  const check = await client.htmlCheck(ID);
  assert.ok(check.Warnings.some(({ Slug }) => Slug === "css-display-grid"));
  await assert.rejects(client.linkCheck(ID), /400.*--link-check/);
  await assert.rejects(client.spamAssassinCheck(ID), /404/);
  await assert.rejects(client.releaseMessage(ID, { To: ["x@y.test"] }), /400/);

  assert.match(await client.renderMessageHTML(ID), new RegExp(`src="/api/v1/message/${ID}/part/[\\d.]+"`));
  assert.equal((await client.renderMessageText()).trim(), "Your code is 1234");

  assert.deepEqual((await client.getChaosTriggers()).Sender, { ErrorCode: 451, Probability: 0 });
  const triggers = await client.setChaosTriggers({ Recipient: { ErrorCode: 550, Probability: 100 } });
  assert.deepEqual(triggers.Recipient, { ErrorCode: 550, Probability: 100 });

  const info = await client.getInfo();
  assert.equal(info.Messages, 1);
  assert.deepEqual(info.Tags, { newer: 1 });
  assert.equal((await client.getConfiguration()).MessageRelay.Enabled, false);

  assert.equal(await client.deleteMessagesBySearch({ query: "tag:newer" }), "ok");
  await assert.rejects(client.getMessageSummary(), /404/);
  assert.equal(await client.deleteMessages(), "ok");
});

const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg==",
  "base64",
);
