import assert from "node:assert/strict";
import { test } from "node:test";
import { within } from "./within.js";

test("returns what the work returns, and throws what it throws", async () => {
  assert.equal(await within("a sum", Promise.resolve(2)), 2);
  await assert.rejects(within("a sum", Promise.reject(new Error("no"))), /^Error: no$/);
});

test("throws, with the name of the work, if it never ends", async () => {
  await assert.rejects(within("a page", new Promise(() => {}), 5), /a page: took longer than 5 ms/);
});
