import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { closeChromium, startChromium } from "./chromium.js";

const root = process.cwd();

describe("the site that npm run docs builds, in Chromium", () => {
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  before(async () => {
    execFileSync(process.execPath, [join(".ci", "docs.js")], { stdio: "pipe", timeout: 300_000 });
    browser = await startChromium();
    page = await browser.newPage();
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (!/^(?:file|data|blob):/.test(request.url())) complaints.push(`asks for ${request.url()}`);
    });
  });
  after(() => closeChromium(browser));

  for (const [word, title] of [
    ["SmtpTransport", /^Class SmtpTransport$/],
    ["TestServer", /^Class TestServer$/],
    ["throughput", /^Many mails over few connections$/],
  ] as const) {
    test(`finds ${word} through its search`, async () => {
      await page.goto(pathToFileURL(join(root, "site", "index.html")).href);
      await page.click("#tsd-search-trigger");
      await page.fill("#tsd-search-input", word);
      await page.click("#tsd-search-results li a");
      await page.waitForURL((url) => !url.pathname.endsWith("/index.html"));
      assert.match(await page.locator("h1").first().innerText(), title);
    });
  }

  test("loads nothing from other sites and runs without an error", () => {
    assert.deepEqual(complaints, []);
  });
});
