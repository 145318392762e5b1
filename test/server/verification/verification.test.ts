import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "node:test";
import { type DataContext, Reply, SmtpServer } from "envoi/server";
import { type Answer, Resolver, type SpfVerdict } from "envoi/verify";
import { ends, version1 } from "../../protocol/proxy-header/headers.js";
import { handSigned, letter, mail as octets, signedBy } from "../../verify/signed-mail.js";
import { Client } from "../client.js";
import { start, world } from "./verified.js";

const login = `AUTH PLAIN ${Buffer.from("\0ann\0secret").toString("base64")}`;
const logins = {
  auth: () => ({ user: "ann" }),
  allowPlaintextCredentials: true,
};

describe("SmtpServer: what hooks can ask about a sender", () => {
  it("says in the hooks mail and recipient what SPF says, and asks DNS once a mail", async () => {
    const verdicts: SpfVerdict[] = [];
    await using talk = await start({
      mail: async ({ spf }) => void verdicts.push(await spf()),
      recipient: async ({ spf }) => void verdicts.push(await spf()),
      data: async ({ spf }) => void verdicts.push(await spf()),
    });
    await talk.client.ask("EHLO pass.test");
    await talk.mail("pass.test");
    assert.deepEqual(
      verdicts.map(({ result, domain, identity }) => [result, domain, identity]),
      Array(3).fill(["pass", "pass.test", "mailfrom"]),
    );
    const asked = talk.resolver.asked.filter(({ name, type }) => name === "pass.test" && type === "TXT");
    assert.equal(asked.length, 1);
  });

  it("refuses a mail by SPF if the hook does", async () => {
    await using talk = await start({
      async mail({ spf }) {
        const { result, reason } = await spf();
        return result === "fail" ? Reply.of(550, "5.7.23", reason) : undefined;
      },
    });
    await talk.client.ask("EHLO c.test");
    assert.equal(
      await talk.client.ask("MAIL FROM:<ann@fail.test>"),
      '550 5.7.23 "-all" in the record of fail.test matches 127.0.0.1',
    );
  });

  it("begins anew with the next mail, also after RSET", async () => {
    const domains: string[] = [];
    await using talk = await start({ mail: async ({ spf }) => void domains.push((await spf()).domain) });
    await talk.client.ask("EHLO c.test");
    await talk.client.ask("MAIL FROM:<ann@fail.test>");
    await talk.client.ask("RSET");
    const { authentication } = await talk.mail("pass.test");
    assert.deepEqual(domains, ["fail.test", "pass.test"]);
    assert.equal(authentication?.spf.domain, "pass.test");
    assert.equal(authentication.dmarc.result, "pass");
  });

  it("checks the name in EHLO under the null sender", async () => {
    const verdicts: SpfVerdict[] = [];
    await using talk = await start({ mail: async ({ spf }) => void verdicts.push(await spf()) });
    await talk.client.ask("EHLO pass.test");
    await talk.client.ask("MAIL FROM:<>");
    assert.deepEqual(
      verdicts.map(({ result, identity, domain }) => [result, identity, domain]),
      [["pass", "hello", "pass.test"]],
    );
  });

  it("verifies the octets from the wire, however they come, without the Received of the server", async () => {
    // Signed so that one more Received breaks it, with a line that begins with a dot.
    const signed = handSigned(octets("From: a@example.com\nReceived: by x\n\n.dot\nfour\n"), {
      h: "from:received:received",
    });
    const stuffed = Buffer.from(signed.toString("latin1").replace(/^\./gm, ".."), "latin1");
    await using talk = await start();
    await talk.client.ask("EHLO c.test");
    const { stored, authentication } = await talk.mail("example.com", stuffed);
    assert.match(stored ?? "", /^Received: from c\.test(?:.|\r\n)*\r\nReceived: by x/);
    assert.equal(authentication?.dkim[0]?.result, "pass", authentication?.dkim[0]?.reason);
    assert.equal(authentication.dmarc.result, "pass");
    const field = "Authentication-Results: mx.y.test;\r\n\tspf=fail";
    assert.equal(authentication.field.slice(0, field.length), field);
  });

  it("verifies what comes in chunks, with the transaction before given up among them", async () => {
    const signed = signedBy(letter);
    const results: unknown[] = [];
    await using talk = await start({
      async data({ bytes, authentication }: DataContext) {
        await bytes();
        results.push((await authentication()).dkim.map(({ result }) => result));
      },
    });
    await talk.client.ask("EHLO c.test");
    const envelope = ["MAIL FROM:<ann@example.com>", "RCPT TO:<b@y.test>"];
    talk.client.say(...envelope, "BDAT 3");
    talk.client.write("a: ");
    talk.client.say("RSET", ...envelope);
    await talk.client.replies(6);
    for (const piece of [signed.subarray(0, 40), signed.subarray(40)]) {
      talk.client.write(`BDAT ${piece.length}${piece.length === 40 ? "" : " LAST"}\r\n`);
      talk.client.write(piece);
      assert.match(await talk.client.reply(), /^250/);
    }
    assert.deepEqual(results, [["pass"]]);
  });

  it("stamps octets and streams, and takes out what others wrote in the name of the server", async () => {
    await using talk = await start({ received: false });
    await talk.client.ask("EHLO c.test");
    const forged = "Authentication-Results: MX.y.test (x) 1; dmarc=pass header.from=bank.test\r\n";
    const other = "Authentication-Results: other.test; spf=pass\r\n";
    const { stored = "", authentication } = await talk.mail(
      "pass.test",
      `${forged}${other}From: a@pass.test\r\n\r\nx\r\n`,
    );
    const expected = `${authentication?.field}${other}From: a@pass.test\r\n\r\nx\r\n`;
    assert.equal(String(authentication?.stamp(Buffer.from(stored))), expected);
    const pieces: Buffer[] = [];
    const source = (async function* () {
      for (const byte of Buffer.from(stored)) yield Buffer.of(byte);
    })();
    for await (const piece of authentication?.stamp(source) ?? []) pieces.push(piece);
    assert.equal(String(Buffer.concat(pieces)), expected);
  });

  it("rejects at once if the content was not read before, and says so", async () => {
    const thrown: unknown[] = [];
    await using talk = await start({
      async data({ bytes, authentication }: DataContext) {
        await authentication().catch((error: unknown) => thrown.push(error));
        const content = bytes();
        await authentication().catch((error: unknown) => thrown.push(error));
        await content;
        assert.equal((await authentication()).dmarc.result, "pass");
      },
    });
    await talk.client.ask("EHLO c.test");
    const { reply } = await talk.mail(
      "pass.test",
      `From: a@pass.test\r\n\r\n${"x".repeat(70)}\r\n`.repeat(5000),
    );
    assert.match(reply, /^250/);
    assert.equal(thrown.length, 2);
    for (const error of thrown)
      assert.match(String(error), /authentication: expected to be called after the content was read/);
  });

  it("waits for the rest of a message of which the hook has read the beginning", async () => {
    const results: string[] = [];
    await using talk = await start({
      async data({ content, authentication }: DataContext) {
        for await (const piece of content) if (piece.length > 0) break;
        results.push((await authentication()).dmarc.result);
      },
    });
    await talk.client.ask("EHLO c.test");
    const body = `${"x".repeat(70)}\r\n`.repeat(20_000);
    const { reply } = await talk.mail("pass.test", `From: a@pass.test\r\n\r\n${body}`);
    assert.match(reply, /^250/);
    assert.deepEqual(results, ["pass"]);
  });

  it("gives the error of the content to a hook that waits for the rest", async () => {
    const thrown: unknown[] = [];
    await using talk = await start({
      maxMessageSize: 1000,
      async data({ content, authentication }: DataContext) {
        for await (const piece of content) if (piece.length > 0) break;
        await authentication().catch((error: unknown) => {
          thrown.push(error);
          throw error;
        });
      },
    });
    await talk.client.ask("EHLO c.test");
    const { reply } = await talk.mail("pass.test", `From: a@pass.test\r\n\r\n${"x\r\n".repeat(2000)}`);
    assert.match(reply, /^552/);
    assert.match(String(thrown[0]), /552/);
    assert.deepEqual(talk.errors, []);
  });

  it("looks at nothing if the client has logged in", async () => {
    await using talk = await start({ ...logins, verify: { dmarc: "reject" } });
    await talk.client.ask("EHLO c.test");
    assert.match(await talk.client.ask(login), /^235/);
    const { reply, authentication, stored = "" } = await talk.mail("fail.test");
    assert.match(reply, /^250/);
    assert.deepEqual(
      [authentication?.spf, authentication?.dmarc, authentication?.arc].map((verdict) => [
        verdict?.result,
        verdict?.code,
      ]),
      Array(3).fill(["none", "logged-in"]),
    );
    assert.equal(authentication?.dmarc.disposition, "none");
    assert.equal(authentication.field, "Authentication-Results: mx.y.test;\r\n\tauth=pass\r\n");
    assert.match(
      String(authentication.stamp(Buffer.from(stored))),
      /^Authentication-Results: mx\.y\.test;\r\n\tauth=pass\r\nR/,
    );
    assert.deepEqual(talk.resolver.asked, []);
  });

  it("rejects the questions of hooks, by name, without the option verify", async () => {
    const thrown: unknown[] = [];
    await using server = await SmtpServer.listen({
      domains: ["y.test"],
      async data({ spf, authentication, bytes }) {
        await bytes();
        for (const asked of [spf(), authentication()])
          await asked.catch((error: unknown) => thrown.push(error));
      },
    });
    await using client = await Client.connect(server.port);
    client.say("EHLO c.test", "MAIL FROM:<>", "RCPT TO:<b@y.test>", "DATA", "", ".");
    assert.match((await client.replies(6)).at(-1) ?? "", /^250/);
    assert.deepEqual(thrown.map(String), [
      "EnvoiError: verify: is needed by spf() of the hooks. Give the server the option verify: {}",
      "EnvoiError: verify: is needed by authentication() of the hooks. Give the server the option verify: {}",
    ]);
  });
});

