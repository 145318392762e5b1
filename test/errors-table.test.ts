import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { after, describe, it } from "node:test";
import {
  Address,
  Attachment,
  Credentials,
  type Delivery,
  EnvoiError,
  type ErrorKind,
  Message,
  type MessageFields,
  SmtpTransport,
  type SmtpTransportBuilder,
  type Timeouts,
  Tls,
} from "envoi";
import { TestServer, type TestServerOptions } from "envoi/testing";

interface Row {
  readonly kind: string;
  readonly delivery: string;
  readonly transient: string;
}

/** The rows of the table in docs/errors.md, each as `kind delivery transient`. */
const table: readonly Row[] = readFileSync("docs/errors.md", "utf8")
  .split("\n")
  .map((line) => line.split("|").map((cell) => cell.trim().replaceAll("`", "")))
  .filter((cells) => cells.length === 7 && cells[3] !== "transient" && !cells[3]?.startsWith("-"))
  .map(([, kind = "", delivery = "", transient = ""]) => ({ kind, delivery, transient }));

/** Complete, or it does not compile. */
const kinds: Readonly<Record<ErrorKind, true>> = {
  ...{ connection: true, timeout: true, tls: true, authentication: true, rejected: true, unsupported: true },
  ...{ "too-large": true, content: true, "queue-full": true, protocol: true, closed: true, aborted: true },
  ...{ configuration: true, address: true, message: true },
};
const deliveries: Readonly<Record<Delivery, true>> = { "not-sent": true, refused: true, unknown: true };

describe("the table in docs/errors.md", () => {
  it("has every kind, and no row twice", () => {
    assert.deepEqual([...new Set(table.map(({ kind }) => kind))].sort(), Object.keys(kinds).sort());
    for (const { delivery, transient } of table) {
      assert.ok(delivery in deliveries, delivery);
      assert.ok(transient === "yes" || transient === "no", transient);
    }
    assert.equal(new Set(table.map(name)).size, table.length);
  });

  const produced = new Set<string>();
  for (const row of table) {
    it(`is right about ${name(row)}`, async () => {
      const fail = failures[name(row)];
      assert.ok(fail, "nothing is known that fails like this");
      const error = await failureOf(fail);
      const { kind, delivery, transient } = error;
      assert.equal(name({ kind, delivery, transient: transient ? "yes" : "no" }), name(row), error.message);
      assert.ok(!(transient && error.permanent));
      produced.add(name(row));
    });
  }

  after(() => assert.deepEqual(Object.keys(failures).sort(), [...produced].sort()));
});

function name({ kind, delivery, transient }: Row): string {
  return `${kind} ${delivery} ${transient}`;
}

async function failureOf(fail: () => unknown): Promise<EnvoiError> {
  try {
    await fail();
  } catch (error) {
    if (EnvoiError.is(error)) return error;
    throw error;
  }
  assert.fail("nothing failed");
}

const mail: MessageFields = { from: "a@x.example", to: ["b@y.example", "c@y.example"], text: "Hello!" };
const unreadable = { attach: Attachment.fromPath("no/such/file.pdf") };

/** For each row of the table something that fails so. */
const failures: Readonly<Record<string, () => unknown>> = {
  "connection not-sent yes": async () => {
    const server = await TestServer.start();
    await server.close();
    await server.transport().send(mail);
  },
  "connection not-sent no": async () => {
    const proxy = createServer((socket) => socket.end("HTTP/1.1 403 Forbidden\r\n\r\n")).listen(
      0,
      "127.0.0.1",
    );
    await once(proxy, "listening");
    const { port } = proxy.address() as AddressInfo;
    try {
      await SmtpTransport.relay("relay.invalid").proxy(`http://127.0.0.1:${port}`).build().send(mail);
    } finally {
      proxy.close();
    }
  },
  "connection refused yes": () => against({ rcpt: refuseFirst, data: "close" }),
  "connection unknown yes": () => against({ final: "close" }),
  "timeout not-sent yes": () => against({ greeting: "silence" }, within({ greeting: 20 })),
  "timeout refused yes": () => against({ rcpt: refuseFirst, data: "silence" }, within({ command: 1000 })),
  "timeout unknown yes": () => against({ final: "silence" }, within({ final: 20 })),
  "tls not-sent yes": () => against({ starttls: "454 Not now" }, (builder) => builder.tls(Tls.Required)),
  "tls not-sent no": () => sendTo({}, mail, (builder) => builder.tls(Tls.Required)),
  "authentication not-sent yes": () => logIn({ auth: () => ({ code: 454, lines: "Not now" }) }),
  "authentication not-sent no": () => logIn({ users: { till: "another" } }),
  "rejected not-sent yes": () => sendTo({ connect: () => ({ code: 421, lines: "Not now" }) }),
  "rejected not-sent no": () => sendTo({ connect: () => ({ code: 554, lines: "Not you" }) }),
  "rejected refused yes": () => sendTo({ recipient: () => ({ code: 450, lines: "Not now" }) }),
  "rejected refused no": () => sendTo({ recipient: () => ({ code: 550, lines: "Nobody" }) }),
  "unsupported not-sent no": () => sendTo({ without: ["SMTPUTF8"] }, { ...mail, to: "zoë@y.example" }),
  "too-large not-sent no": () => sendTo({ maxMessageSize: 100 }),
  "too-large refused no": () =>
    sendTo({ data: () => ({ code: 552, enhancedCode: "5.3.4", lines: "Too large" }) }),
  "content not-sent no": () => sendTo({}, { ...mail, ...unreadable }),
  "content refused no": () =>
    sendTo(
      {
        recipient: ({ recipient: { localPart } }) =>
          localPart === "b" ? { code: 550, lines: "No" } : undefined,
      },
      { ...mail, ...unreadable },
    ),
  "queue-full not-sent yes": async () => {
    await using server = await TestServer.start();
    await using transport = server.builder().pool({ maxSize: 1, maxQueue: 0 }).build();
    const [, second] = await Promise.allSettled([transport.send(mail), transport.send(mail)]);
    if (second.status === "rejected") throw second.reason;
  },
  "protocol not-sent no": () => against({ greeting: "Hello!" }),
  "protocol refused no": () => against({ rcpt: refuseFirst, data: "Hello!" }),
  "protocol unknown no": () => against({ final: "Hello!" }),
  "closed not-sent no": () => brokenOff({ greeting: "silence" }, close),
  "closed refused no": () => brokenOff({ rcpt: refuseFirst, data: "silence" }, close),
  "closed unknown no": () => brokenOff({ final: "silence" }, close),
  "aborted not-sent no": () => brokenOff({ greeting: "silence" }, abort),
  "aborted refused no": () => brokenOff({ rcpt: refuseFirst, data: "silence" }, abort),
  "aborted unknown no": () => brokenOff({ final: "silence" }, abort),
  "configuration not-sent no": () => SmtpTransport.builder("localhost").port(0),
  "address not-sent no": () => Address.parse("nobody"),
  "message not-sent no": () => Message.create({ ...mail, subject: "a\r\nb" }),
};

