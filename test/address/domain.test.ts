/// <reference path="../../src/address/punycode.d.ts" />
import assert from "node:assert/strict";
import { test } from "node:test";
import punycode from "punycode.js";
import { canonicalDomain, displayDomain } from "#src/address/domain.js";
import { fc } from "../property.ts";
import { refused } from "./refused.ts";

const canonical: [text: string, domain: string, display?: string][] = [
  ["example.com", "example.com"],
  ["EXAMPLE.Com", "example.com"],
  ["localhost", "localhost"],
  ["5f2c3a.local", "5f2c3a.local"],
  ["r3---sn.example", "r3---sn.example"],
  ["mail_catcher", "mail_catcher"],
  ["_dmarc.Example.com", "_dmarc.example.com"],
  ["MÜNCHEN.de", "xn--mnchen-3ya.de", "münchen.de"],
  ["mu\u0308nchen.de", "xn--mnchen-3ya.de", "münchen.de"],
  ["XN--MNCHEN-3YA.de", "xn--mnchen-3ya.de", "münchen.de"],
  ["ＥＸＡＭＰＬＥ.com", "example.com"],
  ["\uff45\uff56\uff49\uff4c.com", "evil.com"],
  ["good.com\u3002evil.com", "good.com.evil.com"],
  ["good\uff0ecom", "good.com"],
  ["go\u00adod.com", "good.com"],
  ["go\u200bod.com", "good.com"],
  ["faß.de", "xn--fa-hia.de", "faß.de"],
  ["STRAẞE.de", "xn--strae-oqa.de", "straße.de"],
  ["ẞ.example", "xn--zca.example", "ß.example"],
  ["STRASSE.de", "strasse.de"],
  ["e\u0301\u0327.de", "xn--fma64b.de", "\u0229\u0301.de"],
  ["\u00e9\u0327.de", "xn--fma64b.de", "\u0229\u0301.de"],
  ["☃.net", "xn--n3h.net", "☃.net"],
  ["xn--ls8h.la", "xn--ls8h.la", "💩.la"],
  ["例え.テスト", "xn--r8jz45g.xn--zckzah", "例え.テスト"],
  ["\u212aelvin.de", "kelvin.de"],
  ["a1.אב", "a1.xn--4dbc", "a1.אב"],
  ["a.א1", "a.xn--1-zhc", "a.א1"],
  ["a-b.\u0627\u0661\u0628", "a-b.xn--mgbc4o", "a-b.\u0627\u0661\u0628"],
  ["א\u05b0.example", "xn--7cb7d.example", "א\u05b0.example"],
  [
    "موقع.وزارة-الاتصالات.مصر",
    "xn--4gbrim.xn----ymcbaaajlc6dj7bxne2c.xn--wgbh1c",
    "موقع.وزارة-الاتصالات.مصر",
  ],
  ["[192.0.2.1]", "[192.0.2.1]"],
  ["[ipv6:2001:DB8:0:0::1]", "[IPv6:2001:db8::1]"],
];

for (const [text, domain, display = domain] of canonical) {
  test(`${JSON.stringify(text)} is ${domain}`, () => {
    assert.equal(canonicalDomain(text), domain);
    assert.equal(canonicalDomain(domain), domain);
    assert.equal(displayDomain(domain), display);
  });
}

const strangers: [text: string, position: number | undefined, problem: RegExp][] = [
  ["", 0, /missing/],
  [".", 0, /ends in a dot/],
  ["a..b", 2, /empty/],
  ["a.b.", 3, /ends in a dot/],
  ["é.", undefined, /ends in a dot/],
  ["é..b", undefined, /empty/],
  ["\u00ad.com", undefined, /empty/],
  ["-a.com", 0, /begin with a hyphen/],
  ["a.b-.com", 2, /end in a hyphen/],
  ["-é.com", undefined, /A-label/],
  ["é-.com", undefined, /A-label/],
  ["a b.com", 1, /" "/],
  ["a%2e.com", 1, /"%"/],
  ["a/b", 1, /"\/"/],
  ["é／b.com", undefined, /UTS 46/],
  ["é％41.com", undefined, /UTS 46/],
  ["é：25", undefined, /UTS 46/],
  ["a@b", 1, /second "@"/],
  ["a\r\n.com", 1, /line break/],
  ["a\u200e.com", 1, /direction/],
  ["a\ud800.com", 1, /surrogate/],
  ["xn--a.com", 0, /A-label/],
  ["b.xn--.com", 2, /hyphen/],
  ["xn--abc-.com", 0, /hyphen/],
  ["xn--abc.com", 0, /A-label/],
  ["xn--example-.com", 0, /hyphen/],
  ["xn--1ug.com", 0, /A-label/],
  ["xn--99999999.com", 0, /A-label/],
  // The A-label of an upper-case letter: its canonical form is another.
  [`${punycode.toASCII("É")}.com`, 0, /A-label/],
  ["xn--é.com", undefined, /UTS 46/],
  ["é.xn--a", undefined, /UTS 46/],
  ["אבa.com", undefined, /UTS 46|Bidi/],
  ["aت.com", undefined, /UTS 46|Bidi/],
  ["用ب.com", undefined, /UTS 46|Bidi/],
  ["\u0660ב.com", undefined, /UTS 46|Bidi/],
  ["א\u0660\u06f1.com", undefined, /UTS 46|Bidi/],
  ["\u0660.com", undefined, /UTS 46|Bidi/],
  ["1a.אב", undefined, /Bidi/],
  ["אב.1a.example", undefined, /Bidi/],
  ["½.אב.example", undefined, /UTS 46|Bidi/],
  ["1A.XN--4DBC", 0, /Bidi/],
  ["_dmarc.xn--4dbc", 0, /Bidi/],
  ["1.2.3.4", 6, /\[192\.0\.2\.1\]/],
  ["１.2.3.4", undefined, /\[192\.0\.2\.1\]/],
  ["a.0x7f", 2, /number/],
  ["123", 0, /number/],
  ["[1.2.3.4", 0, /literal/],
];

