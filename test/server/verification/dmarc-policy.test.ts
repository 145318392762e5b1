import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type DataContext,
  type DmarcDecision,
  Reply,
  SmtpServer,
  type SmtpServerOptions,
} from "envoi/server";
import { ArcSealer, authenticate, Resolver } from "envoi/verify";
import { rsa } from "../../signing/keys.js";
import { zone as keys, letter, signedBy } from "../../verify/signed-mail.js";
import { Client } from "../client.js";
import { start, world } from "./verified.js";

const rejected = "550 5.7.1 Email rejected per DMARC policy for fail.test";

describe('SmtpServer: verify.dmarc "reject"', () => {
  it("refuses a message whose owner asks for it, and the reader gets an error", async () => {
    await using talk = await start({ verify: { dmarc: "reject" } });
    await talk.client.ask("EHLO c.test");
    const { reply, stored, thrown } = await talk.mail("fail.test");
    assert.equal(reply, rejected);
    assert.equal(stored, undefined);
    assert.match(String(thrown), /Email rejected per DMARC policy for fail\.test/);
    assert.deepEqual(talk.errors, []);
  });

  it("refuses it also if the hook has returned before", async () => {
    await using talk = await start({ verify: { dmarc: "reject" }, data: () => undefined });
    await talk.client.ask("EHLO c.test");
    assert.equal((await talk.mail("fail.test")).reply, rejected);
  });

  it("takes the next message of the connection", async () => {
    await using talk = await start({ verify: { dmarc: "reject" } });
    await talk.client.ask("EHLO c.test");
    await talk.mail("fail.test");
    const { reply, authentication } = await talk.mail("pass.test");
    assert.match(reply, /^250/);
    assert.equal(authentication?.dmarc.result, "pass");
  });

  const taken = [
    ["a pass", "pass.test", undefined, "pass", "none"],
    ["a policy of quarantine", "soft.test", undefined, "fail", "quarantine"],
    ["a temporary failure", "broken.test", undefined, "temperror", "none"],
    ["a domain without a policy", "none.test", undefined, "none", "none"],
    [
      "a From that cannot be read",
      "fail.test",
      "From: a@fail.test\r\nFrom: b@fail.test\r\n\r\nx\r\n",
      "permerror",
      "none",
    ],
  ] as const;
  for (const [what, domain, message, result, disposition] of taken)
    it(`takes ${what}`, async () => {
      await using talk = await start({ verify: { dmarc: "reject" } });
      await talk.client.ask("EHLO c.test");
      const { reply, authentication } = await talk.mail(domain, message);
      assert.match(reply, /^250/);
      assert.deepEqual(
        [authentication?.dmarc.result, authentication?.dmarc.disposition],
        [result, disposition],
      );
    });

  it("takes a message that fails, but came through a trusted sealer", async () => {
    const zone = {
      ...world,
      "rsa._domainkey.lists.test": keys["rsa._domainkey.example.com"] ?? {},
    };
    const resolver = Resolver.zone(zone);
    const origin = { ip: "192.0.2.1", hello: "c.test", from: "ann@example.com" };
    const original = signedBy(letter);
    const authentication = await authenticate(original, { resolver, origin, authservId: "lists.test" });
    assert.equal(authentication.dmarc.result, "pass");
    const changed = Buffer.from(String(original).replace("Tea", "[list] Tea"));
    const sealer = ArcSealer.create({ domain: "lists.test", selector: "rsa", key: rsa });
    const sealed = Buffer.concat([await sealer.seal(changed, authentication), changed]);
    for (const trustedSealers of [["lists.test"], ["other.test"]]) {
      await using talk = await start({ verify: { dmarc: "reject", trustedSealers } }, zone);
      await talk.client.ask("EHLO c.test");
      const { reply, authentication } = await talk.mail("lists.test", sealed);
      if (trustedSealers[0] === "other.test") {
        assert.equal(reply, "550 5.7.1 Email rejected per DMARC policy for example.com");
        continue;
      }
      assert.match(reply, /^250/);
      const { result, disposition, code } = authentication?.dmarc ?? {};
      assert.deepEqual([result, disposition, code], ["fail", "none", "arc"]);
    }
  });

  for (const dmarc of ["observe", "quarantine", "reject"] as const) {
    it(`judges no client whose address is not known, by "${dmarc}"`, async () => {
      await using talk = await start({ verify: { dmarc }, xclient: { from: ["127.0.0.1"] } });
      await talk.client.ask("EHLO c.test");
      assert.match(await talk.client.ask("XCLIENT ADDR=[UNAVAILABLE]"), /^220/);
      await talk.client.ask("EHLO c.test");
      const { reply, authentication } = await talk.mail("fail.test");
      assert.match(reply, /^250/);
      assert.deepEqual(
        [authentication?.spf.code, authentication?.dmarc.result, authentication?.dmarc.disposition],
        ["no-origin", "fail", "none"],
      );
    });
  }

  it("judges no client behind a proxy that does not name it", async () => {
    await using server = await SmtpServer.listen({
      domains: ["y.test"],
      proxyProtocol: { from: ["127.0.0.1"] },
      verify: { dmarc: "reject", resolver: Resolver.zone(world) },
      data: async ({ bytes }) => void (await bytes()),
    });
    await using client = await Client.behind(server.port, Buffer.from("PROXY UNKNOWN\r\n"));
    client.say("EHLO c.test", "MAIL FROM:<a@fail.test>", "RCPT TO:<b@y.test>", "DATA");
    client.say("From: a@fail.test", "", ".");
    assert.match((await client.replies(6)).at(-1) ?? "", /^250/);
  });

  it("judges by the address that XCLIENT names", async () => {
    const zone = { ...world, "pass.test": { TXT: ["v=spf1 ip4:192.0.2.7 -all"] } };
    for (const [address, code] of [
      ["192.0.2.7", "250"],
      ["192.0.2.8", "550"],
    ] as const) {
      await using talk = await start({ verify: { dmarc: "reject" }, xclient: { from: ["127.0.0.1"] } }, zone);
      await talk.client.ask("EHLO c.test");
      await talk.client.ask(`XCLIENT ADDR=${address}`);
      await talk.client.ask("EHLO c.test");
      assert.equal((await talk.mail("pass.test")).reply.slice(0, 3), code);
    }
  });

  const refused: readonly (readonly [string, SmtpServerOptions, RegExp])[] = [
    ["a listener with LMTP", { lmtp: true }, /a listener that speaks LMTP/],
    ["a Unix socket", { path: "/tmp/x" }, /a listener that is a Unix socket/],
    ["one of several", { listeners: [{}, { lmtp: true }] }, /listeners\[1\], which speaks LMTP/],
  ];
  for (const [what, options, named] of refused)
    it(`is refused at the start for ${what}, by name`, async () => {
      const listening = SmtpServer.listen({ ...options, verify: { dmarc: "reject" } });
      await assert.rejects(listening, (error: unknown) => {
        assert.match(String(error), /verify\.dmarc: "reject" cannot be used on/);
        assert.match(String(error), named);
        return true;
      });
    });
});

