import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { settings } from "../protocol/server/talk.js";
import { clientHello } from "./client-hello.js";
import { count, effort } from "./effort.js";
import { fuzz, type Target } from "./fuzz.js";
import { readInput } from "./input.js";
import { holdsMore } from "./retained.js";
import { chunks, commands, content, conversation, data, proxyHeaders, roomy } from "./targets.js";

/** What is fuzzed, and which share of all inputs, as a percentage, it gets: the cheaper, the more. */
const shares: readonly (readonly [Target, number])[] = [
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
  for (const [target, share] of shares) {
    it(`find no wrong result for any input: ${target.name}`, (test) => {
      const { inputs, corpus, blocks } = fuzz(target, effort(share, shares.length));
      corpora.push(...corpus);
      count(inputs);
      test.diagnostic(
        `${inputs} inputs, of which ${corpus.length} reached something new: ${blocks} blocks of code`,
      );
    });
  }

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
