import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { before, describe, it } from "node:test";
import type { TLSSocket } from "node:tls";
import {
  type AuthContext,
  type AuthVerdict,
  deriveScramKeys,
  SmtpServer,
  type SmtpServerOptions,
} from "envoi/server";
import { CertificateAuthority } from "envoi/testing";
import { cramMd5 } from "#src/protocol/sasl/cram-md5.js";
import { type ScramMechanism, scramSha1, scramSha256, scramSha256Plus } from "#src/protocol/sasl/scram.js";
import { deriveKey } from "#src/protocol/sasl/scram-keys.js";
import { Client } from "../client.js";

let ca: CertificateAuthority;
before(async () => {
  ca = await CertificateAuthority.create();
});

const all = [
  "PLAIN",
  "OAUTHBEARER",
  "CRAM-MD5",
  "SCRAM-SHA-1",
  "SCRAM-SHA-256",
  "SCRAM-SHA-256-PLUS",
  "EXTERNAL",
];

type Auth = (context: AuthContext) => AuthVerdict | Promise<AuthVerdict>;

function start(auth: Auth, options: SmtpServerOptions = {}): Promise<SmtpServer> {
  const tls = { tls: "implicit", certificates: ca.issue({ names: ["localhost"] }) } as const;
  return SmtpServer.listen({ ...tls, mechanisms: all, maxAuthAttempts: 9, auth, ...options });
}

/** A client behind EHLO, over TLS. */
async function meet(server: SmtpServer, options: object = {}): Promise<{ client: Client; offered: string }> {
  const client = await Client.connect(server.port, { ca: ca.cert, servername: "localhost", ...options });
  await client.reply();
  const offered = /AUTH (.*)/.exec(await client.ask("EHLO x"))?.[1] ?? "";
  return { client, offered };
}

const knows: Auth = async ({ user, verify }) =>
  user === "jo" && (await verify("secret")) ? { user: "Jo" } : undefined;

/** Says a line whose last word is in base64 and reads what the server answers, with its challenge in clear. */
async function say(client: Client, octets: string | Buffer, prefix = ""): Promise<string> {
  const reply = await client.ask(`${prefix}${Buffer.from(octets).toString("base64")}`);
  return reply.startsWith("334 ") ? `334 ${Buffer.from(reply.slice(4), "base64")}` : reply;
}

/** Logs in with SCRAM as far as it goes; the last reply. */
async function scram(
  client: Client,
  mechanism: ScramMechanism,
  user: string,
  password: string,
): Promise<string> {
  const socket = client.socket as TLSSocket;
  const octets = () => socket.exportKeyingMaterial(32, "EXPORTER-Channel-Binding", Buffer.alloc(0));
  const binding = mechanism.name.endsWith("-PLUS") ? { type: "tls-exporter", octets: octets() } : undefined;
  const half = mechanism.client({ user, password, nonce: "x", ...(binding && { binding }) });
  const first = half.next().value as Buffer;
  const challenge = await say(client, first, `AUTH ${mechanism.name} `);
  if (!challenge.startsWith("334 ")) return challenge;
  const derivation = half.next(Buffer.from(challenge.slice(4))).value;
  assert.ok(derivation && !Buffer.isBuffer(derivation));
  const final = half.next(await deriveKey(derivation)).value as Buffer;
  const verdict = await say(client, final);
  if (!verdict.startsWith("334 ")) return verdict;
  assert.equal(half.next(Buffer.from(verdict.slice(4))).done, true);
  return await client.ask("");
}

const authenticated = "235 2.7.0 Authenticated";
const failed = "535 5.7.8 Authentication failed";

