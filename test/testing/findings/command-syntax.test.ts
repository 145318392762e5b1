import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TestServer } from "envoi/testing";
import { DialogueMask } from "#src/protocol/masking/dialogue-mask.js";
import { readClientLine } from "#src/testing/faults/wire/client-line.js";
import { syntaxProblem } from "#src/testing/findings/command-syntax.js";
import { Client } from "../../server/client.js";

const problemOf = (line: string): string | undefined =>
  syntaxProblem(line, readClientLine(Buffer.from(`${line}\r\n`), false, new DialogueMask("***")).at);

describe("Findings about the syntax of commands", () => {
  const cases: readonly (readonly [line: string, problem: RegExp])[] = [
    ["MAIL FROM: <a@x.test>", /blank beside the colon/],
    ["mail from : <a@x.test>", /blank beside the colon/],
    ["RCPT TO: <b@y.test> NOTIFY=NEVER", /blank beside the colon/],
    ["MAIL FROM:a@x.test", /without angle brackets/],
    ["RCPT TO:b@y.test NOTIFY=NEVER", /without angle brackets/],
    ["MAIL FROM:", /without angle brackets/],
    ["MAIL", /no argument|without angle brackets/],
    ["MAIL FROM:<a@x.test>  SIZE=1", /single blank/],
    ["MAIL  FROM:<a@x.test>", /single blank/],
    ["MAIL FROM:<a@x.test>\tSIZE=1", /single blank/],
    ["MAIL FROM:<a@x.test> ", /at the end/],
    ["MAIL FROM:<a@x.test>SIZE=1", /path or a parameter/],
    ["MAIL FROM:<a@x.test> SIZE=", /path or a parameter/],
    ["MAIL FROM:<a..b@x.test>", /path or a parameter/],
    ["MAIL FROM:<a@x.test.>", /path or a parameter/],
    ["MAIL FROM:<a b@x.test>", /path or a parameter/],
    ["RCPT TO:<>", /path or a parameter/],
    ["RCPT TO:<b>", /path or a parameter/],
    ["HELO", /no name/],
    ["EHLO ", /no name/],
    ["EHLO 127.0.0.1", /without brackets/],
    ["EHLO ::1", /without brackets/],
    ["EHLO [::1]", /literal that is not valid/],
    ["EHLO [300.1.1.1]", /literal that is not valid/],
    ["EHLO my_host", /neither a domain/],
    ["EHLO a.test.", /neither a domain/],
    ["EHLO a b", /neither a domain/],
    ["EHLO  a.test", /single blank/],
    ["EHLO a.test ", /at the end/],
    ["DATA ", /at the end/],
    ["DATA now", /cannot be one/],
    ["QUIT bye", /cannot be one/],
    ["RSET ", /at the end/],
    [" NOOP", /does not belong/],
    ["\tMAIL FROM:<>", /does not belong/],
    ["MAIL\tFROM:<>", /does not belong/],
    ["VRFY", /no argument/],
    ["BDAT", /no argument/],
    ["BDAT 5 LAST ", /at the end/],
    ["BDAT -5", /cannot be one/],
    ["AUTH", /no argument/],
    ["AUTH PLAIN !", /cannot be one/],
    ["AUTH  PLAIN AGEAYg==", /single blank/],
  ];
  for (const [line, problem] of cases)
    it(JSON.stringify(line), () => assert.match(problemOf(line) ?? "nothing", problem));
});

