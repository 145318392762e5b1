import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parse } from "parse5";
import { htmlView } from "#src/catcher/view/html-view.js";
import { fc } from "../../property.js";
import { turnsDuring } from "../turns-during.js";

/** The view without what stands before every mail. */
async function shown(html: string, options: Parameters<typeof htmlView>[1] = {}): Promise<string> {
  const { html: view } = await htmlView(html, options);
  const { html: begin } = await htmlView("");
  assert.ok(view.startsWith(begin));
  return view.slice(begin.length);
}

describe("keeps what makes a mail look as it should", () => {
  for (const html of [
    '<p class="a" style="color:red">Hi <b>you</b></p>',
    '<table width="600" cellpadding="0" bgcolor="#fff"><tr><td align="center" valign="top" colspan="2">x</td></tr></table>',
    '<html lang="de" dir="ltr"><body style="margin:0"><center>x</center></body></html>',
    '<ol type="a" start="3"><li value="4">x</li></ol>',
    "<style>@media (max-width:600px){.a{display:block!important}}</style>",
    '<style media="screen">.a > b{}</style>',
    '<details open=""><summary>More</summary>x</details>',
    "<p>&lt;b&gt; &amp; \u{1f600}</p>",
    '<div role="presentation" aria-label="x">x</div>',
  ])
    test(html, async () => assert.equal(await shown(html), html));
});

describe("leaves out what loads, runs, sends or hides something", () => {
  for (const [html, expected] of [
    ["<script>alert(1)</script>x", "x"],
    ["<img src=x onerror=alert(1)>", "<img>"],
    ['<p onclick="x" ONLOAD=y>x</p>', "<p>x</p>"],
    ['<iframe src="https://evil.test"></iframe>x', "x"],
    ['<iframe srcdoc="<img src=https://evil.test>">', ""],
    ['<frameset><frame src="https://evil.test"></frameset>', ""],
    ['<object data="https://evil.test"><embed src="https://evil.test">x</object>', "x"],
    ['<applet code="x"></applet>', ""],
    ['<base href="https://evil.test/">', ""],
    ['<link rel="stylesheet" href="https://evil.test/a.css"><link rel=dns-prefetch href=//evil.test>', ""],
    ['<meta http-equiv="refresh" content="0;url=https://evil.test">', ""],
    ['<meta http-equiv="Content-Security-Policy" content="img-src *">', ""],
    [
      '<form action="https://evil.test"><input name="a" formaction="https://evil.test"><button>Go</button></form>',
      '<input name="a" disabled><button type="button" disabled>Go</button>',
    ],
    ['<input type="image" src="https://evil.test">', "<input disabled>"],
    [
      '<svg><image href="https://evil.test"/><script>x</script><a xlink:href="javascript:x">y</a></svg>',
      "<img><a>y</a>",
    ],
    [
      '<svg><style><img src="https://evil.test"></style></svg>',
      '<style>< img src="https://evil.test"></style>',
    ],
    [
      "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style>",
      "<table><style>< img src=x onerror=alert(1)></style>",
    ],
    ['<video poster="https://evil.test" src="https://evil.test">x</video>', "x"],
    ['<audio src="https://evil.test"></audio>', ""],
    ['<template><img src="https://evil.test"></template>x', "x"],
    ["<noscript><p>x</p></noscript>", "<p>x</p>"],
    ["<title>x</title><!-- <b> --><![CDATA[<b>]]><?php ?>", "]]&gt;"],
    ["<plaintext><b>", "<pre>&lt;b&gt;"],
    ["<xmp><b></xmp>x", "<pre>&lt;b&gt;</pre>x"],
    ["<textarea></p><img src=x></textarea>", "<textarea disabled>&lt;/p&gt;&lt;img src=x&gt;</textarea>"],
    ["<noembed><img src=x></noembed><noframes><img src=x></noframes>", ""],
    [
      '<p style="background:url(https://evil.test/a)">x</p>',
      '<p style="background:url(&quot;about:invalid&quot;)">x</p>',
    ],
    ['<td background="https://evil.test/a">', "<td>"],
    ['<img srcset="https://evil.test/a 2x"><source srcset="https://evil.test/b">', "<img>"],
    [
      '<img src="https://evil.test/a" lowsrc="https://evil.test/b" alt="A" width="10">',
      '<img alt="A" width="10">',
    ],
    ['<img src="//evil.test/a">', "<img>"],
    ['<image src="https://evil.test/a">', "<img>"],
    ["<select><style><img src=x></style></select>", "<style>< img src=x></style>"],
    ["<x-custom is=a>x</x-custom>", "x"],
    ["<p/onclick=x>", "<p>"],
    ["<p <img src=x>", "<p>"],
    ["<p ping=x attributionsrc=y slot=z>", "<p>"],
  ] as const)
    test(html, async () => assert.equal(await shown(html), expected));
});

