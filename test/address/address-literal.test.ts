import assert from "node:assert/strict";
import { isIPv4, isIPv6 } from "node:net";
import { test } from "node:test";
import {
  formatAddressLiteral,
  isAddressLiteral,
  parseAddressLiteral,
  writeLiteral,
} from "#src/address/address-literal.js";
import { fc } from "../property.ts";
import { refused } from "./refused.ts";

test("reads a literal with an IPv4 or a tagged IPv6 address", () => {
  assert.deepEqual(parseAddressLiteral("[127.0.0.1]"), { family: 4, address: "127.0.0.1" });
  assert.deepEqual(parseAddressLiteral("[IPv6:::1]"), { family: 6, address: "::1" });
  assert.deepEqual(parseAddressLiteral("[ipv6:1:2:3:4:5:6:7::]"), { family: 6, address: "1:2:3:4:5:6:7:0" });
});

test("refuses any other literal", () => {
  const strangers = [
    "[]",
    "[x@evil.com]",
    "[127.0.0.1\r\n]",
    "[127.0.0.1",
    "127.0.0.1",
    "[127.0.0.1]]",
    "[127.0.0]",
    "[127.0.0.256]",
    "[127.0.0.01]",
    "[127.0.0.1.]",
    "[::1]",
    "[IPv6:]",
    "[IPv6:1::2::3]",
    "[IPv6:fe80::1%eth0]",
    "[IPv6:::1]x",
    "[IPv6:[::1]]",
    "[IPv6:::1 ]",
    "[tag:x]",
  ];
  for (const text of strangers) refused(() => parseAddressLiteral(text));
});

test("a literal is written for the address of a socket", () => {
  assert.equal(formatAddressLiteral("192.0.2.1"), "[192.0.2.1]");
  assert.equal(formatAddressLiteral("::ffff:192.0.2.1"), "[192.0.2.1]");
  assert.equal(formatAddressLiteral("2001:DB8::0:1"), "[IPv6:2001:db8::1]");
  assert.equal(formatAddressLiteral("fe80::1%eth0"), "[IPv6:fe80::1]");
  for (const ip of ["", "localhost", "[::1]", "1.2.3", "::1]\r\n"]) refused(() => formatAddressLiteral(ip));
});

test("writing and parsing are inverses, and agree with the system about what an address is", () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (ip) => {
      const literal = formatAddressLiteral(ip);
      assert.ok(isAddressLiteral(literal));
      const { family, address } = parseAddressLiteral(literal);
      assert.ok(family === 4 ? isIPv4(address) : isIPv6(address));
      assert.equal(writeLiteral({ family, address }), literal);
    }),
  );
  const text = fc.string({ unit: fc.constantFrom(..."0123f:::."), maxLength: 20 });
  fc.assert(
    fc.property(text, (ip) => {
      if (isIPv6(ip)) assert.equal(parseAddressLiteral(`[IPv6:${ip}]`).family, 6);
      else refused(() => parseAddressLiteral(`[IPv6:${ip}]`));
    }),
    { numRuns: 2000 },
  );
});
