import assert from "node:assert/strict";
import { test } from "node:test";
import { Address } from "#src/address/address.js";
import { AddressError } from "#src/address/address-error.js";
import { Mailbox } from "#src/address/mailbox.js";
import { fc } from "../property.ts";
import { refused } from "./refused.ts";

test("an address has a local part and a domain, and is written as it was read", () => {
  const address = Address.parse("jane.doe+news@mail.example.org");
  assert.equal(address.localPart, "jane.doe+news");
  assert.equal(address.domain, "mail.example.org");
  assert.equal(address.displayDomain, "mail.example.org");
  assert.equal(address.international, false);
  assert.equal(address.toString(), "jane.doe+news@mail.example.org");
  assert.equal(JSON.stringify({ address }), '{"address":"jane.doe+news@mail.example.org"}');
});

test("root@localhost is an address", () => {
  assert.equal(Address.parse("root@localhost").domain, "localhost");
});

test("a quoted local part keeps its domain, whatever is in the quotes", () => {
  const spaced = Address.parse('"xclow3n@gmail.com x"@internal.domain');
  assert.equal(spaced.domain, "internal.domain");
  assert.equal(spaced.localPart, "xclow3n@gmail.com x");
  assert.equal(spaced.toString(), '"xclow3n@gmail.com x"@internal.domain');
  assert.equal(Address.parse('"e@attacker.com"@victim.com').domain, "victim.com");
  assert.equal(Address.parse('"a\\"\\\\\\b"@x.co').localPart, 'a"\\b');
});

test("removes needless quotes, and keeps others", () => {
  assert.ok(Address.parse('"abc"@x.co').equals(Address.parse("abc@x.co")));
  assert.equal(Address.parse('"abc"@x.co').toString(), "abc@x.co");
  assert.ok(!Address.parse('"a b"@x.co').equals(Address.parse("ab@x.co")));
  assert.equal(Address.of('"abc"', "x.co").toString(), '"\\"abc\\""@x.co');
  assert.equal(Address.of("a..b", "x.co").toString(), '"a..b"@x.co');
});

test("distinct local parts stay distinct: case counts, and nothing is normalised", () => {
  assert.ok(!Address.parse("A@x.co").equals(Address.parse("a@x.co")));
  const composed = Address.parse("\u00e5@x.co");
  const decomposed = Address.parse("a\u030a@x.co");
  assert.ok(!composed.equals(decomposed));
  assert.equal(decomposed.localPart, "a\u030a");
});

test("ignores the case of a domain", () => {
  assert.ok(Address.parse("a@Example.COM").equals(Address.parse("a@example.com")));
});

test("needs SMTPUTF8 for a non-ASCII local part, not for a domain", () => {
  assert.equal(Address.parse("jörg@x.co").international, true);
  assert.equal(Address.parse("jorg@bücher.example").international, false);
  assert.equal(Address.parse("用户@例え.jp").toString(), "用户@xn--r8jz45g.jp");
});

