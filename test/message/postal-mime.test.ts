import assert from "node:assert/strict";
import { test } from "node:test";
import PostalMime from "postal-mime";
import { fc } from "../property.js";
import { letters, write } from "./arbitrary-message.js";
import { leavesOf, trees, writeTree } from "./arbitrary-tree.js";
import { readBack } from "./read-back.js";

test("is read back by postal-mime, header by header and octet by octet", async () => {
  await fc.assert(
    fc.asyncProperty(letters, async (letter) => {
      const octets = write(letter).formatted();
      await readBack(letter, octets);
    }),
    { numRuns: 200 },
  );
});

test("no line is above 998 octets, none ends in a bare CR or LF, and all octets are ASCII", () => {
  fc.assert(
    fc.property(letters, (letter) => {
      const octets = write(letter).formatted();
      const text = octets.toString("latin1");
      assert.match(text, /^[\t\r\n -~]*\r\n$/);
      for (const line of text.split("\r\n")) {
        assert.ok(line.length <= 998);
        assert.doesNotMatch(line, /[\r\n]/);
      }
    }),
    { numRuns: 200 },
  );
});

test("with 8-bit octets allowed, the same comes back", async () => {
  await fc.assert(
    fc.asyncProperty(letters, async (letter) => {
      const content = write(letter).content({ eightBit: true });
      const octets = Buffer.concat(content.chunks ?? []);
      assert.equal(octets.length, content.size);
      assert.equal(
        content.eightBit,
        octets.some((octet) => octet > 127),
      );
      await readBack(letter, octets);
    }),
    { numRuns: 100 },
  );
});

test("with headers in UTF-8, the same comes back, in lines of at most 998 octets", async () => {
  await fc.assert(
    fc.asyncProperty(letters, async (letter) => {
      const message = write(letter, true);
      const octets = message.formatted();
      assert.equal(message.international, /[^\0-\x7f]/.test(message.headers.toString()));
      for (const line of octets.toString("latin1").split("\r\n")) assert.ok(line.length <= 998);
      await readBack(letter, octets);
    }),
    { numRuns: 200 },
  );
});

test("parts nested in any manner come back in their order, octet by octet", async () => {
  await fc.assert(
    fc.asyncProperty(trees, fc.boolean(), async (tree, eightBit) => {
      const content = writeTree(tree).content({ eightBit });
      const { attachments } = await PostalMime.parse(Buffer.concat(content.chunks ?? []));
      assert.deepEqual(
        attachments.map(({ filename, content: octets }) => [filename, Buffer.from(octets as ArrayBuffer)]),
        leavesOf(tree).map(({ name, bytes }) => [name, bytes]),
      );
    }),
    { numRuns: 200 },
  );
});
