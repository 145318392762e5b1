import assert from "node:assert/strict";
import { channel } from "node:diagnostics_channel";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import {
  Credentials,
  type Logger,
  Mechanism,
  RawTransport,
  type SaslMechanism,
  type Signer,
  SmtpError,
  type SmtpTransport,
  type SmtpTransportBuilder,
} from "envoi";
import { TestServer } from "envoi/testing";

/** What a callback does in place of what it should, once it has been called. */
type Manner = "throws" | "rejects" | "never ends" | "returns junk" | "sends and closes" | "closes by force";

const manners: readonly Manner[] = [
  "throws",
  "rejects",
  "never ends",
  "returns junk",
  "sends and closes",
  "closes by force",
];

const mail = (subject: string) => ({ from: "a@x.test", to: "b@y.test", subject, text: "Hello" });

/** Three mails: the second and third go over the connection of the first. */
const subjects = ["one", "two", "three"];

/** What cannot be read, nor put in words. */
const hostile: unknown = new Proxy(Object.create(null) as object, {
  get() {
    throw new Error("a getter of the caller's");
  },
});

interface Misbehaviour {
  /** Called in place of a callback. */
  (...given: unknown[]): unknown;
  /** How often. */
  readonly calls: () => number;
}

/** A callback that behaves in this manner; `transport` is the one that calls it. */
function misbehaving(manner: Manner, transport: () => SmtpTransport): Misbehaviour {
  let calls = 0;
  const behave = (): unknown => {
    calls++;
    switch (manner) {
      case "throws":
        throw Object.create(null);
      case "rejects":
        return Promise.reject(new Error("later"));
      case "never ends":
        return new Promise(() => {});
      case "returns junk":
        return hostile;
      case "sends and closes":
        // Once: each mail would be told of, and lead to another.
        if (calls > 1) return undefined;
        transport()
          .send(mail("another"))
          .catch(() => {});
        void transport().close();
        return undefined;
      case "closes by force":
        void transport().close({ force: true });
        return undefined;
    }
  };
  return Object.assign(behave, { calls: () => calls });
}

/** What was told of each mail: `"accepted"`, or the delivery of the error. */
async function outcomes(transport: SmtpTransport, deadline = 30_000): Promise<string[]> {
  return await Promise.all(
    subjects.map((subject) =>
      transport.send(mail(subject), { deadline }).then(
        () => "accepted",
        (error: unknown) => {
          assert.ok(error instanceof SmtpError, String(error));
          return error.delivery;
        },
      ),
    ),
  );
}

/** What was told is true of what the server has. */
function assertTrue(server: TestServer, told: readonly string[]): void {
  for (const [index, subject] of subjects.entries()) {
    const stored = server.messages.filter(({ parsed }) => parsed.subject === subject).length;
    assert.ok(stored <= 1, `${subject} is there ${stored} times`);
    if (told[index] === "accepted") assert.equal(stored, 1, subject);
    if (told[index] === "not-sent") assert.equal(stored, 0, subject);
  }
}

let unhandled: unknown[] = [];
const note = (reason: unknown) => void unhandled.push(reason);
before(() => void process.on("unhandledRejection", note));
after(() => void process.off("unhandledRejection", note));

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** Observers: whatever they do, the mails arrive. */
const observers: Readonly<Record<string, (callback: Misbehaviour) => Partial<Logger>>> = {
  "logger.debug": (callback) => ({ debug: callback }),
  "logger.info": (callback) => ({ info: callback }),
  "logger.isLevelEnabled": (callback) => ({ isLevelEnabled: callback as () => boolean }),
};

