import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { Writable } from "node:stream";
import { describe, it } from "node:test";
import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { WriteBuffer } from "#src/net/client/write-buffer.js";

const hash = (content: string | Buffer) => createHash("sha256").update(content).digest("hex");

/** A mail of its own octets for each number, in pieces of both kinds. */
function mail(number: number): (string | Buffer)[] {
  const length = (number * 7919) % 60_000;
  return [`MAIL ${number}\r\n`, Buffer.alloc(length, number), "y".repeat(length % 4000), ".\r\n"];
}

const octetsOf = (pieces: readonly (string | Buffer)[]) =>
  Buffer.concat(pieces.map((piece) => Buffer.from(piece as Buffer)));

describe("a slab of what goes out", () => {
  it("is not written to before the callback of its write, however late a socket looks at the octets", async () => {
    const slab = new WriteBuffer();
    const seen: string[] = [];
    const socket = new Writable({
      highWaterMark: 1e9,
      write(octets: Buffer, _, done) {
        // A socket that cannot take all of it looks at the memory again until it calls back.
        setImmediate(() => {
          seen.push(hash(octets));
          done();
        });
      },
    });
    const expected: string[] = [];
    let reused = 0;
    for (let number = 0; number < 300; number++) {
      const pieces = mail(number);
      const octets = octetsOf(pieces);
      expected.push(hash(octets));
      const gathered = slab.gather(pieces, socket);
      if (gathered !== undefined) reused++;
      socket.write(gathered ?? octets);
      if (number % 5 === 0) while (socket.writableLength > 0) await turnOfTheLoop();
    }
    socket.end();
    await once(socket, "finish");
    assert.deepEqual(seen, expected);
    assert.ok(reused > 30 && reused < 300, String(reused));
  });

  it("gives a slow reader every mail as it was", async () => {
    const server = createServer({ pauseOnConnect: true });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const accepted = once(server, "connection");
    const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
    const [reader] = (await accepted) as [Socket];
    const slab = new WriteBuffer();
    const mails = Array.from({ length: 400 }, (_, number) => mail(number));
    let reused = 0;
    const sent = (async () => {
      for (const pieces of mails) {
        const gathered = slab.gather(pieces, client);
        if (gathered !== undefined) reused++;
        if (!client.write(gathered ?? octetsOf(pieces))) await once(client, "drain");
      }
      client.end();
    })();
    const received: Buffer[] = [];
    for await (const chunk of reader) {
      received.push(chunk);
      await turnOfTheLoop();
    }
    await sent;
    const all = Buffer.concat(received);
    let at = 0;
    for (const [number, pieces] of mails.entries()) {
      const octets = octetsOf(pieces);
      assert.equal(hash(all.subarray(at, at + octets.length)), hash(octets), `mail ${number}`);
      at += octets.length;
    }
    assert.equal(at, all.length);
    assert.ok(reused > 0, String(reused));
    server.close();
  });

  it("leaves to others what is larger than a window", () => {
    assert.equal(new WriteBuffer().gather(["x".repeat(400_000)], new Writable()), undefined);
    assert.equal(new WriteBuffer().gather(["x".repeat(300_000)], new Writable())?.length, 300_000);
  });
});
