import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Credentials, SmtpError, SmtpTransport, type SmtpTransportBuilder, Tls, TlsParameters } from "envoi";
import { CertificateAuthority, TestServer } from "envoi/testing";
import type { Clock } from "#src/net/clock.js";
import { HandClock } from "../../net/hand-clock.js";
import { type Peer, type Script, ScriptedServer } from "../../net/scripted-server.js";
import { given as transportsGiven } from "./given.js";
import { mail, said, serve } from "./serve.js";

/** Other systems have but one address of loopback. */
const skip = process.platform !== "linux";

/** Servers on 127.0.0.2, 127.0.0.3 and so on, all on one port; at an address without a script nobody listens. */
async function serving(
  ...given: (Script | undefined)[] | [{ readonly clock: Clock }, ...(Script | undefined)[]]
): Promise<Serving> {
  const options = given.find((one) => typeof one === "object") ?? {};
  const scripts = given.flatMap((one) => (typeof one === "object" ? [] : [one]));
  const addresses = scripts.map((_, index) => `127.0.0.${index + 2}`);
  const servers: (ScriptedServer | undefined)[] = [];
  let port = 0;
  for (const [index, script] of scripts.entries()) {
    const server = script && (await ScriptedServer.start(script, { host: addresses[index] as string, port }));
    port ||= server?.port ?? 0;
    servers.push(server);
  }
  const builder = transportsGiven({ ...options, resolve: async () => addresses }, "relay.test")
    .port(port)
    .tls(Tls.None);
  return {
    servers,
    builder,
    port,
    async [Symbol.asyncDispose]() {
      for (const server of servers) await server?.[Symbol.asyncDispose]();
    },
  };
}

interface Serving extends AsyncDisposable {
  readonly servers: readonly (ScriptedServer | undefined)[];
  readonly builder: SmtpTransportBuilder;
  readonly port: number;
}

const greeting =
  (line: string): Script =>
  (peer) =>
    serve(peer, { greeting: line });
const well: Script = (peer) => serve(peer);
const closing =
  (line: string): Script =>
  (peer) => {
    peer.say(line);
    peer.halfClose();
  };

/** Says yes to STARTTLS, and ends the connection amid the handshake. */
async function cutting(peer: Peer): Promise<void> {
  const before = peer.received.length;
  peer.say("220 go");
  await peer.octets(before + 1);
  peer.reset();
}

async function trusted(): Promise<{ ca: CertificateAuthority; parameters: TlsParameters }> {
  const ca = await CertificateAuthority.shared();
  return { ca, parameters: TlsParameters.builder().addRootCertificate(ca.cert).build() };
}

