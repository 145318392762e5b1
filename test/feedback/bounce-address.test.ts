import assert from "node:assert/strict";
import { test } from "node:test";
import { AddressError, EnvoiError } from "envoi";
import { BounceAddress } from "envoi/feedback";
import { fc } from "../property.js";

const bounces = BounceAddress.create({ domain: "bounces.Example.com", secret: "one" });

test("makes an address that shows a number or a UUID, and reads it again", () => {
  const uuid = "0f8fad5b-d9cb-469f-a165-70867728950e";
  for (const id of [4711, 9007199254740993n, uuid, "a", "order-17"]) {
    const sender = bounces.for(id);
    assert.match(sender.toString(), new RegExp(`^bounce\\+${id}-[a-z2-7]{16}@bounces\\.example\\.com$`));
    assert.equal(bounces.read(sender), String(id));
    assert.equal(bounces.read(sender.toString()), String(id));
  }
});

test("writes any other id in base32", () => {
  for (const id of ["Order 17", "A", "größe", "a--b", "-", "a@b", "01ARZ3NDEKTSV4RRFFQ69G5F"]) {
    assert.match(bounces.for(id).toString(), /^bounce\+[a-z2-7]+=[a-z2-7]{16}@bounces\.example\.com$/);
    assert.equal(bounces.read(bounces.for(id)), id);
  }
});

test("reads an address of any id in any case, and keeps to 64 octets", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 25 }), fc.boolean(), (id, upper) => {
      fc.pre(Buffer.byteLength(id) <= 25);
      const address = bounces.for(id);
      assert.ok(Buffer.byteLength(address.localPart) <= 64);
      const changed = upper ? address.toString().toUpperCase() : address.toString().toLowerCase();
      assert.equal(bounces.read(changed), id);
    }),
  );
});

test("uses the whole local part for an id, and refuses a longer one", () => {
  assert.equal(bounces.for("a".repeat(40)).localPart.length, 64);
  assert.equal(bounces.for("A".repeat(25)).localPart.length, 64);
  const short = BounceAddress.create({ domain: "b.example", secret: "one", prefix: "b+" });
  assert.equal(short.read(short.for("01ARZ3NDEKTSV4RRFFQ69G5FAV")), "01ARZ3NDEKTSV4RRFFQ69G5FAV");
  for (const id of ["a".repeat(41), "A".repeat(26)]) {
    assert.throws(
      () => bounces.for(id),
      (error) =>
        error instanceof AddressError &&
        /expected at most 40 small letters.* or 25 octets/.test(error.message),
    );
  }
  assert.throws(() => bounces.for(""), AddressError);
  assert.throws(() => bounces.for("\ud800"), AddressError);
});

test("reads nothing that it did not make", () => {
  const address = bounces.for(4711).toString();
  const [local = "", domain = ""] = address.split("@");
  for (let at = 0; at < local.length; at++) {
    for (const character of ["a", "b", "2", "-", "="]) {
      if (local[at] === character) continue;
      const forged = `${local.slice(0, at)}${character}${local.slice(at + 1)}@${domain}`;
      assert.equal(bounces.read(forged), undefined, forged);
    }
  }
  const others = [
    `${local}@example.com`,
    `${local}x@${domain}`,
    `${local.slice(1)}@${domain}`,
    `bounce+@${domain}`,
    `bounce+${local.slice(-16)}@${domain}`,
    `bounce+-${local.slice(-16)}@${domain}`,
    `bounce+=${local.slice(-16)}@${domain}`,
    "",
    "no address",
    "ann@example.org",
  ];
  for (const other of others) assert.equal(bounces.read(other), undefined, other);
  fc.assert(fc.property(fc.emailAddress(), (any) => bounces.read(any) === undefined));
});

test("reads an id in one spelling only", () => {
  // "A" is "ie" in base32; in "if" the bits that are left over are not zero.
  const address = bounces.for("A").toString();
  assert.ok(address.startsWith("bounce+ie="));
  assert.equal(bounces.read(address.replace("+ie=", "+if=")), undefined);
});

test("reads addresses of old secrets, and makes them with the first", () => {
  const old = bounces.for("x1");
  const rotated = BounceAddress.create({
    domain: "bounces.example.com",
    secret: [Buffer.from("two"), "one"],
  });
  assert.equal(rotated.read(old), "x1");
  assert.equal(bounces.read(rotated.for("x1")), undefined);
  assert.equal(rotated.read(rotated.for("x1")), "x1");
  const other = BounceAddress.create({ domain: "other.example", secret: "one" });
  assert.equal(other.read(old.toString().replace("bounces.example.com", "other.example")), undefined);
});

test("refuses options that are not valid, and does not show a secret", () => {
  const wrong: [object, RegExp][] = [
    [{ domain: "b.example" }, /BounceAddress\.secret: expected a secret/],
    [{ domain: "b.example", secret: "" }, /BounceAddress\.secret: expected a secret/],
    [{ domain: "b.example", secret: [] }, /BounceAddress\.secret/],
    [{ domain: "b example", secret: "s3cret" }, /BounceAddress\.domain/],
    [{ secret: "s3cret" }, /BounceAddress\.domain: expected a domain/],
    [
      { domain: "b.example", secret: "s3cret", prefix: "Bounce" },
      /BounceAddress\.prefix: expected a text such as/,
    ],
    [{ domain: "b.example", secrets: "s3cret" }, /secrets/],
  ];
  for (const [options, message] of wrong) {
    assert.throws(
      () => BounceAddress.create(options as never),
      (error) =>
        EnvoiError.is(error) &&
        error.kind === "configuration" &&
        message.test(error.message) &&
        !error.message.includes("s3cret"),
    );
  }
});
