import assert from "node:assert/strict";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { Message } from "envoi";
import { type FindingRule, TestServer, type TestServerOptions } from "envoi/testing";
import { Client } from "../../server/client.js";

/** What is found of a client that says each of these once the one before has been answered, and then QUIT. */
async function found(
  said: readonly (string | Buffer)[],
  options?: TestServerOptions,
): Promise<FindingRule[]> {
  await using server = await TestServer.start(options);
  await using client = await Client.connect(server.port);
  await client.reply();
  for (const octets of said) {
    client.write(typeof octets === "string" ? Buffer.from(octets) : octets);
    await client.reply();
  }
  client.write("QUIT\r\n");
  await client.rest();
  return server.findings.map(({ rule }) => rule);
}

const lenient = { lenient: true };
const ehlo = "EHLO c.test\r\n";
const rcpt = "RCPT TO:<b@y.test>\r\n";
const mail = (content: string | Buffer, parameters = ""): (string | Buffer)[] => [
  ...[ehlo, `MAIL FROM:<a@x.test>${parameters}\r\n`, rcpt, "DATA\r\n", content],
];

describe("findings: content", () => {
  const header = "Subject: x\r\n\r\n";
  const cases: readonly [
    string,
    readonly (string | Buffer)[],
    TestServerOptions | undefined,
    FindingRule[],
  ][] = [
    ["nothing", mail(`${header}..x\r\n..\r\nx\r\n.\r\n`, " SIZE=24"), undefined, []],
    [
      "nothing about the largest lines",
      mail(`${header}${"x".repeat(998)}\r\n..${"x".repeat(997)}\r\n.\r\n`),
      undefined,
      [],
    ],
    ["8-bit content without BODY", mail(`${header}ä\r\n.\r\n`), undefined, ["8bit-undeclared"]],
    ["8-bit content with BODY", mail(`${header}ä\r\n.\r\n`, " BODY=8BITMIME"), undefined, []],
    [
      "an 8-bit header without SMTPUTF8",
      mail("Subject: ä\r\n\r\n.\r\n", " BODY=8BITMIME"),
      undefined,
      ["non-ascii-without-smtputf8"],
    ],
    [
      "an 8-bit header with SMTPUTF8",
      mail("Subject: ä\r\n\r\n.\r\n", " BODY=8BITMIME SMTPUTF8"),
      undefined,
      [],
    ],
    ["an 8-bit header with SMTPUTF8 alone", mail("Subject: ä\r\n\r\n.\r\n", " SMTPUTF8"), undefined, []],
    [
      "an 8-bit body with SMTPUTF8 alone",
      mail("\r\nä\r\n.\r\n", " SMTPUTF8"),
      undefined,
      ["8bit-undeclared"],
    ],
    ["less than SIZE", mail(`${header}x\r\n.\r\n`, " SIZE=1000"), undefined, []],
    ["more than SIZE", mail(`${header}x\r\n.\r\n`, " SIZE=16"), undefined, ["size-exceeded"]],
    ["a line too long", mail(`${header}${"x".repeat(999)}\r\n.\r\n`), undefined, ["line-too-long"]],
    ["a line far too long", mail(`${header}${"x".repeat(99_999)}\r\n.\r\n`), undefined, ["line-too-long"]],
    ["a lone dot", mail(`${header}.x\r\n.\r\n`), undefined, ["dot-unstuffed"]],
    ["a bare LF", mail(`${header}x\nx\r\n.\r\n`), lenient, ["bare-lf"]],
    ["a bare CR", mail(`${header}x\rx\r\n.\r\n`), lenient, ["bare-cr"]],
    ["a NUL", mail(`${header}x\0x\r\n.\r\n`), lenient, ["nul"]],
    ["each thing once", mail(`${header}.x\r\n.x\r\n.\r\n`), undefined, ["dot-unstuffed"]],
  ];
  for (const [name, said, options, expected] of cases) {
    it(name, async () => {
      assert.deepEqual(await found(said, options), expected);
    });
    it(`${name}, octet by octet`, async () => {
      await using server = await TestServer.start(options);
      await using client = await Client.connect(server.port);
      await client.reply();
      client.socket.setNoDelay(true);
      const content = Buffer.from(said.at(-1) ?? "");
      for (const line of said.slice(0, -1)) {
        client.write(line);
        await client.reply();
      }
      if (content.length > 3000) return;
      for (const octet of content) {
        client.write(Buffer.of(octet));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await client.reply();
      await client.ask("QUIT");
      assert.deepEqual(
        server.findings.map(({ rule }) => rule),
        expected,
      );
    });
  }
});

describe("findings: commands", () => {
  const cases: readonly [string, readonly string[], TestServerOptions | undefined, FindingRule[]][] = [
    ["one at a time", [ehlo, "NOOP\r\n", "RSET\r\n"], undefined, []],
    ["a group", [ehlo, `MAIL FROM:<>\r\n${rcpt}DATA\r\n`, "x\r\n.\r\n"], undefined, []],
    [
      "a group without PIPELINING",
      [ehlo, `MAIL FROM:<>\r\n${rcpt}`],
      { without: ["PIPELINING"] },
      ["pipelining-unadvertised"],
    ],
    ["content and the next group", [...(mail("x\r\n.\r\nRSET\r\nNOOP\r\n") as string[])], undefined, []],
    ["a group behind EHLO", [`${ehlo}NOOP\r\n`], undefined, ["pipelining-past-synchronisation"]],
    ["a group behind NOOP", [ehlo, "NOOP\r\nRSET\r\n"], undefined, ["pipelining-past-synchronisation"]],
    [
      "content that does not wait for 354",
      [ehlo, `MAIL FROM:<>\r\n${rcpt}DATA\r\nx\r\n.\r\n`],
      undefined,
      ["pipelining-past-synchronisation"],
    ],
    [
      "SIZE without EHLO's",
      [ehlo, "MAIL FROM:<> SIZE=1\r\n"],
      { without: ["SIZE"] },
      ["extension-unadvertised"],
    ],
    [
      "BDAT without CHUNKING",
      [ehlo, "BDAT 0 LAST\r\n"],
      { without: ["CHUNKING"] },
      ["extension-unadvertised"],
    ],
    [
      "AUTH in clear, where it is not offered",
      [ehlo, "AUTH PLAIN =\r\n"],
      undefined,
      ["extension-unadvertised"],
    ],
    ["a word that is no parameter", [ehlo, "MAIL FROM:Jo <a@x.test>\r\n"], undefined, ["command-syntax"]],
    ["a bare LF", [ehlo, "NOOP\n"], lenient, ["bare-lf"]],
    ["a long command", [ehlo, `NOOP ${"x".repeat(600)}\r\n`], undefined, ["command-too-long"]],
    [
      "an address that is not ASCII",
      [ehlo, "MAIL FROM:<ä@x.test>\r\n"],
      undefined,
      ["non-ascii-without-smtputf8"],
    ],
    [
      "an address that is not ASCII, with SMTPUTF8",
      [ehlo, "MAIL FROM:<ä@x.test> SMTPUTF8\r\n"],
      undefined,
      [],
    ],
  ];
  for (const [name, said, options, expected] of cases) {
    it(name, async () => assert.deepEqual(await found(said, options), expected));
  }

  it("commands before the greeting, which cannot have been awaited", async () => {
    await using server = await TestServer.start();
    server.fail({ at: "connect", delay: 50 });
    const socket = connect(server.port, server.host);
    socket.end(`${ehlo}QUIT\r\n`);
    await text(socket);
    assert.equal(server.findings[0]?.rule, "pipelining-past-synchronisation");
  });

  it("reports a missing QUIT, unless the server closed the connection", async () => {
    await using server = await TestServer.start();
    const leave = async (): Promise<void> => {
      await using client = await Client.connect(server.port);
      await client.reply();
      await client.ask("EHLO c.test");
      client.end();
      await client.rest();
    };
    await leave();
    assert.deepEqual(server.findings, [
      { ...server.findings[0], rule: "no-quit", connection: 1, command: "EHLO c.test" },
    ]);
    assert.match(server.findings[0]?.text ?? "", /^left without QUIT \(RFC/);
    server.clear();
    server.fail({ at: "ehlo", drop: "after" });
    await leave();
    assert.deepEqual(server.findings, []);
  });

  it("shows no secret", async () => {
    await using server = await TestServer.start({ users: { jo: "x" }, allowPlaintextCredentials: true });
    await using client = await Client.connect(server.port);
    await client.reply();
    await client.ask("EHLO c.test");
    await client.ask("AUTH PLAIN AGpvAHg=\r\nNOOP");
    await client.reply();
    assert.deepEqual(
      server.findings.map(({ rule }) => rule),
      ["pipelining-past-synchronisation"],
    );
    assert.doesNotMatch(JSON.stringify(server.findings), /AGpvAHg/);
  });
});

describe("findings: our own client", () => {
  for (const options of [
    {},
    { without: ["PIPELINING", "SIZE", "8BITMIME"] },
    { without: ["EHLO"] },
  ] as const) {
    it(`none: ${JSON.stringify(options)}`, async () => {
      await using server = await TestServer.start({ ...options, tls: "starttls", users: { jo: "x" } });
      const plain = await TestServer.start(options);
      for (const each of "without" in options && options.without[0] === "EHLO" ? [plain] : [server, plain]) {
        const transport = each.transport();
        for (let count = 0; count < 3; count++) {
          await transport.send(
            Message.builder()
              .from("a@x.test")
              .to("b@y.test")
              .subject("ä")
              .text(".\n..ä\n.x\n".repeat(300))
              .build(),
          );
        }
        await transport.close();
        assert.deepEqual(each.findings, []);
      }
      await plain.close();
    });
  }
});
