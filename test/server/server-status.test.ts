import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { SmtpServer, type SmtpServerOptions } from "envoi/server";
import { Issuer } from "../net/server/issuer.js";
import { Client } from "./client.js";

const issuer = new Issuer();
const options: SmtpServerOptions = { domains: ["y.test"], data: async () => {} };

describe("SmtpServer: status", () => {
  it("has the listeners", async () => {
    const folder = await mkdtemp(join(tmpdir(), "envoi-status-"));
    const path = join(folder, "socket");
    await using server = await SmtpServer.listen({
      ...options,
      certificates: issuer.issue(["mx.test"]),
      listeners: [{ tls: "implicit" }, { lmtp: true }, { path, lmtp: true }],
    });
    const [first, second] = server.listeners;
    const address = "127.0.0.1";
    assert.deepEqual(server.status().listeners, [
      { address, port: first?.port, tls: "implicit", lmtp: false },
      { address, port: second?.port, tls: "starttls", lmtp: true },
      { address: "", port: 0, path, tls: "none", lmtp: true },
    ]);
    assert.ok(server.status().since instanceof Date);
    await rm(folder, { recursive: true });
  });

  it("counts connections by state, those with TLS, and messages under way", async () => {
    let greet: () => void = () => {};
    let deliver: () => void = () => {};
    let slow = 0;
    await using server = await SmtpServer.listen({
      ...options,
      certificates: issuer.issue(["mx.test"]),
      connect: ({ session }) =>
        session.localPort === slow
          ? new Promise<undefined>((resolve) => (greet = () => resolve(undefined)))
          : undefined,
      data: () =>
        new Promise((resolve) => {
          deliver = () => resolve(undefined);
        }),
      listeners: [{ tls: "starttls" }, { tls: "none" }],
    });
    slow = server.listeners[1]?.port ?? 0;
    const of = async (...lines: string[]) => {
      const client = await Client.connect(server.port);
      await client.reply();
      for (const line of lines) await client.ask(line);
      return client;
    };
    const envelope = ["EHLO x", "MAIL FROM:<>", "RCPT TO:<b@y.test>"];
    const clients = [await of(), await of("EHLO x"), await of(...envelope), await of(...envelope, "DATA")];
    const secure = await of("EHLO x");
    await secure.starttls({ ca: issuer.cert, servername: "mx.test" });
    clients.push(secure, await of("EHLO x", "STARTTLS"));
    clients.push(await Client.connect(slow));
    // Only the hook says that the last one has been accepted.
    while (server.status().connections.open < clients.length) await new Promise(setImmediate);
    await secure.ask("NOOP");
    const { connections, underWay } = server.status();
    assert.deepEqual(connections, {
      open: 7,
      tls: 1,
      states: {
        proxy: 0,
        greeting: 1,
        handshake: 1,
        idle: 3,
        transaction: 1,
        content: 1,
        turned: 0,
        closing: 0,
      },
      total: 7,
    });
    assert.equal(underWay, 2);
    greet();
    for (const client of clients) await client[Symbol.asyncDispose]();
    deliver();
    while (server.status().connections.open > 0) await new Promise(setImmediate);
    assert.equal(server.status().connections.total, 7);
  });

  it("counts connections that wait for their PROXY header", async () => {
    await using server = await SmtpServer.listen({
      ...options,
      listeners: [{ proxyProtocol: { from: ["127.0.0.1"] } }],
    });
    await using client = await Client.connect(server.port);
    while (server.status().connections.states.proxy === 0) await new Promise(setImmediate);
    assert.equal(server.status().connections.open, 1);
    client.say("PROXY TCP4 192.0.2.1 192.0.2.2 1 25");
    assert.match(await client.reply(), /^220 /);
    const { proxy, idle } = server.status().connections.states;
    assert.deepEqual([proxy, idle], [0, 1]);
  });

  it("counts what was taken and what was refused, by SMTP and LMTP", async () => {
    await using server = await SmtpServer.listen({
      ...options,
      listeners: [{}, { lmtp: true }],
      maxConnectionsPerAddress: 1,
      data: ({ envelope, session, refuse }) => {
        const [, second] = envelope.to;
        if (second !== undefined && session.hello?.verb === "LHLO")
          refuse(second, { code: 452, lines: "Full" });
        return envelope.from === null ? { code: 554, lines: "No" } : undefined;
      },
    });
    const send = async (port: number, hello: string, from: string, ...to: string[]) => {
      await using client = await Client.connect(port);
      await client.reply();
      for (const line of [
        `${hello} x`,
        `MAIL FROM:<${from}>`,
        ...to.map((each) => `RCPT TO:<${each}>`),
        "DATA",
      ])
        await client.ask(line);
      await client.ask("..x", ".");
      await client.ask("QUIT");
      client.end();
      await client.rest();
      while (server.status().connections.open > 0) await new Promise(setImmediate);
    };
    const [smtp, lmtp] = server.listeners.map(({ port }) => port) as [number, number];
    await send(smtp, "EHLO", "a@x.test", "b@y.test", "c@y.test");
    await send(smtp, "EHLO", "", "b@y.test");
    await send(lmtp, "LHLO", "a@x.test", "b@y.test", "c@y.test");
    const { mails, octets, refused } = server.status();
    assert.deepEqual([mails, octets, refused], [2, 8, {}]);
    await using first = await Client.connect(smtp);
    await first.reply();
    await using second = await Client.connect(smtp);
    await second.reply();
    assert.deepEqual(server.status().refused, { maxConnectionsPerAddress: 1 });
  });
});
