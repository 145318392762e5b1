import assert from "node:assert/strict";
import { subscribe, type TracingChannel, tracingChannel, unsubscribe } from "node:diagnostics_channel";
import { describe, it } from "node:test";
import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import {
  type AuthEvent,
  type CommandEvent,
  type ConnectEvent,
  Credentials,
  EnvoiError,
  type Logger,
  type ReplyEvent,
  type SendEvent,
  type TlsEvent,
} from "envoi";
import { ScriptedServer } from "../../../net/scripted-server.js";
import { clearTo, mail, serve } from "../serve.js";
import { TestServer } from "../test-server.js";

/** What is told on a trace while an action runs, each time under the name of the stage and as it is then. */
async function traced<Event extends object>(
  name: string,
  action: () => Promise<unknown>,
): Promise<[string, Event][]> {
  const told: [string, Event][] = [];
  const note = (stage: string) => (event: unknown) => void told.push([stage, { ...(event as Event) }]);
  const stages = ["start", "end", "asyncStart", "asyncEnd", "error"] as const;
  const subscribers = Object.fromEntries(stages.map((stage) => [stage, note(stage)])) as never;
  const channel: TracingChannel = tracingChannel(name);
  channel.subscribe(subscribers);
  try {
    await action();
  } finally {
    channel.unsubscribe(subscribers);
  }
  return told;
}

const whole = ["start", "end", "asyncStart", "asyncEnd"];

/** A logger that keeps what it is given. */
class Book implements Logger {
  readonly lines: [level: string, fields: Record<string, unknown>, message: string][] = [];
  readonly levels: readonly string[];

  constructor(...levels: string[]) {
    this.levels = levels;
  }

  isLevelEnabled = (level: string): boolean => this.levels.includes(level);
  debug = (fields: object, message: string): void => this.#write("debug", fields, message);
  info = (fields: object, message: string): void => this.#write("info", fields, message);
  warn = (fields: object, message: string): void => this.#write("warn", fields, message);
  error = (fields: object, message: string): void => this.#write("error", fields, message);

  #write(level: string, fields: object, message: string): void {
    this.lines.push([level, structuredClone(fields) as Record<string, unknown>, message]);
  }
}

