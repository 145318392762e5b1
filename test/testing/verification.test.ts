import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DkimSigner, Message } from "envoi";
import { assertMail, TestServer } from "envoi/testing";
import { Resolver } from "envoi/verify";
import { ed25519 } from "../signing/keys.js";

const signing = { domain: "shop.test", selector: "s1", key: ed25519 };
const signer = DkimSigner.create(signing);
const { name, value } = DkimSigner.record(signing);
const resolver = Resolver.zone({
  "shop.test": { TXT: ["v=spf1 ip4:192.0.2.25 -all"] },
  "_dmarc.shop.test": { TXT: ["v=DMARC1; p=reject; adkim=s; aspf=s"] },
  [name]: { TXT: [value] },
});
const fields = { from: "shop@shop.test", to: "ann@y.test", subject: "Receipt", text: "Thank you" };
const signed = Message.builder().from(fields.from).to(fields.to).subject("Receipt").text("Hi").sign(signer);

describe("TestServer: verify", () => {
  it("reports the verdicts of a receiver on the application's own mail", async () => {
    await using server = await TestServer.start({ verify: { resolver, clientAddress: "192.0.2.25" } });
    await server.transport().send(signed.clone().build());
    const { authentication } = await server.waitForMessage();
    assert.deepEqual(
      [authentication?.author.domain, authentication?.spf.result, authentication?.dkim[0]?.result],
      ["shop.test", "pass", "pass"],
    );
    assert.deepEqual(authentication?.dmarc.aligned, { spf: true, dkim: true });
  });

  it("takes the address of the peer without clientAddress", async () => {
    await using server = await TestServer.start({ verify: { resolver } });
    await server.transport().send(fields);
    const { authentication } = await server.waitForMessage();
    assert.deepEqual([authentication?.spf.result, authentication?.dmarc.result], ["fail", "fail"]);
  });

  it("verifies the mail of clients that log in only with clientAddress, the address of their relay", async () => {
    for (const [clientAddress, expected] of [
      ["192.0.2.25", ["pass", "aligned"]],
      [undefined, ["none", "logged-in"]],
    ] as const) {
      const verify = { resolver, ...(clientAddress && { clientAddress }) };
      await using server = await TestServer.start({
        users: { shop: "secret" },
        allowPlaintextCredentials: true,
        verify,
      });
      await server.transport().send(fields);
      const { authentication } = await server.waitForMessage();
      assert.deepEqual([authentication?.dmarc.result, authentication?.dmarc.code], expected);
    }
  });

  it("needs the DNS of the test, and never asks the real one", async () => {
    const remedy = /A TestServer never asks the real DNS: use Resolver\.zone/;
    for (const verify of [{}, { clientAddress: "192.0.2.1" }, { resolver: Resolver.system() }])
      await assert.rejects(TestServer.start({ verify } as object), {
        kind: "configuration",
        message: remedy,
      });
  });

  it("refuses a clientAddress that is not an IP address", async () => {
    const verify = { resolver, clientAddress: "localhost" };
    await assert.rejects(TestServer.start({ verify }), /verify\.clientAddress: expected an IP address/);
  });

  it("keeps no message that DMARC refuses", async () => {
    await using server = await TestServer.start({ verify: { resolver, dmarc: "reject" } });
    await assert.rejects(server.transport().send(fields), {
      message: /550 5\.7\.1 Email rejected per DMARC policy for shop\.test/,
    });
    assert.deepEqual(server.messages, []);
  });

  it("answers the test's own hook, also if it stops reading", async () => {
    const results: string[] = [];
    await using server = await TestServer.start({
      verify: { resolver },
      async data({ content, authentication }) {
        for await (const piece of content) if (piece.length > 0) break;
        results.push((await authentication()).dmarc.result);
      },
    });
    await server.transport().send({ ...fields, text: "x\n".repeat(200_000) });
    assert.deepEqual(results, ["fail"]);
    assert.equal(server.messages[0]?.authentication?.dmarc.result, "fail");
    assert.equal(server.messages[0]?.raw.length > 200_000, true);
  });

  it("has no authentication without the option", async () => {
    await using server = await TestServer.start();
    await server.transport().send(fields);
    assert.equal((await server.waitForMessage()).authentication, undefined);
  });

  it("lets assertMail expect results, and says why they are others", async () => {
    await using server = await TestServer.start({ verify: { resolver, clientAddress: "192.0.2.25" } });
    await server.transport().send(signed.clone().build());
    assertMail(server, { to: "ann@y.test", spf: "pass", dkim: "pass", dmarc: "pass" });
    server.clear();
    await server.transport().send({ ...fields, from: "shop@other.test" });
    assertMail(server, { dkim: "none", dmarc: "none" });
    assert.throws(
      () => assertMail(server, { dmarc: "pass" }),
      /dmarc: expected "pass", found "none" \(.*DMARC/,
    );
    await using without = await TestServer.start();
    await without.transport().send(fields);
    assert.throws(() => assertMail(without, { dkim: "pass" }), /found none: start the server with verify/);
  });
});