describe("a host with several addresses", { skip }, () => {
  it("is reached at the first address at which something listens", async () => {
    await using place = await serving(well, undefined, undefined);
    await using reversed = await serving(undefined, undefined, well);
    for (const { builder, servers } of [place, reversed]) {
      await using transport = builder.build();
      await transport.send(mail);
      assert.equal(servers.filter((server) => server?.peers.length === 1).length, 1);
    }
  });

  for (const line of [
    "421 4.3.2 closing",
    "450 4.7.1 not you",
    "521 no mail",
    "550 5.7.1 no",
    "554 5.3.2 no",
  ]) {
    it(`is tried at its next address after a greeting of ${line.slice(0, 3)}, and the first gets QUIT`, async () => {
      await using place = await serving(greeting(line), greeting(line), well);
      await using transport = place.builder.build();
      await transport.send(mail);
      await transport.close();
      const [first, second, third] = place.servers.map((server) => said(server?.peers[0]));
      assert.deepEqual(
        [first, second],
        [
          ["QUIT", ""],
          ["QUIT", ""],
        ],
      );
      assert.match(String(third), /MAIL FROM/);
    });
  }

  for (const [what, act] of [
    ["closes in place of a greeting", (peer: Peer) => peer.halfClose()],
    ["resets in place of a greeting", (peer: Peer) => peer.reset()],
    ["does not speak SMTP", (peer: Peer) => peer.say("SSH-2.0-x")],
    ["begins a greeting and closes", closing("220-hello")],
    ["refuses EHLO for now", (peer: Peer) => serve(peer, { EHLO: "451 4.3.0 not now" })],
    ["refuses EHLO by 421", (peer: Peer) => serve(peer, { EHLO: "421 4.3.2 closing" })],
    ["refuses EHLO and HELO", (peer: Peer) => serve(peer, { EHLO: "550 not you", HELO: "550 not you" })],
    ["closes at EHLO", (peer: Peer) => serve(peer, { EHLO: () => peer.halfClose() })],
    ["resets at EHLO", (peer: Peer) => serve(peer, { EHLO: () => peer.reset() })],
  ] as const) {
    it(`is tried at its next address if the first ${what}`, async () => {
      await using place = await serving(act, well);
      await using transport = place.builder.build();
      await transport.send(mail);
      assert.deepEqual(
        place.servers.map((server) => server?.peers.length),
        [1, 1],
      );
    });
  }

  it("is tried at its next address if the first is silent instead of greeting, or at EHLO", async () => {
    for (const silent of [() => {}, (peer: Peer) => serve(peer, { EHLO: () => peer.closed() })]) {
      await using place = await serving(silent, well);
      await using transport = place.builder.timeout({ greeting: 100, command: 500 }).build();
      await transport.send(mail);
      assert.equal(place.servers[1]?.peers.length, 1);
    }
  });

  it("is tried at its next address if the first cuts the handshake, or has no TLS for now", async () => {
    const { ca, parameters } = await trusted();
    const tls = { STARTTLS: "454 4.7.0 not available now" };
    const cuts: Script[] = [
      (peer) => serve(peer, tls, ["STARTTLS"]),
      (peer) => serve(peer, { STARTTLS: () => peer.halfClose() }, ["STARTTLS"]),
      (peer) => serve(peer, { STARTTLS: async () => cutting(peer) }, ["STARTTLS"]),
    ];
    for (const cut of cuts) {
      await using place = await serving(cut, (peer) =>
        serve(
          peer,
          {
            STARTTLS: async () => {
              peer.say("220 go");
              await peer.secure(ca.issue({ names: ["relay.test"] }));
            },
          },
          ["STARTTLS"],
        ),
      );
      await using transport = place.builder.tls(Tls.Required(parameters)).build();
      assert.equal((await transport.send(mail)).tls?.verified, true);
    }
  });

  it("is not tried at its next address after a verdict: no STARTTLS, a wrong certificate, a refused login", async () => {
    const { ca, parameters } = await trusted();
    await using plain = await serving(well, well);
    await using required = plain.builder.tls(Tls.Required(parameters)).build();
    await assert.rejects(required.send(mail), { kind: "tls", phase: "starttls" });
    await using other = await serving((peer) => peer.secure(ca.issue({ names: ["other.test"] })), well);
    await using wrapped = other.builder.tls(Tls.Wrapper(parameters)).build();
    await assert.rejects(wrapped.send(mail), { kind: "tls", message: /another name/ });
    for (const AUTH of ["535 5.7.8 no", "454 4.7.0 later", "421 4.7.0 too many"]) {
      await using place = await serving((peer) => serve(peer, { AUTH }, ["AUTH PLAIN"]), well);
      await using transport = place.builder
        .credentials(Credentials.password("jo", "secret"))
        .allowPlaintextCredentials()
        .build();
      await assert.rejects(transport.send(mail), { phase: "auth" });
      assert.equal(place.servers[1]?.peers.length, 0, AUTH);
    }
    assert.deepEqual([plain.servers[1]?.peers.length, other.servers[1]?.peers.length], [0, 0]);
  });

  it("is not tried at its next address after AUTH, even if the connection ends", async () => {
    await using place = await serving(
      (peer) => serve(peer, { AUTH: () => peer.halfClose() }, ["AUTH PLAIN"]),
      well,
    );
    await using transport = place.builder
      .credentials(Credentials.password("jo", "secret"))
      .allowPlaintextCredentials()
      .build();
    await assert.rejects(transport.send(mail), { kind: "connection", phase: "auth" });
    assert.equal(place.servers[1]?.peers.length, 0);
  });

  it("fails after four addresses that take no mail, in one opening", async () => {
    const busy = greeting("421 4.3.2 busy");
    await using place = await serving(busy, busy, busy, busy, well);
    await using transport = place.builder.build();
    await assert.rejects(transport.send(mail), {
      kind: "rejected",
      message: /^none of the 4 addresses of relay\.test that were tried takes mail: /,
    });
    // Those that failed go last.
    await transport.send(mail);
    assert.deepEqual(
      place.servers.map((server) => server?.peers.length),
      [1, 1, 1, 1, 1],
    );
  });

  it("tries an address that failed last, for five minutes by either clock", async () => {
    const clock = new HandClock();
    let busy = true;
    const first: Script = (peer) => serve(peer, busy ? { greeting: "450 4.3.2 busy" } : {});
    await using place = await serving({ clock }, first, well);
    await using transport = place.builder.pool(false).build();
    const peers = () => place.servers.map((server) => server?.peers.length);
    await transport.send(mail);
    busy = false;
    await transport.send(mail);
    assert.deepEqual(peers(), [1, 2]);
    clock.turn(299_999);
    await transport.send(mail);
    assert.deepEqual(peers(), [1, 3]);
    clock.sleep(1);
    await transport.send(mail);
    assert.deepEqual(peers(), [2, 3]);
  });

  it("tries no other address after the send is cancelled", async () => {
    await using place = await serving(() => {}, well);
    await using transport = place.builder.build();
    await assert.rejects(transport.send(mail, { deadline: 100 }), { kind: "timeout" });
    assert.equal(place.servers[1]?.peers.length, 0);
  });

  it("reports how each address ended the connection", async () => {
    await using place = await serving(
      // Sooner it is the connecting that fails.
      (peer) => pause(20).then(() => peer.reset()),
      (peer) => peer.halfClose(),
    );
    await using transport = place.builder.build();
    const error: unknown = await transport.send(mail).catch((error: unknown) => error);
    assert.ok(error instanceof SmtpError);
    assert.deepEqual([error.kind, error.phase, error.transient], ["connection", "greeting", true]);
    assert.match(error.message, /the connection was lost \(ECONNRESET\) at the greeting; the server closed/);
  });

  it("is tried at its next address also if the greeting comes under TLS", async () => {
    const authority = await CertificateAuthority.shared();
    const secured =
      (script: Script): Script =>
      async (peer, nth) => {
        await peer.secure(authority.issue({ names: ["relay.test"] }));
        await script(peer, nth);
      };
    await using place = await serving(secured(greeting("421 later")), secured(well));
    const parameters = TlsParameters.builder().addRootCertificate(authority.cert).build();
    await using transport = place.builder.tls(Tls.Wrapper(parameters)).build();
    assert.equal((await transport.send(mail)).tls?.verified, true);
  });

  it("reports each address if none works", async () => {
    await using place = await serving(
      greeting("554 5.3.2 none here"),
      undefined,
      greeting("421 4.3.2 later"),
    );
    await using transport = place.builder.build();
    const error: unknown = await transport.send(mail).catch((error: unknown) => error);
    assert.ok(error instanceof SmtpError);
    assert.equal(error.kind, "rejected");
    assert.equal(error.delivery, "not-sent");
    assert.equal(error.phase, "greeting");
    // The one that may take the mail later.
    assert.equal(error.reply?.code, 421);
    assert.deepEqual([error.transient, error.permanent], [true, false]);
    assert.match(error.message, /^none of the 3 addresses of relay\.test that were tried takes mail: /);
    assert.match(
      error.message,
      /554 5\.3\.2 none here; nothing listens on 127\.0\.0\.3:\d+; .*421 4\.3\.2 later$/,
    );
    assert.ok(error.cause instanceof AggregateError);
    assert.deepEqual(
      error.cause.errors.map((each: Error) => /554|nothing listens|421/.exec(each.message)?.[0]),
      ["554", "nothing listens", "421"],
    );
  });

  it("reports the host, and each address in the cause, if nothing listens at any", async () => {
    await using place = await serving(well, undefined);
    await place.servers[0]?.[Symbol.asyncDispose]();
    await using transport = place.builder.build();
    const error: unknown = await transport.send(mail).catch((error: unknown) => error);
    assert.ok(error instanceof SmtpError);
    assert.equal(error.message, `nothing listens on relay.test:${place.port}`);
    assert.ok(error.cause instanceof AggregateError);
    assert.deepEqual(
      error.cause.errors.map((each: Error) => each.message.split(";", 1)[0]),
      [`nothing listens on 127.0.0.2:${place.port}`, `nothing listens on 127.0.0.3:${place.port}`],
    );
  });
});

