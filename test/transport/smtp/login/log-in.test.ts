import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import {
  Credentials,
  Mechanism,
  type SaslExchange,
  type SaslMechanism,
  type SmtpTransport,
  Tls,
  TlsParameters,
} from "envoi";
import { CertificateAuthority, type TestServerOptions } from "envoi/testing";
import { deriveKey, deriveScramKeys } from "#src/protocol/sasl/scram-keys.js";
import { DerivedKey } from "#src/transport/smtp/login/derived-key.js";
import { ScriptedServer } from "../../../net/scripted-server.js";
import { clearTo, mail, said, serve, until } from "../serve.js";
import { TestServer } from "../test-server.js";

const ca = await CertificateAuthority.shared();
const all = Object.values(Mechanism);
const encoded = (text: string) => Buffer.from(text).toString("base64");
const decoded = (text: string) => Buffer.from(text, "base64").toString();

async function offering(mechanisms: readonly string[], options: TestServerOptions = {}): Promise<TestServer> {
  const users = { jo: "secret, of=jo" };
  return TestServer.start({ tls: "implicit", mechanisms, users, ...options } as TestServerOptions);
}

/** The first AUTH line that the server has heard on each connection. */
function authLines(server: TestServer): string[] {
  return server.transcripts.map((transcript) => /C: (AUTH \S+)/.exec(String(transcript))?.[1] ?? "none");
}

