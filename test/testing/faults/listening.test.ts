import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, it } from "node:test";
import { TestServer } from "envoi/testing";
import { Client } from "../../server/client.js";

async function attempt(server: TestServer): Promise<string> {
  const socket = connect(server.port, server.host);
  try {
    await once(socket, "connect");
    return "connected";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "";
  } finally {
    socket.destroy();
  }
}

describe("faults at listen", () => {
  it("refuses new connections and keeps the others, until the fault is lifted", async () => {
    await using server = await TestServer.start();
    await using client = await Client.connect(server.port);
    await client.reply();
    const { port } = server;
    const fault = server.fail({ at: "listen", drop: "before" });
    assert.equal(await attempt(server), "ECONNREFUSED");
    assert.equal(await client.ask("NOOP"), "250 2.0.0 OK");
    assert.equal(server.port, port);
    fault.lift();
    await fault.ready;
    assert.equal(await attempt(server), "connected");
    server.fail({ at: "listen", drop: "before" });
    server.clear();
    await using again = await Client.connect(server.port);
    assert.match(await again.reply(), /^220 /);
  });

  it("connections are left waiting, as with a queue that is full", {
    skip: process.platform !== "linux",
  }, async () => {
    await using server = await TestServer.start();
    const fault = server.fail({ at: "listen", stall: true });
    await fault.ready;
    const waiting = connect(server.port, server.host);
    let connected = false;
    waiting.on("connect", () => {
      connected = true;
    });
    // As long as this takes, which is a few round trips on one machine, the attempt goes unanswered.
    const other = await TestServer.start();
    for (let i = 0; i < 20; i++) {
      await using client = await Client.connect(other.port);
      await client.reply();
    }
    assert.equal(connected, false);
    waiting.destroy();
    fault.lift();
    await fault.ready;
    assert.equal(await attempt(server), "connected");
    await other.close();
  });

  it("the server closes in the midst of it", async () => {
    const server = await TestServer.start();
    server.fail({ at: "listen", drop: "before" });
    await server.close();
    assert.equal(await attempt(server), "ECONNREFUSED");
  });

  it("allows only drop and stall", async () => {
    await using server = await TestServer.start();
    for (const fault of [
      { at: "listen", drop: "before", times: 1 },
      { at: "listen", stall: true, when: { connection: 1 } },
      { at: "listen", reply: "421 x" },
      { at: "listen" },
    ])
      assert.throws(() => server.fail(fault as never), { kind: "configuration" });
  });
});
