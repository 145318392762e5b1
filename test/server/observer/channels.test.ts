import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterEach, describe, it } from "node:test";
import { SmtpServer, type SmtpServerOptions } from "envoi/server";
import { Issuer } from "../../net/server/issuer.js";
import { Client } from "../client.js";

const issuer = new Issuer();
const login = `AUTH PLAIN ${Buffer.from("\0jo@y.test\0secret").toString("base64")}`;
const wrongLogin = `AUTH PLAIN ${Buffer.from("\0jo@y.test\0secret2").toString("base64")}`;

function options(more: SmtpServerOptions = {}): SmtpServerOptions {
  return {
    hostname: "mx.test",
    domains: ["y.test"],
    allowPlaintextCredentials: true,
    auth: async ({ user, verify }) => ((await verify("secret")) ? { user } : undefined),
    data: async () => {},
    ...more,
  };
}

interface Told {
  readonly [field: string]: unknown;
  readonly remotePort?: number;
  readonly command?: string;
  readonly enhancedCode?: string;
  readonly from?: string;
  readonly to?: readonly string[];
  readonly user?: string;
  readonly error?: { readonly kind: string };
}

let subscriptions: (() => void)[] = [];
afterEach(() => {
  for (const end of subscriptions) end();
  subscriptions = [];
});

/** What a channel tells from now on. */
function listen(channel: string): Told[] {
  const told: Told[] = [];
  const note = (event: unknown) => void told.push({ ...(event as Told) });
  subscribe(channel, note);
  subscriptions.push(() => void unsubscribe(channel, note));
  return told;
}

const ended = (name: string) => listen(`tracing:envoi:server:${name}:asyncEnd`);

/** Says lines, each after the reply to the one before, and leaves. */
async function say(server: SmtpServer, ...lines: string[]): Promise<void> {
  await using client = await Client.connect(server.port);
  await client.reply();
  for (const line of lines) {
    client.say(line);
    if (line !== "(text)") await client.reply();
  }
  client.end();
  await client.rest();
}

/** Lets the server notice the end of all connections. */
async function over(server: SmtpServer): Promise<void> {
  await server.close();
  await new Promise(setImmediate);
}

const mail = ["MAIL FROM:<a@x.test>", "RCPT TO:<b@y.test>", "DATA", "(text)", "."];

