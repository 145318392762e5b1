import { describe, it } from "node:test";
import { count, effort } from "./effort.js";
import { fuzz, type Target } from "./fuzz.js";
import { messages, results, tagLists } from "./mail-targets.js";

/** What is fuzzed, and which share of all inputs, as a percentage, it gets. */
const shares: readonly (readonly [Target, number])[] = [
  [tagLists, 35],
  [results, 35],
  [messages, 30],
];

describe("the readers of mail to verify, fuzzed", () => {
  for (const [target, share] of shares) {
    it(`find no wrong result for any input: ${target.name}`, (test) => {
      const { inputs, corpus, blocks } = fuzz(target, effort(share, shares.length));
      count(inputs);
      test.diagnostic(
        `${inputs} inputs, of which ${corpus.length} reached something new: ${blocks} blocks of code`,
      );
    });
  }
});