describe("a command is not found fault with", () => {
  const cases: readonly string[] = [
    ...[
      "HELO localhost",
      "ehlo a.test",
      "EHLO [127.0.0.1]",
      "EHLO [IPv6:::1]",
      "EHLO 1a.test",
      "LHLO x-y.test",
    ],
    ...[
      "MAIL FROM:<>",
      "mail from:<a@x.test>",
      "MAIL FROM:<> SIZE=1 BODY=8BITMIME",
      "MAIL FROM:<a@x.test> AUTH=<>",
    ],
    ...[
      'MAIL FROM:<"a  b\\" > c"@x.test> RET=HDRS',
      "MAIL FROM:<a@[192.0.2.1]> SMTPUTF8",
      "MAIL FROM:<ü@ö.test> SMTPUTF8",
    ],
    ...["RCPT TO:<Postmaster>", "RCPT TO:<postmaster@[IPv6:::1]>", "RCPT TO:<@a.test,@b.test:c@d.test>"],
    ...[
      "RCPT TO:<b+c=d@y.test> ORCPT=rfc822;b+2Bc@y.test NOTIFY=SUCCESS,DELAY",
      "RCPT TO:<!#$%&'*+-/=?^_`{|}~@y.test>",
    ],
    ...[
      "DATA",
      "data",
      "RSET",
      "QUIT",
      "STARTTLS",
      "NOOP",
      "NOOP  what  ever ",
      "HELP",
      "HELP me",
      "VRFY a b",
    ],
    ...[
      "BDAT 0 LAST",
      "bdat 86 last",
      "BDAT 1",
      "AUTH PLAIN",
      "AUTH LOGIN =",
      "AUTH PLAIN AGEAYg==",
      "XYZZY  x",
    ],
  ];
  for (const line of cases) it(JSON.stringify(line), () => assert.equal(problemOf(line), undefined));
});

describe("findings about syntax", () => {
  /** What is found of a client that says these lines, each once the one before has been answered. */
  async function found(lenient: boolean, ...lines: readonly string[]): Promise<unknown[]> {
    await using server = await TestServer.start({ lenient });
    await using client = await Client.connect(server.port);
    await client.reply();
    for (const line of [...lines, "QUIT"]) await client.ask(line);
    await client.rest();
    return server.findings.map(({ rule, text }) => `${rule}: ${text.slice(text.lastIndexOf(": ") + 2)}`);
  }

  it("come once for each kind in a transaction, and again in the next", async () => {
    const mail = ["MAIL FROM: <a@x.test>", "RCPT TO: <b@y.test>", "RCPT TO: <c@y.test>", "RSET"];
    assert.deepEqual(await found(false, "EHLO c.test", ...mail, ...mail), [
      ...["command-syntax: a blank beside the colon", "command-syntax: a blank beside the colon"],
      ...["command-syntax: a blank beside the colon", "command-syntax: a blank beside the colon"],
    ]);
  });

  it("do not repeat for parameters after wrong syntax, or after another with brackets", async () => {
    const found8bit = await found(
      false,
      "EHLO c.test",
      "MAIL FROM:a@x.test BODY=8BITMIME",
      "MAIL FROM:<a@x.test> BODY=8BITMIME AUTH=<>",
    );
    assert.deepEqual(found8bit, [
      "command-syntax: a path without angle brackets",
      "extension-unadvertised: AUTH",
    ]);
  });

  it("name extensions of RCPT that were not offered", async () => {
    await using server = await TestServer.start({ without: ["DSN"] });
    await using client = await Client.connect(server.port);
    await client.reply();
    for (const line of ["EHLO c.test", "MAIL FROM:<a@x.test>", "RCPT TO:<b@y.test> NOTIFY=NEVER", "QUIT"])
      await client.ask(line);
    assert.deepEqual(
      server.findings.map(({ rule }) => rule),
      ["extension-unadvertised"],
    );
  });

  it("are absent if 8-bit content is declared before a parameter with brackets", async () => {
    await using server = await TestServer.start({ users: { jo: "x" }, allowPlaintextCredentials: true });
    await using client = await Client.connect(server.port);
    await client.reply();
    const lines = ["EHLO c.test", "MAIL FROM:<a@x.test> BODY=8BITMIME AUTH=<>", "RCPT TO:<b@y.test>", "DATA"];
    for (const line of [...lines, "\r\nä\r\n.", "QUIT"]) await client.ask(line);
    assert.deepEqual(server.findings, []);
  });
});
