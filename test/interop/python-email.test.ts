import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { filesAsSent, type Letter, letters, write } from "../message/arbitrary-message.ts";
import { leavesOf, trees, writeTree } from "../message/arbitrary-tree.ts";
import { readBack } from "../message/read-back.ts";
import { fc } from "../property.ts";
import { type Described, PythonEmail } from "./python-email.ts";

let python: PythonEmail;
before(() => {
  python = new PythonEmail();
});
after(() => python.close());

test("Python's email package and postal-mime read back every header and byte of a message", async (context) => {
  let read = 0;
  await fc.assert(
    fc.asyncProperty(letters, fc.boolean(), async (letter, eightBit) => {
      const octets = Buffer.concat(write(letter).content({ eightBit }).chunks ?? []);
      compare(await python.read(octets), letter);
      await readBack(letter, octets);
      read++;
    }),
    { numRuns: 3000 },
  );
  context.diagnostic(`both agreed on ${read} messages`);
});

test("Python's email package reads back parts nested in any way, in base64 and in binary", async () => {
  await fc.assert(
    fc.asyncProperty(trees, fc.boolean(), async (tree, binary) => {
      const { chunks } = writeTree(tree).content({ eightBit: binary, binary });
      const { files, defects } = await python.read(Buffer.concat(chunks ?? []));
      assert.deepEqual(defects, []);
      assert.deepEqual(
        files.map(({ name, bytes }) => [name, bytes]),
        leavesOf(tree).map(({ name, bytes }) => [name, bytes.toString("base64")]),
      );
    }),
    { numRuns: 300 },
  );
});

function compare(read: Described, letter: Letter): void {
  assert.deepEqual(read.defects, []);
  const { subject, comment } = letter;
  assert.deepEqual({ subject: read.subject, comment: read.comment }, { subject, comment });
  assert.deepEqual([read.from, read.to, read.cc], [[letter.from], letter.to, letter.cc]);
  const lone = letter.files.length === 0 && (letter.text === undefined || letter.html === undefined);
  for (const [type, text] of [
    ["text/plain", letter.text],
    ["text/html", letter.html],
  ] as const) {
    if (text === undefined) continue;
    const octets = Buffer.from(read.bodies[type] ?? "", "base64").toString();
    const sent = text.replace(/\r?\n/g, "\r\n");
    // A mail of one text ends with a line end, as a mail does.
    assert.equal(lone ? octets.replace(/\r\n$/, "") : octets, lone ? sent.replace(/\r\n$/, "") : sent);
  }
  const files = filesAsSent(letter).map(({ name, bytes, inline }) => ({
    name,
    bytes: bytes.toString("base64"),
    inline,
  }));
  assert.deepEqual(read.files, files);
}
