import assert from "node:assert/strict";
import { test } from "node:test";
import { Address } from "#src/address/address.js";
import { AddressError } from "#src/address/address-error.js";
import { Mailbox, type MailboxInput, toMailbox } from "#src/address/mailbox.js";
import { fc } from "../property.ts";
import { refused } from "./refused.ts";

const mailboxes: [text: string, name: string | undefined, address: string, written?: string][] = [
  ["a@b.co", undefined, "a@b.co", "a@b.co"],
  ["<a@b.co>", undefined, "a@b.co", "a@b.co"],
  [" \ta@b.co ", undefined, "a@b.co", "a@b.co"],
  ["Jane <a@b.co>", "Jane", "a@b.co", "Jane <a@b.co>"],
  ["Jane<a@b.co>", "Jane", "a@b.co", "Jane <a@b.co>"],
  ["Jane   van \t Doe <a@b.co>", "Jane van Doe", "a@b.co", "Jane van Doe <a@b.co>"],
  ['"Doe, Jane" <a@b.co>', "Doe, Jane", "a@b.co", '"Doe, Jane" <a@b.co>'],
  ['"a\\"b\\\\c" <a@b.co>', 'a"b\\c', "a@b.co", '"a\\"b\\\\c" <a@b.co>'],
  ['" a  b " <a@b.co>', " a  b ", "a@b.co", '" a  b " <a@b.co>'],
  ['Jane "the boss" Doe <a@b.co>', "Jane the boss Doe", "a@b.co", "Jane the boss Doe <a@b.co>"],
  ['"" <a@b.co>', undefined, "a@b.co", "a@b.co"],
  ["John Q. Public <a@b.co>", "John Q. Public", "a@b.co", '"John Q. Public" <a@b.co>'],
  ["Jörg Müller <a@b.co>", "Jörg Müller", "a@b.co", "Jörg Müller <a@b.co>"],
  ["山田 <a@b.co>", "山田", "a@b.co", "山田 <a@b.co>"],
  ["=?utf-8?Q?J=C3=B6rg?= <a@b.co>", "=?utf-8?Q?J=C3=B6rg?=", "a@b.co"],
  ["a@b.co (Jane)", undefined, "a@b.co"],
  ['(one (two \\) ") three) a (x) @ (y) b.co ()', undefined, "a@b.co"],
  ["Jane (Sales) Doe < (x) a@b.co (y) > (z)", "Jane Doe", "a@b.co"],
  ['"a b"@b.co', undefined, '"a b"@b.co'],
  ['Jane <"a@b"@b.co>', "Jane", '"a@b"@b.co'],
  ["a@[192.0.2.1]", undefined, "a@[192.0.2.1]"],
  ["Jane <a@[IPv6:::1]>", "Jane", "a@[IPv6:::1]"],
  ["Jane <jörg@BÜCHER.de>", "Jane", "jörg@xn--bcher-kva.de"],
];

for (const [text, name, address, written] of mailboxes) {
  test(`${JSON.stringify(text)} is a mailbox`, () => {
    const mailbox = Mailbox.parse(text);
    assert.equal(mailbox.name, name);
    assert.equal(mailbox.address.toString(), address);
    if (written !== undefined) assert.equal(mailbox.toString(), written);
    assert.ok(Mailbox.parse(mailbox.toString()).equals(mailbox));
  });
}

