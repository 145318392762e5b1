import assert from "node:assert/strict";
import { before, test } from "node:test";
import { loadCodec } from "#src/text/charsets/load-codec.js";
import { runScript } from "./python.js";

/** Registered names, Python's codec of the set, and how many characters beyond ASCII only Python has. */
const charsets: readonly (readonly [name: string, codec: string, onlyPython: number])[] = [
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16].map(
    (part) => [`iso-8859-${part}`, `iso8859_${part}`, 0] as const,
  ),
  ...[1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258].map(
    (page) => [`windows-${page}`, `cp${page}`, 0] as const,
  ),
  ["windows-874", "cp874", 0],
  ...[437, 775, 850, 852, 855, 857, 860, 861, 862, 863, 864, 865, 866, 869].map(
    (page) => [`ibm${page}`, `cp${page}`, 0] as const,
  ),
  ["ibm00858", "cp858", 0],
  ["koi8-r", "koi8_r", 0],
  ["koi8-u", "koi8_u", 0],
  ["ptcp154", "ptcp154", 0],
  ["kz-1048", "kz1048", 0],
  ["hp-roman8", "hp_roman8", 0],
  // A private character, the logo of Apple.
  ["macintosh", "mac_roman", 1],
  // The control characters from 0x80 on.
  ["tis-620", "tis_620", 32],
  ["shift_jis", "shift_jis", 0],
  ["euc-jp", "euc_jp", 1],
  ["gb2312", "gb2312", 0],
  ["gbk", "gbk", 0],
  ["euc-kr", "euc_kr", 8822],
  ["big5", "big5", 254],
  ["big5-hkscs", "big5hkscs", 13],
];

let answers: Record<number, string>[];
before(async () => {
  const codecs = charsets.map(([, codec]) => `${codec}\n`).join("");
  answers = (await runScript("charsets.py", [], codecs))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
});

for (const [index, [name, python, onlyPython]] of charsets.entries()) {
  test(`${name} writes the same bytes as Python's ${python}, and refuses characters that Python lacks`, async () => {
    const codec = await loadCodec(name);
    assert.ok(codec);
    const theirs = answers[index] ?? {};
    let missing = 0;
    for (let code = 0x80; code < 0x10000; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const character = String.fromCodePoint(code);
      const has: boolean = codec.lacks(character) < 0;
      const octets: string | undefined = has ? codec.encode(character).toString("hex") : undefined;
      if (!has && theirs[code] !== undefined) missing++;
      else if (octets !== theirs[code]) assert.equal(octets, theirs[code], `U+${code.toString(16)}`);
    }
    assert.equal(missing, onlyPython);
  });
}
