import assert from "node:assert/strict";
import { test } from "node:test";
import { Catcher } from "#src/catcher/catcher.js";
import { PageInChromium, someMails } from "./page-in-chromium.js";

test("the page says that the catcher is gone, and goes on when it is back", async () => {
  await using open = await PageInChromium.open({ mails: someMails });
  const { page, catcher } = open;
  const port = Number(new URL(catcher.url).port);
  await catcher.close();
  await page.getByRole("alert").getByText("The catcher does not answer").waitFor();
  await using back = await Catcher.start({ http: { port } });
  await back.server.transport().send({ from: "a@b.test", to: "c@d.test", subject: "Back again", text: "x" });
  await page
    .getByRole("button", { name: "Try now" })
    .click({ timeout: 2_000 })
    .catch(() => {
      // It has tried by itself.
    });
  await open.row("Back again").waitFor();
  await page.getByText("1 mail", { exact: true }).waitFor();
  await page.getByText("The catcher does not answer").waitFor({ state: "detached" });
  await back.server.transport().send({ from: "a@b.test", to: "c@d.test", subject: "Live again", text: "x" });
  await open.row("Live again").waitFor();
});

test("on a phone the page shows the list or the mail, and a menu", async () => {
  await using open = await PageInChromium.open({
    mails: someMails,
    browser: { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true },
  });
  const { page } = open;
  await open.read("Build 5512 failed");
  await page.getByRole("searchbox").waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "Back to the list" }).click();
  await open.row("Invoice").waitFor();
  await page.getByRole("button", { name: "Menu", exact: true }).click();
  await page.getByRole("link", { name: /^Faults/ }).click();
  await page.getByRole("heading", { level: 1, name: "Faults" }).waitFor();
  assert.equal(await open.evaluate("document.documentElement.scrollWidth > innerWidth"), false);
  assert.deepEqual(open.complaints, []);
});
