import assert from "node:assert/strict";
import type { NetworkInterfaceInfo } from "node:os";
import { describe, it } from "node:test";
import { helloName, type Machine } from "#src/transport/smtp/session/hello-name.js";

function machine(name: string, ...addresses: string[]): Machine {
  const all = ["127.0.0.1", "::1", ...addresses].map(
    (address) =>
      ({
        address,
        family: address.includes(":") ? "IPv6" : "IPv4",
        internal: /^(?:127\.|::1$)/.test(address),
      }) as NetworkInterfaceInfo,
  );
  return { hostname: () => name, networkInterfaces: () => ({ all }) };
}

const direct = { localAddress: "192.0.2.1", loopback: false };
const indirect = { localAddress: undefined, loopback: false };
const unix = { localAddress: undefined, loopback: true };

describe("the name in EHLO", () => {
  it("is the configured one", () => {
    assert.equal(helloName("client.test", direct, machine("other.test")), "client.test");
  });

  it("is otherwise that of the machine, if it is qualified", () => {
    for (const end of [direct, indirect, unix]) {
      assert.equal(helloName(undefined, end, machine("Shop.Example.org")), "shop.example.org");
    }
  });

  it("is never a name that servers refuse", () => {
    for (const name of [
      "localhost",
      "localhost.localdomain",
      "shop",
      "",
      "shop_1.example.org",
      "10.0.0.5",
      "[10.0.0.5]",
      "a..b",
      "x.example.org\r\nMAIL FROM:<>",
      `${"a".repeat(64)}.test`,
    ]) {
      assert.equal(helloName(undefined, direct, machine(name)), "[192.0.2.1]");
    }
  });

  it("is otherwise the socket's own address, as a literal of RFC 5321", () => {
    for (const [localAddress, name] of [
      ["192.0.2.1", "[192.0.2.1]"],
      ["::ffff:192.0.2.1", "[192.0.2.1]"],
      ["2001:db8::1", "[IPv6:2001:db8::1]"],
      ["fe80::1%eth0", "[IPv6:fe80::1]"],
      ["::1", "[IPv6:::1]"],
    ] as const) {
      assert.equal(helloName(undefined, { localAddress, loopback: false }, machine("shop")), name);
    }
  });

  it("is an address of the machine, and not loopback, with a proxy or a connector", () => {
    assert.equal(
      helloName(undefined, indirect, machine("shop", "fe80::1", "2001:db8::9")),
      "[IPv6:2001:db8::9]",
    );
    assert.equal(helloName(undefined, indirect, machine("shop", "2001:db8::9", "10.0.0.5")), "[10.0.0.5]");
    assert.equal(helloName(undefined, indirect, machine("shop")), "[127.0.0.1]");
  });

  it("is, to a Unix socket, the address of loopback", () => {
    assert.equal(helloName(undefined, unix, machine("shop", "10.0.0.5")), "[127.0.0.1]");
  });
});
