import assert from "node:assert/strict";
import { channel, tracingChannel } from "node:diagnostics_channel";
import { after, before, describe, it } from "node:test";
import { inspect } from "node:util";
import {
  Attachment,
  Credentials,
  EnvoiError,
  type Logger,
  Mechanism,
  type MessageFields,
  type SendOptions,
  SmtpError,
  type SmtpTransportBuilder,
  Tls,
} from "envoi";
import { TestServer as Server } from "envoi/testing";
import { type Peer, ScriptedServer } from "../../../net/scripted-server.js";
import { clearTo } from "../serve.js";
import { TestServer } from "../test-server.js";

/** What must not be told: secrets and content nowhere, addresses nowhere but in a transcript. */
const user = "shop-login";
const secret = "open-sesame-42";
const token = "token-of-gold-77";
const content = "the-recipe-of-the-soup";
const locals = ["jane.doe", "o'neil", "quo ted", "quo+20ted", "hidden.copy", "back+tag", "back+2Btag"];

const mail: MessageFields = {
  from: "back+tag@x.test",
  to: ["jane.doe@y.test", "o'neil@y.test"],
  cc: '"quo ted"@y.test',
  bcc: "hidden.copy@y.test",
  subject: `About ${content}`,
  text: `This is ${content}.`,
  attach: Attachment.fromBytes("x.bin", Buffer.from(content)),
};

/** The forms in which a secret goes over the line. */
const secrets = [secret, token, ...[secret, token, user].map((text) => Buffer.from(text).toString("base64"))]
  .concat(Buffer.from(`\0${user}\0${secret}`).toString("base64"))
  .concat(Buffer.from(`user=${user}\x01auth=Bearer ${token}\x01\x01`).toString("base64"));
const contents = [content, Buffer.from(content).toString("base64")];

/** All that was told while the tests ran, with what told it. */
const told: { readonly by: string; readonly text: string }[] = [];
const transcripts: string[] = [];

function tell(by: string, value: unknown): void {
  // What reads an object in whole sees its strings in some way; an error has more than one face.
  const texts = [inspect(value, { depth: 20 }), JSON.stringify(value) ?? ""];
  if (value instanceof Error)
    texts.push(value.message, String(value), value.stack ?? "", inspect(value.cause));
  for (const text of texts) told.push({ by, text });
}

const book: Logger = {
  debug: (fields, message) => tell("log", [fields, message]),
  info: (fields, message) => tell("log", [fields, message]),
  warn: (fields, message) => tell("log", [fields, message]),
  error: (fields, message) => tell("log", [fields, message]),
};

const names = ["connect", "tls", "auth", "command", "send"].map((name) => `envoi:${name}`);
const stages = ["start", "end", "asyncStart", "asyncEnd", "error"] as const;
const subscribers = new Map(
  [
    ...names.flatMap((name) => stages.map((stage) => tracingChannel(name)[stage])),
    ...["envoi:reply", "envoi:tls"].map((name) => channel(name)),
  ].map((each) => [
    each,
    (event: unknown) => {
      tell(String(each.name), event);
      const { error } = event as { error?: Error };
      if (error !== undefined) tell(String(each.name), error);
    },
  ]),
);

before(() => {
  for (const [each, listener] of subscribers) each.subscribe(listener);
});

/** Sends, whatever comes of it, and reads the error as somebody would who logs it. */
async function send(
  builder: SmtpTransportBuilder,
  fields: object = {},
  options: SendOptions = {},
): Promise<void> {
  await using transport = builder.logger(book).build();
  tell("transport", transport);
  try {
    tell("sent", (await transport.send({ ...mail, ...fields }, options)).reply?.code);
  } catch (error) {
    assert.ok(error instanceof SmtpError || EnvoiError.is(error), String(error));
    tell("error", error);
    if (error instanceof SmtpError) transcripts.push(...error.transcript);
  }
}

const password = Credentials.password(user, secret);

/** A server that says `say(line)` to each line of the client, and `otherwise` to nothing but the verb in front. */
function echo(
  verb: RegExp,
  say: (line: string, peer: Peer) => string | undefined,
): (peer: Peer) => Promise<void> {
  return async (peer) => {
    peer.say("220 echo.test");
    for (;;) {
      const line = await peer.hear();
      if (verb.test(line)) {
        const answer = say(line, peer);
        if (answer !== undefined) peer.say(answer);
      } else if (line.startsWith("EHLO"))
        peer.say("250-echo.test", "250-DSN", "250 AUTH PLAIN LOGIN XOAUTH2");
      else if (line === "DATA") {
        peer.say("354 go");
        await peer.hearContent();
        peer.say("250 queued");
      } else peer.say("250 ok");
    }
  };
}

const manners: readonly (readonly [string, (line: string, peer: Peer) => string | undefined])[] = [
  ["refuses", (line) => `535 5.7.8 no such thing: ${line}`],
  ["is busy", (line) => `421 4.3.0 ${line}`],
  ["challenges", (line) => `334 ${Buffer.from(line).toString("base64")}`],
  ["talks nonsense", (line) => line],
  ["says it twice", (line) => `501 ${line}\r\n501 ${line}`],
  ["says it in lines", (line) => `550-${line}\r\n550 ${line}`],
  [
    "hangs up",
    (_, peer) => {
      peer.cut();
      return undefined;
    },
  ],
];

