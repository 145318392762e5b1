import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { addressKey } from "#src/net/server/address-key.js";

describe("addressKey", () => {
  it("is an IPv4 address itself", () => {
    assert.notEqual(addressKey("192.0.2.1"), addressKey("192.0.2.2"));
    assert.equal(addressKey("192.0.2.1"), "192.0.2.1");
  });

  it("is the same for IPv6 addresses of one network of 64 bits, however they are written", () => {
    const same = ["2001:db8:0:7::1", "2001:db8::7:ffff:ffff:ffff:ffff", "2001:0db8:0000:0007:1:2:3:4"];
    assert.deepEqual(new Set(same.map(addressKey)), new Set(["20010db800000007/64"]));
  });

  it("differs between IPv6 networks", () => {
    const all = [
      "2001:db8:0:7::1",
      "2001:db8:0:8::1",
      "2001:db8:7::1",
      "::1",
      "64:ff9b::192.0.2.1",
      "1::",
      "0:1::",
    ];
    assert.equal(new Set(all.map(addressKey)).size, all.length);
    assert.equal(addressKey("::"), addressKey("::1"));
  });

  it("keeps the zone, because the same link-local network exists on each interface", () => {
    assert.notEqual(addressKey("fe80::1%eth0"), addressKey("fe80::1%eth1"));
    assert.equal(addressKey("fe80::1%eth0"), addressKey("fe80::2%eth0"));
  });

  it("is empty for a client without an address", () => {
    assert.equal(addressKey(""), "");
  });
});
