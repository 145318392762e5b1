import assert from "node:assert/strict";
import { test } from "node:test";
import { Group } from "#src/address/group.js";
import { Mailbox } from "#src/address/mailbox.js";
import { Mailboxes } from "#src/address/mailboxes.js";
import { fc } from "../property.ts";
import { refused } from "./refused.ts";

test("a list has commas between its mailboxes", () => {
  const list = Mailboxes.parse('Jane <a@b.co>, "Doe, Jo" <c@d.co>,e@f.co (x)');
  assert.deepEqual(list.map(String), ["Jane <a@b.co>", '"Doe, Jo" <c@d.co>', "e@f.co"]);
  assert.ok(Object.isFrozen(list));
});

test("lists the members of a group in its place", () => {
  const text = 'x@y.co, team: Jane <a@b.co>, "Doe, Jo" <c@d.co>;, nobody:;, z@y.co';
  assert.deepEqual(Mailboxes.parse(text).map(String), [
    "x@y.co",
    "Jane <a@b.co>",
    '"Doe, Jo" <c@d.co>',
    "z@y.co",
  ]);
});

test("keeps groups if asked to", () => {
  const text = 'x@y.co, "the team": Jane <a@b.co>, "Doe, Jo" <c@d.co>;, nobody:;';
  const list = Mailboxes.parseWithGroups(text);
  assert.deepEqual(list.map(String), ["x@y.co", 'the team: Jane <a@b.co>, "Doe, Jo" <c@d.co>;', "nobody:;"]);
  assert.ok(Mailbox.is(list[0]) && Group.is(list[1]) && Group.is(list[2]));
});

const byPeople: [text: string, addresses: string[]][] = [
  ["a@b.co; c@d.co", ["a@b.co", "c@d.co"]],
  ["a@b.co;c@d.co;", ["a@b.co", "c@d.co"]],
  [";;a@b.co,;, c@d.co (x) ; (nobody) ,\t", ["a@b.co", "c@d.co"]],
  ["a@b.co,,c@d.co", ["a@b.co", "c@d.co"]],
  [", a@b.co ,", ["a@b.co"]],
  ['(first), Jane <a@b.co>; "Doe; Jo" <c@d.co>, e@f.co', ["Jane <a@b.co>", '"Doe; Jo" <c@d.co>', "e@f.co"]],
  ["g: a@b.co,, c@d.co,; ; e@f.co", ["a@b.co", "c@d.co", "e@f.co"]],
  ["a@b.co; g:,;; e@f.co", ["a@b.co", "e@f.co"]],
  ['x <a@b.co>;"g;": c@d.co;', ["x <a@b.co>", "c@d.co"]],
];

for (const [text, addresses] of byPeople) {
  test(`reads what a person wrote: ${JSON.stringify(text)}`, () => {
    assert.deepEqual(Mailboxes.parse(text).map(String), addresses);
    refused(() => Mailboxes.parseWithGroups(text));
  });
}

test("refuses a list of nothing but separators", () => {
  for (const text of ["", ";", ",,", " ; (x) , "])
    assert.match(refused(() => Mailboxes.parse(text)).problem, /missing/);
  assert.match(refused(() => Mailboxes.parse("g: a@b.co,, c@d.co")).problem, /not closed/);
});

test("refuses a semicolon and an empty element in one mailbox or one group", () => {
  for (const text of ["a@b.co;", "a@b.co; c@d.co", ",a@b.co", "a@b.co,"]) refused(() => Mailbox.parse(text));
  for (const text of ["g: a@b.co,;", "g:,;", "g: a@b.co;;", ";g: a@b.co;"]) refused(() => Group.parse(text));
});

const strictOnly: [text: string, position: number | undefined, problem: RegExp][] = [
  ["a@b.co,", 7, /missing/],
  ["a@b.co,,c@d.co", 7, /missing/],
  [",a@b.co", 0, /missing/],
  ["a@b.co; c@d.co", 6, /comma/],
  ["g: a@b.co,;", 10, /";"/],
];

for (const [text, position, problem] of strictOnly) {
  test(`${JSON.stringify(text)} is not a list by the RFC`, () => {
    const error = refused(() => Mailboxes.parseWithGroups(text));
    assert.match(error.problem, problem);
    assert.equal(error.position, position);
  });
}

const strangers: [text: string, position: number | undefined, problem: RegExp][] = [
  ["", 0, /missing/],
  ["a@b.co c@d.co", 7, /text after/],
  ["a@b.co, root", 12, /no "@"/],
  ["root, a@b.co", 4, /before the comma/],
  ["g: a@b.co", 9, /not closed/],
  ["g: h: a@b.co;;", 4, /another group/],
  [": a@b.co;", 0, /name of the group/],
  ["g: a@b.co; c@d.co", 11, /text after/],
  ["g: a@b.co, h; c@d.co", 12, /"@"|";"/],
];

for (const [text, position, problem] of strangers) {
  test(`${JSON.stringify(text)} is not a list`, () => {
    for (const parse of [Mailboxes.parse, Mailboxes.parseWithGroups]) {
      const error = refused(() => parse(text));
      assert.match(error.problem, problem);
      assert.equal(error.position, position);
    }
  });
}

test("a list that is written and parsed is the same list", () => {
  const name = fc.option(
    fc.string({ unit: fc.constantFrom(...'ab .,:;<>()"\\@é'), minLength: 1, maxLength: 8 }),
    {
      nil: undefined,
    },
  );
  const mailbox = fc
    .tuple(fc.constantFrom("a@b.co", '"a, b"@c.co', "é@[192.0.2.1]"), name)
    .map(([address, of]) => Mailbox.of(address, of));
  const group = fc
    .tuple(fc.constantFrom("team", "a: b;", "x, y"), fc.array(mailbox, { maxLength: 3 }))
    .map(([of, members]) => Group.of(of, members));
  fc.assert(
    fc.property(fc.array(fc.oneof(mailbox, group), { minLength: 1, maxLength: 5 }), (list) => {
      const text = list.join(", ");
      assert.deepEqual(Mailboxes.parseWithGroups(text).map(String), list.map(String));
      const flat = list.flatMap((entry) => (Group.is(entry) ? entry.members : [entry]));
      assert.deepEqual(Mailboxes.parse(text).map(String), flat.map(String));
    }),
  );
});
