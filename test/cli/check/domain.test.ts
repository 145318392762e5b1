import assert from "node:assert/strict";
import { test } from "node:test";
import { TestServer } from "envoi/testing";
import type { CheckZone } from "#src/cli/dns/zone-dns.js";
import { check, checkZone, file } from "./check.ts";

/** A domain that is in order. */
const sound: CheckZone = {
  "sound.test": { MX: [[10, "mx.sound.test"]], TXT: ["v=spf1 mx -all"] },
  "mx.sound.test": { A: "127.0.0.1" },
  "_dmarc.sound.test": { TXT: ["v=DMARC1; p=reject; rua=mailto:reports@sound.test"] },
};

test("check does not report that the made-up mail exchangers of a zone cannot be reached", async (context) => {
  const zone = {
    ...sound,
    "mx.sound.test": { A: "192.0.2.25", AAAA: "2001:db8::25" },
    "_submissions._tcp.sound.test": { SRV: [[0, 1, 465, "mx.sound.test"]] },
  };
  const { findings, domain } = await check("sound.test", [
    ...["--zone", file(context, "zone.json", JSON.stringify(zone))],
  ]);
  assert.deepEqual(findings, []);
  assert.equal(domain?.servers[0]?.addresses[0]?.outcome, "unreachable");
});

test("check names what is wrong with the DNS of a domain first", async (context) => {
  const spf = (text: string): CheckZone => ({
    "sound.test": { ...(sound["sound.test"] as object), TXT: [text] },
  });
  const dmarc = (...texts: string[]): CheckZone => ({ "_dmarc.sound.test": { TXT: texts } });
  const mx = (...records: [number, string][]): CheckZone => ({
    "sound.test": { MX: records, TXT: ["v=spf1 -all"] },
  });
  for (const [changes, code] of [
    [mx([10, "192.0.2.1"]), "mx-address"],
    [mx([10, "nowhere.test"]), "mx-unresolved"],
    [mx([0, "."], [10, "mx.sound.test"]), "mx-null-mixed"],
    [{ "mx.sound.test": { CNAME: "real.test" }, "real.test": { A: "127.0.0.1" } }, "mx-alias"],
    [{ "mx.sound.test": "temporary" }, "dns-failed"],
    [{ "sound.test": { A: "127.0.0.1", TXT: ["v=spf1 -all"] } }, "mx-missing"],
    [{ "sound.test": { CNAME: "gone.test" }, "mx.sound.test": { A: "127.0.0.1" } }, "domain-alias-dangling"],
    [spf("v=spf1 +all"), "spf-anybody"],
    [spf("v=spf1 ip4:0.0.0.0/0 -all"), "spf-anybody"],
    [spf("v=spf1 mx ?all"), "spf-neutral"],
    [spf("v=spf1 mx"), "spf-neutral"],
    [spf("v=spf1 ipv4:192.0.2.1 -all"), "spf-syntax"],
    [spf("v=spf1 include:nowhere.test -all"), "spf-missing-record"],
    [spf("v=spf1 a:x.test a:y.test a:z.test -all"), "spf-limits"],
    [
      spf(`v=spf1 ${Array.from({ length: 11 }, (_, at) => `a:h${at}.test`).join(" ")} -all`),
      "spf-too-many-lookups",
    ],
    [spf("v=spf1 include:sound.test -all"), "spf-too-many-lookups"],
    [spf("not spf"), "spf-missing"],
    [
      { "sound.test": { MX: [[10, "mx.sound.test"]], TXT: ["v=spf1 -all", "v=spf1 mx -all"] } },
      "spf-several-records",
    ],
    [dmarc("v=DMARC1; p=none"), "dmarc-policy-none"],
    [dmarc("v=DMARC1; p=reject; t=y"), "dmarc-testing"],
    [dmarc("v=DMARC1; p=rejekt"), "dmarc-invalid"],
    [dmarc("v=dmarc1; p=reject"), "dmarc-invalid"],
    [dmarc("v=DMARC1 p=reject"), "dmarc-invalid"],
    [dmarc("unrelated"), "dmarc-missing"],
    [{ "_dmarc.sound.test": { CNAME: "gone.test" } }, "dmarc-missing"],
    [{ "sound.test": "temporary" }, "dns-failed"],
    [dmarc("v=DMARC1; p=reject; rua=mailto:x@elsewhere.test"), "dmarc-report-destination"],
    [{ "_mta-sts.sound.test": { TXT: ["v=STSv1; id=1", "v=STSv1; id=2"] } }, "mta-sts-broken"],
    [{ "_mta-sts.sound.test": { TXT: ["v=STSv1; id=1"] } }, "mta-sts-broken"],
    [{ "_smtp._tls.sound.test": { TXT: ["v=TLSRPTv1; rua=nowhere"] } }, "tls-rpt-invalid"],
    [{ "_25._tcp.mx.sound.test": { TLSA: "1 1 1 00" } }, "dane-invalid"],
    [{ "_submission._tcp.sound.test": { SRV: [[0, 1, 587, "nowhere.test"]] } }, "srv-unresolved"],
  ] as const satisfies readonly (readonly [CheckZone, string])[]) {
    const { findings } = await checkZone(context, "sound.test", { ...sound, ...changes });
    assert.equal(findings[0]?.code, code, JSON.stringify([changes, findings]));
  }
});

