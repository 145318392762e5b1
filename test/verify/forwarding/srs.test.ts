import assert from "node:assert/strict";
import { test } from "node:test";
import { Address, AddressError } from "envoi";
import { Srs } from "envoi/verify";
import { fc } from "../../property.js";

const day = 86_400_000;
let today = Date.parse("2026-11-30T12:00:00Z");
const now = () => today;
const srs = Srs.create({ domain: "fwd.example", secrets: ["one"], now });

test("rewrites a sender into our domain, and finds it again", () => {
  const sender = srs.forward("Ann.Lee@Example.ORG");
  assert.match(sender.toString(), /^SRS0=[A-Z2-7]{8}=[A-Z2-7]{2}=example\.org=Ann\.Lee@fwd\.example$/);
  assert.equal(srs.reverse(sender)?.toString(), "Ann.Lee@example.org");
  assert.equal(srs.reverse(sender.toString())?.toString(), "Ann.Lee@example.org");
});

test("leaves the null sender null, and our own addresses as they are", () => {
  assert.equal(srs.forward(null), null);
  assert.equal(srs.forward("" as string | null), null);
  assert.equal(srs.forward("ann@FWD.example").toString(), "ann@fwd.example");
  const sender = srs.forward("ann@example.org");
  assert.equal(srs.forward(sender), sender);
});

test("finds a sender again if its case was changed on the way", () => {
  const sender = srs.forward("ann@example.org").toString();
  assert.equal(srs.reverse(sender.toLowerCase())?.toString(), "ann@example.org");
  assert.equal(srs.reverse(sender.toUpperCase())?.toString(), "ANN@example.org");
});

test("makes SRS1 of the addresses of other forwarders, which goes back to the first of them", () => {
  const first = Srs.create({ domain: "one.example", secrets: ["a"], now });
  const second = Srs.create({ domain: "two.example", secrets: ["b"], now });
  const third = Srs.create({ domain: "three.example", secrets: ["c"], now });
  const bySender = first.forward("ann@example.org");
  const again = second.forward(bySender);
  const local = bySender.localPart.slice(4);
  assert.match(again.toString(), /^SRS1=[A-Z2-7]{8}=one\.example==[A-Z2-7]{8}=/);
  assert.ok(again.localPart.endsWith(`=one.example=${local}`));
  const thrice = third.forward(again);
  assert.ok(thrice.localPart.endsWith(`=one.example=${local}`));
  for (const [scheme, address] of [
    [second, again],
    [third, thrice],
  ] as const) {
    assert.equal(scheme.reverse(address)?.toString(), bySender.toString());
    assert.equal(scheme.reverse(address.toString().toLowerCase())?.domain, "one.example");
  }
  assert.equal(first.reverse(bySender)?.toString(), "ann@example.org");
  // The separator of other programs is kept.
  const plus = srs.forward("SRS0+abc=TT=x.example=a@y.example");
  assert.equal(srs.reverse(plus)?.toString(), "SRS0+abc=TT=x.example=a@y.example");
});

test("gives nothing for what it did not make", () => {
  const sender = srs.forward("ann@example.org").toString();
  const other = Srs.create({ domain: "fwd.example", secrets: ["two"], now });
  assert.equal(other.reverse(sender), undefined);
  for (const guess of [
    sender.replace("ann", "bob"),
    sender.replace("example.org", "example.net"),
    sender.replace(/=(.)/, (_, first: string) => `=${first === "A" ? "B" : "A"}`),
    sender.replace(/^SRS0=[^=]+/, "SRS0="),
    sender.replace(/^SRS0=[^=]+/, "SRS0=A"),
    sender.replace("fwd.example", "other.example"),
    sender.replace("SRS0=", "SRS0-"),
    "SRS1=AAAAAAAA=victim.example==x@fwd.example",
    "SRS0=AAAAAAAA=AA=victim.example=ceo@fwd.example",
    "ann@fwd.example",
    "",
    "no address",
    "<>",
  ])
    assert.equal(srs.reverse(guess), undefined, guess);
});

test("takes the addresses of old secrets back, and makes new ones with the first", () => {
  const old = srs.forward("ann@example.org");
  const rotated = Srs.create({ domain: "fwd.example", secrets: ["new", "one"], now });
  assert.equal(rotated.reverse(old)?.toString(), "ann@example.org");
  assert.equal(srs.reverse(rotated.forward("ann@example.org")), undefined);
  const single = Srs.create({ domain: "fwd.example", secrets: Buffer.from("new"), now });
  assert.equal(single.reverse(rotated.forward("ann@example.org"))?.toString(), "ann@example.org");
});

test("takes an address back for 21 days, or as many as it is told", () => {
  const start = today;
  const sender = srs.forward("ann@example.org");
  const short = Srs.create({ domain: "fwd.example", secrets: "one", maxAge: 0, now });
  try {
    for (const [days, expected] of [
      [-1, true],
      [0, true],
      [21, true],
      [22, false],
      [900, false],
    ] as const) {
      today = start + days * day;
      assert.equal(srs.reverse(sender) !== undefined, expected, `${days} days`);
    }
    today = start + day;
    assert.equal(short.reverse(sender), undefined);
  } finally {
    today = start;
  }
});

test("refuses what is not an address, and one that would be too long", () => {
  assert.throws(() => srs.forward("ann"), AddressError);
  assert.throws(() => srs.forward(`${"x".repeat(230)}@example.org`), AddressError);
  for (const options of [
    {},
    { domain: "a b", secrets: "x" },
    { domain: "a.test", secrets: [] },
    { domain: "a.test", secrets: [""] },
  ])
    assert.throws(() => Srs.create(options as never), { kind: "configuration" });
});

test("finds any sender again, and no changed one", () => {
  const local = fc.oneof(
    fc.stringMatching(/^[a-z0-9=+_-]{1,20}$/),
    fc.string({ minLength: 1, maxLength: 20 }).filter((text) => isLocal(text)),
    fc.constantFrom("SRS0", "SRS1=x", "a=b=c", 'a"b', "a b"),
  );
  fc.assert(
    fc.property(local, fc.nat(60), (name, at) => {
      const original = Address.of(name, "example.org");
      const sender = srs.forward(original);
      assert.equal(srs.reverse(sender)?.toString(), original.toString());
      const text = sender.localPart;
      const place = at % text.length;
      const changed = `${text.slice(0, place)}${text[place] === "z" ? "y" : "z"}${text.slice(place + 1)}`;
      if (changed.toLowerCase() !== text.toLowerCase())
        assert.equal(srs.reverse(Address.of(changed, "fwd.example")), undefined, changed);
    }),
  );
});

function isLocal(text: string): boolean {
  try {
    Address.of(text, "example.org");
    return true;
  } catch {
    return false;
  }
}
