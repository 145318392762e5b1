import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { describe, it } from "node:test";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import { CertificateAuthority, type Fault, TestServer, type TestServerOptions } from "envoi/testing";

/** What comes of a handshake: the version, or why there is none. */
async function handshake(server: TestServer, options: ConnectionOptions = {}): Promise<string> {
  const where = { host: server.host, port: server.port, servername: "localhost" };
  const socket = connectTls({ ...where, ca: server.ca, ...options });
  try {
    await once(socket, "secureConnect");
    // With TLS 1.3 a client learns behind its own handshake whether its certificate will do.
    await once(socket, "data");
    return socket.getProtocol() ?? "";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    socket.destroy();
  }
}

type Row = readonly [what: string, fault: Fault, comes: RegExp, client?: ConnectionOptions];

const weak: ConnectionOptions = { minVersion: "TLSv1", ciphers: "DEFAULT:@SECLEVEL=0" };

const rows: readonly Row[] = [
  ["expired", { at: "tls", tls: { certificate: "expired" } }, /^CERT_HAS_EXPIRED$/],
  ["not yet valid", { at: "tls", tls: { certificate: "not-yet-valid" } }, /^CERT_NOT_YET_VALID$/],
  ["another name", { at: "tls", tls: { certificate: "wrong-name" } }, /^ERR_TLS_CERT_ALTNAME_INVALID$/],
  [
    "no name",
    { at: "tls", tls: { certificate: "no-name" } },
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    { host: "127.0.0.1", servername: "elsewhere" },
  ],
  ["self-signed", { at: "tls", tls: { certificate: "self-signed" } }, /^DEPTH_ZERO_SELF_SIGNED_CERT$/],
  ["an authority nobody knows", { at: "tls", tls: { certificate: "unknown-issuer" } }, /^UNABLE_TO_/],
  [
    "an intermediate certificate that is missing",
    { at: "tls", tls: { certificate: "missing-intermediate" } },
    /^UNABLE_TO_/,
  ],
  [
    "a weak key",
    { at: "tls", tls: { certificate: "weak-key" } },
    /KEY_TOO_(?:SMALL|WEAK)|EE_KEY|UNSPECIFIED/,
  ],
  ["TLS 1.2 at most", { at: "tls", tls: { maxVersion: "TLSv1.2" } }, /^TLSv1\.2$/],
  ["TLS 1.1 at most", { at: "tls", tls: { maxVersion: "TLSv1.1" } }, /^ERR_SSL_|^ECONNRESET/],
  ["TLS 1.1 at most, to who takes it", { at: "tls", tls: { maxVersion: "TLSv1.1" } }, /^TLSv1\.1$/, weak],
  ["TLS 1.0 at most, to who takes it", { at: "tls", tls: { maxVersion: "TLSv1" } }, /^TLSv1$/, weak],
  ["TLS 1.3 at least", { at: "tls", tls: { minVersion: "TLSv1.3" } }, /^ERR_SSL_/, { maxVersion: "TLSv1.2" }],
  ["no cipher in common", { at: "tls", tls: { maxVersion: "TLSv1.2", ciphers: "AES128-SHA" } }, /^ERR_SSL_/],
  [
    "a certificate of the client wanted",
    { at: "tls", tls: { clientCertificate: "required" } },
    /^ERR_SSL_|^ECONNRESET$/,
  ],
  [
    "no protocol in common",
    { at: "tls", tls: { alpn: ["other"] } },
    /^ERR_SSL_|^ECONNRESET$/,
    { ALPNProtocols: ["smtp"] },
  ],
  ["a protocol in common", { at: "tls", tls: { alpn: ["smtp"] } }, /^TLSv1\.3$/, { ALPNProtocols: ["smtp"] }],
  [
    "a name the server does not know",
    { at: "tls", raw: Buffer.of(0x15, 3, 3, 0, 2, 2, 112) },
    /UNRECOGNIZED_NAME/,
  ],
  ["garbage in place of a handshake", { at: "tls", raw: Buffer.alloc(100, 0x16) }, /^ERR_SSL_/],
  [
    "plain words where TLS is due",
    { at: "connect", raw: "220 x\r\n" },
    /^ERR_SSL_WRONG_VERSION_NUMBER|^ERR_SSL_PACKET/,
  ],
  ["a reset amid the handshake", { at: "tls", drop: "before", by: "rst" }, /^ECONNRESET$/],
];