test("check finds nothing wrong with domains that do a thing in another way", async (context) => {
  for (const changes of [
    { "sound.test": { MX: [[0, "."]], TXT: ["v=spf1 -all"] } },
    {
      "sound.test": { MX: [[10, "mx.sound.test"]], TXT: ["v=spf1 redirect=spf.test"] },
      "spf.test": { TXT: "v=spf1 ~all" },
    },
    {
      "_dmarc.sound.test": { TXT: ["v=DMARC1; p=quarantine; rua=mailto:x@dmarc.test"] },
      "sound.test._report._dmarc.dmarc.test": { TXT: "v=DMARC1" },
    },
    { "_submission._tcp.sound.test": { SRV: [[0, 0, 0, "."]] } },
    { "_smtp._tls.sound.test": { TXT: ["v=TLSRPTv1; rua=mailto:t@sound.test,https://r.test/x"] } },
  ] as const satisfies readonly CheckZone[]) {
    const { findings, status } = await checkZone(context, "sound.test", { ...sound, ...changes });
    assert.deepEqual(findings, []);
    assert.equal(status, 0);
  }
});

test("check tells what is wrong with the DKIM key of each selector", async (context) => {
  const strong = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
  const zone: CheckZone = {
    ...sound,
    "good._domainkey.sound.test": { TXT: strong },
    "revoked._domainkey.sound.test": { TXT: "v=DKIM1; p=" },
    "broken._domainkey.sound.test": { TXT: "v=DKIM1; p=AAAA" },
    "testing._domainkey.sound.test": { TXT: `${strong}; t=y` },
    "twice._domainkey.sound.test": { TXT: [strong, `${strong};`] },
  };
  for (const [selector, codes] of [
    ["good", []],
    ["revoked", ["dkim-key-revoked"]],
    ["broken", ["dkim-key-invalid"]],
    ["testing", ["dkim-testing"]],
    ["twice", ["dkim-several-keys"]],
    ["none", ["dkim-no-key"]],
  ] as const) {
    const { findings } = await checkZone(context, "sound.test", zone, ["--selector", selector]);
    assert.deepEqual(
      findings.map(({ code }) => code),
      codes,
    );
  }
});

test("check connects to the servers that SRV records name", async (context) => {
  const server = await TestServer.start({ tls: "starttls", certificate: "expired" });
  context.after(() => server.close());
  const zone = {
    ...sound,
    localhost: { A: "127.0.0.1" },
    "sound.test": { MX: [[0, "."]], TXT: ["v=spf1 -all"] },
    "_submission._tcp.sound.test": { SRV: [[0, 1, server.port, "localhost"]] },
  };
  const { findings } = await check("sound.test", [
    ...["--zone", file(context, "zone.json", JSON.stringify(zone))],
    ...["--ca", file(context, "ca.pem", server.ca)],
  ]);
  assert.equal(findings[0]?.code, "certificate-expired");
});
