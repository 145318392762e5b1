import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeHTML } from "entities";
import { htmlPlain } from "#src/catcher/reading/html-plain.js";
import { htmlText } from "#src/catcher/reading/html-text.js";
import { attributeOf, attributePairs, readTokens } from "#src/catcher/reading/html-tokens.js";
import { searchableText } from "#src/catcher/search/searchable-text.js";

test("takes HTML apart into text and tags", () => {
  const html = `a &lt; <B Class="x>y" d='z'>b</b><!-- <i> --><br/><script>if (1 < 2) "</scrip>"</script>5 < 6 <![CDATA[x]]></>`;
  const found: string[] = [];
  readTokens(html, {
    text: (text) => found.push(`text ${text}`),
    raw: (text) => found.push(`raw ${text}`),
    open: (name) => found.push(`open ${name}`),
    close: (name) => found.push(`close ${name}`),
  });
  assert.deepEqual(found, [
    "text a < ",
    "open b",
    "text b",
    "close b",
    "open br",
    "open script",
    'raw if (1 < 2) "</scrip>"',
    "close script",
    "text 5 ",
    "text <",
    "text  6 ",
    "text <",
    "text />",
  ]);
});

test("reads the words of HTML with the addresses of links if asked", () => {
  const html = `<html><head><title>No</title><style>p{}</style></head><body><p>One&nbsp;<b>t</b>wo</p><div>three<br>four</div>
    <a href="https://a.test/?a=1&amp;b=2">five</a>\u200b<img alt="no">six</body></html>`;
  assert.equal(searchableText(htmlText(html)), "one two three four five six");
  assert.equal(
    searchableText(htmlText(html, { links: true })),
    "one two three four five https://a.test/?a=1&b=2 six",
  );
});

test("writes HTML as plain text", async () => {
  const html = `<h1>Hello</h1><p>First <b>line</b><br>second</p><ul><li>one</li><li>two</li></ul>
    <p>See <a href="https://a.test/x">this</a>.</p><hr><table><tr><td>a</td><td>b</td></tr></table>`;
  assert.equal(
    await htmlPlain(html),
    `Hello\n\nFirst line\nsecond\n\n* one\n* two\n\nSee this ( https://a.test/x ).\n\n${"-".repeat(40)}\n\na b`,
  );
});

test("reads long text in pieces, which end between words", async () => {
  const words = "one &amp; two\n".repeat(20_000);
  const pieces: string[] = [];
  readTokens(`<p>${words}</p>end`, { text: (text) => pieces.push(text) });
  assert.ok(pieces.length > 5);
  assert.equal(pieces.join(""), `${words.replaceAll("&amp;", "&")}end`);
  assert.equal(await htmlPlain(words), "one & two ".repeat(20_000).trim());
});

test("reads long text without blanks in pieces, which end between characters and references to them", () => {
  const kinds = [
    "x",
    "\u6f22\u5b57\u3002",
    "\u{1f600}",
    "a&amp;\u{1f600}",
    "&CounterClockwiseContourIntegral;",
    "&&#x1f600;",
  ];
  for (const kind of kinds) {
    for (let before = 0; before < 40; before++) {
      const text = ".".repeat(before) + kind.repeat(Math.ceil(100_000 / kind.length));
      const pieces: string[] = [];
      readTokens(`${text}<b>`, { text: (piece) => pieces.push(piece) });
      assert.ok(pieces.length > 3, kind);
      assert.ok(!pieces.some((piece) => /\p{Cs}/u.test(piece)), kind);
      assert.ok(pieces.join("") === decodeHTML(text), kind);
    }
  }
});

test("finds an attribute by its name, and all of them, in any order of the questions", () => {
  const attributes = ` HREF="a&amp;b" class='x' disabled href=second`;
  assert.equal(attributeOf(attributes, "href"), "a&b");
  assert.deepEqual(
    [...attributePairs(attributes)].map(([name]) => name),
    ["href", "class", "disabled", "href"],
  );
  assert.equal(attributeOf(attributes, "disabled"), "");
  assert.equal(attributeOf(attributes, "class"), "x");
  assert.equal(attributeOf(attributes, "id"), undefined);
});
