import assert from "node:assert/strict";
import { test } from "node:test";
import { CommandError } from "#src/cli/exit-status.js";
import { csvRows } from "#src/cli/send/many/csv-rows.js";
import { lineChunks } from "#src/cli/send/many/line-chunks.js";

async function read(text: string | Buffer, cut = text.length): Promise<[number, unknown][]> {
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

test("A table that Excel has written is understood: sep=, empty cells at the end, UTF-16", async () => {
  const text = 'name;e-mail\r\n"Zoë; ""Z""";z@example.net\r\nb;"€"\r\n;\r\n;\r\n';
  const expected = [
    [2, { name: 'Zoë; "Z"', "e-mail": "z@example.net" }],
    [3, { name: "b", "e-mail": "€" }],
  ];
  assert.deepEqual(await read(text), expected);
  const moved = expected.map(([line, values]) => [(line as number) + 1, values]);
  for (const first of ["sep=;", "SEP=;", '"sep=;"', "\ufeffsep=;", "sep=;;"])
    for (const cut of [1, 2, 7, 1000]) assert.deepEqual(await read(`${first}\r\n${text}`, cut), moved, first);
  // Without the line, the comma would be taken.
  assert.deepEqual(await read("sep=;\na,b;c,d\n1;2\n"), [[3, { "a,b": "1", "c,d": "2" }]]);
  const tabs = "name\temail\r\nZoë 🎉\tz@example.net\r\n";
  const littleEndian = Buffer.from(`\ufeff${tabs}`, "utf16le");
  for (const bytes of [littleEndian, Buffer.from(littleEndian).swap16()])
    for (let cut = 1; cut < 9; cut++)
      assert.deepEqual(await read(bytes, cut), [[2, { name: "Zoë 🎉", email: "z@example.net" }]]);
});

test("Of two characters that a first line has equally often, the second line decides", async () => {
  assert.deepEqual(await read("name, first;email\nAnn;a@a.test\n"), [
    [2, { "name, first": "Ann", email: "a@a.test" }],
  ]);
  assert.deepEqual(await read("email\nx;y|z\n"), [[2, { email: "x;y|z" }]]);
  await assert.rejects(read("email\nx,y\n"), /line 2: expected 1 column/);
  assert.deepEqual(await read("a,b;c\n1,2\n"), [[2, { a: "1", "b;c": "2" }]]);
});

test("A file that is not text, or is text in another encoding, is refused with what it is", async () => {
  for (const [bytes, said] of [
    [Buffer.from("PK\x03\x04\x14\0\x06\0", "latin1"), /a workbook or another zip file.*CSV UTF-8/],
    [Buffer.from("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "latin1"), /a workbook of Excel/],
    [Buffer.from("\x1f\x8b\x08\0\0", "latin1"), /gzip/],
    [Buffer.from("name,email\n", "utf16le"), /UTF-16 without a byte order mark.*UTF-16LE/],
    [Buffer.from("name,email\n", "utf16le").swap16(), /UTF-16 without a byte order mark.*UTF-16BE/],
    [Buffer.from("a,b\n1,2\nZo\xeb,2\n", "latin1"), /line 3: expected text in UTF-8.*WINDOWS-1252.*Excel/],
    [Buffer.from("\n\r\n\n"), /expected a first line with the names/],
    [Buffer.from("\ufeffname\nZo\ud83c\n", "utf16le"), /expected UTF-16.* half a character/],
    [Buffer.from("\ufeffname\nZoe\n", "utf16le").subarray(0, -1), /expected UTF-16.* half a character/],
    [Buffer.from(""), /expected a first line with the names/],
  ] as const)
    await assert.rejects(read(bytes), (error) => {
      assert.ok(error instanceof CommandError);
      assert.match(error.message, said);
      return true;
    });
});

test("A table of one column has commas, whatever is in its values", async () => {
  for (const row of ["a,b", "a;b,c", "a|b,c"])
    await assert.rejects(read(`to\n${row}\n`), /line 2: expected 1 column/, row);
  assert.deepEqual(await read("to\na;b\n"), [[2, { to: "a;b" }]]);
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
