import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { Catcher } from "envoi/catcher";
import type { Browser, Page } from "playwright-core";
import { closeChromium, startChromium } from "./chromium.js";

/** What a page tells of an attempt: what it could read, or that it could not. */
type Outcome = string;

describe("pages of strangers in Chromium", { timeout: 300_000 }, () => {
  let browser: Browser;
  let stranger: Server;
  let catcher: Catcher;
  let id: string;
  const port = () => (stranger.address() as AddressInfo).port;

  before(async () => {
    stranger = createServer((_request, response) => {
      response.setHeader("content-type", "text/html");
      response.end("<title>stranger</title>");
    });
    await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
    catcher = await Catcher.start({ linkCheck: true });
    await catcher.server.transport().send({
      from: "a@a.test",
      to: "b@b.test",
      subject: "Secret",
      text: "The secret is 471147",
    });
    const { messages } = (await (await fetch(`${catcher.url}/api/lab/messages`)).json()) as {
      messages: readonly { id: string }[];
    };
    id = messages[0]?.id ?? "";
    browser = await startChromium(["--host-resolver-rules=MAP *.stranger.test 127.0.0.1"]);
  });
  after(async () => {
    try {
      await closeChromium(browser);
    } finally {
      await catcher?.close();
      stranger?.closeAllConnections();
      stranger?.close();
    }
  });

  /** Opens a page of a stranger, and does something in it. */
  async function asStranger<T>(origin: string, act: (page: Page) => Promise<T>): Promise<T> {
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      await page.goto(`${origin}/`);
      return await act(page);
    } finally {
      await context.close();
    }
  }

  /** What is in the catcher: nothing of it may change. */
  async function state(): Promise<string> {
    const paths = ["/api/lab/messages", "/api/lab/faults", "/api/lab/undo", "/api/v1/tags", "/api/v1/chaos"];
    const texts = await Promise.all(paths.map(async (path) => (await fetch(catcher.url + path)).text()));
    return texts.join("\n");
  }

  const attempts: readonly (readonly [title: string, script: (url: string) => string])[] = [
    ["reads the mails", (url) => get(`${url}/api/v1/messages`)],
    ["reads a mail of the lab", (url) => get(`${url}/api/lab/messages/${id}`)],
    ["waits for a mail", (url) => get(`${url}/api/lab/wait`)],
    [
      "reads the source without asking",
      (url) => get(`${url}/api/lab/messages/${id}/raw`, "{ mode: 'no-cors' }"),
    ],
    ["deletes all", (url) => get(`${url}/api/v1/messages`, "{ method: 'DELETE' }")],
    [
      "deletes by MailHog's route",
      (url) => get(`${url}/api/v1/messages`, "{ method: 'DELETE', mode: 'no-cors' }"),
    ],
    [
      "marks all as read",
      (url) => get(`${url}/api/v1/messages`, post("PUT", "application/json", '{"read":true}')),
    ],
    [
      "sends a mail as a simple request",
      (url) => get(`${url}/api/v1/send`, post("POST", "text/plain", mail)),
    ],
    ["sends a mail as JSON", (url) => get(`${url}/api/v1/send`, post("POST", "application/json", mail))],
    [
      "sends a mail without a type",
      (url) =>
        get(`${url}/api/v1/send`, `{ method: 'POST', mode: 'no-cors', body: new Uint8Array([123, 125]) }`),
    ],
    [
      "sends a beacon",
      (url) =>
        `navigator.sendBeacon("${url}/api/lab/faults", ${JSON.stringify(fault)}) ? "read nothing" : "no"`,
    ],
    ["adds a fault", (url) => get(`${url}/api/lab/faults`, post("POST", "text/plain", fault))],
    ["takes a deletion back", (url) => get(`${url}/api/lab/undo`, "{ method: 'POST', mode: 'no-cors' }")],
    [
      "releases to a host of its own",
      (url) =>
        get(
          `${url}/api/v2/messages/${id}/release`,
          post("POST", "text/plain", '{"host":"evil.test","port":"25","email":"x@evil.test"}'),
        ),
    ],
    [
      "opens the WebSocket",
      (url) => `new Promise((resolve) => {
      const socket = new WebSocket("${url.replace("http", "ws")}/api/events");
      socket.onopen = () => resolve("opened");
      socket.onerror = () => resolve("read nothing");
    })`,
    ],
    [
      "follows events",
      (url) => `new Promise((resolve) => {
      const source = new EventSource("${url}/api/lab/wait");
      source.onopen = () => resolve("opened");
      source.onerror = () => resolve("read nothing");
    })`,
    ],
    ["loads the mails as a script", (url) => element("script", `${url}/api/v1/messages`)],
    [
      "loads the mails as a style",
      (url) => `new Promise((resolve) => {
      const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: "${url}/api/v1/messages" });
      link.onload = () => resolve("loaded");
      link.onerror = () => resolve("read nothing");
      document.head.append(link);
    })`,
    ],
  ];

  for (const kind of ["of another port", "of another name of this machine", "of another site"] as const) {
    const origin = (): string => {
      if (kind === "of another port") return `http://127.0.0.1:${port()}`;
      return kind === "of another site" ? `http://www.stranger.test:${port()}` : `http://localhost:${port()}`;
    };
    test(`${kind} can neither read nor change anything`, async () => {
      const before = await state();
      const failed: string[] = [];
      await asStranger(origin(), async (page) => {
        for (const [title, script] of attempts) {
          const outcome = await page.evaluate<Outcome>(script(catcher.url));
          if (outcome !== "read nothing") failed.push(`${title}: ${outcome}`);
        }
      });
      assert.deepEqual(failed, []);
      assert.equal(await state(), before);
    });

    test(`${kind} cannot load an image from an address that does something`, async () => {
      for (const path of [
        `/api/v1/message/${id}/link-check?follow=1`,
        `/api/v1/message/${id}`,
        `/api/lab/wait`,
      ]) {
        const status = await asStranger(origin(), async (page) => {
          // Chromium hides the answer from the page, and from what watches pages.
          const session = await page.context().newCDPSession(page);
          await session.send("Network.enable");
          const answer = new Promise<number>((resolve) => {
            const asked = new Set<string>();
            const statuses = new Map<string, number>();
            // Either may come first.
            const tell = (requestId: string): void => {
              const status = statuses.get(requestId);
              if (asked.has(requestId) && status !== undefined) resolve(status);
            };
            session.on("Network.requestWillBeSent", ({ requestId, request }) => {
              if (request.url.startsWith(catcher.url)) asked.add(requestId);
              tell(requestId);
            });
            session.on("Network.responseReceivedExtraInfo", ({ requestId, statusCode }) => {
              statuses.set(requestId, statusCode);
              tell(requestId);
            });
          });
          await page.evaluate(
            `document.body.append(Object.assign(new Image(), { src: "${catcher.url}${path}" }))`,
          );
          return await answer;
        });
        assert.equal(status, 403, path);
      }
    });

    test(`${kind} cannot show anything in a frame`, async () => {
      for (const path of ["/", `/api/lab/messages/${id}/html`, `/view/${id}.html`]) {
        const status = await asStranger(origin(), async (page) => {
          const answer = page.waitForResponse((response) => response.url().startsWith(catcher.url));
          await page.evaluate(
            `document.body.append(Object.assign(document.createElement("iframe"), { src: "${catcher.url}${path}" }))`,
          );
          return (await answer).status();
        });
        assert.equal(status, 403, path);
      }
    });

    test(`${kind} cannot send a form`, async () => {
      const before = await state();
      for (const [path, type] of [
        ["/api/v1/send", "text/plain"],
        ["/api/v1/send", "application/x-www-form-urlencoded"],
        ["/api/lab/faults", "multipart/form-data"],
        [`/api/v1/messages/${id}/release`, "text/plain"],
      ] as const) {
        const status = await asStranger(origin(), async (page) => {
          const answer = page.waitForResponse((response) => response.url().startsWith(catcher.url));
          await page.evaluate(`(() => {
            const form = Object.assign(document.createElement("form"), {
              method: "post", action: "${catcher.url}${path}", enctype: "${type}",
            });
            form.append(Object.assign(document.createElement("input"), { name: '{"a":"', value: '"}' }));
            document.body.append(form);
            form.submit();
          })()`);
          return (await answer).status();
        });
        assert.ok(status === 403 || status === 415, `${path} as ${type}: ${status}`);
      }
      assert.equal(await state(), before);
    });
  }

  test("may open the page of the catcher by a link, and nothing else", async () => {
    for (const [path, expected] of [
      ["/", 200],
      ["/api/v1/messages", 403],
      [`/api/lab/messages/${id}/html`, 403],
      ["/api/lab/undo", 403],
    ] as const) {
      const status = await asStranger(`http://www.stranger.test:${port()}`, async (page) => {
        const answer = page.waitForResponse((response) => response.url() === `${catcher.url}${path}`);
        await page.evaluate(`location.href = "${catcher.url}${path}"`);
        return (await answer).status();
      });
      assert.equal(status, expected, path);
    }
  });

  test("that make their name point to this machine reach nothing (DNS rebinding)", async () => {
    const own = createServer((_request, response) => {
      response.setHeader("content-type", "text/html");
      response.end("<title>stranger</title>");
    });
    await new Promise<void>((resolve) => own.listen(0, "127.0.0.1", resolve));
    const { port } = own.address() as AddressInfo;
    const rebound = `http://rebound.stranger.test:${port}`;
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${rebound}/own.html`);
    own.closeAllConnections();
    await new Promise((resolve) => own.close(resolve));
    // The page stays; its name now leads to a catcher.
    await using there = await Catcher.start({ http: { port } });
    await there.server.transport().send({ from: "a@a.test", to: "b@b.test", subject: "Secret", text: "x" });
    for (const [path, init] of [
      ["/", "{}"],
      ["/api/v1/messages", "{}"],
      [`/api/lab/messages/${id}`, "{}"],
      ["/api/v1/messages", "{ method: 'DELETE' }"],
      ["/api/lab/faults", post("POST", "application/json", fault)],
    ] as const) {
      const status = await page.evaluate<number>(`fetch("${path}", ${init}).then(({ status }) => status)`);
      assert.equal(status, 421, path);
    }
    const socket = await page.evaluate<string>(`new Promise((resolve) => {
      const socket = new WebSocket("/api/events");
      socket.onopen = () => resolve("opened");
      socket.onerror = () => resolve("refused");
    })`);
    assert.equal(socket, "refused");
    assert.equal((await page.goto(`${rebound}/`))?.status(), 421);
    await context.close();
    assert.equal(there.server.messages.length, 1);
    assert.deepEqual(there.server.faults, []);
  });
});

const mail = '{"From":{"Email":"x@evil.test"},"To":[{"Email":"b@b.test"}],"Subject":"x","Text":"x"}';
const fault = '{"at":"mail","reply":"450 x"}';

/** The options of a request with a body. */
function post(method: string, type: string, body: string): string {
  const mode = type === "application/json" ? "cors" : "no-cors";
  return JSON.stringify({ method, mode, headers: { "content-type": type }, body });
}

function get(url: string, init = "{}"): string {
  return `fetch("${url}", { credentials: "include", ...${init} })
    .then((answer) => answer.text()).then((text) => text === "" ? "read nothing" : text, () => "read nothing")`;
}

function element(name: string, url: string): string {
  return `new Promise((resolve) => {
    const element = Object.assign(document.createElement("${name}"), { src: "${url}" });
    element.onload = () => resolve("loaded");
    element.onerror = () => resolve("read nothing");
    document.body.append(element);
  })`;
}
