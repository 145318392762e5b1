import assert from "node:assert/strict";
import { connect, Socket } from "node:net";
import { Duplex, PassThrough, Writable } from "node:stream";
import { describe, it } from "node:test";
import { type Connector, type ConnectTarget, Credentials, SmtpTransport, Tls, TlsParameters } from "envoi";
import { CertificateAuthority } from "envoi/testing";
import { HandClock } from "../../net/hand-clock.js";
import { ScriptedServer } from "../../net/scripted-server.js";
import { given } from "./given.js";
import { mail, serve, until } from "./serve.js";
import { TestServer } from "./test-server.js";

const authority = await CertificateAuthority.shared();

function by(connector: Connector): SmtpTransport {
  return SmtpTransport.builder("relay.invalid").tls(Tls.None).connector(connector).build();
}

/** A stream that is no socket: what a tunnel, or a test, may have. */
function tunnelTo(port: number): Duplex {
  const socket = connect(port, "127.0.0.1");
  const tunnel = new Duplex({
    read() {},
    write: (octets, _, done) => void socket.write(octets, () => done()),
    final: (done) => void socket.end(done),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  socket.on("data", (octets) => tunnel.push(octets)).on("end", () => tunnel.push(null));
  socket.on("error", (error) => tunnel.destroy(error));
  return tunnel;
}

describe("a connector", () => {
  it("gets host and port, and may return a connected or connecting socket, or any stream", async () => {
    await using server = await TestServer.start();
    const ways: Connector[] = [
      () => connect(server.port, "127.0.0.1"),
      async () => connect(server.port, "127.0.0.1"),
      () =>
        new Promise((resolve) => {
          const socket = connect(server.port, "127.0.0.1", () => resolve(socket));
        }),
      () => tunnelTo(server.port),
    ];
    for (const way of ways) {
      const asked: ConnectTarget[] = [];
      await using transport = by((target) => {
        asked.push(target);
        return way(target);
      });
      await transport.send(mail);
      await transport.send(mail);
      assert.deepEqual(
        asked.map(({ host, port, signal }) => [host, port, signal.aborted]),
        [["relay.invalid", 25, false]],
      );
    }
    assert.equal(server.messages.length, 2 * ways.length);
  });

  it("leaves TLS and the login to the transport, whatever kind of stream it returns", async () => {
    const parameters = TlsParameters.builder("localhost").addRootCertificate(authority.cert).build();
    for (const tls of ["starttls", "implicit"] as const) {
      await using server = await TestServer.start({ tls, users: { u: "p" } });
      for (const connector of [() => connect(server.port, "127.0.0.1"), () => tunnelTo(server.port)]) {
        await using transport = SmtpTransport.builder("relay.invalid")
          .tls(tls === "implicit" ? Tls.Wrapper(parameters) : Tls.Required(parameters))
          .credentials(Credentials.password("u", "p"))
          .connector(connector)
          .build();
        const { tls: facts } = await transport.send(mail);
        assert.equal(facts?.verified, true);
      }
      assert.deepEqual(
        server.messages.map(({ session }) => session.authenticated?.user),
        ["u", "u"],
      );
    }
  });

  it("does not make a server local: no password goes out in plaintext", async () => {
    await using server = await TestServer.start({ users: { u: "p" }, allowPlaintextCredentials: true });
    await using transport = SmtpTransport.builder("localhost")
      .tls(Tls.None)
      .credentials(Credentials.password("u", "p"))
      .connector(() => connect(server.port, "127.0.0.1"))
      .build();
    await assert.rejects(transport.send(mail), { kind: "authentication", message: /not encrypted/ });
  });

  it("has Nagle's algorithm turned off on its socket, and TCP keep-alive on", async () => {
    await using server = await TestServer.start();
    const said: unknown[] = [];
    await using transport = by(() => {
      const socket = connect(server.port, "127.0.0.1");
      const { setNoDelay, setKeepAlive } = socket;
      socket.setNoDelay = (on) => {
        said.push(["noDelay", on]);
        return setNoDelay.call(socket, on);
      };
      socket.setKeepAlive = (on, delay) => {
        said.push(["keepAlive", on, delay]);
        return setKeepAlive.call(socket, on, delay);
      };
      return socket;
    });
    await transport.send(mail);
    assert.deepEqual(said, [
      ["noDelay", true],
      ["keepAlive", true, 30_000],
    ]);
  });

  it("that fails is reported, with its error as the cause", async () => {
    const error = Object.assign(new Error("the tunnel is down"), { code: "ETUNNEL" });
    const ways: Connector[] = [
      () => {
        throw error;
      },
      () => Promise.reject(error),
      () => {
        const socket = new Socket();
        process.nextTick(() => socket.destroy(error));
        // As one that has begun to connect.
        Object.defineProperty(socket, "connecting", { value: true });
        return socket;
      },
    ];
    for (const way of ways) {
      await using transport = by(way);
      await assert.rejects(transport.send(mail), {
        kind: "connection",
        phase: "connect",
        delivery: "not-sent",
        transient: true,
        message: "the connector for relay.invalid:25 failed: ETUNNEL",
        cause: error,
      });
    }
  });

  it("that returns something else is reported as a mistake", async () => {
    const ended = new PassThrough();
    ended.end();
    const destroyed = new PassThrough();
    destroyed.destroy();
    for (const [made, message] of [
      [undefined, /returned no stream; expected a socket, or \{ socket, encrypted, verified \}$/],
      ["socket", /returned no stream;/],
      [{ write() {} }, /it has no on\(\);/],
      [new Writable(), /it has no resume\(\);/],
      [new PassThrough({ objectMode: true }), /stream of objects/],
      [new PassThrough().setEncoding("utf8"), /encoding/],
      [destroyed, /is destroyed/],
      [ended, /has ended/],
    ] as const) {
      await using transport = by(() => made as Duplex);
      await assert.rejects(transport.send(mail), {
        kind: "configuration",
        phase: "connect",
        delivery: "not-sent",
        permanent: true,
        message,
      });
    }
  });

  it("that hangs is cancelled by its signal after the connect timeout", async () => {
    const clock = new HandClock();
    let signal: AbortSignal | undefined;
    await using transport = given({ clock }, "relay.invalid")
      .tls(Tls.None)
      .connector((target) => {
        signal = target.signal;
        return new Promise(() => {});
      })
      .timeout({ connect: 1000 })
      .build();
    const refused = assert.rejects(transport.send(mail), { kind: "timeout", phase: "connect" });
    await until(() => signal !== undefined);
    clock.turn(999);
    assert.equal(signal?.aborted, false);
    clock.turn(1);
    await refused;
    assert.equal(signal?.aborted, true);
  });

  it("that returns too late has its socket destroyed", async () => {
    for (const late of [() => new PassThrough(), () => connect(1, "192.0.2.1")]) {
      const controller = new AbortController();
      let arrive: ((stream: Duplex) => void) | undefined;
      await using transport = by(
        () =>
          new Promise((resolve) => {
            arrive = resolve;
          }),
      );
      const refused = assert.rejects(transport.send(mail, { signal: controller.signal }), {
        kind: "aborted",
        phase: "connect",
      });
      await until(() => arrive !== undefined);
      controller.abort();
      await refused;
      const made = late();
      arrive?.(made);
      await until(() => made.destroyed);
    }
  });

  it("may return a stream that ends or fails", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer, { MAIL: () => peer.cut() }, []));
    await using transport = by(() => tunnelTo(server.port));
    await assert.rejects(transport.send(mail), { kind: "connection", phase: "mail", delivery: "not-sent" });
    const stream = new PassThrough();
    await using failing = by(() => {
      setImmediate(() => stream.destroy(new Error("torn")));
      return stream;
    });
    await assert.rejects(failing.send(mail), { kind: "connection", phase: "greeting", message: /torn/ });
  });

  it("must be a function, and excludes other ways to connect", () => {
    const builder = () => SmtpTransport.builder("relay.test");
    assert.throws(() => builder().connector(undefined as unknown as Connector), { kind: "configuration" });
    const connector = () => new PassThrough();
    for (const both of [
      () => builder().connector(connector).proxy("http://proxy"),
      () => builder().proxy("http://proxy").unixSocket("/run/x"),
      () => builder().unixSocket("/run/x").connector(connector),
    ]) {
      assert.throws(both, { kind: "configuration", message: /only one can be used/ });
    }
    assert.throws(() => builder().connector(connector).localAddress("127.0.0.1").build(), {
      message: /localAddress: not used with a connector/,
    });
    // The same once more is a change of mind.
    builder().proxy("http://proxy").proxy("http://another");
  });
});
