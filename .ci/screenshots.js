/**
 * Makes pictures of the main views of the catcher's page, in screenshots/: `npm run screenshots`. It needs Chromium.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import "./prepare.js";

const { PageInChromium, someMails } = await import("../.build/test/interop/catcher-page/page-in-chromium.js");

const folder = "screenshots";
const phone = { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true };
const desktop = { viewport: { width: 1280, height: 800 } };
const tabs = ["preview", "source", "parts", "links", "checks", "html-check", "session"];

mkdirSync(folder, { recursive: true });
for (const [look, browser] of [
  ["light", { ...desktop, colorScheme: "light" }],
  ["dark", { ...desktop, colorScheme: "dark" }],
  ["phone", phone],
]) {
  const open = await PageInChromium.open({ mails: someMails, browser });
  const take = (name) => open.page.screenshot({ path: join(folder, `${look}-${name}.png`) });
  await take("list");
  await open.read("Your code is 402193");
  const address = open.page.url();
  for (const tab of tabs) {
    await open.page.goto(`${address}/${tab}`);
    await open.page.getByRole("tabpanel").waitFor();
    await open.page.locator(".panel .loading").waitFor({ state: "detached" });
    await take(`mail-${tab}`);
  }
  for (const view of ["faults", "connections"]) {
    await open.page.goto(`${open.catcher.url}/#/${view}`);
    await open.page.getByRole("heading", { level: 1 }).waitFor();
    await take(view);
  }
  await open[Symbol.asyncDispose]();
}
console.log(`The pictures are in ${join(process.cwd(), folder)}.`);
