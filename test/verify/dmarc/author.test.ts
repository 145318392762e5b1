import assert from "node:assert/strict";
import { test } from "node:test";
import { readAuthor } from "#src/verify/dmarc/author.js";
import { fc } from "../../property.ts";

const authors: readonly [field: string, addresses: readonly string[], domain: string][] = [
  ["ada@example.org", ["ada@example.org"], "example.org"],
  [" Ada <ada@Example.ORG>\r\n", ["ada@example.org"], "example.org"],
  ["From: Ada <ada@example.org>", ["ada@example.org"], "example.org"],
  ['"Lovelace, Ada" <ada@example.org>', ["ada@example.org"], "example.org"],
  ['"ada\\" <x@evil.test>" <ada@example.org>', ["ada@example.org"], "example.org"],
  ["Ada (of x@evil.test (nested)) <ada@example.org> (a comment)", ["ada@example.org"], "example.org"],
  ["Ada\r\n\t<ada@example.org>", ["ada@example.org"], "example.org"],
  ["ada (comment) @ example.org", ["ada@example.org"], "example.org"],
  ['"a b"@example.org', ['"a b"@example.org'], "example.org"],
  ['"a@evil.test"@example.org', ['"a@evil.test"@example.org'], "example.org"],
  ["a@example.org, b@EXAMPLE.org", ["a@example.org", "b@example.org"], "example.org"],
  [",, a@example.org,", ["a@example.org"], "example.org"],
  ["Team: a@example.org, B <b@example.org>;", ["a@example.org", "b@example.org"], "example.org"],
  ["ada@example.org <ada@example.org>", ["ada@example.org"], "example.org"],
  ["ada@B\xc3\x9cCHER.example", ["ada@xn--bcher-kva.example"], "xn--bcher-kva.example"],
  ["ada@bücher.example", ["ada@xn--bcher-kva.example"], "xn--bcher-kva.example"],
  ["=?utf-8?q?x=40evil.test?= <ada@example.org>", ["ada@example.org"], "example.org"],
];

for (const [field, addresses, domain] of authors) {
  test(`the author of ${JSON.stringify(field)} is read`, () => {
    assert.deepEqual(readAuthor([field]), { addresses, domain });
  });
}

const problems: readonly [fields: readonly string[], code: string][] = [
  [[], "no-from"],
  [[""], "no-from"],
  [["From:"], "no-from"],
  [["undisclosed-recipients:;"], "no-from"],
  [["(only a comment)"], "no-from"],
  [["a@example.org", "a@example.org"], "several-from"],
  [["a@example.org, b@example.net"], "several-domains"],
  [["T: a@example.org;, b@example.net"], "several-domains"],
  [["victim@example.org <a@example.net>"], "several-domains"],
  [["Ada victim@example.org. (x) <a@example.net>"], "several-domains"],
  [["a@[192.0.2.1]"], "invalid-from"],
  [["Ada"], "invalid-from"],
  [["Ada <ada>"], "invalid-from"],
  [["<>"], "invalid-from"],
  [["<a@example.org> <b@example.net>"], "invalid-from"],
  [["<a@example.org>, <b@example.net"], "invalid-from"],
  [["<a@example.org> b"], "invalid-from"],
  [["<@relay.test:a@example.org>"], "invalid-from"],
  [["a@b@example.org"], "invalid-from"],
  [["a@example.org; b@example.net"], "invalid-from"],
  [["Team: a@example.org"], "invalid-from"],
  [["Team: Sub: a@example.org;;"], "invalid-from"],
  [["Team: a@example.org; b@example.org"], "invalid-from"],
  [['"a@example.org'], "invalid-from"],
  [["(a@example.org"], "invalid-from"],
  [["a@example.org\0.evil.test"], "invalid-from"],
  [["a@example.org\r\nb@evil.test"], "invalid-from"],
  [["a@exa mple.org"], "invalid-from"],
  [["a@example..org"], "invalid-from"],
  [["a@example.org."], "invalid-from"],
  [["a@-example.org"], "invalid-from"],
  [['"x@evil.test" a@example.org'], "invalid-from"],
  [['"x@evil.test, "a@example.org'], "invalid-from"],
];

for (const [fields, code] of problems) {
  test(`an author is not guessed from ${JSON.stringify(fields)}`, () => {
    const author = readAuthor(fields);
    assert.equal(author.problem?.code, code, JSON.stringify(author));
    assert.equal(author.domain, undefined);
  });
}

test("reading an author ends for any text, with a domain or a problem", () => {
  const piece = fc.constantFrom(...'<>@,:;"()[]\\ \t\r\n\0'.split(""), "a@b.test", "x", "\r\n ", "é");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const { domain, problem } = readAuthor([pieces.join("")]);
      assert.notEqual(domain === undefined, problem === undefined);
      assert.ok(domain === undefined || domain === "b.test" || !domain.includes("evil"));
    }),
    { numRuns: 2000 },
  );
});

test("reading an author takes time in proportion to the field", () => {
  for (const part of ["(", '"', "<", "a@b.test,", "x:", "\\", "[", "@", " ", "a@x <b@x.test>,", '"a"@'])
    readAuthor([part.repeat(100_000)]);
  // All of a field beside one address: more of it than a call takes arguments.
  for (const name of [`@a${"!".repeat(500_000)}b`, "a@x.".repeat(500_000)])
    readAuthor([`${name} <a@example.org>`]);
});
