import { type Browser, chromium } from "playwright-core";
import { within } from "./within.js";

/** Starts the Chromium of this machine. */
export function startChromium(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", ...args] });
}

/** Closes Chromium, if it was started. @throws Error if it does not end. */
export async function closeChromium(browser: Browser | undefined): Promise<void> {
  if (browser !== undefined) await within("closing Chromium", browser.close());
}