/** Not every machine has IPv6. */
const ipv6 = await ScriptedServer.start(() => {}, { host: "::1" }).then(
  (server) => server[Symbol.asyncDispose]().then(() => true),
  () => false,
);

describe("a host that is an IPv6 address", { skip: !ipv6 }, () => {
  it("is connected to with and without brackets, and its certificate must have that address", async () => {
    await using server = await TestServer.start({ host: "::1", tls: "implicit" });
    const parameters = TlsParameters.builder().addRootCertificate(server.ca).build();
    for (const builder of [
      SmtpTransport.relay("::1").port(server.port),
      SmtpTransport.relay("[::1]").port(server.port),
      SmtpTransport.relay(skip ? "::1" : "::1%lo").port(server.port),
      SmtpTransport.fromUrl(server.url),
    ]) {
      await using transport = builder.tls(Tls.Wrapper(parameters)).build();
      const { address, tls } = await transport.testConnection();
      assert.match(address, new RegExp(`^\\[::1(?:%lo)?\\]:${server.port}$`));
      assert.equal(tls?.verified, true);
    }
  });

  it("needs an interface if it is link-local", { skip }, async () => {
    for (const host of ["fe80::1", "fe80::1%none"]) {
      await using transport = SmtpTransport.relay(host).build();
      await assert.rejects(transport.testConnection(), {
        kind: "connection",
        message: /as in fe80::1%eth0$/,
      });
    }
  });
});