describe("a callback for information", () => {
  for (const [name, made] of Object.entries(observers)) {
    for (const manner of manners) {
      for (const modes of ["off", "auto", "window"] as const) {
        it(`changes no outcome: ${name} ${manner}, with pipelining("${modes}")`, async () => {
          unhandled = [];
          await using server = await TestServer.start();
          const callback = misbehaving(manner, () => transport);
          const transport: SmtpTransport = server
            .builder()
            .pool({ maxSize: 1 })
            .pipelining(modes)
            .logger({ ...quiet, ...made(callback) })
            .build();
          const told = await outcomes(transport);
          await transport.close();
          assert.ok(callback.calls() > 0);
          if (manner !== "closes by force") assert.deepEqual(told, ["accepted", "accepted", "accepted"]);
          assertTrue(server, told);
          assert.deepEqual(unhandled, []);
        });
      }
    }
  }

  it("changes no outcome: logger.error and logger.warn for a refused mail", async () => {
    for (const manner of manners) {
      await using server = await TestServer.start({ recipient: () => ({ code: 550, lines: ["no"] }) });
      const callback = misbehaving(manner, () => transport);
      const transport: SmtpTransport = server
        .builder()
        .logger({ ...quiet, error: callback, warn: callback })
        .build();
      const told = await outcomes(transport);
      await transport.close();
      assert.deepEqual(told.slice(0, 1), ["refused"], manner);
      assert.ok(callback.calls() > 0);
    }
  });

  for (const manner of ["never ends", "returns junk", "sends and closes", "closes by force"] as const) {
    it(`changes no outcome: the subscriber of a channel ${manner}`, async () => {
      await using server = await TestServer.start();
      const callback = misbehaving(manner, () => transport);
      const transport: SmtpTransport = server.builder().pool({ maxSize: 1 }).build();
      const names = ["connect", "command", "send"].flatMap((what) =>
        ["start", "end", "asyncStart", "asyncEnd", "error"].map((when) => `tracing:envoi:${what}:${when}`),
      );
      const all = [...names, "envoi:reply"].map((each) => channel(each));
      for (const each of all) each.subscribe(callback);
      const told = await outcomes(transport);
      await transport.close();
      for (const each of all) each.unsubscribe(callback);
      assert.ok(callback.calls() > 0);
      if (manner !== "closes by force") assert.deepEqual(told, ["accepted", "accepted", "accepted"]);
      assertTrue(server, told);
    });
  }
});

type Builder = SmtpTransportBuilder<SmtpTransport>;

/** Callbacks whose answer is needed: what they fail is not sent. */
const needed: Readonly<Record<string, (builder: Builder, callback: Misbehaviour) => Builder>> = {
  "the connector": (builder, callback) => builder.connector(callback as never),
  "a connector whose stream": (builder, callback) =>
    builder.connector(({ host, port }) => {
      const socket = connect({ host, port });
      // It fails in the midst of the envelope.
      const write = socket.write.bind(socket) as (...given: unknown[]) => boolean;
      const spoilt = (...given: unknown[]) =>
        String(given[0]).includes("MAIL") ? (callback() as boolean) : write(...given);
      return Object.assign(socket, { write: spoilt }) as never;
    }),
  "signer.begin": (builder, callback) => builder.sign({ awaited: false, begin: callback as never }),
  "signer.update": (builder, callback) => builder.sign(signer({ update: callback as never })),
  "signer.finish": (builder, callback) => builder.sign(signer({ finish: callback as never })),
  "an awaited signer.finish": (builder, callback) =>
    builder.sign({ ...signer({ finish: callback as never }), awaited: true }),
  "the token": (builder, callback) =>
    builder.credentials(Credentials.token("jo", callback as never)).authentication(Mechanism.XOAuth2),
  "the mechanism": (builder, callback) =>
    builder.credentials(Credentials.external("jo")).authentication(mechanism(callback as never)),
  "what the mechanism yields": (builder, callback) =>
    builder.credentials(Credentials.external("jo")).authentication(
      mechanism(
        () =>
          ({
            next: callback,
            return: callback,
            throw: callback,
            [Symbol.iterator]() {
              return this;
            },
          }) as never,
      ),
    ),
};

function mechanism(respond: SaslMechanism["respond"]): SaslMechanism {
  return { name: "XOAUTH2", respond };
}

function signer(
  parts: Partial<{ update(octets: Buffer): void; finish(): string | Promise<string> }>,
): Signer {
  return { awaited: false, begin: () => ({ update() {}, finish: () => "X-Signed: yes\r\n", ...parts }) };
}

describe("a callback whose answer is needed", () => {
  for (const [name, apply] of Object.entries(needed)) {
    for (const manner of manners) {
      // What write() of a stream returns is no promise of anybody's.
      if (name.includes("stream") && manner === "rejects") continue;
      it(`decides only its own answer: ${name} ${manner}`, async () => {
        unhandled = [];
        const login = { tls: "implicit", users: { jo: "secret" }, mechanisms: ["XOAUTH2"] } as const;
        await using server = await TestServer.start(/token|mechanism/.test(name) ? login : {});
        const callback = misbehaving(manner, () => transport);
        const transport: SmtpTransport = apply(server.builder().pool({ maxSize: 1 }), callback).build();
        // What is written to such a stream may go nowhere, so only a deadline ends the wait for the greeting.
        const waits = manner === "never ends" || name.includes("stream");
        const told = await outcomes(transport, waits ? 300 : undefined);
        await transport.close({ force: true });
        assert.ok(callback.calls() > 0);
        assert.ok(
          told.every((outcome) => outcome === "not-sent" || outcome === "accepted"),
          told.join(),
        );
        assertTrue(server, told);
        assert.deepEqual(unhandled, []);
      });
    }
  }
});

