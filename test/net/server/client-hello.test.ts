import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { before, describe, it } from "node:test";
import { connect } from "node:tls";
import { readClientHello } from "#src/net/server/client-hello.js";
import { fc } from "../../property.js";

/** What Node's client says first. */
async function hello(how: object): Promise<Buffer> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const accepted = once(server, "connection");
  const { port } = server.address() as { port: number };
  const client = connect({ port, host: "127.0.0.1", ...how });
  client.on("error", () => {});
  const [socket] = await accepted;
  const [octets] = (await once(socket, "data")) as [Buffer];
  client.destroy();
  socket.destroy();
  server.close();
  return octets;
}

/** The same message in records of so many octets. */
function inRecords(octets: Buffer, size: number): Buffer {
  const message = octets.subarray(5);
  const records: Buffer[] = [];
  for (let at = 0; at < message.length; at += size) {
    const part = message.subarray(at, at + size);
    records.push(Buffer.from([22, 3, 1, part.length >> 8, part.length & 255]), part);
  }
  return Buffer.concat(records);
}

describe("the first octets of a TLS client", () => {
  let named: Buffer;
  let nameless: Buffer;
  before(async () => {
    named = await hello({ servername: "Mx.Test" });
    nameless = await hello({ maxVersion: "TLSv1.2" });
  });

  it("tell the name that it asks for, once they are whole, wherever they are cut", () => {
    for (const octets of [named, inRecords(named, 1), inRecords(named, 3), inRecords(named, 100)]) {
      for (let length = 0; length < octets.length; length++)
        assert.equal(readClientHello(octets.subarray(0, length)), undefined, `${length}`);
      assert.deepEqual(readClientHello(octets), { servername: "Mx.Test" });
      assert.deepEqual(readClientHello(Buffer.concat([octets, named])), { servername: "Mx.Test" });
    }
  });

  it("may tell none", () => {
    assert.deepEqual(readClientHello(nameless), { servername: undefined });
  });

  it("tell none if it has characters that belong in no name", () => {
    const at = named.indexOf("Mx.Test");
    for (const name of ["a\r\nb: c", "Mx.Te\xf6t", "Mx Test", "*.Test ", "Mx.Tes\0", '"x".com']) {
      const changed = Buffer.from(named);
      changed.write(name.padEnd(7, "x").slice(0, 7), at, "latin1");
      assert.deepEqual(readClientHello(changed), { servername: undefined }, name);
    }
  });

  it("tell none if they are something else", () => {
    for (const octets of ["802e0103", "15030100020100", "1603010004020000", "160301000000", "00"]) {
      const wrong = Buffer.concat([Buffer.from(octets, "hex"), Buffer.alloc(40)]);
      assert.deepEqual(readClientHello(wrong), { servername: undefined }, octets);
    }
  });

  it("tell none if they never become whole", () => {
    const endless = Buffer.concat([Buffer.from("160301400001ffffff", "hex"), Buffer.alloc(16_380)]);
    assert.equal(readClientHello(endless.subarray(0, 16_383)), undefined);
    assert.deepEqual(readClientHello(endless), { servername: undefined });
    const split = inRecords(endless, 1).subarray(0, 16_384);
    assert.deepEqual(readClientHello(split), { servername: undefined });
  });

  it("are read without an error, whatever is changed in them", () => {
    fc.assert(
      fc.property(fc.nat(named.length - 1), fc.nat(255), (at, octet) => {
        const changed = Buffer.from(named);
        changed[at] = octet;
        const read = readClientHello(changed);
        assert.ok(read === undefined || "servername" in read);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (content) => {
        const { length } = content;
        const head = [22, 3, 1, (length + 4) >> 8, (length + 4) & 255, 1, 0, length >> 8, length & 255];
        assert.ok(readClientHello(Buffer.from([...head, ...content])) !== undefined);
      }),
    );
  });
});
