import assert from "node:assert/strict";
import { describe } from "node:test";
import { readAuthor } from "#src/verify/dmarc/author.js";
import { parseDmarcRecord } from "#src/verify/dmarc/dmarc-record.js";
import { parseIp } from "#src/verify/ip-address.js";
import { expand, parseExplanation } from "#src/verify/spf/macro-string.js";
import { parseSpfRecord } from "#src/verify/spf/spf-record.js";
import { isValidRecord } from "../verify/spf/grammar.js";
import { fuzzEach, type Shares, type Target } from "./fuzz.js";

/** SPF records: what is valid is what the grammar of the RFC says. */
const spf: Target = {
  name: "SPF records",
  words: octets(
    ...[
      "all",
      "include:",
      "a",
      "mx",
      "ptr",
      "exists:",
      "ip4:192.0.2.1",
      "ip6:2001:db8::1",
      "::ffff:192.0.2.1",
    ],
    ...[
      "redirect=",
      "exp=",
      "x=",
      "/24",
      "//64",
      "/0",
      "/33",
      "%{d}",
      "%{l1r-}",
      "%{",
      "}",
      "%%",
      "%_",
      "%-",
      "0",
    ],
    ...["a.test", ".", "-", "+", "~", "?", " ", "  ", "\t", ":", "/", "=", "é", "%{ir}.%{v}._spf.%{d2}"],
  ),
  seeds: octets(
    "mx -all",
    "a:a.test/24//64 include:%{d}.a.test ?all",
    "ip4:192.0.2.0/24 redirect=a.test exp=%{h}",
  ),
  run(input) {
    const text = `v=spf1 ${input.toString("latin1")}`;
    assert.equal(typeof parseSpfRecord(text) === "object", isValidRecord(text));
    const explanation = parseExplanation(text);
    // Macros expand to no more than their value and the text around.
    if (explanation !== undefined) assert.ok(expand(explanation, () => "a.b-c").length <= text.length * 5);
  },
};

/** DMARC records: whatever follows the version, the policies are policies. */
const dmarc: Target = {
  name: "DMARC records",
  words: octets(
    ...[
      "v=DMARC1",
      ";",
      "; ",
      "p=",
      "sp=",
      "np=",
      "none",
      "quarantine",
      "reject",
      "psd=y",
      "psd=n",
      "t=y",
      "adkim=s",
    ],
    ...["rua=mailto:a@b.test", ",", "!10m", "ruf=", "=", " ", "\t", "P=Reject", "é", "\0"],
  ),
  seeds: octets("v=DMARC1; p=reject; rua=mailto:a@b.test", "v=DMARC1;p=none;sp=reject;np=quarantine;t=y"),
  run(input) {
    const text = input.toString("latin1");
    const record = parseDmarcRecord(text);
    assert.equal(record !== undefined, /^v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/.test(text.replace(/^V/, "v")));
    if (record === undefined) return;
    const { policies = { p: "none", sp: "none", np: "none" }, invalid, rua } = record;
    for (const policy of Object.values(policies)) assert.match(policy, /^(?:none|quarantine|reject)$/);
    assert.equal(record.policies === undefined, invalid !== undefined && rua.length === 0);
    if (invalid !== undefined) assert.deepEqual(Object.values(policies), ["none", "none", "none"]);
  },
};

/** From: a domain is in the text, and no second author goes unnoticed. */
const from: Target = {
  name: "From",
  words: octets(
    ...[
      "a@b.test",
      "<",
      ">",
      "@",
      ",",
      ":",
      ";",
      '"',
      "\\",
      "(",
      ")",
      "[",
      "]",
      " ",
      "\t",
      "\r\n ",
      "\r\n",
      "\0",
    ],
    ...["Ada", "b.test", "x.y", "=?utf-8?q?a?=", "é", "[192.0.2.1]", "xn--", "@r.test:", "From:"],
  ),
  seeds: octets(
    "Ada <a@b.test>",
    '"x, y" <a@b.test>, c@b.test',
    "T: a@b.test, <c@b.test>;",
    "a (c (d)) @ b.test",
  ),
  run(input) {
    const text = input.toString("latin1");
    const { domain, problem } = readAuthor([text]);
    assert.equal(domain === undefined, problem !== undefined);
    if (domain === undefined) return;
    assert.equal(readAuthor([`z@${domain}`]).domain, domain);
    if (/^[\0-\x7f]*$/.test(text)) assert.ok(text.toLowerCase().includes(domain));
    assert.equal(readAuthor([`${text.replace(/\r\n$/, "")}, z@other.example`]).domain, undefined);
    assert.equal(readAuthor([text, text]).domain, undefined);
  },
};

/** IP addresses: what is read is written, and read again as the same. */
const ip: Target = {
  name: "IP addresses",
  words: octets("::", ":", ".", "0", "1", "255", "ffff", "192.0.2.1", "2001:db8", "%eth0", "::ffff:", "g"),
  seeds: octets("192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", "1:2:3:4:5:6:7:8"),
  run(input) {
    const address = parseIp(input.toString("latin1"));
    if (address !== undefined) assert.ok(address.length === 4 || address.length === 16);
  },
};

function octets(...texts: readonly string[]): Buffer[] {
  return texts.map((text) => Buffer.from(text, "latin1"));
}

describe("the readers of what strangers publish and write, fuzzed", () => {
  const shares: Shares = [
    [spf, 40],
    [from, 40],
    [dmarc, 15],
    [ip, 5],
  ];
  fuzzEach(shares);
});