describe("rewrites CSS", () => {
  for (const [css, expected] of [
    ['@import "https://evil.test/a.css"; p{color:red}', "  p{color:red}"],
    ["@import url(//evil.test/a.css) screen;p{}", " p{}"],
    ["@\\69mport 'https://evil.test';p{}", " p{}"],
    ["a{background:URL( 'https://evil.test' )}", 'a{background:URL( "about:invalid" )}'],
    ["a{background:u\\72l(https://evil.test)}", 'a{background:url("about:invalid")}'],
    ["a{background:image-set('https://evil.test' 1x)}", 'a{background:image-set("about:invalid" 1x)}'],
    [
      "@font-face{font-family:x;src:url(https://evil.test)}",
      '@font-face{font-family:x;src:url("about:invalid")}',
    ],
    ["a{--x:url(https://evil.test)}", 'a{--x:url("about:invalid")}'],
    ["a::after{content:'</style><img src=x>'}", "a::after{content:'\\3c /style>\\3c img src=x>'}"],
    ["a.\\<script>b{color:red}", "a.\\3c script>b{color:red}"],
    ["a::after{content:'\\<b\\\\<c'}", "a::after{content:'\\3c b\\\\\\3c c'}"],
    ["</**//style><img src=x>", "<  /style>< img src=x>"],
    ["@media (400px<=width<600px){a{}}", "@media (400px<=width< 600px){a{}}"],
    ["a{background:url(https://evil.test", 'a{background:url("about:invalid")'],
    ["a{background:url(ht tps://evil.test)}", "a{background: }"],
  ] as const)
    test(css, async () => {
      // As an attribute it is neither cut at </style, nor is it read as HTML.
      const view = await shown(`<p style="${css.replaceAll('"', "&quot;")}">`);
      assert.equal(
        view,
        `<p style="${expected.replace(/[<>"&]/g, (c) => ({ "<": "&lt;", ">": "&gt;", '"': "&quot;", "&": "&amp;" })[c] as string)}">`,
      );
    });
});

test("lets links open a new tab without opener and referrer, and only to pages, addresses and telephones", async () => {
  const link = (href: string): Promise<string> =>
    shown(`<a href="${href}" target="_self" rel="opener" ping="https://evil.test" download>x</a>`);
  for (const href of ["https://a.test/x?y=1", "http://a.test/", "mailto:a@b.test", "tel:+49301"])
    assert.equal(await link(href), `<a href="${href}" target="_blank" rel="noopener noreferrer">x</a>`);
  assert.equal(
    await link("HTTPS://A.test/ x"),
    '<a href="https://a.test/%20x" target="_blank" rel="noopener noreferrer">x</a>',
  );
  assert.equal(await link("#top"), '<a href="#top">x</a>');
  for (const href of [
    "javascript:alert(1)",
    " java\nscript:alert(1)",
    "&#106;avascript:x",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:x",
    "/relative",
    "//evil.test",
    "view-source:https://a.test",
    "x",
  ])
    assert.equal(await link(href), "<a>x</a>", href);
});

