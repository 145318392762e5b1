import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DEFAULT_CIPHERS } from "node:tls";
import { fitsKeys, resolveTlsSettings } from "#src/net/server/tls-settings.js";

describe("the settings of TLS", () => {
  it("are those of Node, unless they say otherwise", () => {
    assert.deepEqual(resolveTlsSettings({}, ""), { minVersion: undefined });
    assert.deepEqual(resolveTlsSettings({ minVersion: "TLSv1.3" }, ""), { minVersion: "TLSv1.3" });
  });

  it("allow the signatures of old versions if one is asked for", () => {
    for (const minVersion of ["TLSv1", "TLSv1.1"] as const) {
      const { ciphers } = resolveTlsSettings({ minVersion }, "");
      assert.equal(ciphers, `${DEFAULT_CIPHERS}:@SECLEVEL=0:!aNULL:!eNULL`);
    }
    const { ciphers } = resolveTlsSettings({ minVersion: "TLSv1", ciphers: "AES128-SHA:@SECLEVEL=0" }, "");
    assert.equal(ciphers, "AES128-SHA:@SECLEVEL=0:!aNULL:!eNULL");
  });

  it("are refused if the ciphers rule out the version, or do not exist", () => {
    assert.throws(
      () => resolveTlsSettings({ minVersion: "TLSv1", ciphers: "AES128-SHA:@SECLEVEL=1" }, "listeners[1]."),
      /listeners\[1\]\.ciphers: @SECLEVEL=1 rules out TLSv1\. Write @SECLEVEL=0, or leave it out$/,
    );
    assert.throws(
      () => resolveTlsSettings({ minVersion: "TLSv1.1", ciphers: "TLS_AES_128_GCM_SHA256" }, ""),
      /ciphers: has only ciphers of TLS 1\.3, which rule out TLSv1\.1\. Add ciphers of older versions/,
    );
    for (const ciphers of ["no-such-cipher", "TLS_NO_SUCH_SUITE", "aNULL", "eNULL"])
      assert.throws(
        () => resolveTlsSettings({ ciphers }, ""),
        /^EnvoiError: ciphers: OpenSSL refuses/,
        ciphers,
      );
  });

  it("keep a list of suites of TLS 1.3 as it is", () => {
    const ciphers = "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256";
    assert.equal(resolveTlsSettings({ ciphers }, "").ciphers, ciphers);
  });
});

describe("ciphers and types of keys", () => {
  const fits = (ciphers: string | undefined, ...keyTypes: string[]) => fitsKeys({ ciphers }, keyTypes);

  it("fit if OpenSSL has a cipher of the list for one of the keys", () => {
    for (const [ciphers, ...keyTypes] of [
      ["ECDHE-RSA-AES128-GCM-SHA256", "rsa"],
      ["ECDHE-RSA-AES128-GCM-SHA256", "rsa-pss"],
      ["ECDHE-RSA-AES128-GCM-SHA256", "ec", "rsa"],
      ["ECDHE-ECDSA-AES128-GCM-SHA256", "ec"],
      ["ECDHE-ECDSA-AES128-GCM-SHA256:@SECLEVEL=0:!aNULL", "ed25519"],
      ["AES128-SHA", "rsa"],
      ["HIGH:!aRSA", "ec"],
      ["ALL", "rsa"],
    ] as const)
      assert.equal(fits(ciphers, ...keyTypes), true, `${ciphers} ${keyTypes}`);
    for (const [ciphers, ...keyTypes] of [
      ["ECDHE-RSA-AES128-GCM-SHA256", "ec"],
      ["ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA", "ec", "ed25519"],
      ["ECDHE-ECDSA-AES128-GCM-SHA256", "rsa"],
      ["AES128-SHA", "rsa-pss"],
      ["HIGH:!aRSA", "rsa"],
      ["aECDSA:@SECLEVEL=0", "rsa"],
      ["PSK", "rsa", "ec"],
    ] as const)
      assert.equal(fits(ciphers, ...keyTypes), false, `${ciphers} ${keyTypes}`);
  });

  it("always fit if TLS 1.3 is possible", () => {
    assert.equal(fits(undefined, "ec"), true);
    assert.equal(fits("TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256", "ec"), true);
    const settings = { minVersion: "TLSv1.3", ciphers: "ECDHE-RSA-AES128-GCM-SHA256" } as const;
    assert.equal(fitsKeys(settings, ["ec"]), true);
  });
});
