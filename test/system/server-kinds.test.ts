import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import {
  type Connector,
  Credentials,
  EnvoiError,
  LmtpTransport,
  Mechanism,
  SmtpTransport,
  Tls,
  TlsParameters,
} from "envoi";
import { type Session, SmtpServer, type SmtpServerOptions } from "envoi/server";
import { CertificateAuthority } from "envoi/testing";
import { ends, version1, version2 } from "../protocol/proxy-header/headers.js";

const places = ["TCP", "Unix"] as const;
const proxies = ["no PROXY", "PROXY v1", "PROXY v2"] as const;
const tlsModes = ["none", "starttls", "implicit"] as const;
const protocols = ["SMTP", "LMTP"] as const;
const logins = ["no AUTH", "PLAIN", "SCRAM-SHA-256-PLUS", "EXTERNAL"] as const;

/** One server of each kind. */
interface Kind {
  readonly place: (typeof places)[number];
  readonly proxy: (typeof proxies)[number];
  readonly tls: (typeof tlsModes)[number];
  readonly protocol: (typeof protocols)[number];
  readonly login: (typeof logins)[number];
}

const kinds: readonly Kind[] = places.flatMap((place) =>
  proxies.flatMap((proxy) =>
    tlsModes.flatMap((tls) =>
      protocols.flatMap((protocol) => logins.map((login) => ({ place, proxy, tls, protocol, login }))),
    ),
  ),
);

/** The option for which a server of this kind is refused, if it cannot be. */
function refusedFor({ place, proxy, tls, login }: Kind): string | undefined {
  if (place === "Unix" && tls !== "none") return "listeners[0].tls";
  if (login === "no AUTH" || tls !== "none") return undefined;
  // Plaintext passwords are granted for nearness, which a proxy takes away.
  if (proxy !== "no PROXY") return "listeners[0].requireAuth";
  return login === "PLAIN" ? undefined : "listeners[0].requireAuth";
}

describe("A server of each kind", () => {
  let directory: string;
  let ca: CertificateAuthority;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "envoi-kinds-"));
    ca = await CertificateAuthority.create();
  });
  after(() => rm(directory, { recursive: true }));

  const optionsOf = ({ place, proxy, tls, protocol, login }: Kind): SmtpServerOptions => ({
    listeners: [
      {
        ...(place === "Unix" && { path: join(directory, "socket") }),
        tls,
        lmtp: protocol === "LMTP",
        requireTls: tls !== "none",
        requireAuth: login !== "no AUTH",
        ...(proxy !== "no PROXY" && {
          proxyProtocol: { from: [place === "Unix" ? "unix" : "127.0.0.1"] },
        }),
      },
    ],
    ...(tls !== "none" && {
      certificates: ca.issue({ names: ["mx.y.test"] }),
      clientCertificates: { ca: ca.cert, required: false },
    }),
    ...(login !== "no AUTH" && {
      mechanisms: [login],
      auth: async ({ user, verify, session }) => {
        if (login === "EXTERNAL")
          return session.tls?.clientCertificate?.subject === "CN=jo" ? { user: "jo" } : undefined;
        return (await verify("secret")) ? { user } : undefined;
      },
      allowPlaintextCredentials: tls === "none",
    }),
    domains: ["y.test"],
  });

  const connectorOf =
    ({ place, proxy }: Kind, port: number): Connector =>
    () => {
      const socket = connect(
        place === "Unix" ? { path: join(directory, "socket") } : { port, host: "127.0.0.1" },
      );
      if (proxy !== "no PROXY") socket.write(proxy === "PROXY v1" ? version1() : version2());
      return socket;
    };

  const transportOf = (kind: Kind, port: number): SmtpTransport | LmtpTransport => {
    const { tls, protocol, login } = kind;
    const client = ca.issue({ purpose: "client", subject: "jo" });
    const parameters = TlsParameters.builder()
      .addRootCertificate(ca.cert)
      .identity({ certificate: client.cert, key: client.key })
      .build();
    const mode = { none: Tls.None, starttls: Tls.Required(parameters), implicit: Tls.Wrapper(parameters) };
    const builder = (protocol === "LMTP" ? LmtpTransport : SmtpTransport)
      .builder("mx.y.test")
      .tls(mode[tls])
      .connector(connectorOf(kind, port));
    if (login === "no AUTH") return builder.build();
    if (login === "EXTERNAL") return builder.credentials(Credentials.external()).build();
    return builder
      .credentials(Credentials.password("jo", "secret"))
      .authentication(login === "PLAIN" ? Mechanism.Plain : Mechanism.ScramSha256Plus)
      .allowPlaintextCredentials()
      .build();
  };

  for (const kind of kinds) {
    const { place, proxy, tls, protocol, login } = kind;
    const field = refusedFor(kind);
    it(`${field === undefined ? "takes a mail" : "is refused"}: ${Object.values(kind).join(", ")}`, async () => {
      const sessions: Session[] = [];
      const options: SmtpServerOptions = {
        ...optionsOf(kind),
        async data({ session, bytes }) {
          assert.match(String(await bytes()), /^Subject: Walk\r$/m);
          sessions.push(session);
        },
      };
      if (field !== undefined) {
        await assert.rejects(SmtpServer.listen(options), (error) => {
          assert.ok(EnvoiError.is(error) && error.kind === "configuration");
          assert.ok(error.message.startsWith(`${field}: `), error.message);
          return true;
        });
        return;
      }
      await using server = await SmtpServer.listen(options);
      await using transport = transportOf(kind, server.port);
      await transport.send({ from: "a@x.test", to: "b@y.test", subject: "Walk", text: "Hello" });
      const [session] = sessions;
      assert.ok(session);
      const { source, destination } = ends;
      const proxied = proxy !== "no PROXY";
      const own = place === "Unix" ? join(directory, "socket") : "127.0.0.1";
      const peer = place === "Unix" ? "" : "127.0.0.1";
      assert.deepEqual(
        {
          via: session.via,
          remoteAddress: session.remoteAddress,
          localAddress: session.localAddress,
          peer: session.peer.address,
          destination: session.proxy?.destination,
          hello: session.hello?.verb,
          secure: session.tls !== undefined,
          servername: session.tls?.servername,
          authenticated: session.authenticated,
        },
        {
          via: proxied ? "proxy" : "direct",
          remoteAddress: proxied ? source.address : peer,
          localAddress: proxied ? destination.address : own,
          peer,
          destination: proxied ? destination : undefined,
          hello: protocol === "LMTP" ? "LHLO" : "EHLO",
          secure: tls !== "none",
          servername: tls === "none" ? undefined : "mx.y.test",
          authenticated: login === "no AUTH" ? undefined : { user: "jo", mechanism: login },
        },
      );
    });
  }

  it("is one of 144, of which 64 can be", () => {
    const possible = kinds.filter((kind) => refusedFor(kind) === undefined);
    assert.deepEqual([kinds.length, possible.length], [144, 64]);
  });
});