describe("logging in", () => {
  for (const mechanism of all.slice(0, 7)) {
    it(`by ${mechanism} succeeds only with the right password`, async () => {
      await using server = await offering([mechanism]);
      await using transport = server.builder().build();
      await transport.send(mail);
      assert.equal(server.messages[0]?.session.authenticated?.user, "jo");
      assert.equal(server.messages[0]?.session.authenticated?.mechanism, mechanism);
      const wrong = Credentials.password("jo", "wrong");
      await using stranger = server.builder().credentials(wrong).build();
      await assert.rejects(stranger.send(mail), {
        kind: "authentication",
        delivery: "not-sent",
        permanent: true,
        message: /535 5\.7\.8/,
      });
      assert.equal(server.messages.length, 1);
    });
  }

  for (const mechanism of [Mechanism.OAuthBearer, Mechanism.XOAuth2]) {
    it(`by ${mechanism} succeeds only with the right token`, async () => {
      await using server = await offering([mechanism], { users: { jo: "t0ken" } });
      await using transport = server.builder().credentials(Credentials.token("jo", "t0ken")).build();
      await transport.send(mail);
      await using stranger = server.builder().credentials(Credentials.token("jo", "0ther")).build();
      await assert.rejects(stranger.send(mail), { kind: "authentication", permanent: true });
      assert.equal(server.messages.length, 1);
    });
  }

  it("uses the strongest mechanism that is offered", async () => {
    const left = all.slice(0, 7) as string[];
    while (left.length > 0) {
      await using server = await offering([...left].reverse());
      await using transport = server.builder().build();
      await transport.send(mail);
      assert.deepEqual(authLines(server), [`AUTH ${left.shift()}`]);
    }
    const tokens = [Mechanism.XOAuth2, Mechanism.OAuthBearer];
    await using server = await offering(tokens, { users: { jo: "t0ken" } });
    await using transport = server.builder().credentials(Credentials.token("jo", "t0ken")).build();
    await transport.send(mail);
    assert.deepEqual(authLines(server), ["AUTH OAUTHBEARER"]);
  });

  it("derives the key of SCRAM once for all connections to a server", async (t) => {
    const get = t.mock.method(DerivedKey.prototype, "get");
    const derivation = { hash: "sha256", password: "secret", iterations: 5000 } as const;
    const keys = await deriveScramKeys({ ...derivation, salt: Buffer.alloc(16, 1) });
    await using server = await offering(["SCRAM-SHA-256"], {
      auth: async ({ user, verify }) => ((await verify(keys)) ? { user } : undefined),
    });
    await using transport = server.builder().credentials(Credentials.password("jo", "secret")).build();
    await Promise.all([transport.send(mail), transport.send(mail), transport.send(mail)]);
    const derived = get.mock.calls.map(({ result }) => result);
    assert.ok(derived.length > 1);
    assert.equal(new Set(derived).size, 1);
  });

  it("by EXTERNAL shows a certificate and no secret", async () => {
    const client = ca.issue({ purpose: "client", subject: "billing" });
    await using server = await TestServer.start({
      tls: "implicit",
      mechanisms: ["EXTERNAL", "PLAIN"],
      clientCertificates: { ca: ca.cert, required: false },
      auth: ({ user, session }) =>
        session.tls?.clientCertificate?.subject === "CN=billing" ? { user: user || "billing" } : undefined,
    });
    const parameters = TlsParameters.builder()
      .addRootCertificate(ca.cert)
      .identity({ certificate: client.cert, key: client.key })
      .build();
    for (const user of [undefined, "reports"]) {
      await using transport = server
        .builder()
        .tls(Tls.Wrapper(parameters))
        .credentials(Credentials.external(user))
        .build();
      await transport.send(mail);
    }
    const users = server.messages.map(({ session }) => session.authenticated?.user);
    assert.deepEqual(users, ["billing", "reports"]);
    await using nobody = server.builder().credentials(Credentials.external()).build();
    await assert.rejects(nobody.send(mail), {
      kind: "authentication",
      message: /offers AUTH PLAIN; without a secret these can be used: EXTERNAL$/,
    });
  });

  it("refuses -PLUS if there is no TLS to bind to", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer, {}, ["AUTH SCRAM-SHA-256-PLUS"]));
    await using transport = clearTo(server).credentials(Credentials.password("jo", "x")).build();
    await assert.rejects(transport.send(mail), {
      kind: "authentication",
      message: /no TLS connection to bind/,
    });
    assert.doesNotMatch(said(server.peers[0]).join("\n"), /^AUTH/m);
  });

  it("tells a SCRAM server whether it could bind, so that a hidden -PLUS is noticed", async () => {
    const flagTo = async (offers: string, tls: boolean, mechanism?: Mechanism): Promise<string> => {
      const seen: string[] = [];
      await using server = await ScriptedServer.start(async (peer) => {
        if (tls) await peer.secure(ca.issue());
        const AUTH = (line: string) => {
          seen.push(decoded(line.split(" ")[2] ?? ""));
          peer.say("535 5.7.8 no");
        };
        await serve(peer, { AUTH }, [`AUTH ${offers}`]);
      });
      const parameters = TlsParameters.builder().addRootCertificate(ca.cert).build();
      const builder = clearTo(server).credentials(Credentials.password("jo", "x"));
      if (tls) builder.tls(Tls.Wrapper(parameters));
      if (mechanism !== undefined) builder.authentication(mechanism);
      await using transport = builder.build();
      await assert.rejects(transport.send(mail), { kind: "authentication" });
      return seen.join().replace(/,,.*/, "");
    };
    assert.equal(await flagTo("SCRAM-SHA-256", false), "n");
    assert.equal(await flagTo("SCRAM-SHA-256", true), "y");
    assert.equal(await flagTo("SCRAM-SHA-256 SCRAM-SHA-256-PLUS", true), "p=tls-exporter");
    assert.equal(await flagTo("SCRAM-SHA-256 SCRAM-SHA-1-PLUS", true, Mechanism.ScramSha256), "n");
  });

  it("does not accept a success without the server's proof", async () => {
    await using server = await ScriptedServer.start((peer) =>
      serve(peer, { AUTH: "235 2.7.0 come in" }, ["AUTH SCRAM-SHA-256"]),
    );
    await using transport = clearTo(server).credentials(Credentials.password("jo", "x")).build();
    await assert.rejects(transport.send(mail), {
      kind: "authentication",
      delivery: "not-sent",
      message: /has not proved/,
    });
    assert.doesNotMatch(said(server.peers[0]).join("\n"), /MAIL/);
  });

  it("accepts only 235 as success, and only a refusal as refused", async () => {
    for (const reply of ["250 2.0.0 ok", "354 go on"]) {
      await using server = await ScriptedServer.start((peer) => serve(peer, { AUTH: reply }, ["AUTH PLAIN"]));
      await using transport = clearTo(server).credentials(Credentials.password("jo", "x")).build();
      await assert.rejects(transport.send(mail), { kind: "protocol", delivery: "not-sent" });
    }
  });

  it("tries the next mechanism only after 504, 534 and 538, up to the last", async () => {
    for (const [code, tried] of [
      [504, ["SCRAM-SHA-256", "CRAM-MD5", "PLAIN", "LOGIN"]],
      [534, ["SCRAM-SHA-256", "CRAM-MD5", "PLAIN", "LOGIN"]],
      [538, ["SCRAM-SHA-256", "CRAM-MD5", "PLAIN", "LOGIN"]],
      [535, ["SCRAM-SHA-256"]],
      [454, ["SCRAM-SHA-256"]],
      [432, ["SCRAM-SHA-256"]],
      [421, ["SCRAM-SHA-256"]],
      [530, ["SCRAM-SHA-256"]],
      [501, ["SCRAM-SHA-256"]],
    ] as const) {
      await using server = await ScriptedServer.start((peer) =>
        serve(peer, { AUTH: `${code} no` }, ["AUTH LOGIN PLAIN CRAM-MD5 SCRAM-SHA-256 NTLM"]),
      );
      await using transport = clearTo(server).credentials(Credentials.password("jo", "x")).build();
      const transient = code < 500;
      await assert.rejects(transport.send(mail), {
        kind: "authentication",
        transient,
        permanent: !transient,
      });
      const lines = said(server.peers[0]).filter((line) => line.startsWith("AUTH"));
      assert.deepEqual(
        lines.map((line) => line.split(" ")[1]),
        tried,
        String(code),
      );
    }
  });

  it("names the refused mechanism, and what to try if the password is right", async () => {
    for (const [reply, offers, message] of [
      [
        "535 5.7.8 no",
        "CRAM-MD5 PLAIN",
        /\(by CRAM-MD5\): 535 5\.7\.8 no; .* try \.authentication\(Mechanism\.Plain\)$/,
      ],
      ["535 5.7.8 no", "CRAM-MD5", /\(by CRAM-MD5\): 535 5\.7\.8 no$/],
      ["535 5.7.8 no", "PLAIN LOGIN", /\(by PLAIN\): 535 5\.7\.8 no$/],
      ["454 4.7.0 later", "SCRAM-SHA-256 PLAIN", /\(by SCRAM-SHA-256\): 454 4\.7\.0 later$/],
    ] as const) {
      await using server = await ScriptedServer.start((peer) =>
        serve(peer, { AUTH: reply }, [`AUTH ${offers}`]),
      );
      await using transport = clearTo(server).credentials(Credentials.password("jo", "x")).build();
      await assert.rejects(transport.send(mail), { kind: "authentication", message });
    }
  });

  it("shows no secret, in whatever form and length the server repeats it", async () => {
    const password = "correct horse battery staple";
    const repeats: ((line: string) => string)[] = [
      (line) => line,
      (line) => line.slice(0, 40),
      (line) => decoded(line.split(" ").at(-1) ?? "").replaceAll("\0", " "),
      () => password,
      () => encoded(password),
    ];
    for (const repeat of repeats) {
      await using server = await ScriptedServer.start((peer) =>
        serve(peer, { AUTH: (line) => peer.say(`500 5.5.2 what? ${repeat(line)}`) }, ["AUTH PLAIN"]),
      );
      await using transport = clearTo(server).credentials(Credentials.password("jo", password)).build();
      await assert.rejects(transport.send(mail), (error: Error & { reply: unknown }) => {
        for (const text of [error.message, String(error.reply), JSON.stringify(error)]) {
          assert.doesNotMatch(text, /correct|staple|[A-Za-z0-9+/]{20,}/);
        }
        assert.match(error.message, /500 5\.5\.2 what\? .*\*\*\*/);
        return true;
      });
    }
  });
});

