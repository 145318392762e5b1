import assert from "node:assert/strict";
import { test } from "node:test";
import { JsonlKeys } from "#src/cli/send/many/jsonl-keys.js";
import { keyOf } from "#src/cli/send/many/key.js";
import { fc } from "../../property.ts";

/** The keys that are seen without parsing, by line; `undefined` for a line that must be parsed. */
function keysIn(text: string, column: string, first = 1): (string | undefined)[] {
  const keys: (string | undefined)[] = [];
  const lines = new JsonlKeys(column).scan(Buffer.from(text), first, {
    found: (chunk, start, end, line) => {
      assert.equal(line, first + keys.length);
      keys.push(chunk.toString("utf8", start, end));
    },
    unclear: (_chunk, _start, _end, line) => {
      assert.equal(line, first + keys.length);
      keys.push(undefined);
    },
  });
  assert.equal(lines, keys.length);
  return keys;
}

test("The key of a plain line is found, whatever stands around it", () => {
  const lines = [
    '{"email":"a@example.net"}',
    '{"name":"Zoë","email" :\t"é@example.net","text":"a \\"b\\" c\\n"}',
    '{ "id": 7, "email": 42 }\r',
    '{"email":"a, b } c","x":[1,2]}',
  ];
  assert.deepEqual(keysIn(lines.join("\n"), "email", 5), [
    "a@example.net",
    "é@example.net",
    "42",
    "a, b } c",
  ]);
});

test("A line whose key cannot be told without a parser is left to one", () => {
  for (const line of [
    "",
    "{}",
    "[1]",
    '"email"',
    '{"x":"email"}',
    '{"x":"email","email":"a"}',
    '{"user":{"email":"a"}}',
    '{"user":{"email":"a"},"email":"b"}',
    '{"email":"a","email":"b"}',
    '{"e\\u006dail":"a"}',
    '{"email":"a","e\\u006dail":"b"}',
    '{"x\\"email":"a"}',
    '{"x":"\\"email\\":1"}',
    '{"email":"a\\u0062"}',
    '{"email":"a\\nb"}',
    '{"email":"a',
    '{"email":12',
    '{"email":',
    '{"email":""}',
    '{"email":null}',
    '{"email":-1}',
    '{"email":1.0}',
    '{"email":1e3}',
    '{"email":007}',
    '{"email":0}',
    '{"email":12345678901234567}',
    '{"email":[1]}',
    ' {"email":"a"}',
  ])
    assert.deepEqual(keysIn(`${line}\n`, "email"), [undefined], line);
  assert.deepEqual(keysIn('{"a/b":"1","a\\/b":"2"}', "a/b"), [undefined]);
});

test("A key that is found is that of the parsed line", () => {
  const column = fc.constantFrom("email", "a/b", 'q"x', "ä", "x", "\\");
  const value = fc.oneof(
    fc.string(),
    fc.string({ unit: "grapheme" }),
    fc.integer(),
    fc.double(),
    fc.constant('"email":"x"'),
    fc.constant('email":1'),
    fc.jsonValue(),
  );
  const row = fc.array(fc.tuple(fc.oneof(column, fc.string({ maxLength: 4 })), value), { maxLength: 4 });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 6 }), column, fc.constantFrom(0, 1), (rows, name, spaces) => {
      const lines = rows.map((entries) => {
        const text = JSON.stringify(Object.fromEntries(entries), undefined, spaces);
        return text.replaceAll("\n", " ");
      });
      const found = keysIn(lines.map((line) => `${line}\n`).join(""), name);
      for (const [index, key] of found.entries())
        if (key !== undefined) assert.equal(key, keyOf(JSON.parse(lines[index] ?? ""), name, index));
    }),
    { numRuns: 500 },
  );
});
