import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type RefusedEvent, SmtpServer, type SmtpServerOptions } from "envoi/server";
import { RunningServer } from "#src/server/running-server.js";
import { HandClock } from "../../net/hand-clock.js";
import { Client } from "../client.js";
import { RefusedClients } from "./refused-clients.js";

const refused = new RefusedClients();
const options: SmtpServerOptions = { domains: ["y.test"], data: async () => {} };

describe("a refused client", () => {
  it("is reported with its address and the limit that it exceeds", async () => {
    await using server = await SmtpServer.listen({ ...options, maxConnectionsPerAddress: 1 });
    await using first = await Client.connect(server.port);
    await first.reply();
    await using second = await Client.connect(server.port);
    assert.match(await second.reply(), /^421 Too many/);
    const { kind, reason, phase, detail, remoteAddress, localPort } = await refused.next();
    assert.deepEqual(
      [kind, reason, phase, remoteAddress, localPort],
      ["limit", "maxConnectionsPerAddress", "accept", "127.0.0.1", server.port],
    );
    assert.match(detail, /maxConnectionsPerAddress is 1$/);
  });

  it("is reported if it speaks before the greeting", async () => {
    await using server = await SmtpServer.listen({ ...options, greetingDelay: 60_000 });
    await using client = await Client.connect(server.port);
    client.say("EHLO x");
    assert.match(await client.reply(), /^554 /);
    const { kind, phase, session } = await refused.next();
    assert.deepEqual([kind, phase, typeof session], ["early-talker", "greeting", "string"]);
  });

  it("is reported if the hook connect refuses it", async () => {
    const connect = () => ({ code: 554, lines: "jo@y.test does not like you" });
    await using server = await SmtpServer.listen({ ...options, connect });
    await using client = await Client.connect(server.port);
    assert.match(await client.reply(), /^554 /);
    const event = await refused.next();
    assert.deepEqual([event.kind, event.reason, event.phase], ["hook", "connect", "greeting"]);
    assert.doesNotMatch(JSON.stringify(event), /jo@y/);
  });
});

describe("a client that takes too long", () => {
  const phases = [
    ["command", "timeouts.command", ["EHLO x"], 5000],
    ["content", "timeouts.content", ["EHLO x", "MAIL FROM:<>", "RCPT TO:<b@y.test>", "DATA"], 7000],
    ["command", "timeouts.session", ["EHLO x"], 3000],
  ] as const;
  for (const [phase, reason, lines, ms] of phases) {
    it(`is reported with the phase and the timeout: ${reason}`, async () => {
      const clock = new HandClock();
      const session = reason === "timeouts.session" ? ms : 1_000_000;
      const timeouts = { command: 5000, content: 7000, session };
      const server = await RunningServer.start({ ...options, timeouts }, { clock });
      await using client = await Client.connect(server.port);
      await client.reply();
      for (const line of lines) await client.ask(line);
      await clock.armed(ms);
      clock.turn(ms);
      assert.match(await client.reply(), /^421 4\.4\.2 /);
      const event = await refused.next();
      assert.deepEqual([event.kind, event.reason, event.phase], ["timeout", reason, phase]);
      await server.close(0);
    });
  }
});

describe("the logger of a server", () => {
  it("gets what is reported, as a warning", async () => {
    const lines: [string, object, string][] = [];
    const log = (level: string) => (fields: object, message: string) =>
      void lines.push([level, fields, message]);
    const logger = { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") };
    await using server = await SmtpServer.listen({ ...options, logger, maxConnections: 1 });
    await using first = await Client.connect(server.port);
    await first.reply();
    await using second = await Client.connect(server.port);
    await second.reply();
    await refused.next();
    const [level, fields, message] = lines.find(([level]) => level === "warn") ?? [];
    assert.equal(level, "warn");
    assert.match(message ?? "", /maxConnections is 1$/);
    assert.equal((fields as RefusedEvent).reason, "maxConnections");
  });

  it("must be a logger", async () => {
    const logger = (() => {}) as never;
    await assert.rejects(SmtpServer.listen({ logger }), /^EnvoiError: logger: expected an object with debug/);
  });
});
