import assert from "node:assert/strict";
import { test } from "node:test";
import { textLines } from "#src/cli/text-lines.js";

async function linesOf(pieces: Iterable<string | Uint8Array>): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of textLines(pieces)) lines.push(line);
  return lines;
}

test("Lines end with LF, CRLF or CR, and with no other character, however the text is cut", async () => {
  const text = "a\r\nb\u2028é\u2029c\u0085d\n\n\re\r\r\n€";
  const expected = ["a", "b\u2028é\u2029c\u0085d", "", "", "e", "", "€"];
  const octets = Buffer.from(text);
  assert.deepEqual(await linesOf([text]), expected);
  assert.deepEqual(await linesOf(Array.from(octets, (octet) => Uint8Array.of(octet))), expected);
  for (let at = 0; at <= octets.length; at++)
    assert.deepEqual(await linesOf([octets.subarray(0, at), octets.subarray(at)]), expected, String(at));
});

test("A line end at the end of a text begins no line", async () => {
  for (const end of ["\n", "\r\n", "\r"]) assert.deepEqual(await linesOf([`a${end}`]), ["a"]);
  assert.deepEqual(await linesOf([]), []);
  assert.deepEqual(await linesOf(["\n"]), [""]);
});
