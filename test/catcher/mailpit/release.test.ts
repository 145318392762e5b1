import assert from "node:assert/strict";
import { test } from "node:test";
import { TestServer } from "#src/testing/test-server.js";
import { startCatcher } from "./mails.js";

test("releases a mail to the relay of the options, and to nobody else", async () => {
  await using relay = await TestServer.start();
  await using box = await startCatcher({
    relay: { url: relay.url, recipients: ["jo@ok.test", "@team.test"] },
  });
  const raw =
    "From: A <a@a.test>\nSender: s@a.test\nTo: x@x.test\nBcc: secret@x.test\nSubject: one\n\nHello\n";
  const id = await box.deliver(raw, ["x@x.test"], "bounce@a.test");
  const release = (body: unknown, of = id) => box.text(`/api/v1/message/${of}/release`, "POST", body);
  assert.equal(await release({ To: ["jo@ok.test", "Zoe <zoe@team.test>"] }), "200 ok");
  const [mail] = relay.messages;
  assert.equal(mail?.envelope.from?.toString(), "s@a.test");
  assert.deepEqual(mail?.to, ["jo@ok.test", "zoe@team.test"]);
  assert.equal(String(mail?.raw), raw.replace("Bcc: secret@x.test\n", "").replaceAll("\n", "\r\n"));
  assert.equal(await release({ To: ["zoe@team.test"] }, "latest"), "200 ok");

  const refused: [unknown, RegExp][] = [
    [{ To: ["x@x.test"] }, /x@x\.test/],
    [{ To: ["jo@ok.test", "x@x.test"] }, /x@x\.test/],
    [{ To: [] }, /No valid addresses/],
    [{}, /No valid addresses/],
    [{ To: ["jo@ok.test>\r\nRCPT TO:<x@x.test"] }, /Invalid email address/],
    [{ To: ["<jo@ok.test>\r\nDATA"] }, /Invalid email address/],
    [{ To: ["jo@ok.test,x@x.test"] }, /Invalid email address/],
    [{ To: "jo@ok.test" }, /To: expected an array/],
    ["{", /JSON/],
  ];
  for (const [body, reason] of refused) {
    const answer = await release(body);
    assert.match(answer, /^400 /, JSON.stringify(body));
    assert.match(answer, reason, JSON.stringify(body));
  }
  const injected = await box.deliver("From: a@a.test>\n\t<x@x.test\nSubject: two\n\nx\n");
  assert.match(await release({ To: ["jo@ok.test"] }, injected), /^(?:400|200) /);
  const nobody = await box.deliver("Subject: three\n\nx\n");
  assert.equal(await release({ To: ["jo@ok.test"] }, nobody), "400 No From header found");
  relay.fail({ at: "rcpt", reply: "550 5.1.1 Nobody here" });
  assert.match(await release({ To: ["jo@ok.test"] }), /^400 SMTP error: .*550/);
  assert.ok(relay.messages.every(({ to }) => to.every((each) => /@(?:ok|team)\.test$/.test(each))));
  const ui = await box.json<{ MessageRelay: Record<string, unknown> }>("/api/v1/webui");
  assert.equal(ui.MessageRelay["Enabled"], true);
  assert.equal(ui.MessageRelay["SMTPServer"], `127.0.0.1:${relay.port}`);
});

test("releases nothing without a relay", async () => {
  await using box = await startCatcher();
  const id = await box.deliver("From: a@a.test\nSubject: one\n\nx\n");
  assert.match(
    await box.text(`/api/v1/message/${id}/release`, "POST", { To: ["a@b.test"] }),
    /^400 .*--relay/,
  );
});
