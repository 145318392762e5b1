import assert from "node:assert/strict";
import { test } from "node:test";
import { DkimSigner, Message } from "envoi";
import { TestServer } from "envoi/testing";
import { ArcSealer, authenticate, Resolver, Srs } from "envoi/verify";
import { rsa } from "../../signing/keys.js";

const author = { domain: "author.test", selector: "s", key: rsa } as const;
const forwarder = { domain: "fwd.test", selector: "arc", key: rsa } as const;
const resolver = Resolver.zone({
  ...Object.fromEntries(
    [author, forwarder].map((signing) => {
      const { name, value } = DkimSigner.record(signing);
      return [name, { TXT: [value] }];
    }),
  ),
  "author.test": { TXT: ["v=spf1 ip4:192.0.2.1 -all"] },
  "_dmarc.author.test": { TXT: ["v=DMARC1; p=reject"] },
  "fwd.test": { TXT: ["v=spf1 ip4:192.0.2.2 -all"] },
});
const srs = Srs.create({ domain: "fwd.test", secrets: ["secret"] });
const sealer = ArcSealer.create(forwarder);

test("a mail that is forwarded octet for octet passes at the next hop, and its reports come back", async () => {
  const raw = await Message.builder()
    .from("ann@author.test")
    .to("old@fwd.test")
    .subject("Gr\u00fc\u00dfe")
    .text("caf\u00e9\n.\n..\nFrom me\n")
    .sign(DkimSigner.create(author))
    .build()
    .bytes();
  const first = { ip: "192.0.2.1", hello: "mx.author.test", from: "ann@author.test" };
  const received = await authenticate(raw, { resolver, origin: first, authservId: "fwd.test" });
  assert.equal(received.dmarc.result, "pass");

  await using server = await TestServer.start();
  const transport = server.transport();
  const sender = srs.forward("ann@author.test");
  const sealed = Buffer.concat([await sealer.seal(raw, received), raw]);
  await transport.sendRaw({ from: sender.toString(), to: ["new@next.test"] }, sealed);
  await transport.close();
  const captured = await server.waitForMessage();
  assert.deepEqual(captured.raw, sealed);
  const from = captured.envelope.from?.toString() ?? assert.fail();
  const second = { ip: "192.0.2.2", hello: "mx.fwd.test", from };
  const next = await authenticate(captured.raw, { resolver, origin: second, authservId: "next.test" });
  assert.deepEqual(
    [next.spf.result, next.spf.domain, next.dkim[0]?.result, next.arc.result, next.dmarc.result],
    ["pass", "fwd.test", "pass", "pass", "pass"],
  );
  assert.equal(srs.reverse(from)?.toString(), "ann@author.test");
});

test("a list that changes a mail is believed by those who trust it", async () => {
  const raw = Buffer.concat([
    await Message.builder()
      .from("ann@author.test")
      .to("list@fwd.test")
      .subject("Hello")
      .text("Hello\n")
      .sign(DkimSigner.create(author))
      .build()
      .bytes(),
  ]);
  const origin = { ip: "192.0.2.1", hello: "mx.author.test", from: "ann@author.test" };
  const received = await authenticate(raw, { resolver, origin, authservId: "fwd.test" });
  const changed = Buffer.from(
    `${raw.toString("latin1").replace("Subject: ", "Subject: [list] ")}-- \r\nlist\r\n`,
    "latin1",
  );
  const sent = Buffer.concat([await sealer.seal(changed, received), changed]);
  const hop = { ip: "192.0.2.2", hello: "mx.fwd.test", from: "list@fwd.test" };
  const strict = await authenticate(sent, { resolver, origin: hop });
  assert.deepEqual([strict.arc.result, strict.dmarc.disposition], ["pass", "reject"]);
  const trusting = await authenticate(sent, { resolver, origin: hop, trustedSealers: ["fwd.test"] });
  assert.deepEqual([trusting.dmarc.result, trusting.dmarc.disposition], ["fail", "none"]);
});
