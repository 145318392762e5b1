import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AddressError, Mailbox, Message, MessageError, type MessageFields } from "envoi";
import { CallerDefaults } from "#src/message/caller-defaults.js";

const shop: MessageFields = {
  from: "Shop <shop@example.org>",
  replyTo: "help@example.org",
  headers: { "X-Mailer": "shop", "X-Campaign": ["a", "b"] },
};

/** The header fields of a message with defaults. */
function headersOf(defaults: MessageFields, fields: MessageFields): (name: string) => string[] {
  const message = Message.create(
    CallerDefaults.none.and(defaults).under({ to: "jane@example.net", text: "t", ...fields }),
  );
  return (name) =>
    [...message.headers]
      .filter((header) => header.name.toLowerCase() === name.toLowerCase())
      .map(({ value }) => value);
}

describe("default fields", () => {
  it("fill in what a mail does not have", () => {
    const field = headersOf(shop, {});
    assert.deepEqual(field("from"), ["Shop <shop@example.org>"]);
    assert.deepEqual(field("reply-to"), ["help@example.org"]);
    assert.deepEqual(field("x-campaign"), ["a", "b"]);
  });

  it("give way to the mail's own fields, but not to undefined", () => {
    const field = headersOf(shop, { from: "me@example.org", replyTo: undefined });
    assert.deepEqual(field("from"), ["me@example.org"]);
    assert.deepEqual(field("reply-to"), ["help@example.org"]);
  });

  it("merge headers by name without regard to case", () => {
    const field = headersOf(shop, { headers: new Map([["x-campaign", "c"]]) });
    assert.deepEqual(field("X-Campaign"), ["c"]);
    assert.deepEqual(field("X-Mailer"), ["shop"]);
  });

  it("take a header field for the field that writes it", () => {
    assert.deepEqual(headersOf(shop, { headers: { "REPLY-TO": "me@example.org" } })("reply-to"), [
      "me@example.org",
    ]);
    const byHeader = { from: "a@x.test", headers: { "Reply-To": "help@example.org", Importance: "low" } };
    const field = headersOf(byHeader, { replyTo: "me@example.org", priority: "high" });
    assert.deepEqual(field("reply-to"), ["me@example.org"]);
    assert.deepEqual(field("importance"), ["high"]);
    const list = { from: "a@x.test", listUnsubscribe: "https://example.org/out" };
    const own = headersOf(list, { headers: { "List-Unsubscribe": "<mailto:out@example.org>" } });
    assert.deepEqual(own("list-unsubscribe"), ["<mailto:out@example.org>"]);
  });

  it("give way to a body as a whole, and a default body to text", () => {
    const defaults = CallerDefaults.none.and({ from: "a@x.test", html: "<p>default</p>" });
    assert.equal(Object.hasOwn(defaults.under({ body: "own" }), "html"), false);
    assert.equal(Object.hasOwn(defaults.under({ text: "own" }), "html"), true);
    const whole = CallerDefaults.none.and({ from: "a@x.test", body: "default" });
    assert.equal(Object.hasOwn(whole.under({ html: "own" }), "body"), false);
  });

  it("refuse unknown and impossible fields when they are set", () => {
    for (const [fields, error] of [
      [{ form: "a@x.test" }, MessageError],
      [{ from: "a@@x.test" }, AddressError],
      [{ subject: "a\r\nBcc: b@x.test" }, MessageError],
      [{ headers: { "Return-Path": "<>" } }, MessageError],
      [{ headers: ["X-A"] }, MessageError],
      [null, MessageError],
      [Message.builder(), MessageError],
    ] as const)
      assert.throws(() => CallerDefaults.none.and(fields as MessageFields), error);
  });

  it("leave what is not an object of fields to be refused when the message is built", () => {
    const defaults = CallerDefaults.none.and(shop);
    for (const given of [null, "text", 5, undefined, Message.builder()])
      assert.throws(() => Message.create(defaults.under(given as MessageFields)), MessageError);
    assert.throws(
      () => Message.create(defaults.under({ to: "b@y.test", txet: "t" } as MessageFields)),
      /txet/,
    );
  });

  it("do not change with the object they came from, and add up", () => {
    const to = ["b@y.test"];
    const first = CallerDefaults.none.and({ from: "a@x.test", to, headers: { "X-A": "1", "X-B": "1" } });
    to.push("c@y.test");
    const both = first.and({ subject: "s", headers: { "x-a": "2" } });
    const message = Message.create(both.under({ text: "t" }));
    assert.deepEqual(message.envelope.to.map(String), ["b@y.test"]);
    assert.equal(message.headers.get("x-a"), "2");
    assert.equal(message.headers.get("x-b"), "1");
    assert.equal(Message.create(first.under({ text: "t" })).headers.get("x-a"), "1");
    assert.equal(Mailbox.parse("a@x.test").address.toString(), String(message.envelope.from));
  });
});
