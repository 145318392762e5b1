import assert from "node:assert/strict";
import { test } from "node:test";
import { htmlReading } from "#src/catcher/extract/html-reading.js";
import { mailLinks, urlsIn } from "#src/catcher/extract/links.js";
import { unsubscribing } from "#src/catcher/extract/unsubscribe.js";

test("finds the links of HTML and text in their order, each once", async () => {
  const html = await htmlReading(
    '<p>Hi <a href="https://a.test/confirm?x=1&amp;y=2"><b>Confirm</b> now</a>' +
      '<a href=" https://b.test ">  </a><a href="https://a.test/confirm?x=1&amp;y=2">again</a>' +
      '<map><area href="https://c.test/" alt="Map"></map><a href="mailto:help@a.test">Help</a>',
  );
  const text =
    "Confirm: https://a.test/confirm?x=1&y=2\nSee https://b.test/ (or https://d.test/a_(b)), tel:+4930123.";
  assert.deepEqual(mailLinks(html, text), [
    { url: "https://a.test/confirm?x=1&y=2", text: "Confirm now", in: ["html", "text"] },
    { url: "https://b.test", text: "", in: ["html", "text"] },
    { url: "https://c.test/", text: "Map", in: ["html"] },
    { url: "mailto:help@a.test", text: "Help", in: ["html"] },
    { url: "https://d.test/a_(b)", text: "", in: ["text"] },
    { url: "tel:+4930123", text: "", in: ["text"] },
  ]);
});

test("cuts the text of a link where a character ends", async () => {
  for (const before of ["", "x"]) {
    const { links } = await htmlReading(`<a href="https://a.test">${before}${"\u{1f600}".repeat(5000)}</a>`);
    const label = links[0]?.text ?? "";
    assert.doesNotMatch(label, /\p{Cs}/u);
    assert.ok(label.length >= 499 && label.length <= 500);
  }
});

test("leaves out what leads nowhere or runs something, and keeps the links of apps", async () => {
  const hrefs = [
    "#top",
    "",
    "/path",
    "page.html",
    "javascript:alert(1)",
    "JAVA\tSCRIPT:alert(1)",
    "data:text/html,x",
  ];
  const all = [
    ...hrefs,
    "vbscript:x",
    "cid:a@b",
    "blob:https://a.test/x",
    "shop://confirm/1",
    "HTTPS://A.test",
  ];
  const html = await htmlReading(all.map((href) => `<a href="${href}">x</a>`).join(""));
  assert.deepEqual(
    mailLinks(html, undefined).map(({ url }) => url),
    ["shop://confirm/1", "HTTPS://A.test"],
  );
});

test("takes the image of a link for its text, and reads nothing in scripts, styles and comments", async () => {
  const html = await htmlReading(
    '<a href="https://a.test"><img alt="Shop now"></a><script><a href="https://b.test"></script>' +
      '<style><a href="https://c.test"></style><!-- <a href="https://d.test"> --><noscript><a href="https://e.test">N</a>',
  );
  assert.deepEqual(html.links, [
    { href: "https://a.test", text: "Shop now" },
    { href: "https://e.test", text: "N" },
  ]);
});

for (const [text, expected] of [
  ["https://a.test.", ["https://a.test"]],
  ["<https://a.test/x>", ["https://a.test/x"]],
  ["(https://a.test/x)", ["https://a.test/x"]],
  ["see https://a.test/x?y=1&z=2#f, or", ["https://a.test/x?y=1&z=2#f"]],
  ["**https://a.test/x**", ["https://a.test/x"]],
  ["[here](https://a.test/x).", ["https://a.test/x"]],
  ["xhttps://a.test", []],
  ["https:// nothing", []],
  ["„https://a.test“", ["https://a.test"]],
  ["去https://a.test/路。再", ["https://a.test/路"]],
] as const)
  test(`finds ${JSON.stringify(expected)} in ${JSON.stringify(text)}`, () => {
    assert.deepEqual([...urlsIn(text)], expected);
  });

test("reads how to unsubscribe from the header and from the links", () => {
  const field = (name: string, value: string) => ({ name, value });
  const link = { url: "https://a.test/u", text: "Unsubscribe here", in: ["html" as const] };
  assert.deepEqual(
    unsubscribing(
      [
        field("List-Unsubscribe", "<mailto:u@a.test?subject=x>, <https://a.test/one>"),
        field("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
      ],
      [link],
    ),
    { header: ["mailto:u@a.test?subject=x", "https://a.test/one"], oneClick: true, link: "https://a.test/u" },
  );
  assert.deepEqual(
    unsubscribing([field("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")], [link])?.oneClick,
    false,
  );
  assert.equal(unsubscribing([], []), undefined);
  for (const text of ["Abmelden", "Se désabonner", "Darse de baja", "Отписаться", "退订", "配信停止はこちら"])
    assert.equal(unsubscribing([], [{ ...link, text }])?.link, link.url, text);
});

test("reads of a long text and of a long link the beginning", async () => {
  const { text, links } = await htmlReading(`<a href="https://a.test">${"word ".repeat(200_000)}<p>late`);
  assert.equal(links[0]?.text.length, 500);
  assert.ok(text.startsWith("word word"));
  assert.ok(text.length < 600_000);
});
