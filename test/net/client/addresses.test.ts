import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { addressesOf, systemResolve } from "#src/net/client/addresses.js";

const resolveTo =
  (...addresses: string[]) =>
  async () =>
    addresses;

function failing(code: string) {
  return () => Promise.reject(Object.assign(new Error(code), { code }));
}

describe("the addresses of a host", () => {
  it("alternate between the families, beginning with that of the best (RFC 8305 4)", async () => {
    for (const [given, tried] of [
      [
        ["::1", "::2", "::3", "192.0.2.1"],
        ["::1", "192.0.2.1", "::2", "::3"],
      ],
      [
        ["192.0.2.1", "::1", "::2"],
        ["192.0.2.1", "::1", "::2"],
      ],
      [
        ["192.0.2.1", "192.0.2.2", "::1", "::2", "::3"],
        ["192.0.2.1", "::1", "192.0.2.2", "::2", "::3"],
      ],
      [
        ["192.0.2.2", "192.0.2.1"],
        ["192.0.2.2", "192.0.2.1"],
      ],
      [["192.0.2.1", "192.0.2.1"], ["192.0.2.1"]],
    ] as const) {
      assert.deepEqual(await addressesOf("host.test", resolveTo(...given), undefined), tried);
    }
  });

  it("of an IP address are that address, and nobody is asked", async () => {
    const nobody = () => assert.fail("was asked");
    for (const host of ["192.0.2.1", "::1", "fe80::1%eth0"]) {
      assert.deepEqual(await addressesOf(host, nobody, undefined), [host]);
    }
  });

  it("are those that can be reached from the local address", async () => {
    const resolve = resolveTo("::1", "192.0.2.1", "::2");
    assert.deepEqual(await addressesOf("host.test", resolve, "192.0.2.9"), ["192.0.2.1"]);
    assert.deepEqual(await addressesOf("host.test", resolve, "2001:db8::9"), ["::1", "::2"]);
  });

  it("fail with what is known of the name", async () => {
    for (const [resolve, message] of [
      [failing("ENOTFOUND"), /^the host host\.test is not known$/],
      [failing("EAI_AGAIN"), /cannot be looked up now/],
      [failing("ESERVFAIL"), /cannot be looked up \(ESERVFAIL\)/],
      [resolveTo(), /has no address$/],
    ] as const) {
      await assert.rejects(addressesOf("host.test", resolve, undefined), {
        kind: "connection",
        phase: "connect",
        transient: true,
        message,
      });
    }
    await assert.rejects(addressesOf("192.0.2.1", systemResolve, "::1"), { message: /has no IPv6 address/ });
  });

  it("of localhost are loopback", async () => {
    for (const address of await systemResolve("localhost")) assert.match(address, /^(?:127\.|::1$)/);
  });
});
