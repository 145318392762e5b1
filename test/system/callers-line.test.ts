import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  Address,
  Attachment,
  Envelope,
  EnvoiError,
  Mailboxes,
  Message,
  MultiPart,
  SinglePart,
  StubTransport,
} from "envoi";
import { TestServer } from "envoi/testing";

const good = { from: "shop@example.org", to: "jane@example.net", subject: "Hello", text: "Hello" };
const list = Array.from({ length: 20 }, (_, index) => `${index}@example.net`);

const mistakes: Readonly<Record<string, () => unknown>> = {
  "Address.parse": () => Address.parse("jane@exa mple.net"),
  "Mailboxes.parse": () => Mailboxes.parse('friends: jo@example.net, "Jane" <jane@exa mple.net>;'),
  "Envelope.of": () => Envelope.of("a@example.org", [...list, "jane@exa mple.net"]),
  "builder.to": () => Message.builder().to([...list, "Jane <jane@exa mple.net>"]),
  "builder.bcc, data": () => Message.builder().bcc({ name: "Jane\n", address: "jane@example.net" }),
  "builder.subject": () => Message.builder().subject("Hello\r\nBcc: all@example.net"),
  "builder.references": () => Message.builder().references("no id"),
  "builder.header": () => Message.builder().header("Return-Path", "<a@example.net>"),
  "builder.build": () => Message.builder().build(),
  "Message.create": () =>
    Message.create({ ...good, resent: { from: "a@example.org", to: "jane@exa mple.net" } }),
  "Message.create, list": () =>
    Message.create({ ...good, listUnsubscribe: { url: "https://x.test", mailto: "a b" } }),
  "SinglePart.text": () => SinglePart.text("Hello", { type: "text" }),
  "MultiPart.mixed": () => MultiPart.mixed([SinglePart.text("Hello")], { boundary: "\n" }),
  "Attachment.fromBytes": () => Attachment.fromBytes("a\n.pdf", new Uint8Array(1)),
  formatted: () => Message.create({ ...good, attach: Attachment.fromPath("missing.pdf") }).formatted(),
  "transport.send": () => StubTransport.ok().send({ ...good, to: [...list, "Jane <jane@exa mple.net>"] }),
  "transport.sendRaw": () =>
    StubTransport.ok().sendRaw({ from: "a@b c", to: ["jo@example.net"] }, Buffer.from("x\r\n")),
};

describe("the stack of an error has the caller's line", () => {
  for (const [name, mistake] of Object.entries(mistakes)) {
    test(`from ${name}`, async () => {
      const error: unknown = await (async () => mistake())().then(
        () => assert.fail("nothing was thrown"),
        (reason: unknown) => reason,
      );
      assert.ok(EnvoiError.is(error), String(error));
      assert.match(error.stack ?? "", /callers-line\.test\.[tj]s/);
    });
  }

  test("from a waitForMessage that fails", async () => {
    await using server = await TestServer.start();
    const error: unknown = await server
      .waitForMessage({ to: "nobody@example.net" }, { timeout: 1 })
      .catch((reason) => reason);
    assert.ok(error instanceof Error);
    assert.match(error.stack ?? "", /callers-line\.test\.[tj]s/);
  });
});