describe("the channels", () => {
  it("trace a mail", async () => {
    await using server = await TestServer.start();
    const transport = server.transport();
    const told = await traced<SendEvent>("envoi:send", () => transport.send(mail));
    assert.deepEqual(
      told.map(([stage]) => stage),
      whole,
    );
    const [, begun] = told[0] ?? assert.fail();
    const [, ended] = told[3] ?? assert.fail();
    const { messageId, ...fields } = begun;
    assert.match(messageId ?? "", /^<.+@x\.test>$/);
    assert.deepEqual(fields, { host: server.host, port: server.port, recipients: 1 });
    const { accepted, refused, reply, duration } = ended;
    assert.deepEqual([accepted, refused, reply?.code], [1, 0, 250]);
    assert.ok(duration !== undefined && duration >= 0);
  });

  it("trace a mail that fails, with its error", async () => {
    await using server = await ScriptedServer.start((peer) =>
      serve(peer, { RCPT: "550 5.1.1 <b@y.test> who?" }),
    );
    await using transport = clearTo(server).build();
    const told = await traced<SendEvent>("envoi:send", () => transport.send(mail).catch(() => {}));
    assert.deepEqual(
      told.map(([stage]) => stage),
      ["start", "end", "error", "asyncStart", "asyncEnd"],
    );
    const [, { error, refused }] = told.at(-1) ?? assert.fail();
    assert.ok(EnvoiError.is(error));
    assert.equal(error.message, "the server refused a recipient: 550 5.1.1 <[address]> who?");
    assert.deepEqual([error.kind, error.delivery, refused], ["rejected", "refused", 1]);
  });

  it("trace a mail that is late, closed or cancelled before it was queued", async () => {
    await using server = await TestServer.start();
    const transport = server.builder().build();
    const signal = AbortSignal.abort();
    const never = () => transport.send(mail, { signal }).catch(() => {});
    const aborted = await traced<SendEvent>("envoi:send", never);
    await transport.close();
    const closed = await traced<SendEvent>("envoi:send", never);
    for (const [kind, told] of Object.entries({ aborted, closed })) {
      assert.deepEqual(
        told.map(([stage]) => stage),
        ["start", "end", "error", "asyncStart", "asyncEnd"],
      );
      assert.equal(told.at(-1)?.[1].error?.kind, kind);
    }
  });

  it("trace the connection and its handshake", async () => {
    await using server = await TestServer.start({ tls: "starttls" });
    const transport = server.transport();
    let tls: [string, TlsEvent][] = [];
    const connect = await traced<ConnectEvent>("envoi:connect", async () => {
      tls = await traced<TlsEvent>("envoi:tls", () => transport.send(mail));
    });
    assert.deepEqual([connect.map(([stage]) => stage), tls.map(([stage]) => stage)], [whole, whole]);
    const [, connected] = connect.at(-1) ?? assert.fail();
    assert.equal(connected.place, `${server.host}:${server.port}`);
    const [, secured] = tls.at(-1) ?? assert.fail();
    assert.deepEqual([secured.protocol, secured.verified], ["TLSv1.3", true]);
    assert.equal(secured.connection, connected.connection);
  });

  it("trace a connection that cannot be made", async () => {
    const server = await ScriptedServer.start(() => {});
    await using transport = clearTo(server).build();
    await server[Symbol.asyncDispose]();
    const told = await traced<ConnectEvent>("envoi:connect", () => transport.send(mail).catch(() => {}));
    assert.deepEqual(
      told.map(([stage]) => stage),
      ["start", "end", "error", "asyncStart", "asyncEnd"],
    );
    assert.match(told[2]?.[1].error?.message ?? "", /^nothing listens/);
  });

  it("trace a login", async () => {
    await using server = await TestServer.start({ tls: "starttls", users: { shop: "secret" } });
    const transport = server.transport();
    const told = await traced<AuthEvent>("envoi:auth", () => transport.send(mail));
    assert.deepEqual(
      told.map(([stage]) => stage),
      whole,
    );
    await using wrong = server.builder().credentials(Credentials.password("shop", "guess")).build();
    const failed = await traced<AuthEvent>("envoi:auth", () => wrong.send(mail).catch(() => {}));
    assert.equal(failed.at(-1)?.[1].error?.kind, "authentication");
    const mechanisms = [told, failed].map((events) => events.at(-1)?.[1].mechanism);
    assert.deepEqual(mechanisms, ["PLAIN", "PLAIN"]);
  });

  it("trace each command to its reply, in flights and chains too", async () => {
    await using server = await TestServer.start();
    await using transport = server.builder().pool({ maxSize: 1 }).build();
    const told = await traced<CommandEvent>("envoi:command", () =>
      Promise.all([transport.send(mail), transport.send({ ...mail, to: ["b@y.test", "c@y.test"] })]),
    );
    const ended = told.filter(([stage]) => stage === "asyncEnd").map(([, event]) => event);
    assert.deepEqual(
      ended.map(({ command, reply }) => `${command.replace(/ SIZE.*| \[.*/, "")} ${reply?.code}`),
      [
        `EHLO 250`,
        ...["MAIL FROM:<[address]> 250", "RCPT TO:<[address]> 250", "DATA 354", "(content) 250"],
        ...["MAIL FROM:<[address]> 250", "RCPT TO:<[address]> 250", "RCPT TO:<[address]> 250", "DATA 354"],
        "(content) 250",
      ],
    );
    const sizes = server.messages.map(({ raw }) => raw.length + ".\r\n".length);
    assert.deepEqual(
      ended.flatMap(({ octets }) => octets ?? []),
      sizes,
    );
  });

  it("report each reply, and end the commands of a connection that breaks", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer, { DATA: () => peer.cut() }));
    await using transport = clearTo(server).build();
    const replies: ReplyEvent[] = [];
    const note = (event: unknown) => void replies.push(event as ReplyEvent);
    subscribe("envoi:reply", note);
    const told = await traced<CommandEvent>("envoi:command", () => transport.send(mail).catch(() => {}));
    unsubscribe("envoi:reply", note);
    assert.deepEqual(
      replies.map(({ code }) => code),
      [220, 250, 250, 250],
    );
    const [, broken] = told.at(-1) ?? assert.fail();
    assert.deepEqual([broken.command, broken.error?.kind], ["DATA", "connection"]);
  });
});

