import assert from "node:assert/strict";
import { test } from "node:test";
import { TestServer } from "envoi/testing";
import { digestOf, judgeDane } from "#src/cli/check/domain/dane.js";
import { allows, judgeSts, lookUpSts, parsePolicy, type StsPolicy } from "#src/cli/check/domain/mta-sts.js";
import { probeServer } from "#src/cli/check/server/probe-server.js";
import { ZoneDns } from "#src/cli/dns/zone-dns.js";

const policy = "version: STSv1\r\nmode: enforce\r\nmx: mail.a.test\r\nmx: *.b.test\r\nmax_age: 604800\r\n";

test("an MTA-STS policy is read, and what is wrong with one is named", () => {
  assert.deepEqual(parsePolicy(policy), {
    mode: "enforce",
    maxAge: 604_800,
    mx: ["mail.a.test", "*.b.test"],
  });
  assert.deepEqual(parsePolicy(policy.replaceAll("\r\n", "\n")), parsePolicy(policy));
  for (const [text, problem] of [
    [policy.replace("STSv1", "STSv2"), /version/],
    [policy.replace("enforce", "enforced"), /mode/],
    [policy.replace("604800", "forever"), /max_age/],
    [policy.replace(/mx:.*\r\n/g, ""), /mx/],
    ["<html>", /line/],
  ] as const)
    assert.match(String(parsePolicy(text)), problem);
});

test("a policy allows the hosts that it names, and a star stands for one label", () => {
  const read = parsePolicy(policy) as StsPolicy;
  assert.deepEqual(
    ["mail.a.test", "x.b.test", "b.test", "x.y.b.test", "other.test"].map((host) => allows(read, host)),
    [true, true, false, false, false],
  );
});

test("a mail exchanger that the policy does not allow is an error, and a policy in testing is advice", async () => {
  const dns = new ZoneDns({ "_mta-sts.a.test": { TXT: "v=STSv1; id=20261130" } });
  const found = async (text: string, hosts: string[]) =>
    judgeSts(await lookUpSts(dns, "a.test", async () => ({ text })), hosts).map(({ code }) => code);
  assert.deepEqual(await found(policy, ["mail.a.test", "x.b.test"]), []);
  assert.deepEqual(await found(policy, ["mail.a.test", "y.test"]), ["mta-sts-mx-mismatch"]);
  assert.deepEqual(await found(policy.replace("enforce", "testing"), ["mail.a.test"]), ["mta-sts-testing"]);
  assert.deepEqual(await found(policy.replace("enforce", "none"), ["y.test"]), []);
  const failed = await lookUpSts(dns, "a.test", async () => ({ problem: "no answer" }));
  assert.deepEqual(
    judgeSts(failed, []).map(({ code }) => code),
    ["mta-sts-broken"],
  );
});

test("TLSA records are compared with the certificate of the server", async (context) => {
  const server = await TestServer.start({ tls: "starttls" });
  context.after(() => server.close());
  const target = { host: "127.0.0.1", port: server.port, tls: "opportunistic", name: "127.0.0.1" } as const;
  const options = { timeout: 5_000, authorities: [server.ca] };
  const facts = await probeServer(target, new ZoneDns({}), options);
  const [leaf] = facts.tls?.chain ?? [];
  assert.ok(leaf !== undefined);
  const judge = async (...texts: string[]) => {
    const dns = new ZoneDns({ "_25._tcp.mx.a.test": { TLSA: texts } });
    const answer = await dns.tlsa("_25._tcp.mx.a.test");
    return judgeDane({ name: "_25._tcp.mx.a.test", host: "mx.a.test", answer }, facts).map(
      ({ code }) => code,
    );
  };
  for (const [selector, matching] of [
    [0, 1],
    [1, 1],
    [1, 2],
    [1, 0],
  ] as const)
    assert.deepEqual(await judge(`3 ${selector} ${matching} ${digestOf(leaf, selector, matching)}`), []);
  const other = `3 1 1 ${"00".repeat(32)}`;
  assert.deepEqual(await judge(other), ["dane-mismatch"]);
  assert.deepEqual(await judge(other, `3 1 1 ${digestOf(leaf, 1, 1)}`), []);
  assert.deepEqual(await judge(`1 1 1 ${digestOf(leaf, 1, 1)}`), ["dane-invalid"]);
  assert.deepEqual(await judge("3 1 1 abcd", other), ["dane-invalid", "dane-mismatch"]);
});