const strangers: [text: string, position: number | undefined, problem: RegExp][] = [
  ["", 0, /empty/],
  ["root", 4, /no "@"/],
  ["@b.co", 0, /before the @ is missing/],
  ['""@b.co', 0, /before the @ is missing/],
  ["a@", 2, /domain is missing/],
  ["a@b.co.", 6, /ends in a dot/],
  ["a@b..co", 4, /empty/],
  ["a@.co", 2, /empty/],
  ["a@b@c.com", 3, /second "@"/],
  ["a b@c.com", 1, /Mailbox\.parse/],
  [".a@b.co", 0, /dot/],
  ["a.@b.co", 1, /dot/],
  ["a..b@c.co", 1, /dot/],
  [" a@b.co", 0, /" " is not allowed/],
  ["a@b.co ", 6, /" " is not allowed/],
  ["Jane <a@b.co>", 4, /Mailbox\.parse/],
  ["a@b.co(x)", 6, /"\("/],
  ["user@good-corp.com(x)evil.com", 18, /"\("/],
  ["c@d.co> SIZE=1 <x", 6, /">"/],
  ["c@d.co>\r\nRCPT TO:<evil@x", 7, /line break/],
  ["c@d.co\r\nBcc: evil@x", 6, /line break/],
  ['"a\r\nb"@x.co', 2, /line break/],
  ['"a\nb"@x.co', 2, /line break/],
  ['"a\0b"@x.co', 2, /control character/],
  ['"a\\\0b"@x.co', 3, /control character/],
  ['"a\tb"@x.co', 2, /tab/],
  ['"a\\\tb"@x.co', 3, /tab/],
  ['"a"b@x.co', 3, /quoted local part/],
  ['"a@x.co', 0, /not closed/],
  ["a\u0085b@x.co", 1, /control character/],
  ["a\u2028b@x.co", 1, /line break/],
  ["a\u202eb@x.co", 1, /direction/],
  ["a@x\u2066.co", 3, /direction/],
  ["a@x\u061c.co", 3, /direction/],
  ["a\ud800@x.co", 1, /surrogate/],
  ["a@\udc00.co", 2, /surrogate/],
  ["a@exa%41mple.com", 5, /"%"/],
  ["a@b\tc", 3, /not allowed/],
  ["a@b/c", 3, /"\/"/],
  ["a@b:25", 3, /":"/],
  ["a\u00a0b@x.co", 1, /white space \(U\+00A0\)/],
  ["\u3000a@x.co", 0, /white space \(U\+3000\)/],
  ["a\u1680@x.co", 1, /white space/],
  ["a\u2007@x.co", 1, /white space/],
  ['"a \u202f"@x.co', 3, /white space/],
  ["\ufeffa@x.co", 0, /invisible character \(U\+FEFF\)/],
  ["a\u00ad@x.co", 1, /invisible/],
  ["a\u034f@x.co", 1, /invisible/],
  ["a\u115f@x.co", 1, /invisible/],
  ["a\u17b4@x.co", 1, /invisible/],
  ["a\u180e@x.co", 1, /invisible/],
  ["a\u200bb@x.co", 1, /invisible/],
  ["a\u2060@x.co", 1, /invisible/],
  ["a\u206a@x.co", 1, /invisible/],
  ["\u2764\ufe0f@x.co", 1, /invisible/],
  ['"\u3164"@x.co', 1, /invisible/],
  ["a\u{e0041}@x.co", 1, /invisible character \(U\+E0041\)/],
  ["a\u{1d173}@x.co", 1, /invisible/],
  ["a\ufdd0@x.co", 1, /noncharacter/],
  ["a\uffff@x.co", 1, /noncharacter/],
  ["a\u{10fffe}@x.co", 1, /noncharacter \(U\+10FFFE\)/],
  ["M\ufffdller@x.co", 1, /replacement character \(U\+FFFD\)/],
];

for (const [text, position, problem] of strangers) {
  test(`${JSON.stringify(text)} is refused with its place`, () => {
    const error = refused(() => Address.parse(text));
    assert.match(error.problem, problem);
    assert.equal(error.position, position);
    assert.equal(error.input, text);
  });
}

test("refuses a lone surrogate, and accepts a pair", () => {
  assert.equal(Address.parse("😀@x.co").localPart, "😀");
});

test("the parts of Address.of are checked like those that are parsed", () => {
  const strange = [
    "",
    "a\r\nb",
    "a\tb",
    "a\u202e",
    "\ud800",
    "a\u00a0b",
    "\u200b",
    "\ufffd",
    "\ufdef",
    '"'.repeat(128),
  ];
  for (const local of strange) refused(() => Address.of(local, "x.co"));
  for (const domain of ["", "x.co\r\n", "x.co>", "x@y", "x y"]) refused(() => Address.of("a", domain));
  assert.equal(Address.of("a b", "x.co").toString(), '"a b"@x.co');
});

test("accepts a local part above 64 octets, in any form, up to an address of 254", () => {
  const bounce = "prvs=bounces+0123456789-abcdef0123456789=jane.doe=customer.example.org-x";
  assert.equal(bounce.length > 64, true);
  assert.equal(Address.parse(`${bounce}@forwarder.example`).localPart, bounce);
  for (const local of ["a".repeat(249), `${"é".repeat(124)}a`, "a".repeat(247).replace("a", " ")]) {
    const address = Address.of(local, "x.co");
    assert.equal(Buffer.byteLength(address.toString()), 254);
    assert.equal(Address.parse(address.toString()).localPart, local);
    assert.match(refused(() => Address.of(`${local}a`, "x.co")).problem, /254 octets.*, got 255/);
    assert.match(refused(() => Address.parse(address.toString().replace("a", "aa"))).problem, /got 255/);
  }
});

test("accepts joiners and other visible characters in a local part", () => {
  for (const local of ["نامه\u200cای", "ශ්\u200dරී", "\u00b7a", "丽\u0301", "\ue000", "\ufffc"])
    assert.equal(Address.parse(`${local}@x.co`).localPart, local);
});

test("accepts characters in a name that a local part must not contain", () => {
  const name = "Jo\u00a0❤️ \u{1f468}\u200d\u{1f469} \ufffd";
  assert.equal(Mailbox.parse(`"${name}" <jo@x.co>`).name, name);
});

