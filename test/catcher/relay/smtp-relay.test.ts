import assert from "node:assert/strict";
import { test } from "node:test";
import { SmtpRelay } from "#src/catcher/relay/smtp-relay.js";
import { TestServer } from "#src/testing/test-server.js";

const raw = Buffer.from("Subject: Hi\r\n\r\nText\r\n");

test("releases mails only to the recipients that are allowed", async () => {
  await using server = await TestServer.start();
  const relay = new SmtpRelay({ url: server.url, recipients: ["Jo@a.test", "@bücher.example"] });
  await relay.release(raw, "me@a.test", ["jo@A.test", "any@xn--bcher-kva.example"]);
  await relay.release(raw, null, ["jo@a.test"]);
  for (const to of [["jo@a.test", "eve@a.test"], ["jo@sub.bücher.example"], ["any@example"]])
    await assert.rejects(relay.release(raw, "me@a.test", to), { status: 400 });
  await assert.rejects(relay.release(raw, "me@a.test", ["jo@a.test>\r\nRCPT TO:<eve@a.test"]));
  await assert.rejects(relay.release(raw, "me@a.test", []));
  assert.deepEqual(
    server.messages.map(({ envelope, to }) => [String(envelope.from), ...to]),
    [
      ["me@a.test", "jo@a.test", "any@xn--bcher-kva.example"],
      ["null", "jo@a.test"],
    ],
  );
  await relay.close();
});

test("shows its URL without login and parameters", async () => {
  const { url } = new SmtpRelay({ url: "smtps://me%40x:s%3Acret@relay.test:4650?helloName=x.test" });
  assert.equal(url, "smtps://relay.test:4650");
});