describe("SmtpServer: whose address is verified", () => {
  it("takes that from a PROXY header", async () => {
    const spf: string[] = [];
    await using server = await SmtpServer.listen({
      proxyProtocol: { from: ["127.0.0.1"] },
      verify: { resolver: Resolver.zone({ "x.test": { TXT: [`v=spf1 ip4:${ends.source.address} -all`] } }) },
      mail: async (context) => void spf.push((await context.spf()).result),
    });
    for (const header of [version1(), version1({ ...ends, source: { address: "192.0.2.1", port: 1 } })]) {
      await using client = await Client.behind(server.port, header);
      client.say("EHLO c.test", "MAIL FROM:<ann@x.test>", "QUIT");
      await client.rest();
    }
    assert.deepEqual(spf, ["pass", "fail"]);
  });
});

/** A resolver that answers only when it is told to. */
function slowly(): { resolver: Resolver; asked: string[]; aborted: string[]; release(): void } {
  const zone = Resolver.zone(world);
  const asked: string[] = [];
  const aborted: string[] = [];
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  return {
    asked,
    aborted,
    release: () => release(),
    resolver: {
      async resolve(name, type, { signal } = {}): Promise<Answer> {
        asked.push(name);
        signal?.addEventListener("abort", () => aborted.push(name));
        await Promise.race([released, signal && once(signal, "abort")]);
        return await zone.resolve(name, type);
      },
    },
  };
}