describe("the end of a successful login", () => {
  it("is not changed by an error of a mechanism that is stopped", async () => {
    await using server = await TestServer.start({
      tls: "implicit",
      users: { jo: "secret" },
      mechanisms: ["PLAIN"],
    });
    const plain = Buffer.from("\0jo\0secret");
    for (const end of [
      () => {
        throw new Error("no");
      },
      () => Promise.reject(new Error("no")),
    ]) {
      const said = [plain];
      const half = {
        next: () => ({ done: said.length === 0, value: said.pop() }),
        return: end,
        throw: end,
      };
      const login: SaslMechanism = { name: "PLAIN", respond: () => half as never };
      await using transport = server
        .builder()
        .credentials(Credentials.external("jo"))
        .authentication(login)
        .build();
      await transport.send(mail("in"));
    }
    assert.equal(server.messages.length, 2);
  });
});

describe("a source of content", () => {
  const broken: Readonly<Record<string, () => unknown>> = {
    "throws when it is opened": () => {
      throw Object.create(null);
    },
    "rejects when it is opened": () => Promise.reject(new Error("no")),
    "never opens": () => new Promise(() => {}),
    "is no source": () => hostile,
    "throws in its midst": () => iterator({ next: midst(() => assert.fail("broken")) }),
    "rejects in its midst": () => iterator({ next: midst(() => Promise.reject(new Error("no"))) }),
    "never goes on": () => iterator({ next: midst(() => new Promise(() => {})) }),
    "gives no octets": () => iterator({ next: midst(() => ({ done: false, value: hostile })) }),
    "gives no result": () => iterator({ next: midst(() => 7) }),
    "throws when it is told to stop": () =>
      iterator({
        next: midst(() => ({ done: false, value: 5 })),
        return: () => {
          throw new Error("no");
        },
      }),
  };
  for (const [name, open] of Object.entries(broken)) {
    it(`that ${name} leaves its mail not sent, and other mails unchanged`, async () => {
      unhandled = [];
      await using server = await TestServer.start();
      await using transport = server.builder().pool({ maxSize: 1 }).build();
      const envelope = { from: "a@x.test", to: ["b@y.test"] };
      const failing = transport.sendRaw(envelope, open as never, { deadline: 500 });
      const other = transport.send(mail("another"));
      await assert.rejects(failing, { delivery: "not-sent" });
      await other;
      assert.deepEqual(
        server.messages.map(({ parsed }) => parsed.subject),
        ["another"],
      );
      assert.deepEqual(unhandled, []);
    });
  }
});

function iterator(parts: object): object {
  return {
    [Symbol.asyncIterator]() {
      return parts;
    },
  };
}

/** Begins well. */
function midst(then: () => unknown): () => unknown {
  let begun = false;
  return () => {
    if (begun) return then();
    begun = true;
    return Promise.resolve({ done: false, value: Buffer.from("Subject: half\r\n\r\n") });
  };
}

describe("the function of a RawTransport", () => {
  for (const read of [false, true]) {
    for (const manner of ["throws", "rejects", "never ends", "returns junk"] as const) {
      it(`that ${manner} leaves the mail ${read ? "unknown: it was read" : "not sent: it was not read"}`, async () => {
        unhandled = [];
        const callback = misbehaving(manner, () => assert.fail());
        const transport = new RawTransport(async (handed) => {
          if (read) await handed.bytes();
          return (await callback()) as never;
        });
        await assert.rejects(transport.send(mail("one"), { deadline: 200 }), {
          delivery: read ? "unknown" : "not-sent",
        });
        assert.deepEqual(unhandled, []);
      });
    }
  }

  it("that returns an invalid outcome leaves the mail unknown", async () => {
    const transport = new RawTransport(async (handed) => {
      await handed.bytes();
      return { recipients: handed.envelope.to.map((recipient) => ({ recipient, outcome: "sent" })) } as never;
    });
    await assert.rejects(transport.send(mail("one")), { delivery: "unknown" });
  });

  it("may ignore an error of the bytes that it asked for", async () => {
    unhandled = [];
    const transport = new RawTransport(async (handed) => {
      void handed.bytes();
      throw new Error("at once");
    });
    const broken = () => Promise.reject(new Error("no"));
    await assert.rejects(transport.sendRaw({ from: "a@x.test", to: ["b@y.test"] }, broken as never));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(unhandled, []);
  });
});
