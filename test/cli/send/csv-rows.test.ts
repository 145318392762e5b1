import assert from "node:assert/strict";
import { test } from "node:test";
import { CommandError } from "#src/cli/exit-status.js";
import { csvRows } from "#src/cli/send/many/csv-rows.js";
import { lineChunks } from "#src/cli/send/many/line-chunks.js";

async function read(text: string, cut = text.length): Promise<[number, unknown][]> {
  const bytes = Buffer.from(text);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += Math.max(1, cut))
    pieces.push(bytes.subarray(at, at + Math.max(1, cut)));
  async function* source() {
    yield* pieces;
  }
  const rows: [number, unknown][] = [];
  for await (const batch of csvRows(lineChunks(source()), { delimiter: undefined, columns: () => {} }))
    for (const { line, values } of batch) rows.push([line, { ...values }]);
  return rows;
}

test("A row has the line that it begins on, whatever line ends are within quotes and between rows", async () => {
  for (const end of ["\n", "\r\n"])
    for (const within of ["\n", "\r\n", "\r"]) {
      const text = ["a,b", `1,"x${within}y${within}z"`, "", "", "2,q", `"${within}",3`, "4,5", ""].join(end);
      const lines = (await read(text)).map(([line]) => line);
      // A lone CR counts as the end of a line too.
      const second = 2 + 3 + 2;
      assert.deepEqual(lines, [2, second, second + 1, second + 3], JSON.stringify(text));
    }
});

test("Rows are the same however the bytes are cut", async () => {
  const text = '\ufeffname;e-mail \r\n"Zoë; ""Z""\r\nX";z@example.net\r\n\r\nb;"€"\r\n';
  const whole = await read(text);
  assert.deepEqual(whole, [
    [2, { name: 'Zoë; "Z"\r\nX', "e-mail": "z@example.net" }],
    [5, { name: "b", "e-mail": "€" }],
  ]);
  for (let cut = 1; cut < 12; cut++) assert.deepEqual(await read(text, cut), whole);
});

test("Commas, semicolons, tabs and bars are found, but not within quotes, and CR may end lines", async () => {
  for (const delimiter of [",", ";", "\t", "|"])
    for (const end of ["\n", "\r\n", "\r"]) {
      const text = [`"a;,|;,|"${delimiter}b`, `1${delimiter}2`, ""].join(end);
      assert.deepEqual(await read(text), [[2, { "a;,|;,|": "1", b: "2" }]], JSON.stringify(text));
    }
});

test("A wrong row is refused with the line that it begins on", async () => {
  for (const [text, line] of [
    ['a,b\n1,"x\ny"\n3,"z"w\n', 4],
    ['a,b\r\n1,"x\r\ny"\r\n\r\n3\r\n', 5],
    ['a,b\n\n\n3,"z"w\n', 4],
    ['a,b\n1,2\n3,"never closed\n4,5\n6,7\n', 3],
  ] as const)
    await assert.rejects(read(text), (error) => {
      assert.ok(error instanceof CommandError);
      assert.match(error.message, new RegExp(`line ${line}:`), error.message);
      return true;
    });
});
