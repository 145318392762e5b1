import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { unmappedAddress } from "#src/text/unmapped-address.js";

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
