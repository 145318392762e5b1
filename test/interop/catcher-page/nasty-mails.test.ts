import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Envelope } from "#src/index.js";
import { nastyMails } from "../nasty-mails.js";
import { PageInChromium } from "./page-in-chromium.js";

const script = "<script>window.top.hacked = 1</script><img src=x onerror='top.hacked = 1'>";

function nested(depth: number): string {
  let open = "";
  for (let i = 0; i < depth; i++) open += `Content-Type: multipart/mixed; boundary=b${i}\n\n--b${i}\n`;
  return `${open}Content-Type: text/plain\n\ndeep\n`;
}

/** Mails by what is wrong with them, as they are sent. */
const nasty: Readonly<Record<string, string>> = {
  "no header": "\nonly text\n",
  nothing: "\n",
  "a script in every place": `From: "${script.replaceAll('"', "")}" <a@b.test>\nSubject: ${script}\nX-Tags: ${script}\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n${script}<a href="javascript:top.hacked=1">x</a>\n--b\nContent-Type: image/svg+xml; name="${script.replaceAll('"', "")}"\n\n<svg onload="top.hacked=1"/>\n--b--\n`,
  "a subject of 200 kB": `Subject: ${"long ".repeat(190)}\n${` ${"long ".repeat(190)}\n`.repeat(200)}\ntext\n`,
  "1 MB of header": `Subject: much header\n${Array.from({ length: 1_100 }, (_, i) => `X-Field-${i}: ${"x".repeat(900)}\n`).join("")}\ntext\n`,
  "5 MB of HTML": `Subject: much HTML\nContent-Type: text/html\n\n${`<p style="display:grid">${"word ".repeat(180)}</p>\n`.repeat(5_500)}`,
  "10,000 nested parts": `Subject: deep\n${nested(10_000)}`,
  "text that runs from right to left": `Subject: =?utf-8?B?${Buffer.from("\u202egpj.exe \u05e9\u05dc\u05d5\u05dd").toString("base64")}?=\n\n\u202eabc\n`,
  "lies about its charset":
    "Subject: =?utf-8?Q?=ff=fe=00?=\nContent-Type: text/html; charset=utf-16\n\n<b>x</b>\xff\n",
};

describe("the page survives a mail with", () => {
  let open: PageInChromium;
  before(async () => {
    open = await PageInChromium.open({ hash: "#/" });
    const transport = open.catcher.server.transport();
    for (const raw of Object.values(nasty)) {
      const octets = Buffer.from(raw.replaceAll("\n", "\r\n"), "latin1");
      await transport.sendRaw(Envelope.of("a@b.test", ["c@d.test"]), octets);
    }
    await transport.close();
    await open.page.getByText(`${Object.keys(nasty).length} mails`, { exact: true }).waitFor();
  });
  after(() => open?.[Symbol.asyncDispose]());

  for (const [index, name] of Object.keys(nasty).entries())
    test(`${name}, in every view`, async () => {
      const { page } = open;
      await open.rows
        .nth(Object.keys(nasty).length - 1 - index)
        .getByRole("link")
        .click();
      await page.getByRole("tabpanel").waitFor({ timeout: 60_000 });
      for (const tab of await page.getByRole("tab").all()) {
        await tab.click();
        await page.locator(".panel .loading").waitFor({ state: "detached", timeout: 60_000 });
        assert.equal(await open.evaluate("window.hacked"), undefined);
      }
      await page.keyboard.press("Escape");
      await page.getByText("Choose a mail to read it here.").waitFor();
    });

  test("one of the tricks of nasty HTML, which are shown, and ask nobody for anything", async () => {
    const { page, catcher } = open;
    const transport = catcher.server.transport();
    for (const [index, { title, html }] of nastyMails.entries())
      await transport.send({
        from: "a@b.test",
        to: "c@d.test",
        subject: `Trick: ${title}`,
        text: "x",
        html: html(`https://canary.test/${index}`),
      });
    await page.getByText(`${Object.keys(nasty).length + nastyMails.length} mails`, { exact: true }).waitFor();
    for (const { title } of nastyMails.toReversed()) {
      await page.keyboard.press("j");
      await page.getByRole("heading", { level: 1, name: `Trick: ${title}`, exact: true }).waitFor();
      await page.locator("iframe").waitFor();
    }
    // The policy stopped what the view had taken the address from.
    for (const complaint of open.complaints.splice(0)) assert.match(complaint, /about:invalid/);
  });

  test("nothing to complain of", () => {
    assert.deepEqual(open.complaints, []);
  });
});
