import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { canonicalIp, ipOctets, ipText, unmappedAddress } from "#src/text/ip-address.js";
import { fc } from "../property.ts";

describe("canonicalIp", () => {
  it("gives one text for each way to write an address", () => {
    const ways: Readonly<Record<string, readonly string[]>> = {
      "192.0.2.1": ["192.0.2.1", "::ffff:192.0.2.1", "::FFFF:c000:201", "0:0:0:0:0:ffff:192.0.2.1"],
      "2001:db8::1": ["2001:db8::1", "2001:0DB8:0:0:0:0:0:1", "2001:db8:0::0:1"],
      "::": ["::", "0:0:0:0:0:0:0:0"],
    };
    for (const [canonical, texts] of Object.entries(ways))
      for (const text of texts) assert.equal(canonicalIp(text), canonical, text);
  });

  it("refuses what is not an address, alone and whole", () => {
    for (const text of [
      "",
      "192.0.2",
      "192.0.2.256",
      "192.0.02.1",
      "0x7f.0.0.1",
      "2130706433",
      "192.0.2.1/32",
      " 192.0.2.1",
      "192.0.2.1\n",
      "fe80::1%eth0",
      "[::1]",
      "::1::",
      "1:2:3:4:5:6:7:8:9",
      "::12345",
      "localhost",
    ])
      assert.equal(canonicalIp(text), undefined, JSON.stringify(text));
  });

  it("leaves the canonical text as it is", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const canonical = canonicalIp(text);
        assert.equal(canonical === undefined ? undefined : canonicalIp(canonical), canonical);
      }),
    );
  });
});

describe("unmappedAddress", () => {
  it("gives an IPv4 address for each way to write it as IPv6", () => {
    for (const mapped of [
      "::ffff:127.0.0.1",
      "::FFFF:127.0.0.1",
      "::ffff:7f00:1",
      "0:0:0:0:0:ffff:127.0.0.1",
    ])
      assert.equal(unmappedAddress(mapped), "127.0.0.1");
  });

  it("leaves everything else as it is", () => {
    for (const address of [
      "127.0.0.1",
      "::1",
      "2001:db8::ffff:1",
      "64:ff9b::7f00:1",
      "::ffff:0:1:2",
      "fe80::1%eth0",
      "",
    ])
      assert.equal(unmappedAddress(address), address);
  });
});

describe("ipOctets and ipText", () => {
  it("read and write the octets of an address", () => {
    for (const [text, hex] of [
      ["192.0.2.1", "c0000201"],
      ["::", "00000000000000000000000000000000"],
      ["::1", "00000000000000000000000000000001"],
      ["1::", "00010000000000000000000000000000"],
      ["2001:db8::8a2e:0:1", "20010db80000000000008a2e00000001"],
      ["1:2:3:4:5:6:7:8", "00010002000300040005000600070008"],
    ] as const) {
      const octets = ipOctets(text);
      assert.equal(Buffer.from(octets ?? []).toString("hex"), hex, text);
      assert.equal(octets && ipText(octets), text);
    }
  });

  it("are inverses", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const octets = ipOctets(text);
        assert.ok(octets);
        assert.equal(ipText(octets), canonicalIp(text));
      }),
    );
  });
});
