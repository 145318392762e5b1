import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { SmtpServer, type SmtpServerOptions } from "envoi/server";
import { CertificateAuthority } from "envoi/testing";
import { RunningServer } from "#src/server/running-server.js";
import { Client } from "./client.js";

/** The default name of the server, and two that further certificates bear. */
const names = ["localhost", "second.test", "third.test"];

let ca: CertificateAuthority;
let foreign: CertificateAuthority;

before(async () => {
  ca = await CertificateAuthority.create();
  foreign = await CertificateAuthority.create("foreign");
});

function options(more: SmtpServerOptions = {}): SmtpServerOptions {
  return {
    tls: "implicit",
    certificates: [ca.issue(), ca.issue({ names: ["second.test"] }), ca.issue({ names: ["third.test"] })],
    domains: ["y.test"],
    mechanisms: ["EXTERNAL"],
    auth: async ({ session }) => (session.tls?.clientCertificate ? { user: "jo" } : undefined),
    data: async () => {},
    ...more,
  };
}

/** What a client with this certificate gets: the reply to EXTERNAL, or nothing. */
async function logIn(port: number, how: ConnectionOptions): Promise<string> {
  try {
    await using client = await Client.connect(port, {
      ca: ca.cert,
      checkServerIdentity: () => undefined,
      ...how,
    });
    if ((await client.reply()) === "") return "";
    await client.ask("EHLO x");
    return await client.ask(`AUTH EXTERNAL ${Buffer.from("jo").toString("base64")}`);
  } catch {
    return "";
  }
}

describe("SmtpServer: certificates of clients, whichever name the client asks for", () => {
  for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
    it(`admits those of its authority by ${maxVersion}, required or not`, async () => {
      const identity = ca.issue({ purpose: "client", subject: "jo" });
      for (const required of [true, false]) {
        await using server = await SmtpServer.listen(
          options({ clientCertificates: { ca: ca.cert, required } }),
        );
        for (const servername of names)
          assert.match(
            await logIn(server.port, { ...identity, servername, maxVersion }),
            /^235 /,
            servername,
          );
      }
    });

    it(`lets in by ${maxVersion} nobody whom a publicly trusted authority has certified`, async () => {
      const stranger = foreign.issue({ purpose: "client", subject: "jo" });
      for (const required of [true, false]) {
        await using server = await otherProcess(required);
        for (const servername of names) {
          const reply = await logIn(server.port, { ...stranger, servername, maxVersion });
          assert.equal(reply, required ? "" : "504 5.5.4 Mechanism not implemented", servername);
        }
      }
    });

    it(`resumes sessions by ${maxVersion} with the certificate they began with`, async () => {
      await using server = await SmtpServer.listen(
        options({ clientCertificates: { ca: ca.cert, required: true } }),
      );
      const identity = ca.issue({ purpose: "client", subject: "jo" });
      for (const servername of names) {
        const session = await sessionOf(server.port, { ...identity, servername, maxVersion });
        assert.ok(session, servername);
        assert.match(await logIn(server.port, { ...identity, servername, maxVersion, session }), /^235 /);
      }
    });
  }

  it("speaks the ciphers and versions of the options", async () => {
    const ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384";
    const server = await RunningServer.start(options({ minVersion: "TLSv1.2" }), { ciphers });
    for (const servername of names) {
      const how = { ca: ca.cert, checkServerIdentity: () => undefined, servername };
      await using client = await Client.connect(server.port, { ...how, maxVersion: "TLSv1.2" });
      assert.equal((client.socket as TLSSocket).getCipher().name, ciphers, servername);
    }
    await server.close(0);
  });

  it("admits no client without one by the ticket of a refused handshake", async () => {
    await using server = await SmtpServer.listen(
      options({ clientCertificates: { ca: ca.cert, required: true } }),
    );
    for (const servername of names) {
      for (const identity of [{}, foreign.issue({ purpose: "client", subject: "jo" })]) {
        const session = await sessionOf(server.port, { ...identity, servername });
        assert.equal(await logIn(server.port, { ...identity, servername, session }), "", servername);
      }
    }
  });

  it("offers no EXTERNAL by a ticket that was issued without one", async () => {
    await using server = await SmtpServer.listen(
      options({ clientCertificates: { ca: ca.cert, required: false } }),
    );
    for (const servername of names) {
      const session = await sessionOf(server.port, { servername });
      assert.ok(session);
      for (const next of names)
        assert.match(await logIn(server.port, { servername: next, session }), /^504 /, next);
    }
  });
});

/** What a handshake leaves behind to be resumed, whatever becomes of the connection. */
async function sessionOf(port: number, how: ConnectionOptions): Promise<Buffer | undefined> {
  const socket: TLSSocket = connect({
    port,
    host: "127.0.0.1",
    ca: ca.cert,
    checkServerIdentity: () => undefined,
    ...how,
  });
  let session: Buffer | undefined;
  socket.on("session", (given: Buffer) => {
    session = given;
    // Nothing else is wanted of the connection.
    socket.end();
  });
  socket.on("error", () => {});
  socket.resume();
  await new Promise((closed) => socket.once("close", closed));
  return session;
}

/** A server in a process that trusts the foreign authority as it does the public ones. */
async function otherProcess(required: boolean): Promise<{ readonly port: number } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), "envoi-authority-"));
  const file = join(folder, "foreign.pem");
  await writeFile(file, foreign.cert);
  const given = options({ clientCertificates: { ca: ca.cert, required } });
  const script = `
    import { SmtpServer } from "envoi/server";
    const server = await SmtpServer.listen({
      ...${JSON.stringify(given)},
      auth: async ({ session }) => (session.tls?.clientCertificate ? { user: "jo" } : undefined),
      data: async () => {},
    });
    console.log(server.port);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: file },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return {
    port: Number(line),
    async [Symbol.asyncDispose]() {
      child.kill();
      await rm(folder, { recursive: true });
    },
  };
}
