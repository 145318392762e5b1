import assert from "node:assert/strict";
import { isIPv4, isIPv6 } from "node:net";
import { test } from "node:test";
import { ipText } from "#src/text/ip-address.js";
import { parseIp, reverseName, samePrefix } from "#src/verify/ip-address.js";
import { fc } from "../property.ts";

const ipv6 = fc.oneof(
  fc.ipV6(),
  fc.tuple(fc.ipV4()).map(([ip]) => `64:ff9b::${ip}`),
);

test("an IP address that is written is read back", () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), ipv6), (text) => {
      const ip = parseIp(text);
      assert.ok(ip);
      assert.deepEqual(parseIp(ipText(ip)), ip);
    }),
  );
});

test("an IP address is what Node takes for one", () => {
  const piece = fc.constantFrom(
    ":",
    "::",
    ".",
    "0",
    "1",
    "ff",
    "ffff",
    "fffff",
    "255",
    "256",
    "192.0.2.1",
    "g",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 16 }), (pieces) => {
      const text = pieces.join("");
      assert.equal(parseIp(text) !== undefined, isIPv4(text) || isIPv6(text), text);
    }),
    { numRuns: 3000 },
  );
});

for (const [text, written] of [
  ["2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["0:0:0:0:0:0:0:0", "::"],
  ["0:0:0:0:0:0:0:1", "::1"],
  ["1:0:0:0:0:0:0:0", "1::"],
  ["1:0:2:0:3:0:4:0", "1:0:2:0:3:0:4:0"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["fe80::1%eth0", "fe80::1"],
] as const) {
  test(`${text} is written as in RFC 5952`, () => {
    const ip = parseIp(text);
    assert.equal(ip && ipText(ip), written);
  });
}

test("the name of an address in reverse DNS has its labels backwards", () => {
  assert.equal(reverseName(Uint8Array.of(192, 0, 2, 1)), "1.2.0.192.in-addr.arpa");
  const ip = parseIp("2001:db8::567:89ab");
  const name = "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";
  assert.equal(ip && reverseName(ip), name);
});

test("a prefix is compared bit by bit, and never between IPv4 and IPv6", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.nat(31),
      fc.nat(32),
      (octets, bit, length) => {
        const other = Uint8Array.from(octets);
        other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (128 >> (bit & 7));
        assert.equal(samePrefix(octets, other, length), length <= bit);
        assert.equal(
          samePrefix(octets, Uint8Array.from([...octets, ...octets, ...octets, ...octets]), 0),
          false,
        );
      },
    ),
  );
});
