import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TestServer } from "envoi/testing";
import { ends, sslTlv, version2 } from "../protocol/proxy-header/headers.js";
import { Client } from "../server/client.js";

const proxyProtocol = { from: ["127.0.0.1"], trustTls: true };

describe("TestServer: clients behind a proxy", () => {
  it("are in the session of the message, and of the transcript", async () => {
    await using server = await TestServer.start({ proxyProtocol, xforward: { from: [ends.source.address] } });
    await using client = await Client.behind(server.port, version2());
    await client.reply();
    await client.ask("EHLO c.test");
    client.say("XFORWARD ADDR=192.0.2.99", "MAIL FROM:<>", "RCPT TO:<b@y.test>", "DATA", "x", ".");
    await client.replies(5);
    const { session } = await server.waitForMessage();
    assert.deepEqual(
      [session.remoteAddress, session.via, session.forwarded?.address],
      [ends.source.address, "proxy", "192.0.2.99"],
    );
    assert.equal(server.transcripts[0]?.session.remoteAddress, ends.source.address);
  });

  it("meet a fault at connect once, also if the proxy ends TLS", async () => {
    await using server = await TestServer.start({ proxyProtocol });
    for (const header of [version2(), version2(ends, sslTlv(1, 1))]) {
      server.fail({ at: "connect", drop: "before", times: 1 });
      await using refused = await Client.behind(server.port, header);
      assert.equal(await refused.rest(), "");
      await using greeted = await Client.behind(server.port, header);
      assert.match(await greeted.reply(), /^220 /);
    }
  });
});
