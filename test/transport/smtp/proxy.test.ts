import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Credentials, SmtpTransport, type SmtpTransportBuilder, Tls, TlsParameters } from "envoi";
import { CertificateAuthority } from "envoi/testing";
import { proxyFromUrl } from "#src/transport/smtp/url/proxy-url.js";
import { HandClock } from "../../net/hand-clock.js";
import { httpProxy, socksProxy, type TestProxy } from "../../net/proxies.js";
import { type Peer, ScriptedServer } from "../../net/scripted-server.js";
import { given } from "./given.js";
import { mail, serve, until } from "./serve.js";
import { TestServer } from "./test-server.js";

const authority = await CertificateAuthority.shared();
const trusting = TlsParameters.builder().addRootCertificate(authority.cert).build();

/** To a server that only the proxy knows how to reach. */
function behind(url: string): SmtpTransportBuilder {
  return SmtpTransport.builder("relay.invalid").tls(Tls.None).proxy(url);
}

const kinds: Readonly<
  Record<string, { start(to: number): Promise<TestProxy>; url(port: number): [string, TlsParameters?] }>
> = {
  http: { start: (to) => httpProxy(to), url: (port) => [`http://me%40x:s%3Acret@127.0.0.1:${port}`] },
  https: {
    start: (to) => httpProxy(to, authority.issue()),
    url: (port) => [`https://me%40x:s%3Acret@localhost:${port}`, trusting],
  },
  socks5: {
    start: (to) => socksProxy(to, "me@x:s:cret"),
    url: (port) => [`socks5://me%40x:s%3Acret@127.0.0.1:${port}`],
  },
};

describe("a proxy", () => {
  for (const [kind, { start, url }] of Object.entries(kinds)) {
    it(`of ${kind} gets the name of the host, and the login`, async () => {
      await using server = await TestServer.start();
      await using proxy = await start(server.port);
      await using transport = SmtpTransport.builder("relay.invalid")
        .tls(Tls.None)
        .proxy(...url(proxy.port))
        .build();
      await transport.send(mail);
      await transport.send(mail);
      assert.equal(server.messages.length, 2);
      assert.deepEqual(proxy.asked, ["relay.invalid:25"]);
      assert.deepEqual(proxy.logins, ["me@x:s:cret"]);
    });

    for (const tls of ["starttls", "implicit"] as const) {
      it(`of ${kind} carries TLS of the server's own (${tls}), and a login`, async () => {
        await using server = await TestServer.start({ tls, users: { shop: "secret" } });
        await using proxy = await start(server.port);
        const parameters = TlsParameters.builder("localhost").addRootCertificate(authority.cert).build();
        await using transport = SmtpTransport.builder("relay.invalid")
          .tls(tls === "implicit" ? Tls.Wrapper(parameters) : Tls.Required(parameters))
          .credentials(Credentials.password("shop", "secret"))
          .proxy(...url(proxy.port))
          .build();
        assert.equal((await transport.send(mail)).tls?.verified, true);
        assert.equal(server.messages[0]?.session.authenticated?.user, "shop");
        await transport.testConnection();
        assert.equal(proxy.asked.length, 2);
        // Nothing is left of TLS within TLS either.
        await transport.close();
        await until(() => proxy.open === 0);
      });
    }
  }

  it("of socks5h is the same as of socks5: the proxy looks the name up", async () => {
    await using server = await TestServer.start();
    await using proxy = await socksProxy(server.port, undefined, true);
    await using transport = behind(`socks5h://127.0.0.1:${proxy.port}`).build();
    await transport.send(mail);
    assert.deepEqual(proxy.asked, ["relay.invalid:25"]);
  });

  it("on this machine does not make a server local: no password goes out in plaintext", async () => {
    await using server = await TestServer.start({ users: { u: "p" }, allowPlaintextCredentials: true });
    await using proxy = await httpProxy(server.port);
    await using transport = SmtpTransport.builder("127.0.0.1")
      .tls(Tls.None)
      .credentials(Credentials.password("u", "p"))
      .proxy(`http://127.0.0.1:${proxy.port}`)
      .build();
    await assert.rejects(transport.send(mail), { kind: "authentication", message: /not encrypted/ });
    assert.doesNotMatch(String(server.transcripts[0]), /C: AUTH/);
  });

  it("that does not listen is reported by its own address", async () => {
    await using free = await ScriptedServer.start(() => {});
    const { port } = free;
    await free[Symbol.asyncDispose]();
    for (const scheme of ["http", "https", "socks5"]) {
      await using transport = behind(`${scheme}://127.0.0.1:${port}`).build();
      await assert.rejects(transport.send(mail), {
        kind: "connection",
        phase: "connect",
        message: new RegExp(`^no proxy listens on 127\\.0\\.0\\.1:${port}$`),
      });
    }
  });
});

