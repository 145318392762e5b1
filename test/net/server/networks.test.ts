import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Networks, network } from "#src/net/server/networks.js";

const networks = (...entries: string[]) => new Networks(entries.map((entry) => network(entry, "from")));

describe("Networks", () => {
  it("has the addresses of its networks, and no others", () => {
    const list = networks("10.0.0.0/8", "192.0.2.7", "192.0.2.128/25", "2001:DB8::/33", "::1");
    for (const address of [
      "10.0.0.0",
      "10.255.255.255",
      "192.0.2.7",
      "192.0.2.129",
      "2001:db8:7fff::1",
      "::1",
    ])
      assert.equal(list.has(address), true, address);
    for (const address of ["9.255.255.255", "11.0.0.0", "192.0.2.8", "192.0.2.127", "2001:db8:8000::", "::2"])
      assert.equal(list.has(address), false, address);
  });

  it("has a link-local address in any zone", () => {
    assert.equal(networks("fe80::/10").has("fe80::1%eth0"), true);
  });

  it("has clients of Unix sockets if it says so", () => {
    assert.equal(networks("unix").has(""), true);
    assert.equal(networks("10.0.0.0/8").has(""), false);
    assert.equal(networks("unix").has("10.0.0.1"), false);
  });

  it("has nothing that is not an address", () => {
    for (const text of ["localhost", "10.0.0", "unix", "10.0.0.1/8"])
      assert.equal(networks("10.0.0.0/8").has(text), false);
  });
});

describe("network", () => {
  const refusal = (value: unknown): string => {
    try {
      network(value, "listeners[0].proxyProtocol.from[1]");
    } catch (error) {
      const { kind, message } = error as { kind?: string; message: string };
      assert.equal(kind, "configuration");
      assert.match(message, /^listeners\[0\]\.proxyProtocol\.from\[1\]: /);
      return message;
    }
    return assert.fail(`takes ${value}`);
  };

  it("refuses what is not an address or a network", () => {
    for (const value of [
      "",
      "10.0.0.0/",
      "10.0.0.0/33",
      "10.0.0.0/-1",
      "10.0.0.0/08",
      "10.0.0.0/8/8",
      "10.0.0/8",
      "10.0.0.00/8",
      "2001:db8::/129",
      "fe80::%eth0/10",
      "[::1]",
      " 10.0.0.0/8",
      "10.0.0.0 /8",
      "localhost",
      "*",
      "any",
      "loopback",
      8,
      null,
      /10/,
    ])
      assert.match(refusal(value), /expected an IP address or a network/);
  });

  it("refuses a network of all addresses", () => {
    for (const value of ["0.0.0.0/0", "::/0", "10.0.0.0/0", "2001:db8::/0"])
      assert.match(refusal(value), /every address/);
  });

  it("refuses bits after the prefix, and says what is meant", () => {
    const meant: Readonly<Record<string, string>> = {
      "10.0.0.1/8": "10.0.0.0/8",
      "192.0.2.129/25": "192.0.2.128/25",
      "192.0.2.1/31": "192.0.2.0/31",
      "255.255.255.255/1": "128.0.0.0/1",
      "2001:db8::1/32": "2001:db8::/32",
      "2001:db8:0:ffff::/63": "2001:db8:0:fffe::/63",
    };
    for (const [value, remedy] of Object.entries(meant))
      assert.ok(refusal(value).includes(`Write ${remedy}, or `));
    assert.equal(network("192.0.2.1/32", ""), "192.0.2.1/32");
  });

  it("refuses IPv4 written as IPv6, because such clients count as IPv4", () => {
    for (const value of ["::ffff:10.0.0.0/104", "::ffff:10.0.0.1", "::ffff:0:0/96"])
      assert.match(refusal(value), /Write it as IPv4/);
  });
});