describe("a derived key", () => {
  it("is derived again only for other parameters", async () => {
    const keys = new DerivedKey();
    const wanted = {
      hash: "sha256",
      password: "secret",
      salt: Buffer.from("salt"),
      iterations: 4096,
    } as const;
    assert.equal(keys.get(wanted), keys.get({ ...wanted, salt: Buffer.from("salt") }));
    assert.deepEqual(await keys.get(wanted), await deriveKey(wanted));
    for (const other of [
      { ...wanted, salt: Buffer.from("sale") },
      { ...wanted, iterations: 4097 },
      { ...wanted, hash: "sha1" as const },
      { ...wanted, password: "Secret" },
    ]) {
      assert.deepEqual(await keys.get(other), await deriveKey(other));
      assert.notDeepEqual(await keys.get(other), await keys.get(wanted));
    }
  });
});

describe("secrets", () => {
  it("are in no output of a transport and its parts", async () => {
    const secret = "pa55-w0rd";
    await using server = await offering(["PLAIN"], { users: { jo: secret } });
    for (const credentials of [
      Credentials.password("jo", secret),
      Credentials.token("jo", secret),
      Credentials.token("jo", async () => secret),
    ]) {
      const builder = server.builder().credentials(credentials);
      await using transport = builder.clone().build();
      await transport.send(mail).catch(() => {});
      const identity = { certificate: ca.issue().cert, key: secret };
      const failure: unknown = await Promise.resolve()
        .then(() =>
          TlsParameters.builder()
            .identity({ ...identity, passphrase: secret })
            .build(),
        )
        .catch((error: unknown) => error);
      for (const value of [credentials, builder, transport, failure]) {
        for (const text of [inspect(value, { depth: 20, showHidden: true }), JSON.stringify(value) ?? ""]) {
          assert.ok(!text.includes(secret) && !text.includes(encoded(secret)), text);
        }
      }
    }
  });

  it("go only to the server that the certificate names, even if another transport trusts more", async () => {
    const named = ca.issue({ names: ["one.example"] });
    await using server = await ScriptedServer.start(async (peer) => {
      await peer.secure({ ...named, ticketKeys: Buffer.alloc(48, 1) } as typeof named);
      await serve(peer, { AUTH: "235 welcome" }, ["AUTH PLAIN"]);
    });
    const to = (name: string) =>
      clearTo(server)
        .tls(Tls.Wrapper(TlsParameters.builder(name).addRootCertificate(ca.cert).build()))
        .credentials(Credentials.password("jo", "secret"))
        .build();
    await using one = to("one.example");
    await using two = to("two.example");
    await one.send(mail);
    await assert.rejects(two.send(mail), { kind: "tls", message: /another name than two\.example/ });
    await Promise.all([one.send(mail), assert.rejects(two.send(mail), { kind: "tls" })]);
    const logins = server.peers.filter((peer) => said(peer).some((line) => line.startsWith("AUTH")));
    assert.equal(server.peers.length - logins.length, 1);
  });
});

