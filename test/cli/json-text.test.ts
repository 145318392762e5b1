import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonLine, jsonLines, jsonText } from "#src/cli/json-text.js";
import { fc } from "../property.ts";

const texts = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.stringMatching(/^[a"\\\n\r\x1b\x7f\x85\x9b\u2028\u2029]{1,8}$/),
);

test("JSON that a command prints has no control character in a text, and reads as it was", () => {
  fc.assert(
    fc.property(texts, fc.dictionary(texts, texts), (text, object) => {
      for (const [printed, value] of [
        [jsonText(text), text],
        [jsonLine(object), object],
        [jsonLines(object).replaceAll("\n", ""), object],
      ] as const) {
        assert.doesNotMatch(printed, /[\x00-\x1f\x7f-\x9f\u2028\u2029]/);
        assert.deepEqual(JSON.parse(printed), JSON.parse(JSON.stringify(value)));
      }
    }),
  );
});