test("an address has at most 254 octets", () => {
  const domain = (octets: number): string =>
    Array.from({ length: 4 }, () => "d".repeat(63))
      .join(".")
      .slice(0, octets);
  assert.equal(Address.parse(`${"a".repeat(64)}@${domain(189)}`).toString().length, 254);
  assert.match(
    refused(() => Address.parse(`${"a".repeat(64)}@${domain(190)}`)).problem,
    /254 octets.*, got 255/,
  );
  assert.match(
    refused(() => Address.parse(`${"é".repeat(32)}@${domain(190)}`)).problem,
    /254 octets.*, got 255/,
  );
});

test("refuses a value that is not a string", () => {
  for (const input of [undefined, null, 42, {}, [], { address: "a@b.co" }, Symbol("a"), () => "a@b.co"]) {
    refused(() => Address.parse(input as string));
    refused(() => Address.of(input as string, "x.co"));
    refused(() => Address.of("a", input as string));
  }
});

test("cannot be changed, constructed or imitated", () => {
  const address = Address.parse("a@b.co");
  assert.throws(() => Object.assign(address, { domain: "evil.com" }), TypeError);
  assert.throws(() => Object.defineProperty(address, "domain", { value: "evil.com" }), TypeError);
  const make = Address as unknown as new (...parts: unknown[]) => Address;
  assert.throws(() => new make(Symbol("Address"), "a", "b.co", "a@b.co"), AddressError);
  const fake: unknown = Object.setPrototypeOf({ localPart: "a", domain: "b.co>\r\n" }, Address.prototype);
  assert.ok(Address.is(address) && !Address.is(fake) && !Address.is("a@b.co") && !Address.is(null));
});

test("an address that is written and parsed is the same address", () => {
  const character = fc.oneof(
    fc.constantFrom(..."abcXYZ019.!#$%&'*+-/=?^_`{|}~ \"\\()<>[]:;@,"),
    fc.constantFrom("é", "用", "😀", "a\u030a", "\u200d", "\u200c"),
  );
  const local = fc.string({ unit: character, minLength: 1, maxLength: 20 });
  const domain = fc.constantFrom(
    "x.co",
    "localhost",
    "MÜNCHEN.de",
    "[192.0.2.1]",
    "[IPv6:::1]",
    "a_b.example",
  );
  fc.assert(
    fc.property(local, domain, (localPart, name) => {
      const address = Address.of(localPart, name);
      assert.equal(address.localPart, localPart);
      const again = Address.parse(address.toString());
      assert.deepEqual({ ...again }, { ...address });
      assert.ok(again.equals(address));
      assert.equal(again.toString(), address.toString());
    }),
  );
});

test("whatever is parsed either is refused as an AddressError or holds nothing that could end a command", () => {
  const piece = fc.constantFrom(
    ...'ab@."\\ <>()[]:;,\r\n\t\0%/-_0é。\u00ad\ud800',
    "xn--",
    "[1.2.3.4]",
    "[IPv6:",
    "\u202e",
  );
  fc.assert(
    fc.property(fc.string({ unit: piece, maxLength: 24 }), (text) => {
      let address: Address;
      try {
        address = Address.parse(text);
      } catch (error) {
        assert.ok(error instanceof AddressError, String(error));
        return;
      }
      assert.match(address.domain, /^(?:[a-z\d_.-]+|\[[\dA-Fa-fIPv:.]+\])$/);
      const outside = address.toString().replace(/^"(?:[^"\\]|\\.)*"/, "");
      assert.doesNotMatch(outside, /[\s<>"(),;\\]/);
      assert.doesNotMatch(address.toString(), /[\0-\x1f\x7f]/);
    }),
    { numRuns: 3000 },
  );
});

test("reads simple addresses as the whole grammar does", () => {
  const piece = fc.constantFrom(..."abz09-_.+", "xn--", "0x", "mnchen-3ya", "a".repeat(31));
  const part = fc.string({ unit: piece, maxLength: 6 });
  const outcome = (text: string): string => {
    try {
      return Address.parse(text).toString();
    } catch {
      return refused(() => Address.parse(text)).problem;
    }
  };
  fc.assert(
    fc.property(part, part, (local, domain) => {
      // A capital letter in the domain keeps it off the short way; in front, it is nothing but a further label.
      const long = outcome(`${local}@A.${domain}`);
      assert.equal(outcome(`${local}@a.${domain}`), long);
    }),
    { numRuns: 3000 },
  );
});