const strangers: [text: string, position: number | undefined, problem: RegExp][] = [
  ["", 0, /empty/],
  [" ", 1, /missing/],
  ["root", 4, /no "@"/],
  ["Jane Doe", 8, /no "@"/],
  ["victim@x,attacker@y", 8, /Mailboxes\.parse/],
  ["Jane <a@b>, Jo <c@d>", 10, /Mailboxes\.parse/],
  ["Doe, Jane <a@b.co>", 3, /name with a comma in quotes.*Mailboxes\.parse/],
  ["team: a@b.co;", 4, /Group\.parse/],
  ["a@b.co;", 6, /exactly one mailbox/],
  ["user@good-corp.com(x)evil.com", 21, /text after the address/],
  ['"user"@example.com(x)evil.com', 21, /text after the address/],
  ["<user@good.com(x)evil.com>", 17, /text after the address/],
  ["user@good.com evil.com", 14, /text after the address/],
  ["user@good. com", 9, /ends in a dot/],
  ["a@b@c.com", 3, /second "@"/],
  ["a (x) @b@c.com", 8, /second "@"/],
  ["a (x) @ (y) b..c", 14, /empty/],
  ["(x) a..b (y) @ c", 5, /dot/],
  ["Jane < a..b @ c>", 8, /dot/],
  ["jane@b.co <jane@b.co>", 10, /name that looks like an address/],
  ["x y@z", 0, /several words/],
  ['"a"b@z', 0, /several words/],
  ["<>", 1, /missing between/],
  ["Jane <Jo>", 8, /"@" must follow/],
  ["Jane <a@b", 9, /not closed/],
  ["Jane <a@b> x", 11, /text after/],
  ["Jane a@b>", 0, /several words/],
  ["a@b>", 3, /">"/],
  ["<<a@b>>", 1, /missing between/],
  ["<@relay:a@b>", 1, /before the @/],
  ["a\\b <a@b>", 1, /"\\"/],
  ["(x", 0, /comment is not closed/],
  ["a@b (x\\)", 4, /comment is not closed/],
  ["a@b )", 4, /"\)"/],
  ['"x <a@b>', 0, /quoted string is not closed/],
  ["a@[1.2.3.4", 2, /literal is not closed/],
  ["a@[1.2.3.4]x", 11, /text after/],
  ["a@[x@evil.com]", 3, /IP address/],
  ['"a\tb" <a@b>', 2, /tab/],
  ["c@d.co>\r\nRCPT TO:<evil@x", 7, /line break/],
  ['"x\r\nBcc: evil@x" <a@b>', 2, /line break/],
  ["Jane\r\n <a@b>", 4, /line break/],
  ["(\n) <a@b>", 1, /line break/],
  ["J\u202e <a@b>", 1, /direction/],
  ["J\0 <a@b>", 1, /control/],
  ["Jane\x7f Doe <a@b.co>", 4, /control/],
  ["Jane\x85 Doe <a@b.co>", 4, /control/],
  ["Zo\u00eb\x9f <a@b.co>", 3, /control/],
];

for (const [text, position, problem] of strangers) {
  test(`${JSON.stringify(text)} is not a mailbox`, () => {
    const error = refused(() => Mailbox.parse(text));
    assert.match(error.problem, problem);
    assert.equal(error.position, position);
    assert.equal(error.input, text);
  });
}

test("checks a name that is given separately", () => {
  const strangers = [
    "a\r\nBcc: evil@x",
    "a\nb",
    "a\rb",
    "a\0b",
    "a\tb",
    "a\u2028b",
    "\u202eb",
    "\u200fb",
    "\ud800",
  ];
  for (const name of strangers) refused(() => Mailbox.of("a@b.co", name));
  for (const name of [42, null, {}, ["x"]]) refused(() => Mailbox.of("a@b.co", name as unknown as string));
});

test("writes a name without quotes only if it is parsed as the same name", () => {
  assert.equal(Mailbox.of("a@b.co", "a b").toString(), "a b <a@b.co>");
  for (const name of ["a  b", " a", "a ", "a.b", "a@b", "(a)", "a, b"]) {
    assert.equal(Mailbox.of("a@b.co", name).toString(), `"${name}" <a@b.co>`);
  }
});

test("ignores comments and white space wherever they are allowed", () => {
  const space = fc.constantFrom("", " ", "\t", "(x)", ' (a (b) \\) ") ', "(@evil.com)", "(,;:<>)");
  fc.assert(
    fc.property(fc.array(space, { minLength: 7, maxLength: 7 }), ([a, b, c, d, e, f, g]) => {
      assert.equal(Mailbox.parse(`${a}"a b"${b}@${c}[192.0.2.1]${d}`).toString(), '"a b"@[192.0.2.1]');
      const named = Mailbox.parse(`${a}Jane${b} ${c}Doe${d}<${e}a.b${f}@${g}b.co${a}>${b}`);
      assert.equal(named.toString(), "Jane Doe <a.b@b.co>");
    }),
  );
});

test("counts an empty name as absent", () => {
  assert.equal(Mailbox.of("a@b.co", "").name, undefined);
  assert.equal(Mailbox.of(Address.parse("a@b.co")).name, undefined);
});

