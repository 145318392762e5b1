import { describe } from "node:test";
import { feedback } from "./feedback-target.js";
import { fuzzEach, type Shares } from "./fuzz.js";
import { messages, results, tagLists } from "./mail-targets.js";

/** What is fuzzed, and which share of all inputs, as a percentage, it gets. */
const shares: Shares = [
  [tagLists, 33],
  [results, 32],
  [messages, 30],
  [feedback, 5],
];

describe("the readers of mail, fuzzed", () => {
  fuzzEach(shares);
});
