import assert from "node:assert/strict";
import { readClientHello } from "#src/net/server/client-hello.js";
import type { Target } from "./fuzz.js";
import { readInput } from "./input.js";

/** A ClientHello of TLS 1.2 and 1.3 that asks for mx.test, without what nobody looks at. */
const extensions = Buffer.from(
  "000a00020017 0000000c000a0000076d782e74657374 0010000302683200".replaceAll(" ", ""),
  "hex",
);
const body = Buffer.concat([
  Buffer.from("0303", "hex"),
  Buffer.alloc(32, 7),
  Buffer.from("00 0002 1301 01 00".replaceAll(" ", ""), "hex"),
  Buffer.of(extensions.length >> 8, extensions.length & 255),
  extensions,
]);
const message = Buffer.concat([Buffer.of(1, 0, body.length >> 8, body.length & 255), body]);

function inRecords(size: number): Buffer {
  const records: Buffer[] = [];
  for (let at = 0; at < message.length; at += size) {
    const part = message.subarray(at, at + size);
    records.push(Buffer.of(22, 3, 1, 0, part.length), part);
  }
  return Buffer.concat(records);
}

/** The first octets of a TLS client: what they say does not change with what follows, and is something they contain. */
export const clientHello: Target = {
  name: "ClientHello",
  words: [
    message,
    inRecords(200),
    inRecords(3),
    extensions,
    Buffer.of(22, 3, 1, 0, 1),
    Buffer.from("mx.test"),
  ],
  seeds: [200, 50, 1].map((size) => Buffer.concat([Buffer.of(0, 3, 17, 40), inRecords(size)])),
  run(input) {
    const { wire, pieces } = readInput(input);
    const whole = readClientHello(wire);
    let length = 0;
    for (const piece of pieces) {
      length += piece.length;
      const read = readClientHello(wire.subarray(0, length));
      if (read !== undefined) assert.deepEqual(read, whole);
    }
    const name = whole?.servername;
    // In several records the octets of a name need not stand together.
    if (name !== undefined) for (const octet of Buffer.from(name, "latin1")) assert.ok(wire.includes(octet));
  },
};
