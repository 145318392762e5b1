import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { type ConnectionOptions, connect } from "node:tls";
import { SmtpServer, type SmtpServerOptions } from "envoi/server";
import { RunningServer } from "#src/server/running-server.js";
import { HandClock } from "../../net/hand-clock.js";
import { Issuer } from "../../net/server/issuer.js";
import { Client } from "../client.js";
import { RefusedClients } from "./refused-clients.js";

const issuer = new Issuer();
const refused = new RefusedClients();

function options(more: SmtpServerOptions = {}): SmtpServerOptions {
  return { tls: "implicit", certificates: issuer.issue(["mx.test"]), ...more };
}

/** Speaks TLS until the connection closes. */
async function speakTls(port: number, how: ConnectionOptions): Promise<void> {
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false, ...how });
  socket.on("error", () => {}).resume();
  await new Promise((closed) => socket.once("close", closed));
}

async function speak(port: number, octets: string): Promise<void> {
  const socket = connectTcp({ port, host: "127.0.0.1" });
  socket.on("error", () => {}).resume();
  socket.write(octets, "latin1");
  await new Promise((closed) => socket.once("close", closed));
}

describe("the reason of a failed handshake", () => {
  const stranger = new Issuer("stranger").issue(["x.test"]);
  const required = { clientCertificates: { ca: issuer.cert, required: true } };
  const cases: [string, SmtpServerOptions, (port: number) => Promise<void>][] = [
    [
      "no-shared-cipher",
      {},
      (port) => speakTls(port, { maxVersion: "TLSv1.2", ciphers: "ECDHE-RSA-AES128-GCM-SHA256" }),
    ],
    [
      "no-shared-version",
      {},
      (port) => speakTls(port, { maxVersion: "TLSv1.1", minVersion: "TLSv1.1", ciphers: "ALL:@SECLEVEL=0" }),
    ],
    ["no-shared-version", { minVersion: "TLSv1.3" }, (port) => speakTls(port, { maxVersion: "TLSv1.2" })],
    ["no-client-certificate", required, (port) => speakTls(port, {})],
    ["no-client-certificate", required, (port) => speakTls(port, { maxVersion: "TLSv1.2" })],
    ["invalid-client-certificate", required, (port) => speakTls(port, stranger)],
    [
      "invalid-client-certificate",
      required,
      (port) => speakTls(port, { ...stranger, maxVersion: "TLSv1.2" }),
    ],
    ["http", {}, (port) => speak(port, "GET / HTTP/1.1\r\nHost: mx.test\r\n\r\n")],
    ["smtp-without-tls", {}, (port) => speak(port, "EHLO secret.test\r\n")],
    ["not-tls", {}, (port) => speak(port, "SSH-2.0-secret\r\n")],
    ["not-tls", {}, (port) => speak(port, "\x16\x09\x09\x00\x05hello")],
    [
      "client-left",
      {},
      async (port) => {
        const socket = connectTcp({ port, host: "127.0.0.1" });
        await once(socket, "connect");
        socket.end(Buffer.from("16030100", "hex"));
        await once(socket.resume(), "close");
      },
    ],
    [
      "client-left",
      {},
      async (port) => {
        const socket = connectTcp({ port, host: "127.0.0.1" });
        await once(socket, "connect");
        socket.end();
        await once(socket.resume(), "close");
      },
    ],
  ];
  for (const [index, [reason, more, act]] of cases.entries())
    it(`is reported with address and phase, and without what the client said: ${reason} (${index})`, async () => {
      await using server = await SmtpServer.listen(options(more));
      await act(server.port);
      const event = await refused.next();
      assert.deepEqual([event.kind, event.reason, event.phase], ["tls", reason, "tls"], event.detail);
      assert.equal(event.remoteAddress, "127.0.0.1");
      assert.equal(typeof event.session, "string");
      assert.doesNotMatch(JSON.stringify(event), /secret/);
      assert.equal(refused.left.length, 0);
    });

  it("is reported after STARTTLS as well", async () => {
    await using server = await SmtpServer.listen(options({ tls: "starttls" }));
    await using client = await Client.connect(server.port);
    await client.reply();
    await client.ask("EHLO x");
    await client.ask("STARTTLS");
    client.say("EHLO x");
    assert.doesNotMatch(await client.rest(), /^\d/m);
    assert.equal((await refused.next()).reason, "smtp-without-tls");
  });

  for (const version of ["-tls1_2", "-tls1_3"])
    it(`is reported if the client does not trust the authority: ${version}`, async () => {
      await using server = await SmtpServer.listen(options());
      const at = `127.0.0.1:${server.port}`;
      const client = spawn("openssl", ["s_client", "-connect", at, "-verify_return_error", version], {
        stdio: ["ignore", "ignore", "ignore"],
      });
      await once(client, "exit");
      assert.equal((await refused.next()).reason, "unknown-authority");
    });

  it("is the time if the client sends nothing, or goes silent", async () => {
    const clock = new HandClock();
    let accepted: Socket | undefined;
    const note = (event: unknown) => {
      accepted = (event as { readonly socket: Socket }).socket;
    };
    subscribe("net.server.socket", note);
    const server = await RunningServer.start(options({ timeouts: { handshake: 2000 } }), { clock });
    for (const [octets, detail] of [
      ["", /the client sent nothing, and may be waiting for a greeting$/],
      ["\x16\x03\x01", /took too long$/],
    ] as const) {
      const socket = connectTcp({ port: server.port, host: "127.0.0.1" });
      await once(socket, "connect");
      await clock.armed(2000);
      if (octets !== "") {
        socket.write(octets, "latin1");
        while (accepted?.bytesRead !== octets.length) await turn();
      }
      clock.turn(2000);
      await once(socket.resume(), "close");
      const event = await refused.next();
      assert.deepEqual([event.kind, event.reason, event.phase], ["timeout", "timeouts.handshake", "tls"]);
      assert.match(event.detail, detail);
    }
    unsubscribe("net.server.socket", note);
    await server.close(0);
  });
});
