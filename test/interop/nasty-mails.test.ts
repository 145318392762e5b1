import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Catcher } from "envoi/catcher";
import type { Browser, Page } from "playwright-core";
import { htmlView } from "#src/catcher/view/html-view.js";
import { viewHeaders } from "#src/catcher/view/view-policy.js";
import { type Canary, startCanary } from "./canary.js";
import { closeChromium, startChromium } from "./chromium.js";
import { leading, nastyMails } from "./nasty-mails.js";
import { within } from "./within.js";

/** Longer than the slowest refresh of a nasty mail. */
const patience = 2500;
const size = { width: 600, height: 400 };

describe("nasty mails in Chromium", () => {
  let browser: Browser;
  let canary: Canary;
  let catcher: Catcher;
  let folder: string;
  /** The paths of the views, in the order of the mails. */
  let views: readonly string[];
  const netLog = () => join(folder, "net.json");

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "envoi-nasty-"));
    canary = await startCanary();
    catcher = await Catcher.start();
    browser = await startChromium([`--log-net-log=${netLog()}`]);
    const ids: string[] = [];
    for (const [index, { html }] of nastyMails.entries())
      ids.push(await caught(html(`${canary.url}/${index}`)));
    views = ids.map((id) => `/api/lab/messages/${id}/html`);
  });
  after(async () => {
    try {
      await closeChromium(browser);
    } finally {
      await catcher?.close();
      await canary?.[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  /** Catches a mail with this HTML, and returns its id. */
  async function caught(html: string): Promise<string> {
    const raw = `Subject: x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n${html}\r\n`;
    await catcher.server.transport().sendRaw({ from: "a@a.test", to: ["b@b.test"] }, Buffer.from(raw));
    const answer = await fetch(`${catcher.url}/api/lab/messages?limit=1`);
    const { messages } = (await answer.json()) as { messages: readonly { id: string }[] };
    return messages[0]?.id ?? "";
  }

  /** Shows pages in frames of a page of the same origin, until all is loaded and some time has passed. */
  async function shown(page: Page, paths: readonly string[], sandbox: string | undefined): Promise<void> {
    const shown = page.evaluate(`(async () => {
      document.body.replaceChildren();
      await Promise.all(${JSON.stringify(paths)}.map((url) => new Promise((resolve) => {
        const frame = document.createElement("iframe");
        ${sandbox === undefined ? "" : `frame.setAttribute("sandbox", "${sandbox}");`}
        Object.assign(frame, { width: "${size.width}", height: "${size.height}", onload: resolve, src: url });
        document.body.append(frame);
        setTimeout(resolve, 10_000);
      })));
    })()`);
    await within("showing the mails", shown, 60_000);
    await pause(patience);
  }

  /** Which mails reached the canary since then. */
  function leaks(since: number): string[] {
    const asked = canary.requests.slice(since).map(({ path }) => Number(/^\/(\d+)/.exec(path)?.[1]));
    return [...new Set(asked)].sort((a, b) => a - b).map((index) => nastyMails[index]?.title ?? "unknown");
  }

  /** Serves pages as somebody would who does not protect anybody. */
  async function unprotected(
    pages: readonly string[],
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly url: string; readonly server: Server }> {
    const server = createServer(({ url = "" }, response) => {
      const page = pages[Number(url.slice(1))];
      for (const [name, value] of Object.entries(page === undefined ? {} : headers))
        response.setHeader(name, value);
      response.setHeader("content-type", "text/html; charset=utf-8");
      response.end(page ?? "<body></body>");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
  }

  async function leaksOf(
    pages: readonly string[],
    headers: Readonly<Record<string, string>>,
    sandbox: string | undefined,
  ): Promise<string[]> {
    const since = canary.requests.length;
    const { url, server } = await unprotected(pages, headers);
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      // A mail that moves the whole window would end the test of the others.
      await page.route(`${canary.url}/**`, (route) => route.continue());
      for (let begin = 0; begin < pages.length; begin += 100) {
        await page.goto(`${url}/none`);
        await shown(
          page,
          pages.slice(begin, begin + 100).map((_, at) => `/${begin + at}`),
          sandbox,
        );
      }
    } finally {
      await context.close();
      server.closeAllConnections();
      server.close();
    }
    return leaks(since);
  }

  const raw = () => nastyMails.map(({ html }, index) => html(`${canary.url}/${index}`));

  test("are of many kinds, and most of them reach the canary if nobody protects the reader", async () => {
    assert.ok(nastyMails.length >= 50);
    assert.ok(new Set(nastyMails.map(({ kind }) => kind)).size >= 13);
    const pages = raw().filter((html) => !html.includes("top.location"));
    const found = await leaksOf(pages, {}, undefined);
    assert.ok(found.length >= 35, `only ${found.length}: ${found.join(", ")}`);
  });

  test("reach nobody in the view, in a frame of the page", async () => {
    const since = canary.requests.length;
    const connections = canary.connections();
    const context = await browser.newContext();
    const page = await context.newPage();
    const dialogs: string[] = [];
    page.on("dialog", (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    await page.goto(`${catcher.url}/`);
    await shown(page, views, "allow-popups allow-popups-to-escape-sandbox");
    assert.deepEqual(leaks(since), []);
    assert.equal(canary.connections(), connections, "a connection without a request");
    assert.deepEqual(dialogs, []);
    assert.equal(new URL(page.url()).origin, catcher.url);
    await context.close();
  });

  test("reach nobody if the view is opened by itself", async () => {
    const since = canary.requests.length;
    const connections = canary.connections();
    const context = await browser.newContext();
    const pages = await Promise.all(views.map(() => context.newPage()));
    for (const [index, page] of pages.entries()) {
      const answer = await page.goto(`${catcher.url}${views[index]}`);
      assert.equal(answer?.status(), 200);
    }
    await pause(patience);
    for (const [index, page] of pages.entries()) assert.equal(page.url(), `${catcher.url}${views[index]}`);
    assert.deepEqual(leaks(since), []);
    assert.equal(canary.connections(), connections, "a connection without a request");
    await context.close();
  });

  test("reach nobody by the rewriting alone, without the policy and the sandbox", async () => {
    assert.deepEqual(
      await leaksOf(await Promise.all(raw().map(async (html) => (await htmlView(html)).html)), {}, undefined),
      [],
    );
  });

  test("run nothing and load nothing by the policy alone, without the rewriting", async () => {
    const found = await leaksOf(raw(), viewHeaders({ remote: false }), undefined);
    // What a policy cannot forbid: these need the rewriting.
    const known = ["a connection", "a refresh", "a refresh in the body, after a second"];
    assert.deepEqual(
      found.filter((title) => !known.includes(title)),
      [],
    );
  });

  test("lead nowhere by a click, but those with a link to a page, which open a tab without opener and referrer", async () => {
    const context = await browser.newContext({ viewport: size });
    const page = await context.newPage();
    await page.goto(`${catcher.url}/`);
    for (const [index, { title }] of nastyMails.entries()) {
      const since = canary.requests.length;
      const loaded = page.evaluate(`new Promise((resolve) => {
        const frame = document.createElement("iframe");
        frame.setAttribute("sandbox", "allow-popups allow-popups-to-escape-sandbox");
        frame.style.cssText = "position:fixed;inset:0;border:0;width:${size.width}px;height:${size.height}px;z-index:9";
        Object.assign(frame, { onload: resolve, src: "${views[index]}" });
        document.body.replaceChildren(frame);
      })`);
      await within(`loading the view of ${title}`, loaded);
      const opening = leading.has(title) ? context.waitForEvent("page") : undefined;
      // A frame is loaded before it is drawn, and a click reaches only what is drawn.
      let opened: Page | undefined;
      for (let tries = 0; tries < 10 && opened === undefined; tries++) {
        await within("drawing the view", page.evaluate(drawn));
        await within("a click", page.mouse.click(size.width / 2, size.height / 2));
        await within("drawing the view", page.evaluate(drawn));
        if (opening !== undefined) opened = (await Promise.race([opening, pause(1000)])) ?? undefined;
        else if (tries > 0) break;
      }
      if (opened !== undefined) {
        await opened.waitForFunction('document.title.includes(" ")');
        assert.equal(await opened.evaluate("document.title"), "null from:", title);
        const [request] = canary.requests.slice(since);
        assert.equal(request?.headers.referer, undefined, title);
        assert.equal(request?.headers["sec-fetch-site"], "cross-site", title);
        for (const other of context.pages()) if (other !== page) await other.close();
      } else {
        assert.equal(opening, undefined, `${title}: no click opened a tab`);
        assert.deepEqual(leaks(since), [], title);
        assert.equal(context.pages().length, 1, title);
      }
      const inside = page.frames().at(-1)?.url();
      assert.equal(inside?.replace(/#.*/, ""), `${catcher.url}${views[index]}`, title);
      assert.equal(page.url(), `${catcher.url}/`);
    }
    await context.close();
  });

  test("show images of other hosts only in the view that was asked for them, without cookies and referrer", async () => {
    const id = await caught(
      `<img src="${canary.url}/images/1"><p style="background:url(${canary.url}/images/2)">x</p>`,
    );
    const since = canary.requests.length;
    const context = await browser.newContext();
    await context.addCookies([{ name: "known", value: "1", url: canary.url, sameSite: "Lax" }]);
    const page = await context.newPage();
    await page.goto(`${catcher.url}/`);
    const path = `/api/lab/messages/${id}/html`;
    await shown(page, [path], "allow-popups");
    assert.equal(canary.requests.length, since);
    await shown(page, [`${path}?remote=1`], "allow-popups");
    const asked = canary.requests.slice(since);
    assert.deepEqual(asked.map(({ path }) => path).sort(), ["/images/1", "/images/2"]);
    for (const { headers } of asked)
      assert.deepEqual([headers.referer, headers.cookie], [undefined, undefined]);
    await context.close();
  });

  test("run nothing in their parts, opened by themselves, by both APIs", async () => {
    const script = (index: number): string => `new Image().src="${canary.url}/${index}"`;
    const parts = [
      ["image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg"><script>${script(0)}</script></svg>`],
      ["text/html", `<script>${script(1)}</script><img src="${canary.url}/1">`],
      [
        "application/xhtml+xml",
        `<html xmlns="http://www.w3.org/1999/xhtml"><script>${script(2)}</script></html>`,
      ],
      ["text/xml", `<?xml-stylesheet href="${canary.url}/3" type="text/xsl"?><x/>`],
      ["text/plain", `<script>${script(4)}</script>`],
      ["image/png", `<script>${script(5)}</script>`],
      ["application/pdf", `%PDF-1.4 /OpenAction << /S /URI /URI (${canary.url}/6) >>`],
      ["multipart/x-mixed-replace", `<script>${script(7)}</script>`],
      ["", `<script>${script(8)}</script>`],
    ] as const;
    const tree = parts.map(
      ([type, content], index) =>
        `${type && `Content-Type: ${type}; name=p${index}\r\n`}Content-Disposition: attachment\r\n\r\n${content}\r\n`,
    );
    const raw = `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n${tree.join("--b\r\n")}--b--\r\n`;
    await catcher.server.transport().sendRaw({ from: "a@a.test", to: ["b@b.test"] }, Buffer.from(raw));
    const since = canary.requests.length;
    const context = await browser.newContext();
    const page = await context.newPage();
    const { id } = (await (await fetch(`${catcher.url}/api/lab/messages/latest`)).json()) as { id: string };
    for (const [index] of parts.entries())
      for (const path of [
        `/api/lab/messages/${id}/parts/1.${index + 1}`,
        `/api/v1/message/${id}/part/${index + 1}`,
      ]) {
        const { headers } = await fetch(catcher.url + path);
        assert.equal(headers.get("x-content-type-options"), "nosniff", path);
        // What is saved cannot be opened.
        await page.goto(catcher.url + path).catch(() => {});
      }
    await pause(patience);
    assert.deepEqual(canary.requests.slice(since), []);
    await context.close();
  });

  test("do not look up the hosts that they name", async () => {
    const names = (index: number) => `n${index}.canary-of-envoi.test`;
    const paths: string[] = [];
    for (const [index, { html }] of nastyMails.entries())
      paths.push(`/api/lab/messages/${await caught(html(`http://${names(index)}/x`))}/html`);
    const links = nastyMails.map((_, index) => `<a href="https://link${index}.canary-of-envoi.test/">x</a>`);
    paths.push(`/api/lab/messages/${await caught(links.join("\r\n"))}/html`);
    const own = await startChromium([`--log-net-log=${netLog()}2`]);
    try {
      const context = await own.newContext();
      const page = await context.newPage();
      await page.goto(`${catcher.url}/`);
      await shown(page, paths, "allow-popups");
      // A host that is looked up is in the log.
      await context.newPage().then((other) => other.goto("http://control-of-envoi.test/").catch(() => {}));
    } finally {
      await closeChromium(own);
    }
    const log = readFileSync(`${netLog()}2`, "utf8");
    assert.ok(log.includes("control-of-envoi.test"), "the log of the network is empty");
    assert.deepEqual([...new Set(log.match(/[\w-]+\.canary-of-envoi\.test/g) ?? [])], []);
  });
});

/** Is over when the browser has drawn everything twice. */
const drawn =
  "new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve))))";
