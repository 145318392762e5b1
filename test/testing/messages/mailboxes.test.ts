import assert from "node:assert/strict";
import { test } from "node:test";
import { addressParser } from "postal-mime";
import { readMailboxes } from "#src/testing/messages/reading/mailboxes.js";
import { loadTextDecoding } from "#src/text/charsets/web-charset.js";
import { fc } from "../../property.js";

const decode = await loadTextDecoding();
const read = (value: string) => readMailboxes(value, 10, decode);

test("reads a mailbox of the usual forms without a parser as the parser does", () => {
  const name = fc.stringMatching(/^"?[A-Za-z0-9 .'-]{0,12}"?$/);
  const address = fc.stringMatching(/^[ <]?[a-z0-9.+'=%-]{1,6}@?[a-z0-9.-]{0,6}[> ]?$/);
  const gap = fc.constantFrom("", " ", "  ");
  fc.assert(
    fc.property(fc.tuple(name, gap, address, gap), (pieces) => {
      const text = pieces.join("");
      const parsed = addressParser(text, { flatten: true });
      const expected = text.trim() === "" ? [] : parsed.map(({ name, address = "" }) => ({ name, address }));
      assert.deepEqual(read(text), expected, text);
    }),
    { numRuns: 2000 },
  );
});

test("reads mailboxes with and without a name, quotes and a group", () => {
  const value = 'jo@a.test, <b@b.test>, Jane D. <c@c.test>, "O\'Neil" <d@d.test>, Team: "Do, Jo" <e@e.test>;';
  assert.deepEqual(
    read(value).map(({ name, address }) => `${name}|${address}`),
    ["|jo@a.test", "|b@b.test", "Jane D.|c@c.test", "O'Neil|d@d.test", "Do, Jo|e@e.test"],
  );
});