describe("SmtpServer: a mail that is given up", () => {
  for (const [way, giveUp] of [
    ["RSET and another mail", (client: Client) => client.ask("RSET").then(() => client.ask("MAIL FROM:<>"))],
    ["a lost connection", async (client: Client) => void client.socket.destroy()],
  ] as const)
    it(`ends the questions about it after ${way}`, async () => {
      const { resolver, aborted } = slowly();
      await using talk = await start({ mail: ({ spf }) => void spf(), verify: { resolver } });
      await talk.client.ask("EHLO c.test");
      await talk.client.ask("MAIL FROM:<ann@pass.test>");
      await giveUp(talk.client);
      while (!aborted.includes("pass.test")) await new Promise((resolve) => setImmediate(resolve));
    });

  it("is not handed over as whole if the client leaves before it is judged", async () => {
    const { resolver, asked, release } = slowly();
    let thrown: unknown;
    let ended = () => {};
    const done = new Promise<void>((resolve) => {
      ended = resolve;
    });
    await using talk = await start({
      verify: { resolver, dmarc: "reject" },
      async data({ bytes }: DataContext) {
        await bytes().catch((error: unknown) => {
          thrown = error;
        });
        ended();
      },
    });
    await talk.client.ask("EHLO c.test");
    talk.client.say("MAIL FROM:<ann@fail.test>", "RCPT TO:<b@y.test>", "DATA");
    await talk.client.replies(3);
    talk.client.say("From: a@fail.test", "", "x", ".");
    while (!asked.includes("_dmarc.fail.test")) await new Promise((resolve) => setImmediate(resolve));
    talk.client.socket.resetAndDestroy();
    await done;
    release();
    assert.match(String(thrown), /451/);
  });
});
