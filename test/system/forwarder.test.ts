import assert from "node:assert/strict";
import { test } from "node:test";
import { DkimSigner, Message, SmtpTransport } from "envoi";
import { SmtpServer } from "envoi/server";
import { ArcSealer, type Authentication, Resolver, Srs } from "envoi/verify";
import { Client } from "../server/client.js";
import { rsa } from "../signing/keys.js";

const author = { domain: "author.test", selector: "s", key: rsa };
const forwarder = { domain: "fwd.test", selector: "arc", key: rsa };
const keys = [author, forwarder].map((signing) => {
  const { name, value } = DkimSigner.record(signing);
  return [name, { TXT: [value] }] as const;
});
/** The author sends from 192.0.2.1, the forwarder from this machine. */
const resolver = Resolver.zone({
  ...Object.fromEntries(keys),
  "author.test": { TXT: ["v=spf1 ip4:192.0.2.1 -all"] },
  "_dmarc.author.test": { TXT: ["v=DMARC1; p=reject; adkim=s; aspf=s"] },
  "fwd.test": { TXT: ["v=spf1 ip4:127.0.0.1 -all"] },
});
const srs = Srs.create({ domain: "fwd.test", secrets: ["secret"] });
const sealer = ArcSealer.create(forwarder);

/** A mail that arrived at the next hop. */
interface Arrived {
  readonly from: string;
  readonly octets: string;
  readonly authentication: Authentication;
}

/** Sends a mail of the author through a forwarder that changes it in this way, to a server that refuses by DMARC. */
async function forwarded(
  change: (message: Buffer) => Buffer,
  { trustedSealers = [], rewrite = true }: { trustedSealers?: string[]; rewrite?: boolean } = {},
): Promise<{ reply: string; arrived: Arrived | undefined }> {
  let arrived: Arrived | undefined;
  await using next = await SmtpServer.listen({
    hostname: "mx.next.test",
    domains: ["next.test"],
    verify: { resolver, dmarc: "reject", trustedSealers },
    async data({ envelope, bytes, authentication }) {
      const octets = (await bytes()).toString("latin1");
      arrived = { from: String(envelope.from ?? ""), octets, authentication: await authentication() };
    },
  });
  await using transport = SmtpTransport.builderDangerous("127.0.0.1").port(next.port).build();
  await using server = await SmtpServer.listen({
    hostname: "fwd.test",
    domains: ["fwd.test"],
    xclient: { from: ["127.0.0.1"] },
    verify: { resolver, dmarc: "reject" },
    onError() {},
    async data({ envelope, bytes, authentication }) {
      const raw = await bytes();
      const found = await authentication();
      const message = change(found.stamp(raw));
      const sealed = Buffer.concat([await sealer.seal(message, found), message]);
      const from = rewrite ? srs.forward(envelope.from) : envelope.from;
      await transport.sendRaw({ from: from && String(from), to: ["ann@next.test"] }, sealed);
    },
  });
  const mail = await Message.builder()
    .from("ann@author.test")
    .to("list@fwd.test")
    .subject("Hello")
    .text("First\n.second\n")
    .sign(DkimSigner.create(author))
    .build()
    .bytes();
  await using client = await Client.connect(server.port);
  await client.reply();
  await client.ask("EHLO proxy.test");
  await client.ask("XCLIENT ADDR=192.0.2.1");
  client.say("EHLO mx.author.test", "MAIL FROM:<ann@author.test>", "RCPT TO:<list@fwd.test>", "DATA");
  await client.replies(4);
  client.write(Buffer.from(mail.toString("latin1").replace(/^\./gm, ".."), "latin1"));
  return { reply: await client.ask("."), arrived };
}

test("a forwarder that leaves the message alone passes at the next hop, by SPF, DKIM, DMARC and ARC", async () => {
  const { reply, arrived } = await forwarded((message) => message);
  assert.match(reply, /^250/);
  const { authentication, from = "", octets = "" } = arrived ?? {};
  const { spf, dkim, arc, dmarc } = authentication ?? assert.fail("nothing arrived");
  assert.deepEqual(
    [spf.result, spf.domain, dkim[0]?.result, dmarc.result, arc.result],
    ["pass", "fwd.test", "pass", "pass", "pass"],
  );
  assert.match(
    octets,
    /\r\nAuthentication-Results: fwd\.test;\r\n\tspf=pass smtp\.mailfrom=ann@author\.test;/,
  );
  assert.equal(String(srs.reverse(from)), "ann@author.test");
});

test("without SRS, SPF fails at the next hop", async () => {
  const { arrived } = await forwarded((message) => message, { rewrite: false });
  const { spf, dmarc } = arrived?.authentication ?? assert.fail("nothing arrived");
  assert.deepEqual([spf.result, dmarc.result], ["fail", "pass"]);
});

test("a list that changes the message is let in by a server that trusts its seals, and by no other", async () => {
  const tag = (message: Buffer) =>
    Buffer.from(message.toString("latin1").replace("Subject: ", "Subject: [list] "), "latin1");
  const trusting = await forwarded(tag, { trustedSealers: ["fwd.test"] });
  assert.match(trusting.reply, /^250/);
  const { arc, dmarc } = trusting.arrived?.authentication ?? assert.fail("nothing arrived");
  assert.deepEqual(
    [arc.result, dmarc.result, dmarc.disposition, dmarc.code],
    ["pass", "fail", "none", "arc"],
  );
  const strict = await forwarded(tag);
  assert.match(strict.reply, /^451/);
  assert.equal(strict.arrived, undefined);
});