for (const [text, position, problem] of strangers) {
  test(`${JSON.stringify(text)} is not a domain`, () => {
    const error = refused(() => canonicalDomain(text));
    assert.match(error.problem, problem);
    assert.equal(error.position, position);
  });
}

test("a label has at most 63 octets, as an A-label too", () => {
  assert.equal(canonicalDomain(`${"a".repeat(63)}.com`).length, 67);
  assert.equal(refused(() => canonicalDomain(`b.${"a".repeat(64)}.com`)).position, 2);
  assert.equal(canonicalDomain("é".repeat(57)).length, 63);
  assert.match(refused(() => canonicalDomain("é".repeat(58))).problem, /63 octets.*, got 64/);
});

test("a name has at most 253 octets", () => {
  const name = (octets: number): string =>
    "a."
      .repeat(200)
      .slice(0, octets - 1)
      .concat("b");
  assert.equal(canonicalDomain(name(253)).length, 253);
  assert.equal(canonicalDomain(name(253).toUpperCase()).length, 253);
  refused(() => canonicalDomain(name(255)));
  assert.match(
    refused(() => canonicalDomain("é.".repeat(31).concat("bb.com"))).problem,
    /253 octets.*, got 254/,
  );
});

test("canonicalising by UTS 46 agrees with Punycode of the lower-case NFKC form", () => {
  const script = (letters: string) =>
    fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 12 });
  const label = fc.oneof(
    script("aeiouAEIOUäöüéèñçÄÖÜÉÑÇøåłŁžŽ09"),
    script("абвгдежзийклмнопАБВГДЖ"),
    script("αβγδεζηθικλμΑΒΓΔ"),
    script("日本語中文字例試験한국어テストひらがな"),
    script("कखगघचछजझ"),
    script("ａｂｃＡＢＣ０１９ﾃｽﾄ①ﬁ"),
    script("e\u0301o\u0308n\u0303").map((marks) => `a${marks}`),
  );
  const labels = (each: fc.Arbitrary<string>) => fc.array(each, { minLength: 1, maxLength: 4 });
  // Apart, because of the Bidi rule.
  const name = fc
    .oneof({ weight: 7, arbitrary: labels(label) }, { weight: 1, arbitrary: labels(script("אבגדהוזח")) })
    .map((all) => [...all, "example"].join("."));
  fc.assert(
    fc.property(name, (text) => {
      const expected = punycode.toASCII(text.normalize("NFKC").toLowerCase().normalize("NFKC"));
      const domain = canonicalDomain(text);
      assert.equal(domain, expected);
      assert.equal(canonicalDomain(domain), domain);
      assert.equal(canonicalDomain(displayDomain(domain)), domain);
    }),
    { numRuns: 1000 },
  );
});

test("what comes out is canonical already, or nothing comes out", () => {
  const piece = fc.oneof(
    fc.constantFrom(..."ab09-_.XéßЖ日א１。\u00ad\u200d\u0301", "xn--", "mnchen-3ya", "0x"),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  );
  fc.assert(
    fc.property(fc.string({ unit: piece, maxLength: 16 }), (text) => {
      let domain: string;
      try {
        domain = canonicalDomain(text);
      } catch {
        refused(() => canonicalDomain(text));
        return;
      }
      assert.match(domain, /^[a-z\d_-]+(?:\.[a-z\d_-]+)*$/);
      assert.equal(canonicalDomain(domain), domain);
      assert.equal(canonicalDomain(displayDomain(domain)), domain);
    }),
    { numRuns: 3000 },
  );
});