describe("SmtpServer: SCRAM", () => {
  it("accepts a client that knows the secret, bound to TLS or not", async () => {
    await using server = await start(knows);
    for (const mechanism of [scramSha1, scramSha256, scramSha256Plus]) {
      const { client, offered } = await meet(server);
      await using _ = client;
      assert.ok(offered.split(" ").includes(mechanism.name), offered);
      assert.equal(await scram(client, mechanism, "jo", "secret"), authenticated, mechanism.name);
      assert.match(await client.ask("AUTH PLAIN"), /^503 /);
    }
  });

  it("accepts a client that could bind only if the server did not offer binding", async () => {
    const half = scramSha256.client({ user: "jo", password: "secret", nonce: "x", binding: "unused" });
    const first = half.next().value as Buffer;
    for (const [mechanisms, expected] of [
      [["SCRAM-SHA-256"], /^334 r=x/],
      [["SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"], /^501 5\.5\.2/],
    ] as const) {
      await using server = await start(knows, { mechanisms });
      const { client } = await meet(server);
      await using _ = client;
      assert.match(await say(client, first, "AUTH SCRAM-SHA-256 "), expected);
    }
  });

  it("gives the same answer to a wrong secret and to an unknown user", async () => {
    await using server = await start(knows);
    const { client } = await meet(server);
    await using _ = client;
    assert.equal(await scram(client, scramSha256, "jo", "wrong"), failed);
    assert.equal(await scram(client, scramSha256, "nobody", "secret"), failed);
    assert.equal(await scram(client, scramSha256, "jo", "secret"), authenticated);
  });

  it("does with keys in place of the secret, for PLAIN too", async () => {
    const derivation = {
      hash: "sha256",
      password: "secret",
      salt: randomBytes(16),
      iterations: 5000,
    } as const;
    const keys = await deriveScramKeys(derivation);
    await using server = await start(async ({ user, verify }) =>
      (await verify(keys)) ? { user } : undefined,
    );
    const { client } = await meet(server);
    await using _ = client;
    assert.equal(await scram(client, scramSha1, "jo", "secret"), failed);
    assert.equal(await say(client, "\0jo\0wrong", "AUTH PLAIN "), failed);
    assert.equal(await scram(client, scramSha256, "jo", "wrong"), failed);
    assert.equal(await scram(client, scramSha256, "jo", "secret"), authenticated);
    const { client: other } = await meet(server);
    await using __ = other;
    assert.equal(await say(other, "\0jo\0secret", "AUTH PLAIN "), authenticated);
  });

  it("refuses a client if the hook did not ask for, await or respect its proof", async () => {
    const careless: readonly Auth[] = [
      ({ user }) => ({ user }),
      ({ user, verify }) => {
        void verify("secret");
        return { user };
      },
      async ({ user, verify }) => {
        await verify("another");
        return { user };
      },
    ];
    for (const [index, auth] of careless.entries()) {
      await using server = await start(auth);
      const { client } = await meet(server);
      await using _ = client;
      assert.equal(await scram(client, scramSha256, "jo", "secret"), failed, String(index));
    }
  });

  it("tells the hook that the proof failed if the client cancels, sends nonsense, or leaves", async () => {
    const results: boolean[] = [];
    const server = await start(async ({ verify }) => {
      results.push(await verify("secret"));
      return undefined;
    });
    const { client } = await meet(server);
    const first = Buffer.from("n,,n=jo,r=x").toString("base64");
    await client.ask(`AUTH SCRAM-SHA-256 ${first}`);
    assert.equal(await client.ask("*"), "501 5.7.0 Authentication cancelled");
    await client.ask(`AUTH SCRAM-SHA-256 ${first}`);
    assert.equal(await client.ask("!"), "501 5.5.2 Malformed response");
    assert.equal(await client.ask("NOOP"), "250 2.0.0 OK");
    await client.ask(`AUTH SCRAM-SHA-256 ${first}`);
    client.socket.destroy();
    await server.close();
    assert.deepEqual(results, [false, false, false]);
  });

  it("sets no user before the client has seen the proof of the server", async () => {
    const seen: unknown[] = [];
    await using server = await start(knows, {
      mail: ({ session }) => void seen.push(session.authenticated?.user),
    });
    const { client } = await meet(server);
    await using _ = client;
    const half = scramSha256.client({ user: "jo", password: "secret", nonce: "x" });
    const challenge = await say(client, half.next().value as Buffer, "AUTH SCRAM-SHA-256 ");
    const derivation = half.next(Buffer.from(challenge.slice(4))).value;
    assert.ok(derivation && !Buffer.isBuffer(derivation));
    assert.match(await say(client, half.next(await deriveKey(derivation)).value as Buffer), /^334 v=/);
    assert.match(await client.ask("*"), /^501 /);
    await client.ask("MAIL FROM:<>");
    await client.ask("RSET");
    assert.equal(await scram(client, scramSha256, "jo", "secret"), authenticated);
    await client.ask("MAIL FROM:<>");
    assert.deepEqual(seen, [undefined, "Jo"]);
  });
});