/** What an HTTP proxy answers, and what the send then fails with. */
const answers: readonly (readonly [string, object])[] = [
  ["HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", { kind: "authentication", permanent: true }],
  ["HTTP/1.1 403 Forbidden\r\n\r\n", { kind: "connection", permanent: true, message: /403 Forbidden/ }],
  [
    "HTTP/1.1 502 Bad\x07Gateway\r\n\r\n",
    { kind: "connection", transient: true, message: /502 Bad\?Gateway/ },
  ],
  ["HTTP/1.1 503\r\n\r\n", { kind: "connection", transient: true }],
  ["HTTP/1.0 301 Moved\r\nLocation: http://x\r\n\r\n", { kind: "connection", message: /301/ }],
  ["HTTP/2 200 OK\r\n\r\n", { kind: "connection", permanent: true, message: /does not speak HTTP/ }],
  ["220 mail.example.org ESMTP\r\n\r\n", { kind: "connection", message: /does not speak HTTP/ }],
  [`HTTP/1.1 200 OK\r\nX: ${"x".repeat(20_000)}`, { kind: "connection", message: /more than 16384 octets/ }],
];

describe("an HTTP proxy", () => {
  for (const [answer, expected] of answers) {
    it(`fails if it answers ${JSON.stringify(answer.slice(0, 40))}`, async () => {
      await using proxy = await ScriptedServer.start(async (peer) => {
        await hearRequest(peer);
        peer.send(answer);
      });
      await using transport = behind(`http://127.0.0.1:${proxy.port}`).build();
      await assert.rejects(transport.send(mail), { phase: "connect", delivery: "not-sent", ...expected });
      await proxy.peers[0]?.closed();
    });
  }

  it("may answer byte by byte, or together with the greeting", async () => {
    const head = "HTTP/1.1 200 OK\r\nVia: 1.1 test\r\n\r\n";
    const forms: ((peer: Peer) => Promise<void>)[] = [
      async (peer) => {
        for (const octet of Buffer.from(head)) {
          peer.send(Buffer.of(octet));
          await new Promise((resolve) => setImmediate(resolve));
        }
        await serve(peer);
      },
      async (peer) => {
        peer.send(`${head}220 scripted.test\r\n`);
        await serve(peer, { greeting: () => {} });
      },
      async (peer) => {
        peer.send(`${head}220 scrip`);
        await serve(peer, { greeting: () => peer.send("ted.test\r\n") });
      },
    ];
    for (const form of forms) {
      await using proxy = await ScriptedServer.start(async (peer) => {
        await hearRequest(peer);
        await form(peer);
      });
      await using transport = behind(`http://127.0.0.1:${proxy.port}`).build();
      await transport.send(mail);
    }
  });

  it("fails if it closes before it answers", async () => {
    for (const leave of ["halfClose", "cut", "reset"] as const) {
      await using proxy = await ScriptedServer.start(async (peer) => {
        await hearRequest(peer);
        peer[leave]();
      });
      await using transport = behind(`http://127.0.0.1:${proxy.port}`).build();
      await assert.rejects(transport.send(mail), { kind: "connection", message: /before it answered/ });
    }
  });

  it("over TLS must have the host's name in its certificate, or the configured one", async () => {
    await using proxy = await httpProxy(1, authority.issue({ names: ["proxy.test"] }));
    await using transport = SmtpTransport.builder("relay.invalid")
      .tls(Tls.None)
      .proxy(`https://localhost:${proxy.port}`, trusting)
      .build();
    await assert.rejects(transport.send(mail), {
      kind: "tls",
      message: /TLS with the proxy failed: .*another name/,
    });
    assert.deepEqual(proxy.asked, []);
    await using server = await TestServer.start();
    await using named = await httpProxy(server.port, authority.issue({ names: ["proxy.test"] }));
    const parameters = TlsParameters.builder("proxy.test").addRootCertificate(authority.cert).build();
    await using another = SmtpTransport.builder("relay.invalid")
      .tls(Tls.None)
      .proxy(`https://localhost:${named.port}`, parameters)
      .build();
    await another.send(mail);
  });
});