test("accepts plain data with an address and an optional name as a mailbox", () => {
  assert.equal(toMailbox({ address: "jane@b.co", name: "Doe, Jane" }).toString(), '"Doe, Jane" <jane@b.co>');
  assert.equal(toMailbox({ address: "jane@b.co" }).name, undefined);
  assert.equal(toMailbox({ address: Address.parse("jane@b.co"), name: "" }).name, undefined);
  assert.equal(toMailbox(JSON.parse('{"name":"Zoë","address":"zoe@b.co"}')).name, "Zoë");
  const bare = Object.assign(Object.create(null), { address: "jane@b.co", name: undefined });
  assert.equal(toMailbox(bare).toString(), "jane@b.co");
});

test("refuses plain data with an unknown property, naming the nearest", () => {
  const unknown = { address: "jane@b.co", nam: "Jane" };
  assert.match(refused(() => toMailbox(unknown, "cc[1]")).message, /^cc\[1\]: there is no "nam".*name/);
  for (const fields of [
    { address: "jane@b.co, jo@b.co" },
    { address: "Jane <jane@b.co>" },
    { address: "jane@b.co", name: "Jane\r\nBcc: jo@b.co" },
    { address: 42 },
    { address: "jane@b.co", name: 42 },
  ]) {
    assert.equal(refused(() => toMailbox(fields as MailboxInput, "to")).field, "to");
  }
});

test("accepts a string, an Address, a Mailbox and plain data as a mailbox, nothing else", () => {
  const mailbox = Mailbox.parse("Jane <a@b.co>");
  assert.equal(toMailbox(mailbox), mailbox);
  assert.equal(toMailbox(Address.parse("a@b.co")).toString(), "a@b.co");
  assert.equal(toMailbox("Jane <a@b.co>").name, "Jane");
  let nested: unknown = "a@b.co";
  for (let depth = 0; depth < 20_000; depth++) nested = [nested];
  const forged: unknown = Object.setPrototypeOf({ address: "evil" }, Mailbox.prototype);
  const strangers = [
    undefined,
    null,
    42,
    true,
    {},
    { name: "Jane" },
    new (class {
      address = "a@b.co";
    })(),
    nested,
    forged,
    () => mailbox,
    Symbol("x"),
  ];
  for (const input of strangers) {
    const error = refused(() => toMailbox(input as MailboxInput, "to[3]"));
    assert.equal(error.field, "to[3]");
    assert.match(error.message, /^to\[3\]: /);
  }
});

test("runs no code of an unknown object", () => {
  const trap = new Proxy({}, { get: () => assert.fail("was asked") });
  refused(() => toMailbox(trap as MailboxInput));
});

test("an error of a mailbox names the field, the place and the text", () => {
  const error = refused(() => toMailbox("victim@x,attacker@y", "to"));
  assert.equal(error.field, "to");
  assert.equal(
    error.message,
    "to: a string is exactly one mailbox; give several as an array, or use Mailboxes.parse for a list (at position 8 of `victim@x,attacker@y`)",
  );
});

test("cannot be changed or constructed, and is JSON as it is written", () => {
  const mailbox = Mailbox.of("a@b.co", "Doe, Jane");
  assert.throws(() => Object.assign(mailbox, { name: "x" }), TypeError);
  const make = Mailbox as unknown as new (...parts: unknown[]) => Mailbox;
  assert.throws(() => new make(Symbol("Mailbox"), mailbox.address, "a\r\n"), AddressError);
  assert.equal(JSON.stringify(mailbox), JSON.stringify('"Doe, Jane" <a@b.co>'));
});

test("a mailbox that is written and parsed is the same mailbox", () => {
  const character = fc.oneof(
    fc.constantFrom(..."abcXYZ019.!#$%&'*+-/=?^_`{|}~ \"\\()<>[]:;@,"),
    fc.constantFrom("é", "用", "😀"),
  );
  const nameCharacter = fc.oneof(
    character,
    fc.constantFrom("\u00a0", "\u3000", "\u00ad", "\ufeff", "\ufffd"),
  );
  const name = fc.option(fc.string({ unit: nameCharacter, maxLength: 20 }), { nil: undefined });
  const local = fc.string({ unit: character, minLength: 1, maxLength: 15 });
  fc.assert(
    fc.property(name, local, (text, localPart) => {
      const mailbox = Mailbox.of(Address.of(localPart, "bücher.example"), text);
      const again = Mailbox.parse(mailbox.toString());
      assert.ok(again.equals(mailbox), mailbox.toString());
      assert.equal(again.name, text === "" ? undefined : text);
    }),
    { numRuns: 1000 },
  );
});
