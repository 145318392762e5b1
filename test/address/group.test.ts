import assert from "node:assert/strict";
import { test } from "node:test";
import { AddressError } from "#src/address/address-error.js";
import { Group } from "#src/address/group.js";
import type { MailboxInput } from "#src/address/mailbox.js";
import { fc } from "../property.ts";
import { refused } from "./refused.ts";

test("a group has a name and members", () => {
  const group = Group.parse('team: Jane <a@b.co>, "Doe, Jo" <c@d.co>;');
  assert.equal(group.name, "team");
  assert.deepEqual(group.members.map(String), ["Jane <a@b.co>", '"Doe, Jo" <c@d.co>']);
  assert.equal(group.toString(), 'team: Jane <a@b.co>, "Doe, Jo" <c@d.co>;');
  assert.equal(JSON.stringify(group), JSON.stringify(group.toString()));
  assert.ok(Object.isFrozen(group) && Object.isFrozen(group.members));
});

test("accepts a group without members", () => {
  assert.equal(Group.parse("undisclosed-recipients: (none) ; ").toString(), "undisclosed-recipients:;");
  assert.equal(Group.of("a: b", []).toString(), '"a: b":;');
});

test("refuses a group without name, colon or semicolon, or with text after it", () => {
  for (const text of [
    "",
    "team",
    "a@b.co",
    ":;",
    '"":;',
    "g: a@b.co",
    "g: a@b.co; x",
    "g: a@b.co;,",
    "g:;;",
    "g: h:;;",
  ]) {
    refused(() => Group.parse(text));
  }
  refused(() => Group.of("", []));
  refused(() => Group.of("a\r\nb", []));
  for (const members of ["", "a@b.co", new Set(["a@b.co"]), { length: 0 }, undefined]) {
    assert.match(refused(() => Group.of("a", members as MailboxInput[])).problem, /an array/);
  }
  assert.equal(refused(() => Group.of("a", ["a@b.co", "root"])).field, "members[1]");
  // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
  refused(() => Group.of("a", [, "a@b.co"] as MailboxInput[]));
});

test("refuses to construct a group directly", () => {
  const make = Group as unknown as new (...parts: unknown[]) => Group;
  assert.throws(() => new make(Symbol("Group"), "a\r\n", []), AddressError);
  assert.ok(!Group.is({ name: "a", members: [] }) && !Group.is(Object.create(Group.prototype)));
});

test("a group that is written and parsed is the same group", () => {
  const name = fc.string({ unit: fc.constantFrom(...'ab .,:;<>()"\\@é'), minLength: 1, maxLength: 12 });
  const member = fc.constantFrom("a@b.co", '"x, y" <c@d.co>', '"a b"@[192.0.2.1]');
  fc.assert(
    fc.property(name, fc.array(member, { maxLength: 4 }), (text, members) => {
      const group = Group.of(text, members);
      const again = Group.parse(group.toString());
      assert.equal(again.name, text);
      assert.deepEqual(again.members.map(String), members);
    }),
  );
});
