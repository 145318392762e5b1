import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { describe, it } from "node:test";
import { Credentials, SmtpError, SmtpTransport, Tls, TlsParameters } from "envoi";
import { CertificateAuthority, type TestServerOptions } from "envoi/testing";
import { ScriptedServer } from "../../../net/scripted-server.js";
import { clearTo, mail, said, serve } from "../serve.js";
import { TestServer } from "../test-server.js";

const ca = await CertificateAuthority.shared();
const trusting = TlsParameters.builder().addRootCertificate(ca.cert).build();
const modes = {
  none: Tls.None,
  opportunistic: Tls.Opportunistic(trusting),
  required: Tls.Required(trusting),
  wrapper: Tls.Wrapper(trusting),
};
type Mode = keyof typeof modes;

function transportTo(server: TestServer, mode: Mode): SmtpTransport {
  return SmtpTransport.builder("127.0.0.1")
    .port(server.port)
    .tls(modes[mode])
    .timeout({ greeting: 100 })
    .build();
}

describe("Tls", () => {
  const expected: Record<Mode, Record<NonNullable<TestServerOptions["tls"]>, string>> = {
    none: { none: "clear", starttls: "clear", implicit: "timeout: use Tls.Wrapper" },
    opportunistic: { none: "clear", starttls: "TLS", implicit: "timeout: use Tls.Wrapper" },
    required: { none: "tls: does not offer STARTTLS", starttls: "TLS", implicit: "timeout: use Tls.Wrapper" },
    wrapper: { none: "tls: does not speak TLS", starttls: "tls: does not speak TLS", implicit: "TLS" },
  };
  for (const [mode, row] of Object.entries(expected) as [Mode, Record<string, string>][]) {
    for (const [tls, outcome] of Object.entries(row) as [NonNullable<TestServerOptions["tls"]>, string][]) {
      it(`.${mode} with a server whose TLS is ${tls}: ${outcome}`, async () => {
        await using server = await TestServer.start({ tls });
        await using transport = transportTo(server, mode);
        const [kind, message = ""] = outcome.split(": ");
        if (kind === "clear" || kind === "TLS") {
          const report = await transport.send(mail);
          assert.equal(report.tls?.verified, kind === "TLS" ? true : undefined);
          assert.equal(server.messages.length, 1);
        } else {
          await assert.rejects(transport.send(mail), {
            kind,
            delivery: "not-sent",
            message: new RegExp(message),
          });
          assert.equal(server.messages.length, 0);
          assert.doesNotMatch(String(server.transcripts[0]), /MAIL FROM/);
        }
      });
    }
  }

  it(".Required and .Opportunistic send EHLO again under TLS, and trust only the second reply", async () => {
    await using server = await ScriptedServer.start(async (peer) => {
      peer.say("220 hi");
      await peer.answer("250-clear", "250-STARTTLS", "250-SIZE 1", "250-AUTH LOGIN", "250 PIPELINING");
      await peer.answer("220 go");
      await peer.secure(ca.issue());
      await serve(peer, { greeting: () => {}, AUTH: "235 welcome" }, ["AUTH PLAIN"]);
    });
    await using transport = clearTo(server)
      .tls(modes.required)
      .credentials(Credentials.password("u", "p"))
      .build();
    await transport.send(mail);
    const lines = said(server.peers[0]).map((line) => line.split(" ", 2).join(" "));
    assert.deepEqual(
      lines
        .slice(lines.lastIndexOf("STARTTLS"), 8)
        .slice(1, 3)
        .map((line) => line.slice(0, 4)),
      ["EHLO", "AUTH"],
    );
    assert.match(said(server.peers[0]).join("\n"), /AUTH PLAIN/);
  });

  it(".Required fails if STARTTLS is refused, and .Opportunistic continues in plaintext", async () => {
    for (const [refusal, transient] of [
      ["454 4.7.0 not now", true],
      ["501 5.5.1 no", false],
    ] as const) {
      await using server = await ScriptedServer.start((peer) =>
        serve(peer, { STARTTLS: refusal }, ["STARTTLS"]),
      );
      await using required = clearTo(server).tls(modes.required).build();
      await assert.rejects(required.send(mail), {
        kind: "tls",
        phase: "starttls",
        delivery: "not-sent",
        transient,
        permanent: !transient,
      });
      await using opportunistic = clearTo(server).tls(modes.opportunistic).build();
      assert.equal((await opportunistic.send(mail)).tls, undefined);
    }
  });

  it(".Opportunistic does not fall back to plaintext after a failed handshake, or an injection", async () => {
    for (const answer of ["220 go\r\nthis is no TLS\r\n", "220 go\r\n250 injected\r\n"]) {
      await using server = await ScriptedServer.start((peer) =>
        serve(peer, { STARTTLS: () => peer.send(answer) }, ["STARTTLS"]),
      );
      await using transport = clearTo(server).tls(modes.opportunistic).build();
      await assert.rejects(transport.send(mail), { kind: "tls", delivery: "not-sent" });
      assert.equal(server.peers.length, 1);
      assert.doesNotMatch(said(server.peers[0]).join("\n"), /MAIL/);
    }
  });

  it("uses no TLS version older than configured", async () => {
    await using server = await ScriptedServer.start((peer) =>
      peer.secure({ ...ca.issue(), maxVersion: "TLSv1.2" }),
    );
    const modern = TlsParameters.builder().addRootCertificate(ca.cert).minVersion("TLSv1.3").build();
    await using transport = clearTo(server).tls(Tls.Wrapper(modern)).build();
    await assert.rejects(transport.send(mail), { kind: "tls", phase: "tls", delivery: "not-sent" });
  });

  it("presents a client certificate if the server asks for one, and reports if it is missing", async () => {
    await using server = await TestServer.start({
      tls: "implicit",
      clientCertificates: { ca: ca.cert, required: true },
    });
    const identity = ca.issue({ purpose: "client", subject: "billing" });
    const parameters = TlsParameters.builder()
      .addRootCertificate(ca.cert)
      .identity({ certificate: identity.cert, key: identity.key })
      .build();
    const builder = SmtpTransport.builder("127.0.0.1").port(server.port);
    await using known = builder.clone().tls(Tls.Wrapper(parameters)).build();
    await known.send(mail);
    await using unknown = builder.tls(Tls.Wrapper(trusting)).build();
    await assert.rejects(unknown.send(mail), { kind: "tls", delivery: "not-sent" });
  });

  it("verifies the name in the parameters instead of the host's", async () => {
    await using server = await ScriptedServer.start(async (peer) => {
      await peer.secure(ca.issue({ names: ["mail.example.org"] }));
      await serve(peer);
    });
    const named = TlsParameters.builder("mail.example.org").addRootCertificate(ca.cert).build();
    await using transport = clearTo(server).tls(Tls.Wrapper(named)).build();
    assert.equal((await transport.send(mail)).tls?.verified, true);
    await using unnamed = clearTo(server).tls(modes.wrapper).build();
    await assert.rejects(unnamed.send(mail), { kind: "tls", message: /another name than 127\.0\.0\.1/ });
  });
});

