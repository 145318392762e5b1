import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { codecOf } from "#src/text/charsets/codec.js";
import { loadTable } from "#src/text/charsets/iconv.js";
import { readyCodec, readyLimits } from "#src/text/charsets/ready-codec.js";
import { registeredCharset } from "#src/text/charsets/registered-charset.js";

const labels = [
  ..."2 3 4 5 6 7 8 10 13 14 15".split(" ").map((part) => `iso-8859-${part}`),
  ..."874 1250 1251 1252 1254 1255 1256 1257 1258".split(" ").map((page) => `windows-${page}`),
  ..."koi8-r shift_jis".split(" "),
];

describe("a charset that needs no loading has the characters and codes that iconv-lite's table gives it", () => {
  for (const label of labels) {
    test(label, async () => {
      const registered = registeredCharset(label);
      assert.ok(registered !== undefined);
      const table = await loadTable(registered.codec);
      assert.ok(table !== undefined);
      const oracle = codecOf(registered.name, table, readyLimits[registered.name]);
      const codec = readyCodec(registered);
      assert.ok(codec !== undefined);
      for (let code = 0; code < 0x10000; code++) {
        const character = String.fromCharCode(code);
        const alike =
          codec.lacks(character) === oracle.lacks(character) &&
          (oracle.lacks(character) >= 0 || codec.encode(character).equals(oracle.encode(character)));
        if (!alike) assert.fail(`${label}: U+${code.toString(16)}`);
      }
    });
  }
});