describe("a mechanism of the caller's own", () => {
  async function tried(
    mechanism: SaslMechanism,
    transport: (builder: ReturnType<typeof clearTo>) => SmtpTransport = (builder) => builder.build(),
  ): Promise<readonly string[]> {
    await using server = await ScriptedServer.start((peer) => {
      const AUTH = async (line: string) => {
        if (line.startsWith("AUTH PLAIN")) return peer.say("235 welcome");
        peer.say(`334 ${encoded("question")}`);
        const answer = await peer.hear();
        peer.say(answer === "*" ? "501 5.7.0 cancelled" : "235 2.7.0 welcome");
      };
      return serve(peer, { AUTH }, ["AUTH X-OWN PLAIN"]);
    });
    const builder = clearTo(server)
      .credentials(Credentials.password("jo", "secret"))
      .authentication(mechanism);
    await using sending = transport(builder);
    await sending.send(mail);
    return said(server.peers[0]).slice(1, 3);
  }

  it("sends what it yields, at once or later", async () => {
    const seen: SaslExchange[] = [];
    const answer = (secret: string, question: Buffer) =>
      createHmac("sha256", secret).update(question).digest();
    const atOnce: SaslMechanism = {
      name: "X-OWN",
      *respond(exchange) {
        seen.push(exchange);
        const question = yield Buffer.from(exchange.user);
        yield answer(exchange.secret, question);
      },
    };
    const later: SaslMechanism = {
      name: "X-OWN",
      async *respond({ user, secret }) {
        const question = yield Buffer.from(user);
        await Promise.resolve();
        yield answer(secret, question);
      },
    };
    const expected = answer("secret", Buffer.from("question")).toString("base64");
    for (const mechanism of [atOnce, later])
      assert.deepEqual(await tried(mechanism), [`AUTH X-OWN ${encoded("jo")}`, expected]);
    const { port, ...rest } = seen[0] ?? { port: 0 };
    assert.ok(port > 0);
    assert.deepEqual(rest, { user: "jo", secret: "secret", host: "127.0.0.1", channelBindings: new Map() });
  });

  it("cancels the exchange if it throws, and its error is the cause", async () => {
    const cause = new Error("no ticket");
    const mechanism: SaslMechanism = {
      name: "X-OWN",
      // biome-ignore lint/correctness/useYield: it comes to nothing.
      *respond() {
        throw cause;
      },
    };
    await assert.rejects(tried(mechanism), {
      kind: "authentication",
      delivery: "not-sent",
      message: /no ticket/,
      cause,
    });
  });

  it("accepts no 235 before it has returned, if it is mutual", async () => {
    const mechanism: SaslMechanism = {
      name: "X-OWN",
      mutual: true,
      *respond() {
        yield null;
        yield Buffer.from("answer");
        yield Buffer.from("and more");
      },
    };
    await assert.rejects(tried(mechanism), { kind: "authentication", message: /has not proved/ });
  });

  it("keeps its place in the list of mechanisms", async () => {
    const mechanism: SaslMechanism = {
      name: "X-OWN",
      *respond() {
        yield null;
      },
    };
    const lines = await tried(mechanism, (builder) =>
      builder.authentication([Mechanism.Plain, mechanism]).build(),
    );
    assert.match(lines[0] ?? "", /^AUTH PLAIN/);
  });

  it("ends by the timeout if it waits too long, or for ever", async () => {
    const mechanism: SaslMechanism = {
      name: "X-OWN",
      async *respond() {
        yield null;
        await new Promise(() => {});
      },
    };
    const impatient = tried(mechanism, (builder) => builder.timeout({ command: 30 }).build());
    await assert.rejects(impatient, { kind: "timeout", phase: "auth", delivery: "not-sent" });
  });

  it("is cancelled with the send while it waits, and gets the signal", async () => {
    let closed = 0;
    const mechanism: SaslMechanism = {
      name: "X-OWN",
      async *respond() {
        try {
          yield null;
          controller.abort();
          yield await new Promise<Buffer>((resolve) => setImmediate(resolve, Buffer.from("late")));
        } finally {
          closed++;
        }
      },
    };
    const controller = new AbortController();
    await using server = await ScriptedServer.start((peer) => serve(peer, { AUTH: "334" }, ["AUTH X-OWN"]));
    const credentials = Credentials.password("jo", "x");
    await using transport = clearTo(server).credentials(credentials).authentication(mechanism).build();
    await assert.rejects(transport.send(mail, { signal: controller.signal }), {
      kind: "aborted",
      phase: "auth",
      delivery: "not-sent",
    });
    await until(() => closed === 1);
    assert.deepEqual(said(server.peers[0]).slice(1, 3), ["AUTH X-OWN", ""]);
  });

  it("is refused when it is configured if it is not valid", () => {
    const respond = function* () {};
    for (const [wrong, message] of [
      [{ name: "x", respond }, /1 to 20 of A to Z/],
      [{ name: "X Y", respond }, /1 to 20/],
      [{ name: "X\r\nY", respond }, /1 to 20/],
      [{ name: "", respond }, /1 to 20/],
      [{ name: "X" }, /respond: expected a function/],
      [{ name: "X", respond, mutual: "yes" }, /mutual: expected true or false/],
      [null, /expected one or more/],
      ["NTLM", /got "NTLM"/],
      [[], /expected one or more/],
    ] as const) {
      const builder = clearTo({ port: 25 } as ScriptedServer);
      assert.throws(() => builder.authentication(wrong as unknown as SaslMechanism), {
        kind: "configuration",
        message,
      });
    }
  });
});
