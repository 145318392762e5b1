import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { describe, it } from "node:test";
import {
  Credentials,
  Mechanism,
  type SaslExchange,
  SmtpTransport,
  Tls,
  TlsParameters,
  type TlsParametersBuilder,
} from "envoi";
import { CertificateAuthority } from "envoi/testing";
import { Balancer } from "../../../net/balancer.js";
import { type Peer, ScriptedServer } from "../../../net/scripted-server.js";
import { clearTo, mail, serve } from "../serve.js";
import { TestServer } from "../test-server.js";

const ca = await CertificateAuthority.shared();
const certificate = ca.issue();
const trusting = () => TlsParameters.builder().addRootCertificate(ca.cert);
/** A ticket is good for the server that gave it: all that a test means to be one have these. */
const ticketKeys = Buffer.alloc(48, 7);

/** Whether the connections of one transport, one after the other, resumed. */
async function connections(transport: SmtpTransport, count = 3): Promise<(boolean | undefined)[]> {
  const resumed: (boolean | undefined)[] = [];
  for (let nth = 0; nth < count; nth++) resumed.push((await transport.send(mail)).tls?.resumed);
  return resumed;
}

/** A server that takes one mail on each connection. */
function once(secured: (peer: Peer, nth: number) => Promise<void>): Promise<ScriptedServer> {
  return ScriptedServer.start(async (peer, nth) => {
    await secured(peer, nth);
    await serve(peer, {
      ".": () => {
        peer.say("250 2.0.0 queued");
        peer.halfClose();
      },
    });
  });
}

function to(server: ScriptedServer, parameters: TlsParametersBuilder = trusting()): SmtpTransport {
  return clearTo(server).tls(Tls.Wrapper(parameters.build())).build();
}

