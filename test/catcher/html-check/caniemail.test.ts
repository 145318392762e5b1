import assert from "node:assert/strict";
import { test } from "node:test";
import { canIEmail } from "#src/catcher/html-check/caniemail.js";
import { htmlCheck } from "#src/catcher/html-check/html-check.js";

test("every feature of Can I email has the texts of a warning, also those without a description", () => {
  for (const { slug, title, description, url } of canIEmail().features.values())
    for (const text of [slug, title, description, url]) assert.equal(typeof text, "string", slug);
});

test("checks HTML that uses a feature without a description", () => {
  const { Warnings } = htmlCheck('<img width="100" style="height: 20px" src="a.png" alt="">');
  assert.ok(Warnings.some(({ Slug, Description }) => Slug === "css-height" && Description === ""));
});