describe("SmtpServer: other mechanisms", () => {
  it("CRAM-MD5 accepts the right answer to a challenge that never repeats", async () => {
    const questions = new Set<string>();
    await using server = await start(knows);
    for (const [password, reply] of [
      ["wrong", failed],
      ["secret", authenticated],
    ] as const) {
      const { client } = await meet(server);
      await using _ = client;
      assert.equal(await client.ask("AUTH CRAM-MD5 AAAA"), "501 5.5.2 Malformed response");
      const question = Buffer.from((await client.ask("AUTH CRAM-MD5")).slice(4), "base64");
      questions.add(String(question));
      const half = cramMd5.client({ user: "jo", password });
      half.next();
      assert.equal(await say(client, half.next(question).value as Buffer), reply);
    }
    assert.equal(questions.size, 2);
    await using careless = await start(({ user }) => ({ user }));
    const { client } = await meet(careless);
    await using _ = client;
    await client.ask("AUTH CRAM-MD5");
    assert.equal(await say(client, `jo ${"0".repeat(32)}`), failed);
  });

  it("OAUTHBEARER gives the hook the token, and tells of a refusal first", async () => {
    await using server = await start(({ user, token }) =>
      token === "good" ? { user: user || "?" } : undefined,
    );
    const { client } = await meet(server);
    await using _ = client;
    assert.match(
      await say(client, "n,,\x01auth=Bearer bad\x01\x01", "AUTH OAUTHBEARER "),
      /^334 .*invalid_token/,
    );
    assert.equal(await say(client, "\x01"), failed);
    assert.equal(await say(client, "n,,\x01auth=Bearer good\x01\x01", "AUTH OAUTHBEARER "), authenticated);
  });

  it("EXTERNAL accepts clients with a certificate", async () => {
    const auth: Auth = ({ user, session }) =>
      session.tls?.clientCertificate?.subject === "CN=billing" && user === ""
        ? { user: "billing" }
        : undefined;
    await using server = await start(auth, { clientCertificates: { ca: ca.cert, required: false } });
    const stranger = await meet(server);
    await using _ = stranger.client;
    assert.ok(!stranger.offered.includes("EXTERNAL"), stranger.offered);
    assert.match(await stranger.client.ask("AUTH EXTERNAL ="), /^504 /);
    const known = await meet(server, ca.issue({ purpose: "client", subject: "billing" }));
    await using __ = known.client;
    assert.ok(known.offered.includes("EXTERNAL"), known.offered);
    assert.equal(await known.client.ask("AUTH EXTERNAL am8="), failed);
    assert.equal(await known.client.ask("AUTH EXTERNAL ="), authenticated);
  });

  it("are offered only if the options name them, -PLUS only over TLS that can be bound", async () => {
    const certificates = ca.issue({ names: ["localhost"] });
    await using usual = await SmtpServer.listen({ tls: "implicit", certificates, auth: knows });
    const { client, offered } = await meet(usual);
    await using _ = client;
    assert.equal(offered, "PLAIN LOGIN XOAUTH2");
    await using server = await start(knows);
    const bound = "PLAIN OAUTHBEARER CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-256-PLUS";
    for (const maxVersion of ["TLSv1.2", "TLSv1.3"]) {
      const { client, offered } = await meet(server, { maxVersion });
      await using _ = client;
      assert.equal(offered, bound, maxVersion);
    }
    const mechanisms = bound.split(" ");
    await using clear = await SmtpServer.listen({ auth: knows, mechanisms, allowPlaintextCredentials: true });
    await using unbound = await Client.connect(clear.port);
    await unbound.reply();
    assert.match(await unbound.ask("EHLO x"), /AUTH PLAIN OAUTHBEARER CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256$/m);
  });

  it("are refused if they are unknown", async () => {
    for (const mechanisms of [["DIGEST-MD5"], []])
      await assert.rejects(start(knows, { mechanisms }), { kind: "configuration" });
  });
});