test("shows images of the mail, and those of other hosts only if asked for, and names these", async () => {
  const inline = new Map([
    ["logo@a.test", { type: "image/png", content: Buffer.from("PNG") }],
    ["page@a.test", { type: "text/html", content: Buffer.from("<script>") }],
    ["draw@a.test", { type: "image/svg+xml", content: Buffer.from("<svg/>") }],
  ]);
  const html =
    '<img src="cid:logo@a.test"><img src="cid:logo%40a.test"><img src="cid:page@a.test"><img src="cid:draw@a.test">' +
    '<img src="cid:none"><img src="data:image/gif;base64,R0lGOD"><img src="data:image/svg+xml,x"><img src="data:text/html,x">' +
    '<img src="https://cdn.test/a.png"><td background="http://cdn.test/b.png"><p style="background:url(//cdn.test/c.png)">';
  const png = '<img src="data:image/png;base64,UE5H">';
  const kept = `${png}${png}<img><img><img><img src="data:image/gif;base64,R0lGOD"><img><img>`;
  assert.equal(
    await shown(html, { inline }),
    `${kept}<img><td><p style="background:url(&quot;about:invalid&quot;)">`,
  );
  const { remote } = await htmlView(html, { inline });
  assert.deepEqual(remote, ["https://cdn.test/a.png", "http://cdn.test/b.png", "https://cdn.test/c.png"]);
  assert.equal(
    await shown(html, { inline, remote: true }),
    `${kept}<img src="https://cdn.test/a.png"><td background="http://cdn.test/b.png"><p style="background:url(&quot;https://cdn.test/c.png&quot;)">`,
  );
});

test("shows the first image of a srcset if there is no other", async () => {
  assert.equal(
    await shown('<img srcset="https://a.test/1.png 1x, https://a.test/2.png 2x">', { remote: true }),
    '<img src="https://a.test/1.png">',
  );
});

test("embeds an image a thousand times only as far as there is room", async () => {
  const inline = new Map([["a", { type: "image/png", content: Buffer.alloc(3 * 1_048_576) }]]);
  const view = await htmlView('<img src="cid:a">'.repeat(1000), { inline });
  assert.ok(view.html.length < 40 * 1_048_576);
});

describe("shows the colour scheme that is asked for", () => {
  const css =
    "<style>@media (prefers-color-scheme: dark){p{color:red}}:root{color-scheme:light dark}</style>";
  const meta = '<meta name="Color-Scheme" content="light dark">';
  for (const [scheme, styles, metas] of [
    [undefined, css, '<meta name="color-scheme" content="light dark">'],
    [
      "dark",
      "<style>@media (min-width:0){p{color:red}}:root{color-scheme:dark}</style>",
      '<meta name="color-scheme" content="dark">',
    ],
    [
      "light",
      "<style>@media (min-width:99999999px){p{color:red}}:root{color-scheme:light}</style>",
      '<meta name="color-scheme" content="light">',
    ],
  ] as const)
    test(String(scheme), async () => assert.equal(await shown(css + meta, { scheme }), styles + metas));
});

test("writes nothing that is not allowed, whatever it reads, and nothing new if it reads that again", async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      ..."<script>|</script>|<style>|</style>|<svg>|</svg>|<math>|<select>|</select>|<textarea>|</textarea>|<title>|</title>|<table>|<template>|</template>|<noscript>|<plaintext>|<xmp>|<!--|-->|<![CDATA[|]]>|<iframe>|</iframe>|<a href=\"|<img src=\"https://evil.test/|<p style=\"background:url(|@import 'https://evil.test'|url(\"|image-set('https://evil.test' 1x)|/*|*/|\\|</|<|>|\"|'|)|onerror=x|&lt;|&#x3c;|&quot;|<form action=x>|<base href=x>|<meta http-equiv=refresh>|<option>|<frameset>|<mglyph>|<foreignObject>".split(
        "|",
      ),
    ),
    fc.string({ maxLength: 5 }),
  );
  const check = fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
    const { html: view } = await htmlView(pieces.join(""));
    assert.doesNotMatch(
      view,
      /<(?:script|iframe|object|embed|link|base|svg|math|form|template|frame|meta http)/i,
    );
    for (const node of nodesOf(parse(view))) {
      assert.doesNotMatch(
        node.nodeName,
        /^(?:script|iframe|object|embed|link|base|svg|math|form|template|frame|frameset)$/,
      );
      for (const { name, value } of node.attrs ?? []) {
        assert.doesNotMatch(name, /^on|^(?:srcset|action|formaction|ping|poster|data|http-equiv)$/);
        if (name === "src" || name === "background") assert.match(value, /^data:image\//);
        if (name === "href") assert.match(value, /^(?:https?:|mailto:|tel:|#)/);
      }
    }
  });
  await fc.assert(check, { numRuns: 1000 });
});

