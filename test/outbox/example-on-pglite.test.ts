import assert from "node:assert/strict";
import { test } from "node:test";
import { runExample, story } from "./run-example.ts";

test("the example of a shop runs on PGlite", () => {
  assert.equal(runExample({ DATABASE_URL: undefined as never }), story);
});
