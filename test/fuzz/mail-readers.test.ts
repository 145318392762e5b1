import { describe } from "node:test";
import { fuzzEach, type Shares } from "./fuzz.js";
import { messages, results, tagLists } from "./mail-targets.js";

/** What is fuzzed, and which share of all inputs, as a percentage, it gets. */
const shares: Shares = [
  [tagLists, 35],
  [results, 35],
  [messages, 30],
];

describe("the readers of mail to verify, fuzzed", () => {
  fuzzEach(shares);
});
