import assert from "node:assert/strict";
import { test } from "node:test";
import { canIEmail } from "#src/catcher/html-check/caniemail.js";
import {
  attributeFeatures,
  elementFeatures,
  imageFeatures,
} from "#src/catcher/html-check/element-features.js";
import { findFeatures } from "#src/catcher/html-check/found-features.js";
import { htmlCheck } from "#src/catcher/html-check/html-check.js";
import { inlineMarkdown } from "#src/catcher/html-check/inline-markdown.js";
import { declarationFeatures, sheetFeatures } from "#src/catcher/html-check/style-features.js";

function slugs(html: string): Record<string, number> {
  return Object.fromEntries([...findFeatures(html).counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

test("has data for every feature that it looks for", () => {
  const { features } = canIEmail();
  const looked = [
    ...Object.keys({ ...elementFeatures, ...imageFeatures, ...attributeFeatures, ...sheetFeatures }),
    ...declarationFeatures.keys(),
  ];
  assert.deepEqual(
    looked.filter((slug) => !features.has(slug)),
    [],
  );
  const grid = features.get("css-display-grid");
  assert.ok(grid && grid.clients.length > 20);
  assert.ok(
    grid.clients.every(
      ({ name, support }) => !name.includes("undefined") && /^(?:yes|no|partial)$/.test(support),
    ),
  );
});

test("counts elements, attributes and images", () => {
  const html = `<body bgcolor=red><form><input type="text"><input type=checkbox><select></select></form>
    <img src="a.WEBP?x=1"><img src="data:image/png;base64,AA"><a href="#top">top</a><section>x</section>
    <!-- <video> --><svg></svg><img srcset="a 2x"></body>`;
  assert.deepEqual(slugs(html), {
    "css-background-color": 1,
    "html-anchor-links": 1,
    "html-body": 1,
    "html-form": 1,
    "html-input-checkbox": 1,
    "html-input-text": 1,
    "html-select": 1,
    "html-semantics": 1,
    "html-srcset": 1,
    "html-svg": 1,
    "image-base64": 1,
    "image-webp": 1,
  });
});

test("counts the elements on which a declaration acts, inline or by a rule", () => {
  const html = `<style>/* .gone { opacity: 0 } */
    .box, td.x > b { border-radius: 4px; }
    #one { width: calc(1px + 2rem) }
    p[data-a="1"] + p { float: left }
    a:hover { color: rgb(1, 2, 3) }
    @media (max-width: 9px) { p { position: fixed } }
    @import url("http://a.test/x.css");
    .nobody { z-index: 1 }</style>
    <div class="a box"><div class=box id=one style="DISPLAY : Flex; opacity:.5"></div></div>
    <table><tr><td class="x"><b>1</b><i><b>2</b></i></td></tr></table><p data-a=1></p><p></p><p></p>`;
  assert.deepEqual(slugs(html), {
    "css-at-import": 1,
    "css-at-media": 1,
    "css-border-radius": 3,
    "css-display": 1,
    "css-display-flex": 1,
    "css-float": 1,
    "css-opacity": 1,
    "css-pseudo-class-hover": 1,
    "css-unit-calc": 1,
    "css-unit-rem": 1,
    "css-width": 1,
    "html-style": 1,
  });
});

test("reports what mail programs support, the worst first", () => {
  const { Warnings, Platforms, Total } = htmlCheck(
    '<html><body><p style="display:grid">x</p><p>y</p><script>x()</script><script type="application/ld+json">{}</script></body></html>',
  );
  assert.equal(Total.Nodes, 5);
  assert.ok(Total.Tests > 150);
  assert.ok(Math.abs(Total.Supported + Total.Partial + Total.Unsupported - 100) < 1e-6);
  assert.deepEqual(Warnings.map(({ Slug }) => Slug).sort(), [
    "css-display",
    "css-display-grid",
    "html-body",
    "html-script",
  ]);
  const weights = Warnings.map(({ Score }) => (Score.Partial + Score.Unsupported) * Score.Found);
  assert.deepEqual(
    weights,
    [...weights].sort((a, b) => b - a),
  );
  const grid = Warnings.find(({ Slug }) => Slug === "css-display-grid");
  assert.ok(grid && grid.Score.Unsupported > 0 && grid.Results.some(({ Name }) => Name.startsWith("Gmail")));
  assert.match(grid.URL, /^https:\/\/www\.caniemail\.com\/features\//);
  assert.ok(Platforms["ios"]?.includes("Gmail"));
});

test("escapes the text of the data, but for code, emphasis and links", () => {
  assert.equal(
    inlineMarkdown("`<b>` is **not** [known](https://a.test/?x=1&y=2) & <script>"),
    '<code>&lt;b&gt;</code> is <strong>not</strong> <a href="https://a.test/?x=1&amp;y=2" target="_blank" rel="noopener noreferrer">known</a> &amp; &lt;script&gt;',
  );
  assert.equal(inlineMarkdown('[x](javascript:alert(1)) "'), "[x](javascript:alert(1)) &quot;");
});

test("takes a time that grows with the HTML alone", () => {
  const nasty = [
    "<div>".repeat(100_000),
    `<style>${"a b c d e f{opacity:1}".repeat(20_000)}</style>${"<a><b><c>".repeat(20_000)}`,
    `<style>${"x ".repeat(5000)}{opacity:1}</style>${"<x>".repeat(50_000)}`,
    `<style>${"*~*~*~*{opacity:1}".repeat(1000)}</style>${"<p></p>".repeat(20_000)}`,
    `<style>${"a b{opacity:1}".repeat(5000)}</style>${"<b>".repeat(60_000)}`,
    `<style>${"{".repeat(200_000)}`,
    `<p style="${"a:b;".repeat(100_000)}">`,
    `<p ${"a".repeat(200_000)}`,
    `<p a="${"<!--".repeat(50_000)}`,
    "<!-".repeat(100_000),
    `<style>${"[a=".repeat(50_000)}{opacity:1}</style><p>`,
    "</p>".repeat(200_000),
    `<p style='${"&amp;".repeat(100_000)}'>`,
  ];
  for (const html of nasty) {
    const before = process.cpuUsage();
    htmlCheck(html);
    const { user, system } = process.cpuUsage(before);
    assert.ok(user + system < 8_000_000, `${html.slice(0, 40)}: ${(user + system) / 1000} ms`);
  }
});
