import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { BrowserContextOptions } from "playwright-core";
import { PageInChromium, someMails } from "./page-in-chromium.js";

const axe = readFileSync(join("node_modules", "axe-core", "axe.min.js"), "utf8");

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

const looks: readonly (readonly [string, BrowserContextOptions])[] = [
  ["in light colours", { colorScheme: "light" }],
  ["in dark colours", { colorScheme: "dark" }],
  ["on a phone", { viewport: { width: 390, height: 780 }, hasTouch: true }],
];

for (const [look, browser] of looks) {
  describe(`axe finds nothing wrong ${look}`, () => {
    let open: PageInChromium;
    before(async () => {
      // What is fading in has less contrast.
      open = await PageInChromium.open({
        mails: someMails,
        browser: { ...browser, reducedMotion: "reduce" },
      });
    });
    after(() => open?.[Symbol.asyncDispose]());

    const check = async () => {
      // The policy lets no other script in, but that of the tools of the browser.
      await open.evaluate(axe);
      const { violations } = (await open.evaluate(
        "axe.run(document, { iframes: false, resultTypes: ['violations'] })",
      )) as { violations: Violation[] };
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
      assert.deepEqual(found, []);
    };

    test("in the list", check);

    for (const tab of ["", "text", "source", "headers", "parts", "links", "checks", "html-check", "session"])
      test(`in a mail, view ${tab || "preview"}`, async () => {
        const { page, catcher } = open;
        const { messages } = (await (await fetch(`${catcher.url}/api/v1/messages`)).json()) as {
          messages: { ID: string }[];
        };
        await page.goto(`${catcher.url}/#/message/${messages.at(-1)?.ID}/${tab}`);
        await page.getByRole("tabpanel").waitFor();
        await page.locator(".loading").waitFor({ state: "detached" });
        await check();
      });

    for (const view of ["faults", "connections"])
      test(`in the ${view}`, async () => {
        await open.page.goto(`${open.catcher.url}/#/${view}`);
        await open.page.getByRole("heading", { level: 1 }).waitFor();
        await open.page.locator(".loading").waitFor({ state: "detached" });
        await check();
      });

    for (const [name, keys] of [
      ["the keys", "?"],
      ["the commands", "Control+k"],
    ] as const)
      test(`in the dialog of ${name}`, async () => {
        await open.page.keyboard.press(keys);
        await open.page.getByRole("dialog").waitFor();
        await check();
        await open.page.keyboard.press("Escape");
      });

    test("while it has no mails", async () => {
      await open.page.goto(`${open.catcher.url}/#/`);
      await fetch(`${open.catcher.url}/api/v1/messages`, { method: "DELETE" });
      await open.page.getByRole("heading", { name: "No mail yet" }).waitFor();
      await check();
    });

    test("without a complaint of the browser", () => {
      assert.deepEqual(open.complaints, []);
    });
  });
}
