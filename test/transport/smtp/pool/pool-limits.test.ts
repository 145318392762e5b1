import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Tls } from "envoi";
import { HandClock } from "../../../net/hand-clock.js";
import { type Peer, ScriptedServer } from "../../../net/scripted-server.js";
import { clearTo, mail, said, serve, until } from "../serve.js";
import { TestServer } from "../test-server.js";
import { turnedBy } from "../turned.js";

function count(peer: Peer | undefined, verb: string): number {
  return said(peer).filter((line) => line.startsWith(verb)).length;
}

describe("maxMessagesPerConnection", () => {
  it("closes a connection after its limit of mails, chained or not, and opens another", async () => {
    for (const pipelining of ["auto", "off"] as const) {
      await using server = await TestServer.start();
      await using transport = server
        .builder()
        .pipelining(pipelining)
        .pool({ maxSize: 1, maxMessagesPerConnection: 3 })
        .build();
      await Promise.all(Array.from({ length: 8 }, () => transport.send(mail)));
      await transport.close();
      const mails = server.transcripts.map((transcript) => String(transcript).match(/C: MAIL/g)?.length);
      assert.deepEqual(mails, [3, 3, 2]);
      for (const transcript of server.transcripts) assert.match(String(transcript), /C: QUIT\n/);
    }
  });

  it("never has more connections open than maxSize", async () => {
    let open = 0;
    let most = 0;
    await using server = await ScriptedServer.start(async (peer) => {
      most = Math.max(most, ++open);
      await serve(peer, {
        QUIT: () => {
          open--;
          peer.say("221 bye");
        },
      });
    });
    await using transport = clearTo(server).pool({ maxSize: 2, maxMessagesPerConnection: 1 }).build();
    await Promise.all(Array.from({ length: 10 }, () => transport.send(mail)));
    assert.equal(server.peers.length, 10);
    assert.equal(most, 2);
  });
});

describe("pool(false)", () => {
  it("opens a connection for each mail, and closes it afterwards", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer));
    const transport = clearTo(server).pool(false).build();
    await transport.send(mail);
    await server.peers[0]?.closed();
    await Promise.all([transport.send(mail), transport.send(mail)]);
    for (const peer of server.peers) await peer.closed();
    assert.equal(server.peers.length, 3);
    for (const peer of server.peers) {
      assert.equal(count(peer, "MAIL"), 1);
      assert.equal(count(peer, "QUIT"), 1);
    }
    assert.deepEqual(transport.status().connections, { busy: 0, idle: 0 });
  });

  it("reports the mail before QUIT, and a forced close does not wait for the reply", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer, { QUIT: () => {} }));
    const clock = new HandClock();
    const transport = turnedBy(clock, "127.0.0.1").port(server.port).tls(Tls.None).pool(false).build();
    await transport.send(mail);
    await until(() => count(server.peers[0], "QUIT") === 1);
    await transport.close({ force: true });
    await server.peers[0]?.closed();
  });
});

describe("maxLifetime", () => {
  it("closes a connection that is too old before its next mail", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer));
    const clock = new HandClock();
    const builder = turnedBy(clock, "127.0.0.1").port(server.port).tls(Tls.None);
    await using transport = builder.pool({ maxLifetime: 1000 }).build();
    await transport.send(mail);
    clock.turn(999);
    await transport.send(mail);
    clock.turn(1);
    await transport.send(mail);
    assert.equal(server.peers.length, 2);
    assert.equal(count(server.peers[0], "MAIL"), 2);
    assert.equal(count(server.peers[0], "QUIT"), 1);
  });
});

describe("minIdle", () => {
  it("keeps minIdle connections open, however long nothing is sent, and uses them again", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer));
    const transport = clearTo(server).pool({ maxSize: 3, minIdle: 1, idleTimeout: 10 }).build();
    await Promise.all(Array.from({ length: 9 }, () => transport.send(mail)));
    const opened = server.peers.length;
    const left = () => server.peers.filter((peer) => count(peer, "QUIT") > 0);
    await until(() => left().length === opened - 1 && transport.status().connections.idle === 1);
    await transport.send(mail);
    assert.equal(server.peers.length, opened);
    await transport.close();
    assert.equal(left().length, opened);
  });

  it("opens another if the server has closed the one that was kept", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer));
    const transport = clearTo(server).pool({ minIdle: 1, idleTimeout: 10 }).build();
    await transport.send(mail);
    await until(() => transport.status().connections.idle === 1);
    server.peers[0]?.cut();
    await until(() => transport.status().connections.idle === 0);
    await transport.send(mail);
    assert.equal(server.peers.length, 2);
    await transport.close();
  });
});

describe("an idle connection", () => {
  it("that was used last is used next, so that surplus ones time out", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer));
    await using transport = clearTo(server).pool({ maxSize: 3 }).build();
    await Promise.all(Array.from({ length: 9 }, () => transport.send(mail)));
    await until(() => transport.status().connections.busy === 0);
    const before = server.peers.map((peer) => count(peer, "MAIL"));
    for (let i = 0; i < 6; i++) {
      await transport.send(mail);
      await until(() => transport.status().connections.busy === 0);
    }
    const used = server.peers.filter((peer, i) => count(peer, "MAIL") > (before[i] ?? 0));
    assert.equal(used.length, 1);
  });
});
