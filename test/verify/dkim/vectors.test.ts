import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { test } from "node:test";
import { Resolver, verifyDkim } from "envoi/verify";
import { messageVector, vector } from "../../signing/keys.js";

const football = "football.example.com";
const rfc6376Key = createPublicKey(createPrivateKey(vector("rfc6376-appendix-c.key")));
const brisbane = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const gmail =
  "k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA1Kd87/UeJjenpabgbFwh+eBCsSTrqmwIYYvywlbhbqoo2DymndFkbjOVIPIldNs/m40KF+yzMn1skyoxcTUGCQs8g3FgD2Ap3ZB5DekAo5wMmk4wimDO+U8QzI3SD07y2+07wlNWwIt8svnxgdxGkVbbhzY8i+RQ9DpSVpPbF7ykQxtKXkv/ahW3KjViiAH+ghvvIhkx4xYSIc9oSwVmAl5OctMEeWUwg8Istjqz8BZeTWbf41fbNhte7Y+YqZOwq1Sd0DbvYAD9NOZK9vlfuac0598HY+vtSBczUiKERHv1yRbcaQtZFh5wtiRrN04BLUTD21MycBX5jYchHjPY/wIDAQAB";

const zone = {
  [`test._domainkey.${football}`]: { TXT: [vector("test.txt")] },
  [`brisbane._domainkey.${football}`]: { TXT: [brisbane] },
  "brisbane._domainkey.example.com": {
    TXT: [`v=DKIM1; p=${rfc6376Key.export({ format: "der", type: "spki" }).toString("base64")}`],
  },
  "sed._domainkey.test.ex": { TXT: [vector("eximtest.dns")] },
  "20120113._domainkey.gmail.com": { TXT: [gmail] },
};

/** The record of the RSA key of RFC 8463, replaced by others. */
const withKey = (file: string) => ({ ...zone, [`test._domainkey.${football}`]: { TXT: [vector(file)] } });

/** What each signature of a published message must come to, from top to bottom. */
const table: readonly [file: string, records: typeof zone, expected: readonly string[]][] = [
  ["rfc6376-appendix-a.signed.msg", zone, ["pass verified"]],
  ["rfc8463.signed.msg", zone, ["pass verified", "pass verified"]],
  ["rfc6376.signed.msg", zone, ["pass verified", "pass verified"]],
  ["rfc6376.signed.msg", withKey("test2.txt"), ["pass verified", "pass verified"]],
  ["rfc6376.signed.msg", withKey("badk.txt"), ["pass verified", "permerror key-type"]],
  ["rfc6376.signed.msg", withKey("badversion.txt"), ["pass verified", "permerror key-syntax"]],
  ["rfc6376.signed.msg", withKey("test_bad.txt"), ["pass verified", "permerror key-syntax"]],
  ["rfc6376.signed.msg", withKey("test_tlsrpt.txt"), ["pass verified", "permerror key-service"]],
  ["ed25519test2.msg", zone, ["pass verified"]],
  ["test2.message", zone, ["pass verified"]],
  // Its key is not published any more.
  ["message.mbox", zone, ["permerror no-key"]],
  ["rfc6376.msg", zone, []],
  ["test.message", zone, []],
  ["test_extra.message", zone, []],
  ["test_nofrom.message", zone, []],
  ["ed25519test.msg", zone, []],
];

for (const [index, [file, records, expected]] of table.entries()) {
  test(`gives the expected results for ${file} (row ${index + 1})`, async () => {
    const resolver = Resolver.zone(records);
    const verdicts = await verifyDkim(messageVector(file), { resolver });
    assert.deepEqual(
      verdicts.map(({ result, code }) => `${result} ${code}`),
      expected,
    );
  });
}