describe("no secret or content is shown for", () => {
  for (const [manner, say] of manners) {
    const [plain, login] = [Mechanism.Plain, Mechanism.Login];
    for (const [what, verb, build] of [
      ["AUTH PLAIN", /^AUTH/, (to: SmtpTransportBuilder) => to.credentials(password).authentication(plain)],
      [
        "AUTH LOGIN",
        /^(?!EHLO)/,
        (to: SmtpTransportBuilder) => to.credentials(password).authentication(login),
      ],
      [
        "AUTH XOAUTH2",
        /^(?!EHLO)/,
        (to: SmtpTransportBuilder) => to.credentials(Credentials.token(user, token)),
      ],
      ["MAIL", /^MAIL/, (to: SmtpTransportBuilder) => to],
      ["RCPT", /^RCPT/, (to: SmtpTransportBuilder) => to],
    ] as const) {
      it(`a server that, at ${what}, ${manner}`, async () => {
        await using server = await ScriptedServer.start(echo(verb, say));
        const options = what === "RCPT" ? { dsn: { orcpt: true } } : {};
        await send(build(clearTo(server)).timeout(500), {}, options);
      });
    }
  }

  for (const mechanism of Object.values(Mechanism)) {
    if (mechanism === Mechanism.External || mechanism.endsWith("PLUS")) continue;
    it(`a login by ${mechanism}, successful and not`, async () => {
      const bearer = mechanism === Mechanism.XOAuth2 || mechanism === Mechanism.OAuthBearer;
      const known = bearer ? token : secret;
      await using server = await TestServer.start({
        tls: "starttls",
        users: { [user]: known },
        mechanisms: [mechanism],
      });
      for (const given of [known, `${known}-not`]) {
        const credentials = bearer ? Credentials.token(user, given) : Credentials.password(user, given);
        await send(server.builder().credentials(credentials).authentication(mechanism));
      }
    });
  }

  it("mails that go out, alone, chained, in a window and in chunks", async () => {
    await using server = await TestServer.start();
    for (const builder of [
      server.builder(),
      server.builder().pipelining("off"),
      server.builder().pipelining("window"),
      server.builder().chunking("auto"),
    ]) {
      await using transport = builder.pool({ maxSize: 1 }).logger(book).build();
      await Promise.all(Array.from({ length: 5 }, () => transport.send(mail)));
    }
    assert.equal(server.messages.length, 20);
  });

  it("faults at every point", async () => {
    await using server = await TestServer.start();
    for (const at of ["greeting", "ehlo", "mail", "rcpt", "data", "content", "final"] as const) {
      for (const drop of ["before", "after"] as const) {
        using _ = server.fail({ at, drop });
        await send(server.builder());
        await send(server.builder().pipelining("window"));
      }
    }
  });

  it("handshakes that fail, or should fail", async () => {
    for (const certificate of ["expired", "wrong-name", "self-signed"] as const) {
      // One that asserts nothing: a client that takes no certificate leaves without QUIT.
      await using server = await Server.start({ tls: "starttls", certificate });
      await send(server.builder().tls(Tls.Required));
      await send(server.builder().tls(Tls.Opportunistic));
    }
  });

  it("mails that are cancelled, late, or unreadable", async () => {
    await using server = await TestServer.start();
    await send(server.builder(), {}, { signal: AbortSignal.abort() });
    server.fail({ at: "final", stall: true });
    await send(server.builder(), {}, { deadline: 50 });
    const broken = Attachment.fromStream("x", async function* () {
      yield Buffer.from(content);
      throw new Error("the disk is gone");
    });
    await send(server.builder(), { attach: broken });
  });

  it("wrong options", async () => {
    await using server = await TestServer.start();
    for (const options of [
      { dsn: { recipients: { "nobody.there@y.test": {} } } },
      { dsn: { recipients: { "jane.doe@y.test": { orcpt: { type: "x y", address: "jane.doe" } } } } },
      { dsn: { envid: "jane.doe\n" } },
      { requireTls: true },
      { dsn: { notify: "NEVER" } },
      { recipientParameters: { "jane.doe@y.test": { RRVS: "jane.doe@y.test" } } },
    ] as SendOptions[])
      await send(server.builder(), {}, options);
  });

  after(() => {
    for (const [each, listener] of subscribers) each.unsubscribe(listener);
    assert.ok(told.length > 2000, `${told.length}`);
    const by = new Set(told.map((each) => each.by));
    for (const name of [
      "log",
      "error",
      ...names.map((name) => `tracing:${name}:asyncEnd`),
      "envoi:reply",
      "envoi:tls",
    ])
      assert.ok(by.has(name), `nothing was told by ${name}`);
    for (const { by, text } of told) {
      for (const hidden of [...secrets, ...contents, ...locals])
        assert.ok(!text.includes(hidden), `${hidden} was told by ${by}: ${text}`);
    }
    assert.ok(transcripts.length > 100);
    for (const line of transcripts) {
      for (const hidden of [...secrets, ...contents])
        assert.ok(!line.includes(hidden), `${hidden} is in a transcript: ${line}`);
    }
    assert.ok(transcripts.some((line) => line.includes("jane.doe")));
  });
});