describe("a logger", () => {
  it("gets each mail, and at debug every command and reply", async () => {
    await using server = await TestServer.start();
    const book = new Book("debug", "info", "warn", "error");
    await using transport = server.builder().helloName("me.test").logger(book).build();
    await transport.send(mail);
    const told = book.lines.map(([level, { command, code }, message]) =>
      [level, message, code ?? String(command ?? "").replace(/ SIZE.*/, "")].join(" ").trimEnd(),
    );
    assert.deepEqual(told, [
      ...["debug connect: done", "debug reply 220", "debug command EHLO me.test", "debug reply 250"],
      ...["debug command MAIL FROM:<[address]>", "debug command RCPT TO:<[address]>", "debug command DATA"],
      ...[
        "debug reply 250",
        "debug reply 250",
        "debug reply 354",
        "debug command (content)",
        "debug reply 250",
      ],
      "info the mail was sent",
    ]);
  });

  it("is asked whether it logs at debug, and otherwise not called", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer, { RCPT: "550 no" }));
    const book = new Book("info", "error");
    await using transport = clearTo(server).logger(book).build();
    await transport.send(mail).catch(() => {});
    assert.deepEqual(
      book.lines.map(([level, , message]) => [level, message]),
      [["error", "the mail was refused"]],
    );
    const { error, recipients } = book.lines[0]?.[1] ?? assert.fail();
    assert.equal(recipients, 1);
    assert.deepEqual((error as { code: number }).code, 550);
  });

  it("gets addresses only if that is enabled", async () => {
    await using server = await TestServer.start();
    const [hidden, open] = [new Book("debug", "info"), new Book("debug", "info")];
    await using transport = server.builder().logger(hidden).build();
    await transport.send(mail);
    assert.doesNotMatch(JSON.stringify(hidden.lines), /(?<![\w-])[ab]@/);
    await using telling = server.builder().logger(open).logAddresses().build();
    await telling.send(mail);
    const { from, to } = open.lines.at(-1)?.[1] ?? assert.fail();
    assert.deepEqual([from, to], ["a@x.test", ["b@y.test"]]);
    assert.match(JSON.stringify(open.lines), /RCPT TO:<b@y\.test>/);
  });

  it("may throw, and the mail is still sent", async () => {
    await using server = await TestServer.start();
    const fail = () => {
      throw new Error("the disk is full");
    };
    const logger = { debug: fail, info: fail, warn: fail, error: fail };
    await using transport = server.builder().logger(logger).build();
    const warnings: Error[] = [];
    const note = (warning: Error) => void warnings.push(warning);
    process.on("warning", note);
    await transport.send(mail);
    await turnOfTheLoop();
    process.off("warning", note);
    assert.deepEqual(
      warnings.map(({ message }) => message),
      ["the logger of an SmtpTransport failed: the disk is full"],
    );
    assert.equal(server.messages.length, 1);
  });

  it("may be the console", async () => {
    await using server = await TestServer.start();
    assert.doesNotThrow(() => server.builder().logger(console));
  });

  it("is refused if it is not valid", async () => {
    await using server = await TestServer.start();
    for (const logger of [undefined, null, true, console.log, { debug() {} }])
      assert.throws(() => server.builder().logger(logger as unknown as Logger), { kind: "configuration" });
    assert.throws(() => server.builder().logAddresses("no" as unknown as boolean), { kind: "configuration" });
  });
});

describe("error.transcript", () => {
  it("has the last lines of the connection, and is not enumerable", async () => {
    await using server = await ScriptedServer.start((peer) =>
      serve(peer, { RCPT: "550 5.1.1 <b@y.test> who?" }),
    );
    await using transport = clearTo(server).helloName("me.test").build();
    const error = await transport.send(mail).catch((error: unknown) => error);
    const { transcript } = error as { transcript: readonly string[] };
    assert.deepEqual(transcript, [
      ...[`-- connected to 127.0.0.1:${server.port}`, "S: 220 scripted.test"],
      ...["C: EHLO me.test", "S: 250-scripted.test", "S: 250 PIPELINING"],
      ...["C: MAIL FROM:<a@x.test>", "C: RCPT TO:<b@y.test>", "C: DATA"],
      ...[
        "S: 250 ok",
        "S: 550 5.1.1 <b@y.test> who?",
        "S: 354 go",
        "-- 3 octets of content",
        "S: 250 2.0.0 queued",
      ],
    ]);
    assert.ok(!Object.keys(error as object).includes("transcript"));
  });

  it("ends with the end of the connection, and is empty without a connection", async () => {
    await using server = await ScriptedServer.start(async (peer, nth) => {
      if (nth === 1) peer.cut();
      else await serve(peer, { ".": () => peer.cut() });
    });
    await using transport = clearTo(server).build();
    const transcriptOf = async (sending: Promise<unknown>): Promise<readonly string[]> =>
      sending.then(
        () => assert.fail("it was sent"),
        (error: { transcript: readonly string[] }) => error.transcript,
      );
    assert.equal((await transcriptOf(transport.send(mail))).at(-1), "-- ended: connection (greeting)");
    const lost = await transcriptOf(transport.send(mail));
    assert.deepEqual(lost.slice(-1), ["-- ended: connection (final)"]);
    assert.match(lost.at(-2) ?? "", /^-- \d+ octets of content$/);
    assert.deepEqual(await transcriptOf(transport.send(mail, { signal: AbortSignal.abort() })), []);
  });
});