describe("a TLS session", () => {
  for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
    const secure = (peer: Peer) => peer.secure({ ...certificate, ticketKeys, maxVersion });

    it(`of ${maxVersion} is resumed by the connections that follow, verified as it was`, async () => {
      await using server = await once(secure);
      await using transport = to(server);
      assert.deepEqual(await connections(transport), [false, true, true]);
      const { tls } = await transport.send(mail);
      assert.deepEqual([tls?.protocol, tls?.verified, tls?.resumed], [maxVersion, true, true]);
    });

    it(`of ${maxVersion} is resumed after STARTTLS and with pins, but only by its transport`, async () => {
      await using server = await ScriptedServer.start(async (peer) => {
        peer.say("220 hi");
        await peer.answer("250-x", "250 STARTTLS");
        await peer.answer("220 go");
        await secure(peer);
        await serve(peer, {
          greeting: () => {},
          ".": () => {
            peer.say("250 2.0.0 queued");
            peer.halfClose();
          },
        });
      });
      const { fingerprint256 } = new X509Certificate(certificate.cert);
      const parameters = trusting().pin(fingerprint256).build();
      const builder = clearTo(server).tls(Tls.Required(parameters));
      for (const transport of [builder.clone().build(), builder.build()]) {
        assert.deepEqual(await connections(transport, 2), [false, true]);
        await transport.close();
      }
    });

    it(`of ${maxVersion} is not resumed if the verification was relaxed, even without need`, async () => {
      await using server = await once(secure);
      const { fingerprint256 } = new X509Certificate(certificate.cert);
      for (const parameters of [
        trusting().acceptInvalidCertificates(true),
        trusting().acceptInvalidHostnames(true),
        trusting().acceptInvalidCertificates(true).pin(fingerprint256),
      ]) {
        await using transport = to(server, parameters);
        assert.deepEqual(await connections(transport, 2), [false, false]);
      }
      await using opportunistic = await ScriptedServer.start(async (peer) => {
        peer.say("220 hi");
        await peer.answer("250-x", "250 STARTTLS");
        await peer.answer("220 go");
        await secure(peer);
        await serve(peer, {
          greeting: () => {},
          ".": () => {
            peer.say("250 2.0.0 queued");
            peer.halfClose();
          },
        });
      });
      await using lax = clearTo(opportunistic).tls(Tls.Opportunistic).build();
      assert.deepEqual(await connections(lax, 2), [false, false]);
      await using sound = clearTo(opportunistic).tls(Tls.Opportunistic(trusting().build())).build();
      assert.deepEqual(await connections(sound, 2), [false, true]);
    });

    for (const [how, fails] of [
      ["cut", (peer: Peer) => peer.halfClose()],
      ["reset", (peer: Peer) => peer.reset()],
      ["answered by an alert", (peer: Peer) => peer.send(Buffer.from([0x15, 0x03, 0x03, 0, 2, 2, 20]))],
      ["answered by text", (peer: Peer) => peer.say("this is no TLS")],
    ] as const) {
      it(`of ${maxVersion} whose resumption is ${how} begins anew on another connection, and is never resumed there again`, async () => {
        await using server = await once(async (peer, nth) => {
          if (nth !== 2) return secure(peer);
          await peer.octets(1);
          fails(peer);
          await peer.closed();
        });
        await using transport = to(server);
        assert.deepEqual(await connections(transport, 4), [false, false, false, false]);
        assert.equal(server.peers.length, 5);
      });
    }

    it(`of ${maxVersion} is begun anew, if the server closes as soon as it is resumed`, async () => {
      await using server = await once(async (peer, nth) => {
        await secure(peer);
        if (nth === 2) peer.halfClose();
      });
      await using transport = to(server);
      assert.deepEqual(await connections(transport, 3), [false, false, false]);
      assert.equal(server.peers.length, 4);
    });

    it(`of ${maxVersion} begins anew if the server closes when it is resumed after STARTTLS`, async () => {
      await using server = await ScriptedServer.start(async (peer, nth) => {
        peer.say("220 hi");
        await peer.answer("250-x", "250 STARTTLS");
        await peer.answer("220 go");
        await secure(peer);
        if (nth === 2) return peer.halfClose();
        await serve(peer, {
          greeting: () => {},
          ".": () => {
            peer.say("250 2.0.0 queued");
            peer.halfClose();
          },
        });
      });
      await using transport = clearTo(server).tls(Tls.Required(trusting().build())).build();
      assert.deepEqual(await connections(transport, 3), [false, false, false]);
    });

    it(`of ${maxVersion} is not blamed for a greeting that refuses`, async () => {
      await using server = await ScriptedServer.start(async (peer, nth) => {
        await secure(peer);
        if (nth === 2) {
          peer.say("554 5.7.1 go away");
          peer.halfClose();
          return;
        }
        await serve(peer, {
          ".": () => {
            peer.say("250 2.0.0 queued");
            peer.halfClose();
          },
        });
      });
      const transport = to(server);
      assert.deepEqual(await connections(transport, 1), [false]);
      // It may have counted the first connection still, so it is asked again: by the same ticket.
      assert.deepEqual(await connections(transport, 1), [true]);
      await transport.close();
    });

    it(`of ${maxVersion} is tried without a ticket once per opening, and the error is that of the second handshake`, async () => {
      await using server = await once(async (peer, nth) => {
        if (nth === 1) return secure(peer);
        await peer.octets(1);
        if (nth === 2) peer.reset();
        else peer.halfClose();
      });
      await using transport = to(server);
      assert.deepEqual(await connections(transport, 1), [false]);
      await assert.rejects(transport.send(mail), { kind: "connection", phase: "tls", transient: true });
      assert.equal(server.peers.length, 3);
    });

    it(`of ${maxVersion} fails no mail with a balancer whose servers reject each other's tickets`, async () => {
      const behind = (key: number) =>
        once((peer) => peer.secure({ ...certificate, maxVersion, ticketKeys: Buffer.alloc(48, key) }));
      await using first = await behind(1);
      await using second = await behind(2);
      await using balancer = await Balancer.start([first.port, second.port]);
      await using transport = SmtpTransport.builder("127.0.0.1")
        .port(balancer.port)
        .tls(Tls.Wrapper(trusting().build()))
        .build();
      assert.deepEqual(await connections(transport, 6), Array(6).fill(false));
      // One is cut, and no ticket is shown again.
      assert.deepEqual(balancer.cut, [false, true, false, false, false, false, false]);
    });

    it(`of ${maxVersion} that the server no longer knows begins anew, and is verified again`, async () => {
      const wrong = ca.issue({ names: ["elsewhere.example"] });
      await using server = await once((peer, nth) =>
        peer.secure({ ...(nth === 3 ? wrong : certificate), maxVersion, ticketKeys: Buffer.alloc(48, nth) }),
      );
      await using transport = to(server);
      assert.deepEqual(await connections(transport, 2), [false, false]);
      await assert.rejects(transport.send(mail), { kind: "tls", message: /another name/ });
    });

    it(`of ${maxVersion} that is resumed binds to the first certificate`, async () => {
      const seen: SaslExchange[] = [];
      await using server = await ScriptedServer.start(async (peer) => {
        await secure(peer);
        await serve(
          peer,
          {
            AUTH: "235 welcome",
            ".": () => {
              peer.say("250 2.0.0 queued");
              peer.halfClose();
            },
          },
          ["AUTH X-LOOK"],
        );
      });
      await using transport = clearTo(server)
        .tls(Tls.Wrapper(trusting().build()))
        .credentials(Credentials.external())
        .authentication([
          {
            name: "X-LOOK",
            *respond(exchange) {
              seen.push(exchange);
              yield null;
            },
          },
          Mechanism.External,
        ])
        .build();
      assert.deepEqual(await connections(transport, 2), [false, true]);
      const { raw } = new X509Certificate(certificate.cert);
      const endPoint = createHash("sha256").update(raw).digest();
      for (const { channelBindings } of seen) {
        assert.deepEqual([...channelBindings.keys()], ["tls-exporter", "tls-server-end-point"]);
        assert.deepEqual(channelBindings.get("tls-server-end-point"), endPoint);
      }
      assert.notDeepEqual(
        seen[0]?.channelBindings.get("tls-exporter"),
        seen[1]?.channelBindings.get("tls-exporter"),
      );
    });
  }

  it("that is resumed supports channel binding like the first", async () => {
    const users = { jo: "secret" };
    const mechanisms = ["SCRAM-SHA-256-PLUS"] as const;
    await using server = await TestServer.start({ tls: "implicit", users, mechanisms });
    await using transport = server.builder().pool(false).build();
    const first = await transport.send(mail);
    const reports = await Promise.all([transport.send(mail), transport.send(mail), transport.send(mail)]);
    const resumed = reports.filter(({ tls }) => tls?.resumed === true);
    assert.equal(first.tls?.resumed, false);
    assert.ok(resumed.length >= 2, `${resumed.length} resumed`);
    for (const { session } of server.messages)
      assert.equal(session.authenticated?.mechanism, "SCRAM-SHA-256-PLUS");
  });
});
