import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { htmlView } from "#src/catcher/view/html-view.js";
import { closeChromium, startChromium } from "./chromium.js";

const dot =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

/** What newsletters are made of, and what old programs write. */
const letter = `<!DOCTYPE html><html lang="en" dir="ltr" xmlns="http://www.w3.org/1999/xhtml"><head><meta charset="utf-8"><title>News</title>
<style type="text/css">body{margin:0;font-family:Georgia,serif} .btn{display:inline-block;padding:12px 24px;background:#c00;color:#fff;border-radius:4px;text-decoration:none} a:hover{color:red}
@media only screen and (max-width:480px){.col{display:block!important;width:100%!important}} table{border-collapse:collapse} td>p:first-child{color:#090} .bg{background:linear-gradient(90deg,#eee,#ccc)} li::marker{color:blue} [dir=rtl]{text-align:right}
.grid{display:grid;grid-template-columns:repeat(2,1fr);gap:8px} .x::before{content:"\\2713 <ok>"; } @supports (display:flex){.f{display:flex}} </style>
<!--[if mso]><style>td{background:red}</style><![endif]--></head>
<body bgcolor="#ffffee" text="#222222" link="#0000cc" style="margin:0;padding:10px">
<center><table width="600" cellpadding="8" cellspacing="0" border="1" bordercolor="#999999" align="center" role="presentation"><tr valign="top"><td class="col bg" width="40%" bgcolor="#eeeeff" align="right"><p>One</p><p>Two</p></td><td class="col" nowrap><h1 style="font:bold 24px Arial">Title &amp; more</h1><a class="btn" href="https://a.test/">Go</a><br><img src="cid:dot" width="40" height="20" style="border:2px solid"></td></tr></table></center>
<font face="Courier" size="5" color="green">Font</font> <big>big</big> <small>small</small> <strike>s</strike> <tt>tt</tt><hr size="3" noshade width="50%"><ol type="A" start="3"><li>x<li value="9">y</ol><blockquote style="border-left:2px solid">q</blockquote><pre>a   b
 c</pre><div dir="rtl">שלום</div><div class="grid"><div>1</div><div>2</div></div><p class="x">check</p><div class="f"><span>a</span><span>b</span></div><sup>1</sup><sub>2</sub><kbd>k</kbd><dl><dt>t<dd>d</dl><details open><summary>s</summary>t</details><table><caption>c</caption><colgroup><col width="100"><col></colgroup><thead><tr><th scope="col">h<th>i</thead><tbody><tr><td rowspan="2">r<td>s<tr><td>t</table><abbr title="x">abbr</abbr><ins>i</ins><del>d</del><q>q</q><mark>m</mark><marquee scrollamount="0" behavior="alternate">mm</marquee><progress value="3" max="5"></progress>
</body></html>`;

describe("the view of a mail in Chromium", () => {
  let browser: Browser;

  before(async () => {
    browser = await startChromium();
  });
  after(() => closeChromium(browser));

  async function picture(html: string, width: number): Promise<Buffer> {
    const page = await browser.newPage({ viewport: { width, height: 1200 } });
    await page.setContent(html);
    const taken = await page.screenshot({ animations: "disabled" });
    await page.close();
    return taken;
  }

  for (const [device, width] of [
    ["a phone", 375],
    ["a tablet", 768],
    ["a desk", 1200],
  ] as const)
    test(`looks on ${device} exactly as the mail does without protection`, async () => {
      const image = { type: "image/png", content: Buffer.from(dot, "base64") };
      const view = await htmlView(letter, { inline: new Map([["dot", image]]) });
      const bare = letter.replace("cid:dot", `data:image/png;base64,${dot}`);
      assert.ok((await picture(bare, width)).equals(await picture(view.html, width)));
    });

  test("shows the styles for the dark, or those for the light, as it is asked to", async () => {
    const html =
      '<meta name="color-scheme" content="light dark"><style>:root{color-scheme:light dark}' +
      "p{color:#111}@media (prefers-color-scheme: dark){p{color:#eee}}</style><p>x</p>";
    const page = await browser.newPage();
    for (const [scheme, color, canvas] of [
      ["light", "rgb(17, 17, 17)", "light"],
      ["dark", "rgb(238, 238, 238)", "dark"],
    ] as const) {
      // The browser itself prefers the other one.
      await page.emulateMedia({ colorScheme: scheme === "dark" ? "light" : "dark" });
      await page.setContent((await htmlView(html, { scheme })).html);
      assert.equal(await page.evaluate("getComputedStyle(document.querySelector('p')).color"), color);
      assert.equal(await page.evaluate("getComputedStyle(document.documentElement).colorScheme"), canvas);
    }
    await page.close();
  });
});
