import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SmtpError, SmtpTransport, type SmtpTransportBuilder, Tls, TlsParameters } from "envoi";
import { CertificateAuthority, TestServer } from "envoi/testing";
import { type Script, ScriptedServer } from "../../net/scripted-server.js";
import { given } from "./given.js";
import { mail, said, serve } from "./serve.js";

/** Other systems have but one address of loopback. */
const skip = process.platform !== "linux";

/** Servers on 127.0.0.2, 127.0.0.3 and so on, all on one port; at an address without a script nobody listens. */
async function serving(...scripts: (Script | undefined)[]): Promise<Serving> {
  const addresses = scripts.map((_, index) => `127.0.0.${index + 2}`);
  const servers: (ScriptedServer | undefined)[] = [];
  let port = 0;
  for (const [index, script] of scripts.entries()) {
    const server = script && (await ScriptedServer.start(script, { host: addresses[index] as string, port }));
    port ||= server?.port ?? 0;
    servers.push(server);
  }
  const builder = given({ resolve: async () => addresses }, "relay.test")
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

describe("a host with several addresses", { skip }, () => {
  it("is reached at the first at which somebody listens", async () => {
    await using place = await serving(well, undefined, undefined);
    await using reversed = await serving(undefined, undefined, well);
    for (const { builder, servers } of [place, reversed]) {
      await using transport = builder.build();
      await transport.send(mail);
      assert.equal(servers.filter((server) => server?.peers.length === 1).length, 1);
    }
  });

  for (const line of ["421 4.3.2 closing", "554 5.3.2 no mail here"]) {
    it(`is left for the next of them after a greeting of ${line.slice(0, 3)}, with a goodbye`, async () => {
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

  it("is not left after any other greeting: what one of its servers says holds for all", async () => {
    for (const line of ["450 4.7.1 not you", "521 no mail", "550 5.7.1 blocked"]) {
      await using place = await serving(greeting(line), well);
      await using transport = place.builder.build();
      await assert.rejects(transport.send(mail), { kind: "rejected", phase: "greeting" });
      assert.equal(place.servers[1]?.peers.length, 0);
    }
  });

  it("is left also where the greeting comes under TLS", async () => {
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

  it("that is of no use at any of them: the error tells of each", async () => {
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
    assert.match(error.message, /^none of the 3 addresses of relay\.test takes mail: /);
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

  it("at none of which anybody listens: the error names the host, and its cause each address", async () => {
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
  it("is connected to with brackets and without, and is judged by that address", async () => {
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

  it("that is link-local needs to know of which interface", { skip }, async () => {
    for (const host of ["fe80::1", "fe80::1%none"]) {
      await using transport = SmtpTransport.relay(host).build();
      await assert.rejects(transport.testConnection(), {
        kind: "connection",
        message: /as in fe80::1%eth0$/,
      });
    }
  });
});
