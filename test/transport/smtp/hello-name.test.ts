import assert from "node:assert/strict";
import { hostname } from "node:os";
import { describe, it } from "node:test";
import { helloName } from "#src/transport/smtp/hello-name.js";

const qualified = hostname().includes(".");

describe("the name in EHLO", () => {
  it("is the one that was chosen", () => {
    assert.equal(helloName("client.test", { localAddress: "127.0.0.1" }), "client.test");
  });

  it("is else the literal of the socket's own address, in the form of RFC 5321", { skip: qualified }, () => {
    for (const [localAddress, name] of [
      ["192.0.2.1", "[192.0.2.1]"],
      ["::ffff:192.0.2.1", "[192.0.2.1]"],
      ["2001:db8::1", "[IPv6:2001:db8::1]"],
      ["fe80::1%eth0", "[IPv6:fe80::1]"],
      ["::1", "[IPv6:::1]"],
    ] as const) {
      assert.equal(helloName(undefined, { localAddress }), name);
    }
  });
});