describe('SmtpServer: verify.dmarc "observe" and "quarantine"', () => {
  it("only reports what the owner asks for, by default", async () => {
    await using talk = await start();
    await talk.client.ask("EHLO c.test");
    const { reply, authentication } = await talk.mail("fail.test");
    assert.match(reply, /^250/);
    assert.equal(authentication?.dmarc.disposition, "reject");
  });

  it("asks the host application to quarantine, also if the owner asks to reject", async () => {
    await using talk = await start({ verify: { dmarc: "quarantine" } });
    await talk.client.ask("EHLO c.test");
    const dispositions: unknown[] = [];
    for (const domain of ["fail.test", "soft.test", "pass.test"])
      dispositions.push((await talk.mail(domain)).authentication?.dmarc.disposition);
    assert.deepEqual(dispositions, ["quarantine", "quarantine", "none"]);
  });

  it("judges no client that hands over by LMTP", async () => {
    await using talk = await start({ lmtp: true, verify: { dmarc: "quarantine" } });
    await talk.client.ask("LHLO c.test");
    const { authentication } = await talk.mail("fail.test");
    assert.deepEqual([authentication?.spf.code, authentication?.dmarc.disposition], ["no-origin", "none"]);
  });
});

describe("SmtpServer: a function as verify.dmarc", () => {
  const decisions: readonly (readonly [DmarcDecision, string, string | undefined])[] = [
    [undefined, "250", "reject"],
    ["observe", "250", "reject"],
    ["accept", "250", "none"],
    ["quarantine", "250", "quarantine"],
    ["reject", rejected, undefined],
    [Reply.of(550, "5.7.1", "Not from you"), "550 5.7.1 Not from you", undefined],
    [{ code: 451, enhancedCode: "4.7.1", lines: ["Later"] }, "451 4.7.1 Later", undefined],
  ];
  for (const [decision, reply, disposition] of decisions)
    it(`decides by ${decision}`, async () => {
      await using talk = await start({
        verify: {
          dmarc: async (authentication, session) => {
            assert.equal(authentication.author.domain, "fail.test");
            assert.equal(session.remoteAddress, "127.0.0.1");
            return decision;
          },
        },
      });
      await talk.client.ask("EHLO c.test");
      const outcome = await talk.mail("fail.test");
      assert.equal(outcome.reply.slice(0, reply.length), reply);
      assert.equal(outcome.authentication?.dmarc.disposition, disposition);
    });

  it("never refuses by a mode in LMTP", async () => {
    await using talk = await start({ lmtp: true, verify: { dmarc: () => "reject" } });
    await talk.client.ask("LHLO c.test");
    assert.match((await talk.mail("fail.test")).reply, /^250/);
  });

  it("refuses a message with 451 if the function throws, and calls onError", async () => {
    await using talk = await start({
      verify: {
        dmarc: () => {
          throw new Error("broken");
        },
      },
    });
    await talk.client.ask("EHLO c.test");
    const { reply, stored } = await talk.mail("pass.test");
    assert.match(reply, /^451 4\.3\.0/);
    assert.equal(stored, undefined);
    assert.deepEqual(
      talk.errors.map(({ hook, error }) => [hook, String(error)]),
      [["verify.dmarc", "Error: broken"]],
    );
  });

  it("refuses a message with 451 if the function takes too long", async () => {
    await using talk = await start({
      timeouts: { hook: 50 },
      verify: { dmarc: () => new Promise(() => {}) },
      data: async ({ bytes }: DataContext) => void (await bytes()),
    });
    await talk.client.ask("EHLO c.test");
    assert.match((await talk.mail("pass.test")).reply, /^451/);
    assert.match(String(talk.errors[0]?.error), /verify\.dmarc has not answered for 50 ms/);
  });

  it("is not asked about clients that have logged in", async () => {
    let asked = 0;
    await using talk = await start({
      auth: () => ({ user: "ann" }),
      allowPlaintextCredentials: true,
      verify: { dmarc: () => void asked++ },
    });
    await talk.client.ask("EHLO c.test");
    await talk.client.ask(`AUTH PLAIN ${Buffer.from("\0a\0b").toString("base64")}`);
    assert.match((await talk.mail("fail.test")).reply, /^250/);
    assert.equal(asked, 0);
  });
});

describe("SmtpServer: the option verify", () => {
  const wrong: readonly (readonly [unknown, RegExp])[] = [
    [true, /verify: expected/],
    [
      { dmarc: "deny" },
      /verify\.dmarc: expected "observe", "quarantine", "reject" or a function, got "deny"/,
    ],
    [{ resolver: {} }, /verify\.resolver\.resolve: expected a function/],
    [{ trustedSealers: ["a b"] }, /verify\.trustedSealers\[0\]/],
    [{ trustedSealers: "lists.test" }, /verify\.trustedSealers: expected/],
    [{ authservId: "a b" }, /verify\.authservId: expected a name/],
    [{ resolvers: 1 }, /verify: there is no "resolvers"/],
  ];
  for (const [verify, message] of wrong)
    it(`refuses ${JSON.stringify(verify)}`, async () => {
      await assert.rejects(SmtpServer.listen({ verify: verify as object }), {
        kind: "configuration",
        message,
      });
    });

  it("names the server in the field as authservId says", async () => {
    await using talk = await start({ verify: { authservId: "y.test" } });
    await talk.client.ask("EHLO c.test");
    const { authentication } = await talk.mail("pass.test");
    assert.match(authentication?.field ?? "", /^Authentication-Results: y\.test;/);
  });
});
