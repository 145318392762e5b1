import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { SmtpServer, type SmtpServerOptions } from "envoi/server";
import { CertificateAuthority, TestServer } from "envoi/testing";
import { Responder } from "#src/protocol/server/responder.js";
import { settings } from "../protocol/server/talk.js";
import { Client } from "./client.js";

/**
 * What servers in the field have got wrong, as far as it takes a socket, a hook or much memory to get it wrong; the
 * rest is in test/protocol/server/cases.test.ts. Each in strict and in lenient mode.
 */
let certificates: ReturnType<CertificateAuthority["issue"]>;
let trusted: { readonly ca: string };
before(async () => {
  const ca = await CertificateAuthority.create();
  certificates = ca.issue();
  trusted = { ca: ca.cert };
});

/** A client that has been greeted and has said EHLO. */
async function met(server: { readonly port: number }): Promise<{ client: Client; offered: string }> {
  const client = await Client.connect(server.port);
  await client.reply();
  return { client, offered: await client.ask("EHLO c.test") };
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");

for (const lenient of [false, true]) {
  describe(`SmtpServer, ${lenient ? "lenient" : "strict"}: what others got wrong`, () => {
    const listen = (options: SmtpServerOptions = {}): Promise<SmtpServer> =>
      SmtpServer.listen({ lenient, hostname: "mx.y.test", onError: () => {}, ...options });

    it("never takes plaintext after STARTTLS for something sent over TLS", async () => {
      const heard: string[] = [];
      await using server = await listen({ certificates, hello: ({ name }) => void heard.push(name) });
      for (const injected of [
        "RSET\r\n",
        "NOO",
        "EHLO i.test\r\nMAIL FROM:<i@x.test>\r\n",
        "EHLO i.test\n",
      ]) {
        const { client } = await met(server);
        await using _ = client;
        client.write(`STARTTLS\r\n${injected}`);
        assert.match(await client.rest(), /^554 5\.5\.1 .*\r\n$/);
      }
      assert.deepEqual(new Set(heard), new Set(["c.test"]));
    });

    it("forgets at STARTTLS what came before, and does not offer it again", async () => {
      await using server = await listen({ certificates, domains: ["y.test"], data: () => {} });
      const { client } = await met(server);
      await using _ = client;
      await client.ask("MAIL FROM:<a@x.test>");
      await client.starttls(trusted);
      assert.match(await client.ask("RCPT TO:<b@y.test>"), /^503 5\.5\.1/);
      assert.match(await client.ask("MAIL FROM:<a@x.test>"), /^503 5\.5\.1/);
      assert.doesNotMatch(await client.ask("EHLO c.test"), /STARTTLS/);
      assert.match(await client.ask("STARTTLS"), /^503 5\.5\.1/);
    });

    it("closes on plaintext in place of TLS, and on TLS in place of plaintext, and serves others", async () => {
      const listeners = [{ tls: "implicit" }, { tls: "none" }] as const;
      await using server = await listen({ certificates, listeners });
      const [secure, clear] = server.listeners;
      await using plain = await Client.connect(secure?.port ?? 0);
      plain.say("EHLO x");
      assert.doesNotMatch(await plain.rest(), /^\d{3}/m);
      await using wrong = await Client.connect(clear?.port ?? 0);
      await wrong.reply();
      wrong.write(
        Buffer.concat([Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc]), Buffer.from("\n\n\r\n".repeat(50))]),
      );
      assert.match(await wrong.rest(), /^500 5\.5\.2 .*\r\n$/);
      await using next = await Client.connect(secure?.port ?? 0, { ...trusted, servername: "localhost" });
      assert.match(await next.reply(), /^220 /);
    });

    it("counts a client that is silent after STARTTLS as a connection", async () => {
      await using server = await listen({ certificates, maxConnections: 1 });
      const { client } = await met(server);
      await using _ = client;
      await client.ask("STARTTLS");
      await using second = await Client.connect(server.port);
      assert.match(await second.reply(), /^421 /);
    });

    it("neither offers nor accepts AUTH without TLS, and does not call the hook", async () => {
      const shown: unknown[] = [];
      await using server = await listen({ certificates, auth: ({ user }) => void shown.push(user) });
      const { client, offered } = await met(server);
      await using _ = client;
      assert.doesNotMatch(offered, /AUTH/);
      assert.match(await client.ask(`AUTH PLAIN ${base64("\0a\0b")}`), /^538 5\.7\.11 /);
      assert.match(await client.ask("AUTH LOGIN"), /^538 5\.7\.11 /);
      assert.deepEqual(shown, []);
    });

    it("refuses names that no user can have, before the hook sees them", async () => {
      const shown: string[] = [];
      const auth: SmtpServerOptions = {
        allowPlaintextCredentials: true,
        maxAuthAttempts: 20,
        authFailureDelay: 0,
        auth: ({ user }) => void shown.push(user),
      };
      await using server = await listen(auth);
      const { client } = await met(server);
      await using _ = client;
      for (const octets of ["\0a\r\nb\0x", "\0a\x1b[2J\0x", "\0a\0b\0x", "\0\0x", "\0\0"])
        assert.match(
          await client.ask(`AUTH PLAIN ${base64(octets)}`),
          /^5(?:01 5\.5\.2|35 5\.7\.8) /,
          octets,
        );
      assert.match(await client.ask(`AUTH PLAIN ${base64(`\0${"a".repeat(8000)}\0x`)}`), /^535 5\.7\.8 /);
      assert.equal(shown.filter((user) => /[\0-\x1f\x7f]/.test(user) || user === "").length, 0);
    });

    it("relays for no client, whatever the address looks like", async () => {
      await using server = await listen({ domains: ["y.test"], data: () => {} });
      const { client } = await met(server);
      await using _ = client;
      await client.ask("MAIL FROM:<>");
      const rows: readonly (readonly [recipient: string, reply: RegExp])[] = [
        ["<x@elsewhere.test>", /^550 5\.7\.1/],
        ["<@y.test:b@elsewhere.test>", /^550 5\.7\.1/],
        ["<@relay.test:b@y.test>", /^250 2\.1\.5/],
        ["<a%elsewhere.test@y.test>", /^250 2\.1\.5/],
        ['<"a@elsewhere.test"@y.test>', /^250 2\.1\.5/],
        ["<elsewhere.test!a@y.test>", /^250 2\.1\.5/],
        ['<"a@y.test"@elsewhere.test>', /^550 5\.7\.1/],
        ["<a@y.test@elsewhere.test>", /^501 5\.1\.3/],
        ["<a@y.test.elsewhere.test>", /^550 5\.7\.1/],
        ["<a@y.test.>", /^5/],
        ["<a@[127.0.0.1]>", /^550 5\.7\.1/],
      ];
      for (const [recipient, reply] of rows)
        assert.match(await client.ask(`RCPT TO:${recipient}`), reply, recipient);
    });

    it("refuses everybody by default; a TestServer accepts everybody, and says so", async () => {
      await using server = await listen();
      await using testServer = await TestServer.start({ lenient });
      for (const [each, greeting, reply] of [
        [server, /^220 mx\.y\.test ESMTP envoi$/, /^550 5\.7\.1 /],
        [testServer, /accepts every recipient$/, /^250 2\.1\.5 /],
      ] as const) {
        await using client = await Client.connect(each.port);
        assert.match(await client.reply(), greeting);
        client.say("EHLO c", "MAIL FROM:<>", "RCPT TO:<x@elsewhere.test>");
        assert.match((await client.replies(3))[2] ?? "", reply);
      }
    });

    it("accepts a thousand recipients, and the mail to them if there were more", async () => {
      let taken = 0;
      await using server = await listen({
        domains: ["y.test"],
        data: ({ envelope }) => {
          taken = envelope.to.length;
        },
      });
      const { client } = await met(server);
      await using _ = client;
      client.say("MAIL FROM:<>", ...Array<string>(1002).fill("RCPT TO:<b@y.test>"), "DATA", ".");
      const replies = await client.replies(1005);
      assert.match(replies[1000] ?? "", /^250 2\.1\.5/);
      for (const index of [1001, 1002]) assert.match(replies[index] ?? "", /^452 4\.5\.3/);
      assert.match(replies[1004] ?? "", /^250 2\.6\.0/);
      assert.equal(taken, 1000);
    });

    it("refuses a client that does not wait for the greeting, with greetingDelay", async () => {
      await using server = await listen({ greetingDelay: 60_000 });
      await using client = await Client.connect(server.port);
      client.write("EHLO e\n");
      assert.match(await client.rest(), /^554 .*\r\n$/);
    });

    it("needs no more memory for endless lines than for short ones", () => {
      const chunk = Buffer.alloc(65_536, "x");
      const held = (responder: Responder, chunks: number): number => {
        const earlier = process.memoryUsage().arrayBuffers;
        for (let i = 0; i < chunks; i++) {
          responder.push(chunk);
          for (let event = responder.next(); event !== undefined; event = responder.next()) {
            if (event.type === "close") break;
            if ("answer" in event) event.answer(undefined as never);
          }
        }
        return process.memoryUsage().arrayBuffers - earlier;
      };
      const command = new Responder({ ...settings, lenient });
      assert.ok(held(command, 160) < 1_048_576);
      assert.match(command.takeReplies(), /^500 5\.5\.2 .*\r\n$/);
      const data = new Responder({ ...settings, lenient, maxMessageSize: 0 });
      const begin = "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<b@y.test>\r\nDATA\r\n";
      data.push(Buffer.from(begin));
      for (let event = data.next(); event !== undefined; event = data.next())
        if ("answer" in event) event.answer(undefined as never);
      assert.ok(held(data, 2400) < 1_048_576);
      assert.equal(data.inContent, true);
    });

    it("takes headers of a megabyte, and parts in a thousand parts, as any other content", async () => {
      await using server = await TestServer.start({ lenient });
      const nested = Array.from(
        { length: 1000 },
        (_, depth) => `Content-Type: multipart/mixed; boundary=b${depth}\r\n\r\n--b${depth}\r\n`,
      );
      for (const text of [
        `X-Long: ${"x".repeat(1_048_576)}\r\n\r\nx`,
        `Subject: deep\r\n${nested.join("")}`,
      ]) {
        const { client } = await met(server);
        await using _ = client;
        client.say("MAIL FROM:<>", "RCPT TO:<b@y.test>", "DATA", text, ".");
        assert.match((await client.replies(4))[3] ?? "", /^250 2\.6\.0/);
        assert.equal(String(server.messages.at(-1)?.raw), `${text}\r\n`);
      }
      assert.deepEqual(server.messages[1]?.parsed.attachments, []);
    });
  });
}

describe("Nonces", () => {
  it("never repeat, and cannot be predicted", () => {
    const seen = new Set<string>();
    for (let i = 0; i < 1000; i++) {
      for (const line of ["AUTH CRAM-MD5", `AUTH SCRAM-SHA-256 ${base64("n,,n=jo,r=x")}`]) {
        const responder = new Responder({ ...settings, mechanisms: ["CRAM-MD5", "SCRAM-SHA-256"] });
        responder.push(Buffer.from(`EHLO x\r\n${line}\r\n`));
        for (let event = responder.next(); event !== undefined; event = responder.next()) {
          if (event.type === "identify") {
            const nothing = Buffer.alloc(32);
            event.proceed({
              hash: event.hash,
              salt: nothing,
              iterations: 4096,
              storedKey: nothing,
              serverKey: nothing,
            });
          } else if ("answer" in event) event.answer(undefined as never);
        }
        const challenge = /334 (\S+)/.exec(responder.takeReplies())?.[1] ?? "";
        const nonce = Buffer.from(challenge, "base64")
          .toString()
          .replace(/@.*|,.*/, "");
        assert.ok(nonce.length > 12, nonce);
        seen.add(nonce);
      }
    }
    assert.equal(seen.size, 2000);
  });
});
