import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Reply, type SenderContext, SmtpServer, type SmtpServerOptions } from "envoi/server";
import { ClaimedSenders } from "#src/server/content/claimed-senders.js";
import { cpuTime } from "../../cpu-time.js";
import { Client } from "../client.js";

const login = `AUTH PLAIN ${Buffer.from("\0jo\0secret").toString("base64")}`;
const allowed = new Set(["jo@x.test", "sales@x.test"]);

async function start(more: SmtpServerOptions = {}) {
  const asked: string[] = [];
  const stored: string[] = [];
  const errors: unknown[] = [];
  const server = await SmtpServer.listen({
    auth: ({ user }) => ({ user }),
    allowPlaintextCredentials: true,
    relay: "authenticated",
    domains: ["y.test"],
    received: false,
    sender({ user, address, where }: SenderContext) {
      asked.push(`${user} ${where} ${address}`);
      return allowed.has(address.toString());
    },
    data: async ({ bytes }) => void stored.push(String(await bytes())),
    onError: ({ error }) => void errors.push(error),
    ...more,
  });
  const client = await Client.connect(server.port);
  await client.reply();
  await client.ask("EHLO x");
  const dispose = async () => {
    client.socket.destroy();
    await server.close({ grace: 0 });
  };
  const send = async (content: string, how: "DATA" | "BDAT" | "octets" = "DATA"): Promise<string> => {
    client.say("MAIL FROM:<jo@x.test>", "RCPT TO:<b@y.test>");
    await client.replies(2);
    if (how === "BDAT")
      return await client.ask(`BDAT ${Buffer.byteLength(content)} LAST\r\n${content}`.slice(0, -2));
    await client.ask("DATA");
    if (how === "DATA") client.write(content);
    else for (const octet of Buffer.from(content)) client.write(Buffer.of(octet));
    return await client.ask(".");
  };
  return { server, client, asked, stored, errors, send, [Symbol.asyncDispose]: dispose };
}

describe("SmtpServer: sender", () => {
  it("decides as whom a user may send, in MAIL and in the header", async () => {
    await using talk = await start();
    await talk.client.ask(login);
    assert.equal(
      await talk.client.ask("MAIL FROM:<boss@x.test>"),
      "553 5.7.1 You may not send as this address",
    );
    assert.match(await talk.client.ask("MAIL FROM:<>"), /^250/);
    await talk.client.ask("RSET");
    talk.asked.length = 0;
    for (const how of ["DATA", "BDAT", "octets"] as const) {
      const good =
        "Subject: x\r\nFrom: Jo <jo@x.test>,\r\n sales@X.test\r\nSender: jo@x.test\r\n\r\nHello\r\n";
      assert.match(await talk.send(good, how), /^250/, how);
      assert.equal(talk.stored.at(-1), good);
      assert.match(await talk.send("From: boss@x.test\r\n\r\nHello\r\n", how), /^553 5\.7\.1/, how);
    }
    assert.deepEqual(talk.asked.slice(0, 4), [
      "jo MAIL jo@x.test",
      "jo From jo@x.test",
      "jo From sales@x.test",
      "jo Sender jo@x.test",
    ]);
    assert.equal(talk.stored.length, 3);
    assert.deepEqual(talk.errors, []);
  });

  it("takes linear time for a header that comes byte by byte", () => {
    const senders = new ClaimedSenders();
    const octet = Buffer.from("x");
    const spent = cpuTime();
    let octets = 0;
    while (!senders.add(octet)) octets++;
    assert.equal(octets, 262_144);
    assert.ok(senders.read() instanceof Reply);
    assert.ok(spent() < 5000);
  });

  const body = "\r\n\r\nHello\r\n";
  const doubtful: Readonly<Record<string, string>> = {
    "no From": `Subject: x${body}`,
    "two From": `From: jo@x.test\r\nFrom: boss@x.test${body}`,
    "a From in another case, with a blank": `from: jo@x.test\r\nFROM : boss@x.test${body}`,
    "a second From behind a line that is no field": `From: jo@x.test\r\njunk\r\nFrom: boss@x.test${body}`,
    "a From without an address": `From: Jo${body}`,
    "an empty group": `From: everybody:;${body}`,
    "two Sender": `From: jo@x.test\r\nSender: jo@x.test\r\nSender: boss@x.test${body}`,
    "a header without an end": `From: jo@x.test\r\n${`X: ${"x".repeat(70)}\r\n`.repeat(4000)}${body}`,
    "an empty message": "",
    "an empty header": "\r\nFrom: jo@x.test\r\n",
  };
  for (const [what, content] of Object.entries(doubtful)) {
    it(`refuses a message with ${what}`, async () => {
      await using talk = await start();
      await talk.client.ask(login);
      assert.match(await talk.send(content), /^554 5\.6\.0/);
      assert.deepEqual(talk.stored, []);
    });
  }

  it("reads line ends that a lenient server keeps as ends of lines", async () => {
    await using talk = await start({ lenient: true });
    await talk.client.ask(login);
    for (const end of ["\n", "\r"])
      assert.match(await talk.send(`From: jo@x.test${end}From: boss@x.test${body}`), /^554 5\.6\.0/);
    assert.match(await talk.send(`From: jo@x.test\nSender: boss@x.test${body}`), /^553/);
  });

  it("takes a message that is all header", async () => {
    await using talk = await start();
    await talk.client.ask(login);
    assert.match(await talk.send("From: jo@x.test\r\nSubject: x\r\n"), /^250/);
    assert.deepEqual(talk.stored, ["From: jo@x.test\r\nSubject: x\r\n"]);
  });

  it("takes a line without a colon for no field", async () => {
    await using talk = await start();
    await talk.client.ask(login);
    assert.match(await talk.send("From: jo@x.test\r\nFroms\r\nSenders\r\n\r\nHello\r\n"), /^250/);
  });

  it("is not asked about clients that have not logged in", async () => {
    await using talk = await start();
    assert.match(await talk.send("From: boss@x.test\r\n\r\nHello\r\n"), /^250/);
    assert.deepEqual(talk.asked, []);
  });

  it("may reply itself, be slow, fail, or return nothing", async () => {
    const verdicts: (() => unknown)[] = [
      () => true,
      () => Promise.resolve(true),
      () => ({ code: 550, enhancedCode: "5.7.1", lines: "Ask your boss" }),
      () => undefined,
      () => "true",
      () => Promise.reject(new Error("no database")),
    ];
    await using talk = await start({ sender: (() => verdicts.shift()?.()) as never });
    await talk.client.ask(login);
    assert.match(await talk.send("From: jo@x.test\r\n\r\nHello\r\n"), /^250/);
    assert.equal(await talk.client.ask("MAIL FROM:<a@x.test>"), "550 5.7.1 Ask your boss");
    assert.match(await talk.client.ask("MAIL FROM:<a@x.test>"), /^553/);
    assert.match(await talk.client.ask("MAIL FROM:<a@x.test>"), /^553/);
    assert.match(await talk.client.ask("MAIL FROM:<a@x.test>"), /^451/);
    assert.match(String(talk.errors), /no database/);
    await assert.rejects(SmtpServer.listen({ sender: () => true }), {
      kind: "configuration",
      message: /^sender: needs the hook auth/,
    });
  });
});