describe("a SOCKS proxy", () => {
  it("reports a refused or missing login, without the password", async () => {
    await using proxy = await socksProxy(1, "me:right");
    for (const login of ["me:wr0ng@", ""]) {
      await using transport = behind(`socks5://${login}127.0.0.1:${proxy.port}`).build();
      const error: unknown = await transport.send(mail).catch((error: unknown) => error);
      assert.equal((error as { kind: string }).kind, "authentication");
      assert.doesNotMatch(JSON.stringify([error, String((error as Error).cause)]), /wr0ng/);
    }
  });

  it("reports why it cannot connect", async () => {
    for (const [code, expected] of [
      [2, { permanent: true, message: /NotAllowed/ }],
      [5, { transient: true, message: /ConnectionRefused/ }],
    ] as const) {
      await using proxy = await ScriptedServer.start(async (peer) => {
        await peer.octets(3);
        peer.send(Buffer.of(5, 0));
        await peer.octets(3 + 5 + "relay.invalid".length + 2 - 1);
        peer.send(Buffer.of(5, code, 0, 1, 0, 0, 0, 0, 0, 0));
      });
      await using transport = behind(`socks5://127.0.0.1:${proxy.port}`).build();
      await assert.rejects(transport.send(mail), { kind: "connection", phase: "connect", ...expected });
    }
  });

  it("fails if it speaks another protocol", async () => {
    await using proxy = await ScriptedServer.start((peer) => peer.say("220 mail.example.org"));
    await using transport = behind(`socks5://127.0.0.1:${proxy.port}`).build();
    await assert.rejects(transport.send(mail), { kind: "connection", phase: "connect" });
  });
});

describe("a proxy that is silent", () => {
  for (const scheme of ["http", "https", "socks5"]) {
    it(`(${scheme}) fails after the connect timeout, and its socket is closed`, async () => {
      await using proxy = await ScriptedServer.start(() => {});
      const clock = new HandClock();
      await using transport = given({ clock }, "relay.invalid")
        .tls(Tls.None)
        .proxy(`${scheme}://127.0.0.1:${proxy.port}`)
        .timeout({ connect: 1000 })
        .build();
      const sent = transport.send(mail);
      const refused = assert.rejects(sent, {
        kind: "timeout",
        phase: "connect",
        message: new RegExp(`relay\\.invalid:25 through the proxy 127\\.0\\.0\\.1:${proxy.port}$`),
      });
      await until(() => (proxy.peers[0]?.received.length ?? 0) > 0);
      clock.turn(1000);
      await refused;
      await proxy.peers[0]?.closed();
    });

    it(`(${scheme}) does not delay an abort`, async () => {
      await using proxy = await ScriptedServer.start(() => {});
      const controller = new AbortController();
      await using transport = behind(`${scheme}://127.0.0.1:${proxy.port}`).build();
      const refused = assert.rejects(transport.send(mail, { signal: controller.signal }), {
        kind: "aborted",
        phase: "connect",
      });
      await until(() => (proxy.peers[0]?.received.length ?? 0) > 0);
      controller.abort();
      await refused;
      await proxy.peers[0]?.closed();
    });
  }
});

describe("the URL of a proxy", () => {
  it("has the default port of its kind", () => {
    for (const [url, port] of [
      ["http://proxy.example.org", 80],
      ["https://proxy.example.org/", 443],
      ["socks5://proxy.example.org", 1080],
      ["socks5h://[::1]", 1080],
      ["http://proxy.example.org:3128", 3128],
    ] as const) {
      assert.equal(proxyFromUrl(url).port, port);
    }
  });

  for (const [url, message] of [
    ["proxy.example.org:3128", /expected http:.*, got proxy\.example\.org:/],
    ["//proxy", /expected http:\/\/host:3128/],
    ["socks4://proxy", /expected http:, https:, socks5:, socks5h:, got socks4:/],
    ["http://proxy/path", /nothing after host and port/],
    ["http://proxy?x=1", /nothing after host and port/],
    ["http://a%3Ab:c@proxy", /not contain a colon/],
    ["socks5://user@proxy", /1 to 255 bytes/],
    [`socks5://user:${"x".repeat(256)}@proxy`, /1 to 255 bytes/],
    ["socks5://user:%ff@proxy", /percent-encoded/],
    ["socks5://", /got something else|host is missing/],
  ] as const) {
    it(`is not valid as ${url.slice(0, 40)}`, () => {
      assert.throws(() => proxyFromUrl(url), { kind: "configuration", message });
    });
  }
});

async function hearRequest(peer: Peer): Promise<void> {
  assert.equal(await peer.hear(), "CONNECT relay.invalid:25 HTTP/1.1");
  while ((await peer.hear()) !== "");
}
