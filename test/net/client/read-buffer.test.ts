import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, it } from "node:test";
import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { ReadBuffer } from "#src/net/client/read-buffer.js";
import { ScriptedServer } from "../scripted-server.ts";

describe("memory that a socket reads into", () => {
  it("keeps what arrives before anything listens, and reads on into the same memory", async () => {
    let say = () => {};
    await using server = await ScriptedServer.start(async (peer) => {
      peer.send(Buffer.from("220 early\r\n"));
      await new Promise<void>((resolve) => {
        say = resolve;
      });
      for (const letter of "abc") {
        peer.send(Buffer.from(letter.repeat(40_000)));
        await peer.hear();
      }
    });
    const memory = new ReadBuffer();
    const socket = connect({ port: server.port, host: "127.0.0.1", onread: memory.onread });
    await once(socket, "connect");
    while (socket.bytesRead < 11) await turnOfTheLoop();
    let heard = "";
    const buffers = new Set<ArrayBufferLike>();
    const pieces: Buffer[] = [];
    let changed = () => {};
    memory.listen((octets) => {
      heard += octets.toString("latin1");
      buffers.add(octets.buffer);
      pieces.push(octets);
      changed();
    });
    assert.equal(heard, "220 early\r\n");
    buffers.clear();
    say();
    for (const letter of "abc") {
      while (!heard.endsWith(letter.repeat(40_000)))
        await new Promise<void>((resolve) => {
          changed = resolve;
        });
      socket.write("next\r\n");
    }
    assert.equal(heard, `220 early\r\n${"a".repeat(40_000)}${"b".repeat(40_000)}${"c".repeat(40_000)}`);
    assert.equal(buffers.size, 1);
    assert.ok(pieces.every(({ length }) => length <= 16_384));
    socket.destroy();
  });

  it("does not keep the end of the connection from being seen", async () => {
    await using server = await ScriptedServer.start(async (peer) => {
      peer.send(Buffer.from("221 bye\r\n"));
      peer.halfClose();
    });
    const memory = new ReadBuffer();
    const socket = connect({ port: server.port, host: "127.0.0.1", onread: memory.onread });
    await once(socket, "connect");
    while (socket.bytesRead < 9) await turnOfTheLoop();
    let heard = "";
    const ended = once(socket, "end");
    memory.listen((octets) => {
      heard += octets.toString("latin1");
    });
    socket.resume();
    await ended;
    assert.equal(heard, "221 bye\r\n");
  });
});
