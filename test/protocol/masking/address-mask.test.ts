import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { withoutAddresses } from "#src/protocol/masking/address-mask.js";
import { cpuTime } from "../../cpu-time.js";

describe("a text without its addresses", () => {
  const texts: readonly (readonly [string, string])[] = [
    ["550 <jo@y.test>: unknown", "550 <[address]>: unknown"],
    ["550 jo+tag@y.test... User unknown", "550 [address] User unknown"],
    ["550 <o'neil@y.test> unknown", "550 <[address]> unknown"],
    ['550 <"jo doe"@y.test> unknown', "550 <[address]> unknown"],
    ['550 <"a\\"b@c\\\\"@y.test> unknown', "550 <[address]> unknown"],
    ["550 <grüße@bücher.example> unknown", "550 <[address]> unknown"],
    ["550 <jo@[IPv6:2001:db8::1]> unknown", "550 <[address]> unknown"],
    ["RCPT TO:<jo@y.test> ORCPT=rfc822;jo+2Bx@y.test", "RCPT TO:<[address]> ORCPT=rfc822;[address]"],
    ["jo@y.test,an@y.test", "[address],[address]"],
    ["no address: @ alone, a@ or @b", "no address: @ alone, a@ or @b"],
    ['says "no" to "all"', 'says "no" to "all"'],
  ];
  for (const [text, expected] of texts) {
    it(`is: ${expected}`, () => assert.equal(withoutAddresses(text), expected));
  }

  it("takes linear time, also for what a server has made up to take long", () => {
    const spent = cpuTime();
    for (const part of ["a", '"', "a@", '"\\', '"a"', "<", "@", ' "a', '"\\ ', "a@[", "\\"])
      withoutAddresses(`${part.repeat(500_000 / part.length)}@`);
    assert.ok(spent() < 2000);
  });
});
