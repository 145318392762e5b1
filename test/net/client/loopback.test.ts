import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isLoopback } from "#src/net/client/loopback.js";

describe("loopback", () => {
  it("is 127/8 and ::1, mapped too", () => {
    for (const address of ["127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1", "0:0:0:0:0:0:0:1"]) {
      assert.equal(isLoopback(address), true, address);
    }
  });

  it("is nothing else: no name, no neighbour, no nothing", () => {
    const others = [
      undefined,
      "",
      "localhost",
      "128.0.0.1",
      "10.0.0.1",
      "0.0.0.0",
      "::",
      "::2",
      "::ffff:10.0.0.1",
      "fe80::1",
      "fe80::1%lo",
      "127.0.0.1.example.org",
    ];
    for (const address of others) assert.equal(isLoopback(address), false, String(address));
  });
});
