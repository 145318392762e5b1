import assert from "node:assert/strict";
import type { X509Certificate } from "node:crypto";
import { describe, it } from "node:test";
import { certificateNames, isHostName } from "#src/net/server/certificate-names.js";

const of = (subjectAltName: string | undefined) => certificateNames({ subjectAltName } as X509Certificate);

describe("the names of a certificate", () => {
  it("are its DNS names, in lower case, each once", () => {
    assert.deepEqual(of("DNS:A.Test, IP Address:127.0.0.1, DNS:b.test, email:x@y.test, DNS:a.test"), [
      "a.test",
      "b.test",
    ]);
    assert.deepEqual(of(undefined), []);
    assert.deepEqual(of("IP Address:127.0.0.1"), []);
  });

  it("may have a star as the whole first label, and nowhere else", () => {
    assert.deepEqual(of("DNS:*.a.test, DNS:m*.a.test, DNS:x.*.test, DNS:*, DNS:*.*.test"), ["*.a.test"]);
  });

  it("are not parts of a name that contains a comma", () => {
    assert.deepEqual(of('DNS:"a.test, DNS:b.test, x", DNS:c.test'), ["c.test"]);
    assert.deepEqual(of('DNS:"a\\", DNS:b.test", DNS:c.test'), ["c.test"]);
  });
});

describe("the name of a host", () => {
  it("is letters, digits and inner hyphens, in labels of bounded length", () => {
    const label = "a".repeat(63);
    for (const name of ["localhost", "a.b", "xn--bcher-kva.test", "1.a", "a-b.c", `${label}.test`])
      assert.ok(isHostName(name), name);
    const long = Array(4).fill(label).join(".");
    const wrong = [
      "",
      ".",
      "a.",
      ".a",
      "a..b",
      "-a",
      "a-",
      "A.test",
      "bücher.test",
      "a_b.test",
      `${label}a`,
      long,
    ];
    for (const name of wrong) assert.ok(!isHostName(name), name);
  });

  it("is not an IP address", () => {
    for (const name of ["127.0.0.1", "::1", "[::1]", "1"]) assert.ok(!isHostName(name), name);
  });

  it("is found quickly to be none, however long the text", () => {
    assert.ok(!isHostName(`${"a-".repeat(50_000)}!`));
    assert.ok(!isHostName(`${"a".repeat(200)}!`));
    assert.ok(!isHostName(`${"a.".repeat(126)}!`));
  });
});
