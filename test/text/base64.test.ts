import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeBase64Lines, encodeBase64Lines, streamBase64Lines } from "#src/text/base64.js";
import { fc } from "../property.js";

function octets(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, index) => (index * 7919) >> 3));
}

/** The slow and obvious way. */
function expected(bytes: Buffer): string {
  return (bytes.toString("base64").match(/.{1,76}/g) ?? []).join("\r\n");
}

async function streamed(chunks: Iterable<Uint8Array>): Promise<string> {
  const pieces: Buffer[] = [];
  async function* source() {
    yield* chunks;
  }
  for await (const piece of streamBase64Lines(source())) pieces.push(piece);
  return Buffer.concat(pieces).toString("latin1");
}

test("lines are decoded to the octets they were made of, also above one block of decoding", () => {
  for (const length of [0, 1, 2, 56, 57, 58, 8192 * 57 - 1, 8192 * 57, 8192 * 57 + 1, 3 * 8192 * 57 + 5]) {
    const bytes = octets(length);
    assert.ok(decodeBase64Lines(encodeBase64Lines(bytes)).equals(bytes), `${length} octets`);
  }
});

test("every length around rows and blocks is encoded as the obvious way would", () => {
  const row = 57;
  const block = 256 * row;
  for (const middle of [0, row, 2 * row, block, 2 * block, 3 * block]) {
    for (let length = Math.max(0, middle - 4); length <= middle + 4; length++) {
      const bytes = octets(length);
      assert.equal(encodeBase64Lines(bytes).toString("latin1"), expected(bytes), `${length} octets`);
    }
  }
});

test("encodes a view into a larger buffer from its beginning", () => {
  const bytes = octets(20_000);
  assert.equal(encodeBase64Lines(bytes.subarray(3, 19_001)).toString(), expected(bytes.subarray(3, 19_001)));
});

test("a stream split anywhere gives what the whole gives", async () => {
  const bytes = octets(200);
  const whole = expected(bytes);
  for (let at = 0; at <= bytes.length; at++) {
    assert.equal(await streamed([bytes.subarray(0, at), bytes.subarray(at)]), whole);
  }
  assert.equal(await streamed(Array.from(bytes, (octet) => Uint8Array.of(octet))), whole);
});

test("allows a source to reuse the memory of a chunk", async () => {
  const buffer = new Uint8Array(10);
  function* source() {
    for (const octet of [1, 2, 3]) yield buffer.fill(octet);
  }
  const bytes = Buffer.concat([Buffer.alloc(10, 1), Buffer.alloc(10, 2), Buffer.alloc(10, 3)]);
  assert.equal(await streamed(source()), expected(bytes));
});

test("decodes any octets in any chunks", async () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(chunks, async (pieces) => {
      assert.equal(await streamed(pieces), expected(Buffer.concat(pieces)));
    }),
  );
});

test("a stream of whole lines ends without a line end, wherever it is cut", async () => {
  for (const length of [0, 1, 56, 57, 58, 114, 57 * 256, 57 * 300]) {
    const octets = Buffer.from(Array.from({ length }, (_, index) => index % 251));
    for (const cut of [0, 1, 57, 100, length]) {
      const pieces: Buffer[] = [];
      const source = (async function* () {
        yield octets.subarray(0, cut);
        yield octets.subarray(cut);
      })();
      for await (const piece of streamBase64Lines(source)) pieces.push(piece);
      assert.deepEqual(Buffer.concat(pieces), encodeBase64Lines(octets), `${length} cut at ${cut}`);
    }
  }
});
