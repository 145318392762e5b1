import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CertificateAuthority } from "envoi/testing";
import { RunningServer } from "#src/server/running-server.js";
import { HandClock } from "../../net/hand-clock.js";
import { Client } from "../client.js";

describe("SmtpServer: a client that does not wait for the greeting", () => {
  it("is refused if the server delays the greeting, and gets the reply", async () => {
    const clock = new HandClock();
    const server = await RunningServer.start({ greetingDelay: 500 }, { clock });
    await using client = await Client.connect(server.port);
    client.say("EHLO x", "QUIT");
    assert.equal(await client.rest(), "554 You have to wait for the greeting\r\n");
    await server.close(0);
  });

  it("is refused over implicit TLS as well", async () => {
    const ca = await CertificateAuthority.create();
    const clock = new HandClock();
    const tls = { tls: "implicit", certificates: ca.issue() } as const;
    const server = await RunningServer.start({ greetingDelay: 500, ...tls }, { clock });
    await using client = await Client.connect(server.port, { ca: ca.cert, servername: "localhost" });
    client.say("EHLO x");
    assert.match(await client.reply(), /^554 /);
    await server.close(0);
  });

  it("is greeted after the delay if it waits, and gets 421 if the server closes before", async () => {
    const clock = new HandClock();
    const server = await RunningServer.start({ greetingDelay: 500 }, { clock });
    await using first = await Client.connect(server.port);
    await clock.armed(500);
    clock.turn(500);
    assert.match(await first.reply(), /^220 /);
    assert.match(await first.ask("EHLO x"), /^250/);
    first.end();
    await using second = await Client.connect(server.port);
    await clock.armed(500);
    const closed = server.close(1000);
    assert.match(await second.rest(), /421 4\.3\.2 /);
    second.end();
    await closed;
  });

  it("is not noticed without the option", async () => {
    const server = await RunningServer.start({});
    await using client = await Client.connect(server.port);
    client.say("EHLO x", "QUIT");
    assert.match(await client.rest(), /^220 [\s\S]*\r\n221 2\.0\.0 Bye\r\n$/);
    await server.close(0);
  });
});