describe("the channels of a server", () => {
  it("trace each command to its reply, with logins and addresses masked", async () => {
    const commands = ended("command");
    const replies = listen("envoi:server:reply");
    const server = await SmtpServer.listen(options());
    await say(server, "EHLO x.test", login, "VRFY jo@y.test", "VRFY jo", ...mail, "QUIT");
    await over(server);
    assert.deepEqual(
      commands.map(({ command, reply }) => `${command} ${(reply as { code: number }).code}`),
      [
        "EHLO x.test 250",
        "AUTH PLAIN **** 235",
        "VRFY [name] 252",
        "VRFY [name] 252",
        "MAIL FROM:<[address]> 250",
        "RCPT TO:<[address]> 250",
        "DATA 354",
        "QUIT 221",
      ],
    );
    assert.deepEqual(
      replies.map(({ code }) => code),
      [220, 250, 235, 252, 252, 250, 250, 354, 250, 221],
    );
    assert.equal(replies[2]?.enhancedCode, "2.7.0");
    assert.ok(
      commands.every(({ session, duration }) => typeof session === "string" && typeof duration === "number"),
    );
    assert.doesNotMatch(JSON.stringify([commands, replies]), /secret|@|\(text\)/);
  });

  it("mask addresses in parameters, also those in xtext", async () => {
    const commands = ended("command");
    const server = await SmtpServer.listen(options({ extensions: { DSN: true } }));
    await say(
      server,
      "EHLO x.test",
      "MAIL FROM:<a@x.test> AUTH=jane+40x.test ENVID=id",
      "RCPT TO:<b@y.test> ORCPT=rfc822;john+40y.test NOTIFY=NEVER",
    );
    await over(server);
    assert.deepEqual(
      commands.slice(1).map(({ command }) => command),
      ["MAIL FROM:<[address]> AUTH=[address] ENVID=id", "RCPT TO:<[address]> ORCPT=[address] NOTIFY=NEVER"],
    );
  });

  it("have addresses if logAddresses is set, and never secrets or content", async () => {
    const [commands, mails, logins] = [ended("command"), ended("mail"), ended("auth")];
    const server = await SmtpServer.listen(options({ logAddresses: true }));
    await say(server, "EHLO x.test", login, ...mail);
    await over(server);
    assert.equal(commands[2]?.command, "MAIL FROM:<a@x.test>");
    assert.deepEqual([mails[0]?.from, mails[0]?.to], ["a@x.test", ["b@y.test"]]);
    assert.equal(logins[0]?.user, "jo@y.test");
    assert.doesNotMatch(JSON.stringify([commands, mails, logins]), /secret|\(text\)/);
  });

  it("trace a message with its size and the decision about it", async () => {
    const mails = ended("mail");
    const errors = listen("tracing:envoi:server:mail:error");
    const server = await SmtpServer.listen(
      options({
        maxMessageSize: 30,
        data: ({ envelope }) =>
          envelope.to.length > 1 ? { code: 554, lines: "b@y.test is full" } : undefined,
      }),
    );
    await say(server, "EHLO x", ...mail);
    await say(server, "EHLO x", "MAIL FROM:<>", "RCPT TO:<b@y.test>", ...mail.slice(1));
    const long = "x".repeat(40);
    await say(server, "EHLO x", ...mail.slice(0, 3), `${long}\r\n.`);
    await say(server, "EHLO x", ...mail.slice(0, 3), "(text)");
    await over(server);
    assert.deepEqual(
      mails.map(({ recipients, octets, accepted, refused, reply }) => [
        recipients,
        octets,
        accepted,
        refused,
        reply,
      ]),
      [
        [1, 8, 1, 0, undefined],
        [2, 8, 0, 2, { code: 554, enhancedCode: undefined, text: "[address] is full" }],
        [1, 0, 0, 1, { code: 552, enhancedCode: "5.3.4", text: "The message is too large" }],
        [1, 8, undefined, undefined, undefined],
      ],
    );
    assert.deepEqual(
      errors.map(({ error }) => error?.kind),
      ["aborted"],
    );
  });

  it("trace logins by their mechanism", async () => {
    const logins = ended("auth");
    const server = await SmtpServer.listen(
      options({ mechanisms: ["PLAIN", "LOGIN", "SCRAM-SHA-256"], logAddresses: true }),
    );
    await say(server, "EHLO x", wrongLogin, login);
    await say(server, "EHLO x", "auth login", Buffer.from("jo").toString("base64"), "*");
    await over(server);
    assert.deepEqual(
      logins.map(({ mechanism, user, reply, error }) => [
        mechanism,
        user,
        (reply as { code: number } | undefined)?.code,
        error?.kind,
      ]),
      [
        ["PLAIN", undefined, 535, "authentication"],
        ["PLAIN", "jo@y.test", 235, undefined],
        ["LOGIN", undefined, 501, "authentication"],
      ],
    );
  });

  it("are about the client that XCLIENT names, from then on", async () => {
    const commands = ended("command");
    const replies = listen("envoi:server:reply");
    const server = await SmtpServer.listen(options({ xclient: { from: ["127.0.0.1"] } }));
    await say(server, "EHLO x.test", "XCLIENT ADDR=192.0.2.7 PORT=1025", "EHLO y.test", "VRFY jo");
    await over(server);
    for (const [about, index] of [
      [commands, 2],
      [replies, 3],
    ] as const) {
      const addresses = about.map(({ remoteAddress }) => remoteAddress);
      assert.equal(addresses[0], "127.0.0.1");
      assert.deepEqual(new Set(addresses.slice(index)), new Set(["192.0.2.7"]));
    }
    assert.equal(commands.at(-1)?.remotePort, 1025);
  });

  it("trace handshakes, and connections to their end", async () => {
    const [handshakes, connections] = [ended("tls"), ended("connection")];
    const server = await SmtpServer.listen(
      options({ tls: "implicit", certificates: issuer.issue(["mx.test"]) }),
    );
    {
      await using client = await Client.connect(server.port, { ca: issuer.cert, servername: "mx.test" });
      await client.reply();
      for (const line of ["EHLO x", ...mail.slice(0, 3), "x\r\n.", "QUIT"]) await client.ask(line);
    }
    await using plain = await Client.connect(server.port);
    plain.say("EHLO x");
    await plain.rest();
    await over(server);
    assert.deepEqual(
      handshakes.map(({ protocol, servername, reason, error }) => [
        protocol,
        servername,
        reason,
        error?.kind,
      ]),
      [
        ["TLSv1.3", "mx.test", undefined, undefined],
        [undefined, undefined, "smtp-without-tls", "tls"],
      ],
    );
    assert.deepEqual(
      connections.map(({ tls, mails }) => [tls, mails]),
      [
        [true, 1],
        [false, 0],
      ],
    );
  });
});