type Change = (builder: SmtpTransportBuilder) => SmtpTransportBuilder;

async function sendTo(options: TestServerOptions, fields = mail, change: Change = (builder) => builder) {
  await using server = await TestServer.start(options);
  await using transport = change(server.builder()).build();
  await transport.send(fields);
}

function logIn(options: TestServerOptions): Promise<void> {
  const login = Credentials.password("till", "a secret");
  return sendTo({ ...options, allowPlaintextCredentials: true }, mail, (builder) =>
    builder.credentials(login),
  );
}

/** What a scripted server says; silence is what is waited for. */
type Answer = string | "close" | "silence";

interface Script {
  readonly greeting?: Answer;
  readonly starttls?: Answer;
  readonly rcpt?: (recipient: string) => Answer;
  readonly data?: Answer;
  readonly final?: Answer;
}

const refuseFirst = (line: string): Answer => (line.includes("<b@") ? "550 No" : "250 OK");
/** Short only where the server is silent: what it does answer may take its time. */
const within =
  (timeouts: Partial<Timeouts>): Change =>
  (builder) =>
    builder.timeout(timeouts);

async function against(script: Script, change: Change = (builder) => builder): Promise<void> {
  await using server = await scripted(script);
  await using transport = change(SmtpTransport.builderDangerous("127.0.0.1").port(server.port)).build();
  await transport.send(mail);
}

/** Sends, and breaks the send off once the server is silent. */
async function brokenOff(
  script: Script,
  breakOff: (transport: SmtpTransport, controller: AbortController) => unknown,
): Promise<void> {
  await using server = await scripted(script);
  await using transport = SmtpTransport.builderDangerous("127.0.0.1").port(server.port).build();
  const controller = new AbortController();
  const sent = transport.send(mail, { signal: controller.signal });
  await Promise.race([server.silent, sent]);
  breakOff(transport, controller);
  await sent;
}

const close = (transport: SmtpTransport): unknown => transport.close({ force: true });
const abort = (_: SmtpTransport, controller: AbortController): unknown => controller.abort();

/** A server that says what it is told to, right or wrong. */
async function scripted({
  greeting = "220 x",
  starttls = "502 No",
  rcpt,
  data = "354 Go",
  final = "250 OK",
}: Script) {
  let fallSilent = (): void => {};
  const silent = new Promise<void>((resolve) => {
    fallSilent = resolve;
  });
  const server = createServer((socket) => {
    const answer = (text: Answer): void => {
      if (text === "close") socket.destroy();
      else if (text === "silence") fallSilent();
      else socket.write(`${text}\r\n`);
    };
    let rest = "";
    let content = false;
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      const lines = (rest + chunk).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const verb = line.slice(0, 4).toUpperCase();
        if (content) {
          content = line !== ".";
          if (!content) answer(final);
        } else if (verb === "EHLO") answer("250-x\r\n250 STARTTLS");
        else if (verb === "STAR") answer(starttls);
        else if (verb === "RCPT") answer(rcpt?.(line) ?? "250 OK");
        else if (verb === "DATA") {
          content = data.startsWith("354");
          answer(data);
        } else answer(verb === "QUIT" ? "221 Bye" : "250 OK");
      }
    });
    answer(greeting);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const sockets = new Set<{ destroy(): unknown }>();
  server.on("connection", (socket) => sockets.add(socket));
  const { port } = server.address() as { port: number };
  return {
    port,
    silent,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
