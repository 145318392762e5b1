import assert, { AssertionError } from "node:assert/strict";
import { before, describe, it } from "node:test";
import { Attachment, Message } from "envoi";
import { assertMail, assertNoFindings, type MailExpectation, mailMatchers, TestServer } from "envoi/testing";

const server = await TestServer.start();

before(async () => {
  await using transport = server.builder().build();
  const welcome = Message.builder().from("Shop <a@x.test>").to("jo@y.test").subject("Willkommen, Jörg");
  welcome.text("Grüße\n\nDein Konto").html("<p>Grüße</p>").header("X-Id", "7");
  welcome.attach(Attachment.fromBytes("terms.pdf", Buffer.from("%PDF"), "application/pdf"));
  await transport.send(welcome.build());
  await transport.send(
    Message.builder().from("a@x.test").to("al@y.test").subject("Rechnung").text("x").build(),
  );
});

describe("assertMail", () => {
  const right: readonly MailExpectation[] = [
    {},
    { to: "jo@y.test", from: "a@x.test", subject: "Willkommen, Jörg" },
    { to: /^al@/, subject: /rechnung/i },
    { text: /Dein Konto/, html: /<p>Grüße/ },
    { to: "al@y.test", text: "x" },
    { headers: { "x-id": "7", From: /Shop/ }, attachments: [/pdf$/] },
  ];
  for (const expected of right) {
    it(`finds ${Object.keys(expected).join(", ") || "any"}`, () => {
      assert.ok(server.messages.includes(assertMail(server, expected)));
    });
  }

  it("takes an inbox, messages, or one message", () => {
    const mail = assertMail(server.inbox("al@y.test"), { subject: "Rechnung" });
    assert.equal(assertMail(mail), mail);
    assert.equal(assertMail([mail]), mail);
    assert.throws(() => assertMail([]), {
      name: "AssertionError",
      message: "no such mail: none has been received",
    });
  });

  it("tells of each message what is not as expected", () => {
    const expected = {
      to: "jo@y.test",
      subject: "Rechnung",
      headers: { "X-Id": "8" },
      attachments: ["a.png"],
    };
    assert.throws(
      () => assertMail(server, expected),
      (error) => {
        assert.ok(error instanceof AssertionError);
        assert.match(
          error.message,
          /^no such mail: 2 received:\n {2}<a@x\.test> to <jo@y\.test>: "Willkommen/,
        );
        assert.match(error.message, /\n {4}subject: expected "Rechnung", found "Willkommen, Jörg"\n/);
        assert.match(error.message, /\n {4}header X-Id: expected "8", found "7"\n/);
        assert.match(error.message, /\n {4}attachment: expected "a\.png", found "terms\.pdf"\n/);
        assert.match(error.message, /\n {4}to: expected "jo@y\.test", found "al@y\.test"\n/);
        return true;
      },
    );
  });

  it("refuses fields that there are not: they would hold for every mail", () => {
    assert.throws(() => assertMail(server, { subjekt: "x" } as MailExpectation), {
      kind: "configuration",
      message: /there is no "subjekt"; the nearest is subject$/,
    });
  });
});

describe("assertNoFindings", () => {
  it("passes without findings, and lists them otherwise", () => {
    assertNoFindings(server);
    const finding = { rule: "no-quit", text: "left without QUIT", connection: 2, command: "" } as const;
    const findings = [{ ...finding, session: assertMail(server).session }];
    assert.throws(() => assertNoFindings({ findings }), {
      name: "AssertionError",
      message: "clients did wrong 1 times:\n  connection 2: no-quit: left without QUIT",
    });
    assert.equal(mailMatchers.toHaveNoFindings({ findings }).pass, false);
    assert.equal(mailMatchers.toHaveNoFindings(server).pass, true);
  });
});

describe("toHaveReceivedMail", () => {
  it("passes if a mail matches, and names it for not", () => {
    const { pass, message } = mailMatchers.toHaveReceivedMail(server, { subject: "Rechnung" });
    assert.equal(pass, true);
    assert.match(message(), /^there is <a@x\.test> to <al@y\.test>: "Rechnung"/);
  });

  it("says what differs if no mail matches", () => {
    const { pass, message } = mailMatchers.toHaveReceivedMail(server, { subject: "Mahnung" });
    assert.equal(pass, false);
    assert.match(message(), /subject: expected "Mahnung"/);
    assert.equal(mailMatchers.toHaveReceivedMail(server.inbox("no@y.test")).pass, false);
  });
});