interface Node {
  readonly nodeName: string;
  readonly attrs?: readonly { readonly name: string; readonly value: string }[];
  readonly childNodes?: readonly Node[];
}

function* nodesOf(root: object): Generator<Node> {
  const open = [root as Node];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    yield node;
    open.push(...(node.childNodes ?? []));
  }
}

test("needs time that grows with the size of the HTML, however it is nested", async () => {
  const kinds = [
    "<div>",
    "<b><i>",
    '<a href="https://a.test">',
    "<table><tr><td>",
    '<p style="color:red;background:url(x)">',
    "<svg><style>",
    "<!--",
    "&amp;&lt;",
    "<style>a{b:c(d('e'",
  ];
  for (const piece of kinds) {
    const time = (size: number): Promise<number> => cpuTime(piece.repeat(Math.ceil(size / piece.length)));
    await time(100_000);
    const small = Math.max(await time(100_000), 3000);
    assert.ok((await time(1_000_000)) < 40 * small, piece);
  }
});

test("needs time that grows with the size of the HTML if a single tag or comment fills it", async () => {
  for (const begin of ['<img src="data:image/png;base64,', "<!--"]) {
    const time = (size: number): Promise<number> => cpuTime(begin + "QUJD".repeat(size / 4));
    await time(1_000_000);
    const small = Math.max(await time(1_000_000), 20_000);
    assert.ok((await time(16_000_000)) < 32 * small, begin);
  }
});

/** How long the processor works on a view, in microseconds. */
async function cpuTime(html: string): Promise<number> {
  const before = process.cpuUsage();
  await htmlView(html);
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

test("reads large HTML in slices, in which other things happen, and ends with its signal", async () => {
  const large = '<p style="color:red">Some <b>words</b> &amp; more</p>'.repeat(40_000);
  const reading = htmlView(large);
  assert.ok((await turnsDuring(reading)) > 3);
  assert.ok((await reading).html.endsWith(large));
  const controller = new AbortController();
  const ended = htmlView(large, { signal: controller.signal });
  controller.abort(new Error("gone"));
  await assert.rejects(ended, /gone/);
});

test("shows the same wherever the pieces end in which it reads", async () => {
  const tail =
    "<p title='a&lt;b' class=x>\ud83d\ude00 &eacute;&amp;&notit; \r\n<!-- - -- -->x<style>a{b:c}</style ><br/><textarea>\r</p></textarea>&#x1F600;z";
  const alone = await shown(tail);
  for (let length = 32_768 - tail.length; length <= 32_768; length++) {
    const before = "x".repeat(length);
    assert.equal(await shown(before + tail), before + alone, String(length));
  }
});

test("shows a tag of many pieces whole, and what is before and behind it", async () => {
  const image = `<img src="data:image/png;base64,${"QUJD".repeat(500_000)}">`;
  const html = `<p>\ud83d\ude00 a</p>${image}<p>b &amp; c</p>${image}${"\ud83d\ude00".repeat(200_000)}<b>d</b>`;
  const view = await shown(html);
  assert.equal(view.length, html.length);
  assert.ok(view === html);
});

test("leaves out styles of more than a megabyte", async () => {
  const css = "p{color:red}".repeat(90_000);
  assert.equal(
    await shown(`<style>${css}</style><p style="${css}">x</p>`),
    '<style></style><p style="">x</p>',
  );
});
