import assert from "node:assert/strict";
import { test } from "node:test";
import { Resolver } from "envoi/verify";
import { start, world } from "../server/verification/verified.ts";
import { letter, signedBy } from "../verify/signed-mail.ts";
import { serveZone } from "./dns-servers.ts";

// A server that verifies with real DNS: NSD has the zone, Unbound answers, node:dns asks.

test("a server verifies and judges mail with the answers of real DNS", async () => {
  await using dns = await serveZone(world);
  const resolver = Resolver.system({ servers: [dns.address] });
  await using talk = await start({ verify: { resolver, dmarc: "reject" } });
  await talk.client.ask("EHLO client.test");
  const results = async (domain: string, message?: Buffer) => {
    const { reply, authentication } = await talk.mail(domain, message);
    const { spf, dkim = [], dmarc } = authentication ?? {};
    return [reply.slice(0, 3), spf?.result, dkim.map(({ result }) => result).join(), dmarc?.result].join(" ");
  };
  assert.equal(await results("pass.test"), "250 pass  pass");
  assert.equal(await results("soft.test"), "250 fail  fail");
  assert.equal(await results("none.test"), "250 none  none");
  assert.equal(await results("example.com", signedBy(letter)), "250 fail pass pass");
  const { reply } = await talk.mail("fail.test");
  assert.equal(reply, "550 5.7.1 Email rejected per DMARC policy for fail.test");
});