describe("faults as plain data: TLS", () => {
  const implicit: TestServerOptions = { tls: "implicit" };
  for (const [what, fault, comes, client] of rows) {
    it(what, { timeout: 8000 }, async () => {
      await using server = await TestServer.start(implicit);
      using handle = server.fail({ ...fault, times: 1 } as Fault);
      assert.match(await handshake(server, client), comes);
      assert.equal(handle.hits, 1);
      // The next has a server again as it should be.
      assert.equal(await handshake(server), "TLSv1.3");
    });
  }

  it("shows a revoked certificate in the revocation list", async () => {
    const ca = await CertificateAuthority.create();
    await using server = await TestServer.start({ tls: "implicit", ca });
    server.fail({ at: "tls", tls: { certificate: "revoked" }, when: { nth: 1 } });
    assert.equal(await handshake(server), "TLSv1.3");
    assert.equal(await handshake(server, { crl: ca.crl }), "TLSv1.3");
    server.fail({ at: "tls", tls: { certificate: "revoked" } });
    assert.equal(await handshake(server, { crl: ca.crl }), "CERT_REVOKED");
  });

  it("a handshake that stalls", async () => {
    await using server = await TestServer.start(implicit);
    const handle = server.fail({ at: "tls", stall: true, times: 1 });
    const socket = connectTls({ host: server.host, port: server.port, ca: server.ca });
    assert.equal(await handshake(server), "TLSv1.3");
    assert.equal(handle.hits, 1);
    assert.equal(socket.getProtocol(), "TLSv1.3");
    assert.equal(socket.bytesRead, 0);
    socket.destroy();
  });

  it("refuses unknown ciphers at once", async () => {
    await using server = await TestServer.start(implicit);
    for (const tls of [
      { ciphers: "NONESUCH" },
      { maxVersion: "SSLv3" },
      { version: "x" },
      {},
      { certificate: "old" },
      { alpn: "x" },
    ])
      assert.throws(() => server.fail({ at: "tls", tls } as never), {
        kind: "configuration",
        message: /^fault.tls/,
      });
  });
});

describe("faults as plain data: the end of TLS", () => {
  /** The types of the TLS records that a server sends, behind a relay that sees them, until it closes. */
  async function records(
    server: TestServer,
    say: string,
  ): Promise<{ types: number[]; octets: Buffer; error: unknown }> {
    let octets: Buffer = Buffer.alloc(0);
    const relay = createServer((client: Socket) => {
      const onward = connect(server.port, server.host);
      client.pipe(onward);
      onward.on("data", (piece) => {
        octets = Buffer.concat([octets, piece]);
      });
      onward.pipe(client);
      for (const socket of [client, onward]) socket.on("error", () => {});
    }).listen(0, "127.0.0.1");
    await once(relay, "listening");
    const { port } = relay.address() as { port: number };
    const socket: TLSSocket = connectTls({
      host: "127.0.0.1",
      port,
      ca: server.ca,
      servername: "localhost",
      maxVersion: "TLSv1.2",
    });
    let error: unknown;
    socket.on("error", (thrown) => {
      error = thrown;
      socket.destroy();
    });
    await once(socket, "data");
    socket.resume().write(say);
    await new Promise((resolve) => socket.once("close", resolve));
    relay.close();
    const types: number[] = [];
    for (let at = 0; at + 5 <= octets.length; at += 5 + octets.readUInt16BE(at + 3))
      types.push(octets[at] as number);
    return { types, octets, error };
  }
  const ALERT = 0x15;

  it("sends a close_notify when it closes, and none when it truncates", async () => {
    for (const by of ["fin", "truncate"] as const) {
      await using server = await TestServer.start({ tls: "implicit" });
      server.fail({ at: "noop", drop: "after", by });
      const { types } = await records(server, "NOOP\r\n");
      assert.equal(types.at(-1) === ALERT, by === "fin", `${by}: ${types}`);
    }
  });

  it("sends bytes below TLS that are not TLS", async () => {
    await using server = await TestServer.start({ tls: "implicit" });
    server.fail({ at: "noop", raw: "250 in clear\r\n", unencrypted: true });
    const { octets, error } = await records(server, "NOOP\r\n");
    assert.ok(octets.includes("250 in clear\r\n"));
    assert.match(String((error as NodeJS.ErrnoException).code), /^ERR_SSL_/);
  });
});
