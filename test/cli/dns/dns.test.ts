import assert from "node:assert/strict";
import { test } from "node:test";
import { SystemDns } from "#src/cli/dns/system-dns.js";
import { ZoneDns } from "#src/cli/dns/zone-dns.js";
import { dnsServer, wireName } from "../../verify/resolver/dns-server.ts";

const SRV = 33;
const TLSA = 52;

test("SRV and TLSA records are asked for, and what is not there or not answered is told apart", async (context) => {
  const server = await dnsServer((name, type) => {
    if (name === "_submission._tcp.found.test" && type === SRV)
      return {
        records: [
          { type, data: Buffer.concat([Buffer.from([0, 1, 0, 2, 2, 75]), wireName("mail.found.test")]) },
        ],
      };
    if (name === "_25._tcp.mx.found.test" && type === TLSA)
      return { records: [{ type, data: Buffer.concat([Buffer.of(3, 1, 1), Buffer.alloc(32, 0xab)]) }] };
    if (name.endsWith("broken.test")) return { code: 2 };
    return name.endsWith("silent.test") ? undefined : { code: name.endsWith("none.test") ? 3 : 0 };
  });
  context.after(() => server.close());
  const dns = new SystemDns({ servers: [server.address], timeout: 600 });
  assert.deepEqual(await dns.srv("_submission._tcp.found.test"), {
    outcome: "found",
    records: [{ priority: 1, weight: 2, port: 587, target: "mail.found.test" }],
  });
  assert.deepEqual(await dns.srv("_submission._tcp.none.test"), { outcome: "no-name" });
  assert.deepEqual(await dns.srv("_submission._tcp.empty.test"), { outcome: "no-data" });
  assert.equal((await dns.srv("_submission._tcp.broken.test")).outcome, "temporary");
  assert.equal((await dns.srv("_submission._tcp.silent.test")).outcome, "temporary");
  const tlsa = await dns.tlsa("_25._tcp.mx.found.test");
  if (tlsa.outcome === "unsupported") assert.match(tlsa.reason, /Node\.js .* cannot ask for TLSA/);
  else
    assert.deepEqual(tlsa, {
      outcome: "found",
      records: [{ usage: 3, selector: 1, matching: 1, data: "ab".repeat(32) }],
    });
});

test("a zone has services and certificates, and refuses those that are malformed", async () => {
  const dns = new ZoneDns({
    "_submission._tcp.a.test": { SRV: [[0, 1, 587, "mail.a.test."]] },
    "_25._tcp.mx.a.test": { TLSA: ["3 1 1 AB CD", "2 0 1 ef"] },
    "slow.test": "temporary",
    "_submission._tcp.b.test": { SRV: "temporary" },
  });
  assert.deepEqual(await dns.srv("_SUBMISSION._tcp.a.test."), {
    outcome: "found",
    records: [{ priority: 0, weight: 1, port: 587, target: "mail.a.test" }],
  });
  assert.equal((await dns.srv("_submission._tcp.b.test")).outcome, "temporary");
  const found = await dns.tlsa("_25._tcp.mx.a.test");
  assert.deepEqual(found.outcome === "found" && found.records.map(({ data }) => data), ["abcd", "ef"]);
  assert.equal((await dns.addresses("slow.test")).outcome, "temporary");
  assert.deepEqual(await dns.addresses("localhost"), { outcome: "found", records: ["127.0.0.1"] });
  assert.throws(() => new ZoneDns({ "x.test": { SRV: [["a"]] as never } }), /SRV/);
  assert.throws(() => new ZoneDns({ "x.test": { SVR: [] } as never }), /SVR/);
});