describe("a certificate that does not verify", () => {
  const flaws = {
    expired: /expired on/,
    "not-yet-valid": /not valid before/,
    "wrong-name": /another name than 127\.0\.0\.1; its names: DNS:elsewhere\.example/,
    "self-signed": /is self-signed/,
    "unknown-issuer": /authority that is not trusted here/,
  } as const;
  for (const [certificate, message] of Object.entries(flaws) as [keyof typeof flaws, RegExp][]) {
    for (const tls of ["starttls", "implicit"] as const) {
      it(`(${certificate}, ${tls}) ends the send before any credentials go out`, async () => {
        await using server = await TestServer.start({ tls, certificate, users: { shop: "secret" } });
        await using transport = server.builder().build();
        await assert.rejects(transport.send(mail), (error) => {
          assert.ok(error instanceof SmtpError);
          const { kind, delivery, phase, transient, permanent } = error;
          assert.deepEqual(
            { kind, delivery, phase, transient, permanent },
            { kind: "tls", delivery: "not-sent", phase: "tls", transient: false, permanent: false },
          );
          assert.match(error.message, message);
          return true;
        });
        assert.doesNotMatch(String(server.transcripts[0]), /AUTH [PLX]|MAIL/);
      });
    }

    it(`(${certificate}) is reported on envoi:tls by Opportunistic, which sends no credentials`, async () => {
      await using server = await TestServer.start({
        tls: "starttls",
        certificate,
        users: { shop: "secret" },
      });
      const events: { host: string; port: number; reason: string; tls: { verified: boolean } }[] = [];
      const note = (event: unknown) => void events.push(event as (typeof events)[0]);
      subscribe("envoi:tls", note);
      try {
        const builder = SmtpTransport.builder("127.0.0.1").port(server.port).tls(modes.opportunistic);
        await using transport = builder.build();
        const report = await transport.send(mail);
        assert.equal(report.tls?.verified, false);
        assert.equal(events.length, 1);
        assert.match(events[0]?.reason ?? "", message);
        assert.equal(events[0]?.port, server.port);
      } finally {
        unsubscribe("envoi:tls", note);
      }
    });
  }
});
