import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { settings } from "../protocol/server/talk.js";
import { clientHello } from "./client-hello.js";
import { fuzzEach, type Shares } from "./fuzz.js";
import { readInput } from "./input.js";
import { holdsMore } from "./retained.js";
import { chunks, commands, content, conversation, data, proxyHeaders, roomy } from "./targets.js";

/** What is fuzzed, and which share of all inputs, as a percentage, it gets: the cheaper, the more. */
const shares: Shares = [
  [data, 40],
  [commands, 25],
  [proxyHeaders, 10],
  [clientHello, 5],
  [chunks, 6],
  [content, 6],
  [conversation, 8],
];

describe("the server's readers, fuzzed", () => {
  const corpora: Buffer[] = [];
  fuzzEach(shares, (corpus) => void corpora.push(...corpus));

  it("hold little memory, however long the input is", () => {
    // Those that were found last went farthest.
    for (const input of corpora.slice(-8)) {
      const { wire } = readInput(input);
      if (wire.length === 0) continue;
      const much = holdsMore(bound, wire, 28_000, { ...settings, ...roomy });
      assert.equal(much, false, JSON.stringify(wire.toString("latin1")));
    }
  });
});

/** One conversation, three recipients, and an unfinished line. */
const bound = 18_000;
