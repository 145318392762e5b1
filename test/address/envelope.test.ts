import assert from "node:assert/strict";
import { test } from "node:test";
import { Address } from "#src/address/address.js";
import { AddressError } from "#src/address/address-error.js";
import { Envelope } from "#src/address/envelope.js";
import { Mailbox, type MailboxInput } from "#src/address/mailbox.js";
import { refused } from "./refused.ts";

test("an envelope has a sender and recipients, without names", () => {
  const envelope = Envelope.of("Jane <jane@x.co>", [
    Address.parse("a@b.co"),
    Mailbox.of("c@d.co", "C"),
    "E <e@f.co>",
  ]);
  assert.equal(envelope.from?.toString(), "jane@x.co");
  assert.deepEqual(envelope.to.map(String), ["a@b.co", "c@d.co", "e@f.co"]);
  assert.equal(JSON.stringify(envelope), '{"from":"jane@x.co","to":["a@b.co","c@d.co","e@f.co"]}');
});

test("null is the null sender", () => {
  assert.equal(Envelope.of(null, ["a@b.co"]).from, null);
  assert.match(refused(() => Envelope.of("", ["a@b.co"])).message, /null/);
  refused(() => Envelope.of(undefined as unknown as null, ["a@b.co"]));
});

test("drops exact duplicates and only those, in stable order", () => {
  const envelope = Envelope.of(null, ["b@x.co", "A@x.co", "a@x.co", "B <b@X.CO>", '"a"@x.co', "a@ｘ.co"]);
  assert.deepEqual(envelope.to.map(String), ["b@x.co", "A@x.co", "a@x.co"]);
});

test("an envelope without recipients is refused, and errors name the recipient", () => {
  assert.equal(refused(() => Envelope.of(null, [])).field, "to");
  assert.equal(refused(() => Envelope.of("root", ["a@b.co"])).field, "from");
  assert.equal(refused(() => Envelope.of(null, ["a@b.co", "root"])).field, "to[1]");
  const nested = [["a@b.co"]] as unknown as MailboxInput[];
  assert.equal(refused(() => Envelope.of(null, nested)).field, "to[0]");
  for (const to of [undefined, null, "a@b.co", { 0: "a@b.co", length: 1 }]) {
    assert.equal(refused(() => Envelope.of(null, to as unknown as MailboxInput[])).field, "to");
  }
});

test("needs SMTPUTF8 if one local part does", () => {
  assert.equal(Envelope.of("a@bücher.de", ["c@d.co"]).international, false);
  assert.equal(Envelope.of("jörg@b.co", ["c@d.co"]).international, true);
  assert.equal(Envelope.of(null, ["c@d.co", "jörg@b.co"]).international, true);
});

test("an envelope cannot be changed", () => {
  const envelope = Envelope.of(null, ["a@b.co"]);
  assert.throws(() => (envelope.to as Address[]).push(Address.parse("c@d.co")), TypeError);
  assert.throws(() => Object.assign(envelope, { from: "x" }), TypeError);
  const make = Envelope as unknown as new (...parts: unknown[]) => Envelope;
  assert.throws(() => new make(Symbol("Envelope"), null, []), AddressError);
  assert.ok(Envelope.is(envelope) && !Envelope.is({ from: null, to: [] }));
});