describe("the limits of a server", () => {
  const cases: [string, SmtpServerOptions, string, string[]][] = [
    ["maxErrors", { maxErrors: 1 }, "command", ["DATA", "DATA"]],
    ["maxCommands", { maxCommands: 1 }, "command", ["EHLO x", "NOOP"]],
    ["maxUnknownCommands", { maxUnknownCommands: 1 }, "command", ["X", "X"]],
    ["maxLineLength", { maxLineLength: 512 }, "command", [`NOOP ${"x".repeat(600)}`]],
    ["maxAuthAttempts", { maxAuthAttempts: 1 }, "auth", ["EHLO x", wrongLogin]],
    [
      "maxRecipients",
      { maxRecipients: 1 },
      "command",
      ["EHLO x", ...mail.slice(0, 2), mail[1] ?? "", mail[1] ?? ""],
    ],
    [
      "maxRefusedRecipients",
      { maxRefusedRecipients: 0 },
      "command",
      ["EHLO x", "MAIL FROM:<>", "RCPT TO:<a@z.test>"],
    ],
    [
      "maxTransactions",
      { maxTransactions: 1 },
      "command",
      ["EHLO x", "MAIL FROM:<>", "RSET", "MAIL FROM:<>"],
    ],
    ["maxMessageSize", { maxMessageSize: 10 }, "command", ["EHLO x", "MAIL FROM:<> SIZE=11"]],
    [
      "maxHops",
      { maxHops: 1 },
      "content",
      ["EHLO x", ...mail.slice(0, 3), "Received: x\r\nReceived: y\r\n\r\nx\r\n."],
    ],
    [
      "maxContentLineLength",
      { maxContentLineLength: 10 },
      "content",
      ["EHLO x", ...mail.slice(0, 3), "12345678901\r\n."],
    ],
  ];
  for (const [limit, more, phase, lines] of cases)
    it(`are reported once for a connection: ${limit}`, async () => {
      const refused = listen("envoi:server:refused");
      const server = await SmtpServer.listen(options(more));
      await say(server, ...lines);
      await over(server);
      assert.deepEqual(
        refused.map(({ kind, reason, phase }) => [kind, reason, phase]),
        [["limit", limit, limit === "maxMessageSize" ? "content" : phase]],
      );
      assert.equal(server.status().refused[limit], 1);
    });
});

describe("the logger of a server", () => {
  function newLogger(level = "debug") {
    const lines: string[] = [];
    const levels = ["debug", "info", "warn", "error"];
    const log = (own: string) => (fields: object, message: string) =>
      void lines.push(`${own} ${message} ${JSON.stringify(fields)}`);
    return {
      lines,
      debug: log("debug"),
      info: log("info"),
      warn: log("warn"),
      error: log("error"),
      isLevelEnabled: (asked: string) => levels.indexOf(asked) >= levels.indexOf(level),
    };
  }

  it("gets messages at info, failed logins at warn, and at debug everything else", async () => {
    const logger = newLogger();
    const server = await SmtpServer.listen(options({ logger }));
    await say(server, "EHLO x", wrongLogin, login, ...mail, "QUIT");
    await over(server);
    const first = logger.lines.map((line) => line.split(" {")[0]);
    assert.equal(first[0], "debug a client has connected");
    assert.ok(first.includes("warn login: failed"));
    assert.ok(first.includes("debug login: done"));
    assert.ok(first.includes("info the message was accepted"));
    assert.ok(first.includes("debug command"));
    assert.equal(first.at(-1), "debug the connection has ended");
    assert.doesNotMatch(logger.lines.join("\n"), /secret|@|\(text\)/);
  });

  it("that is not interested in details gets none", async () => {
    const logger = newLogger("info");
    const server = await SmtpServer.listen(options({ logger }));
    await say(server, "EHLO x", wrongLogin, login, ...mail, "QUIT");
    await over(server);
    assert.deepEqual(
      logger.lines.map((line) => line.split(" {")[0]),
      ["warn login: failed", "info the message was accepted"],
    );
  });

  it("may throw, and mail is accepted all the same", async () => {
    const fail = () => {
      throw new Error("the disk is full");
    };
    const server = await SmtpServer.listen(
      options({ logger: { debug: fail, info: fail, warn: fail, error: fail } }),
    );
    await say(server, "EHLO x", ...mail, "QUIT");
    assert.equal(server.status().mails, 1);
    await over(server);
  });
});
