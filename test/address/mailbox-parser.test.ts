import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMailbox, parseUsualMailbox } from "#src/address/mailbox-parser.js";
import { fc } from "../property.ts";

test("reads the usual form of a mailbox as the whole grammar does", () => {
  const pieces = fc.constantFrom(
    ...[
      "Jane",
      "Zoë",
      "李",
      "J.",
      "D'Arcy",
      "=?utf-8?Q?a?=",
      "a,b",
      "(c)",
      " ",
      "  ",
      "\t",
      '"',
      "\\",
      "\u202e",
    ],
    ...[
      "<",
      ">",
      " <",
      "@",
      ".",
      ":",
      "a@b.co>",
      "jörg@BÜCHER.example>",
      '"a b"@b.co>',
      "a@b..co>",
      "a@[127.0.0.1]>",
    ],
  );
  let usual = 0;
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 8 }), fc.boolean(), (list, quoted) => {
      const name = list.join("");
      const text = quoted ? `"${name}" <a@b.co>` : `${name} <a@b.co>`;
      for (const each of [name, text]) {
        const read = parseUsualMailbox(each);
        if (read === undefined) continue;
        usual++;
        assert.deepEqual(read, parseMailbox(each));
      }
    }),
    { numRuns: 3000 },
  );
  assert.ok(usual > 100, `${usual}`);
});

test("leaves what is not the usual form to the whole grammar", () => {
  for (const text of [
    "a@b.co",
    "<a@b.co>",
    '"" <a@b.co>',
    "Jane  Doe <a@b.co>",
    "Jane <a@b>c>",
    "Jane <>",
    " <a@b.co>",
  ])
    assert.equal(parseUsualMailbox(text), undefined, text);
});
