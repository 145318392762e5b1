import assert from "node:assert/strict";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { Catcher } from "#src/catcher/catcher.js";
import type { CatcherOptions } from "#src/catcher/options/catcher-options.js";
import type { MessageFields } from "#src/message/message-fields.js";
import { closeChromium, startChromium } from "../chromium.js";
import { within } from "../within.js";

/** A catcher, and Chromium with its page. */
export class PageInChromium implements AsyncDisposable {
  readonly catcher: Catcher;
  readonly page: Page;
  /** Errors of scripts, violations of the policy, and requests to other hosts; a test ends with none. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;

  private constructor(catcher: Catcher, browser: Browser, page: Page) {
    this.catcher = catcher;
    this.#browser = browser;
    this.page = page;
    const { host } = new URL(catcher.url);
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") this.complaints.push(message.text());
    });
    page.context().on("request", (request) => {
      const url = new URL(request.url());
      if (url.host !== host && url.host !== "") this.complaints.push(`asks for ${request.url()}`);
    });
  }

  /** Starts all of it. `hash` is the part of the address from `#`. */
  static async open({
    hash = "",
    mails = [],
    catcher: options = {},
    browser: context = {},
  }: {
    hash?: string;
    mails?: readonly MessageFields[];
    catcher?: CatcherOptions;
    browser?: BrowserContextOptions;
  } = {}): Promise<PageInChromium> {
    const catcher = await Catcher.start(options);
    let browser: Browser | undefined;
    try {
      const transport = catcher.server.transport();
      for (const mail of mails) await transport.send(mail);
      await transport.close();
      browser = await startChromium();
      const page = await browser.newPage({
        viewport: { width: 1280, height: 800 },
        permissions: ["clipboard-read", "clipboard-write"],
        ...context,
      });
      page.setDefaultTimeout(20_000);
      const opened = new PageInChromium(catcher, browser, page);
      await page.goto(`${catcher.url}/${hash}`);
      await page
        .getByTestId("count")
        .getByText(/mails?$|results?$/)
        .waitFor();
      return opened;
    } catch (error) {
      await close(catcher, browser);
      throw error;
    }
  }

  /** What an expression is in the page, also if it is a promise. */
  evaluate(expression: string): Promise<unknown> {
    return within(expression.slice(0, 60), this.page.evaluate(expression));
  }

  /** The rows of the list. */
  get rows(): Locator {
    return this.page.locator(".row:not(.ghost)");
  }

  /** The row of a mail, by its subject. */
  row(subject: string): Locator {
    return this.rows.filter({ hasText: subject });
  }

  /** Opens a mail by its subject. */
  async read(subject: string): Promise<void> {
    await this.row(subject).getByRole("link").click();
    await this.page.getByRole("heading", { level: 1, name: subject }).waitFor();
  }

  /** Opens a tab of the mail that is open. @returns the panel */
  async tab(name: string): Promise<Locator> {
    await this.page.getByRole("tab", { name }).click();
    return this.page.getByRole("tabpanel");
  }

  /** Waits until the page has this title. */
  async titled(title: string): Promise<void> {
    await this.until(async () => assert.equal(await this.page.title(), title));
  }

  /** Waits until the focus is in an element that a selector finds, or its text is there. */
  async focused(selector: string, text = ""): Promise<void> {
    const element = `document.activeElement?.closest(${JSON.stringify(selector)})`;
    await this.until(async () => {
      const found = await this.evaluate(`${element}?.textContent`);
      assert.ok(typeof found === "string" && found.includes(text), `the focus is not in ${selector} ${text}`);
    });
  }

  /** Scrolls the list to a part of its height, from 0 to 1. */
  async scrollTo(part: number): Promise<void> {
    const scroller = this.page.getByTestId("scroller");
    await scroller.evaluate((element, to) => {
      const { scrollHeight } = element as unknown as { readonly scrollHeight: number };
      (element as unknown as { scrollTop: number }).scrollTop = to * scrollHeight;
    }, part);
  }

  /** Waits until something holds, as told by the page; the last reason is the error. */
  async until(check: () => Promise<void>): Promise<void> {
    const end = Date.now() + 20_000;
    for (;;) {
      try {
        return await check();
      } catch (error) {
        if (Date.now() > end) throw error;
        await this.page.waitForTimeout(25);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await close(this.catcher, this.#browser);
  }
}

async function close(catcher: Catcher, browser: Browser | undefined): Promise<void> {
  try {
    await closeChromium(browser);
  } finally {
    await catcher.close();
  }
}

/** Mails of several kinds, oldest first. */
export const someMails: readonly MessageFields[] = [
  {
    from: { name: "Anna Berg", address: "anna@shop.test" },
    to: "you@app.test",
    subject: "Your code is 402193",
    text: "Your code is 402193.\n\nConfirm at https://app.test/confirm?token=7 soon.\n",
    html:
      '<html><body style="background:#eee"><h1 style="display:flex">Welcome</h1>' +
      '<p>Your code is <b>402193</b>. <a href="https://app.test/confirm?token=7">Confirm</a></p>' +
      '<img src="https://track.test/open.gif" alt="picture"></body></html>',
  },
  { from: "bot@ci.test", to: "team@corp.test", subject: "Build 5512 failed", text: "See the log." },
  {
    from: "noreply@shop.test",
    to: ["you@app.test", "boss@corp.test"],
    subject: "Invoice for November",
    text: "The invoice is attached.",
    headers: { "X-Tags": "billing" },
  },
];
