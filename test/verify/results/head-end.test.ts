import assert from "node:assert/strict";
import { test } from "node:test";
import { HeadEnd } from "#src/verify/results/head-end.js";
import { cut } from "../../cut.js";

/** Where the header ends in octets that come in pieces, and whether lines end in LF. */
function endOf(pieces: readonly Buffer[]): readonly [number | undefined, boolean] {
  const head = new HeadEnd();
  let before = 0;
  for (const piece of pieces) {
    const end = head.push(piece);
    if (end !== undefined) return [before + end, head.areLf];
    before += piece.length;
  }
  return [undefined, head.areLf];
}

test("the header ends with the empty line, in whatever pieces it comes", () => {
  const cases: readonly (readonly [string, number | undefined, boolean])[] = [
    ["A: 1\r\nB: 2\r\n\r\nbody\r\n", 14, false],
    ["A: 1\nB: 2\n\nbody\n", 11, true],
    ["\r\nbody", 2, false],
    ["\nbody", 1, true],
    // In a message with CRLF, LF alone ends no line, and so none that is empty.
    ["A: 1\r\nB: 2\n\nC: 3\r\n\r\nbody", 20, false],
    ["A: 1\r\n\nB: 2\r\n\r\n", 15, false],
    // In a message with LF, the empty line may have a CR.
    ["A: 1\nB: 2\n\r\nbody", 12, true],
    ["A: 1\r\nB: 2\r\n", undefined, false],
    ["A: 1\r\r\n\r\n", 9, false],
  ];
  for (const [text, end, areLf] of cases) {
    const octets = Buffer.from(text);
    const everyOctet = Array.from(octets.keys());
    for (const places of [[], everyOctet, ...everyOctet.map((place) => [place])])
      assert.deepEqual(endOf(cut(octets, places)), [end, areLf], JSON.stringify([text, places]));
  }
});
