import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Attachment } from "#src/message/attachment.js";
import { TestServer } from "#src/testing/test-server.js";
import { Resolver } from "#src/verify/index.js";
import { PageInChromium, someMails } from "./page-in-chromium.js";

describe("the page shows of a mail", () => {
  let open: PageInChromium;
  let relay: TestServer;
  before(async () => {
    relay = await TestServer.start();
    open = await PageInChromium.open({
      catcher: {
        relay: { url: relay.url, recipients: ["@corp.test"] },
        smtp: {
          verify: {
            resolver: Resolver.zone({
              "shop.test": { TXT: ["v=spf1 ip4:127.0.0.1 -all"] },
              "_dmarc.shop.test": { TXT: ["v=DMARC1; p=reject"] },
            }),
          },
        },
      },
      mails: [
        ...someMails,
        {
          from: "anna@shop.test",
          to: "you@app.test",
          cc: { name: "Big Boss", address: "boss@corp.test" },
          subject: "With attachments",
          text: "Two files.",
          attach: [
            Attachment.fromBytes("report.pdf", Buffer.from("%PDF-1.4"), "application/pdf"),
            Attachment.fromBytes("päper.txt", Buffer.from("hello"), "text/plain"),
          ],
        },
      ],
    });
  });
  after(async () => {
    await open[Symbol.asyncDispose]();
    await relay.close();
  });

  test("who it is from and to, its date and its size", async () => {
    await open.read("With attachments");
    const head = await open.page.locator(".message-head").innerText();
    assert.match(head, /anna@shop\.test.*you@app\.test.*Big Boss boss@corp\.test/s);
    assert.match(head, /20\d\d.*\d k?B/s);
  });

  test("its HTML in a sandboxed frame, at the width of a phone, a tablet and a desktop", async () => {
    await open.read("Your code is 402193");
    const frame = open.page.locator("iframe");
    assert.equal(await frame.getAttribute("sandbox"), "allow-popups allow-popups-to-escape-sandbox");
    const heading = open.page.frameLocator("iframe").getByRole("heading", { name: "Welcome" });
    await heading.waitFor();
    const widths = new Map<string, number>();
    for (const name of ["Phone", "Tablet", "Desktop"]) {
      await open.page.getByRole("radio", { name }).check({ force: true });
      const width = await open.page.frames()[1]?.evaluate("document.documentElement.clientWidth");
      widths.set(name, Number(width));
    }
    assert.equal(widths.get("Phone"), 375);
    assert.equal(widths.get("Tablet"), 768);
    assert.ok((widths.get("Desktop") ?? 0) > 400);
  });

  test("its HTML in dark colours, as the mail gives them or inverted", async () => {
    await open.read("Your code is 402193");
    await open.page.getByRole("radio", { name: /^Dark/ }).check({ force: true });
    await open.until(async () =>
      assert.match((await open.page.locator("iframe").getAttribute("src")) ?? "", /scheme=dark/),
    );
    await open.page.getByRole("radio", { name: /^Inverted/ }).check({ force: true });
    assert.match(
      String(await open.evaluate('getComputedStyle(document.querySelector("iframe")).filter')),
      /invert/,
    );
    await open.page.getByRole("radio", { name: /^Light/ }).check({ force: true });
  });

  test("remote images only after a click, and for that mail only", async () => {
    await open.read("Your code is 402193");
    const asked: string[] = [];
    await open.page.context().route("https://track.test/**", (route) => {
      asked.push(route.request().url());
      return route.fulfill({ contentType: "image/gif", body: Buffer.from("R0lGODlhAQABAAAAACw=", "base64") });
    });
    await open.page.frameLocator("iframe").getByText("402193").waitFor();
    assert.deepEqual(asked, []);
    await open.page.getByRole("button", { name: "Load 1 remote image" }).click();
    await open.until(async () => assert.deepEqual(asked, ["https://track.test/open.gif"]));
    // The request was asked for.
    assert.deepEqual(open.complaints.splice(0), ["asks for https://track.test/open.gif"]);
    await open.read("With attachments");
    await open.read("Your code is 402193");
    await open.page.getByRole("button", { name: "Load 1 remote image" }).waitFor();
    assert.equal(asked.length, 1);
  });

  test("its text, with links that open elsewhere", async () => {
    await open.read("Your code is 402193");
    const panel = await open.tab("Text");
    assert.match(await panel.innerText(), /Your code is 402193\./);
    const link = panel.getByRole("link", { name: "https://app.test/confirm?token=7" });
    assert.equal(await link.getAttribute("rel"), "noopener noreferrer");
    assert.equal(await link.getAttribute("target"), "_blank");
  });

  test("its source", async () => {
    await open.read("Your code is 402193");
    const panel = await open.tab("Source");
    await open.until(async () => assert.match(await panel.innerText(), /Subject: Your code is 402193/));
  });

  test("its header fields, which a filter finds", async () => {
    await open.read("Your code is 402193");
    const panel = await open.tab("Headers");
    await panel.getByRole("rowheader", { name: "MIME-Version" }).waitFor();
    await panel.getByLabel("Filter the header fields").fill("message-id");
    assert.equal(await panel.getByRole("rowheader").count(), 1);
  });

  test("its MIME tree and its attachments, to download", async () => {
    await open.read("With attachments");
    const panel = await open.tab("Parts");
    await panel.getByText("multipart/mixed").waitFor();
    const [download] = await Promise.all([
      open.page.waitForEvent("download"),
      panel.getByRole("link", { name: /^päper\.txt/ }).click(),
    ]);
    assert.equal(download.suggestedFilename(), "päper.txt");
  });

  test("its links and its code, to copy", async () => {
    await open.read("Your code is 402193");
    const panel = await open.tab("Links & codes");
    await panel.getByRole("button", { name: "Copy the code 402193" }).click();
    assert.equal(await open.evaluate("navigator.clipboard.readText()"), "402193");
    await panel.getByRole("button", { name: /^Copy the link https:\/\/app\.test/ }).click();
    assert.equal(await open.evaluate("navigator.clipboard.readText()"), "https://app.test/confirm?token=7");
  });

  test("the verdicts of SPF, DKIM and DMARC, with what to do", async () => {
    await open.read("Your code is 402193");
    const panel = await open.tab("Verdicts");
    for (const name of ["SPF", "DKIM", "DMARC"]) await panel.getByRole("region", { name }).first().waitFor();
    assert.match(await panel.getByRole("region", { name: "SPF" }).innerText(), /pass|fail|none/);
    assert.match(await panel.locator(".advice").innerText(), /DKIM|sign/i);
  });

  test("what other DNS records would mean for the verdicts", async () => {
    await open.read("Build 5512 failed");
    const panel = await open.tab("Verdicts");
    await panel.getByText("Verify with your own DNS records").click();
    await panel
      .getByRole("textbox")
      .fill(
        '{"ci.test":{"TXT":["v=spf1 ip4:127.0.0.1 -all"]},"_dmarc.ci.test":{"TXT":["v=DMARC1; p=reject"]}}',
      );
    await panel.getByRole("button", { name: "Verify" }).click();
    await open.until(async () =>
      assert.match(await panel.getByRole("region", { name: "DMARC" }).innerText(), /pass/),
    );
    await panel.getByRole("textbox").fill("{");
    await panel.getByRole("button", { name: "Verify" }).click();
    await panel.getByRole("alert").getByText(/JSON/).waitFor();
  });

  test("what mail clients do not support of its HTML", async () => {
    await open.read("Your code is 402193");
    const panel = await open.tab("HTML check");
    await panel.getByText(/supported, .* in part/).waitFor();
    await panel.getByText("display:flex", { exact: false }).first().waitFor();
  });

  test("the envelope and the transcript of its connection", async () => {
    await open.read("Invoice for November");
    const panel = await open.tab("Session");
    await panel.getByText("boss@corp.test", { exact: true }).waitFor();
    await panel.getByText("MAIL FROM:<noreply@shop.test>", { exact: false }).first().waitFor();
  });

  test("its .eml, to download", async () => {
    await open.read("Invoice for November");
    const [download] = await Promise.all([
      open.page.waitForEvent("download"),
      open.page.getByRole("link", { name: "Download as .eml" }).click(),
    ]);
    assert.match(download.suggestedFilename(), /^[\w-]+\.eml$/);
  });

  test("how to release it, to recipients that are allowed", async () => {
    await open.read("Invoice for November");
    await open.page.getByRole("button", { name: "Release through the relay" }).click();
    const dialog = open.page.getByRole("dialog");
    await dialog.getByLabel("Recipients").fill("you@app.test");
    await dialog.getByRole("button", { name: "Release", exact: true }).click();
    await dialog
      .getByRole("alert")
      .getByText(/app\.test/)
      .waitFor();
    assert.equal(relay.messages.length, 0);
    await dialog.getByLabel("Recipients").fill("boss@corp.test");
    await dialog.getByRole("button", { name: "Release", exact: true }).click();
    await open.page.getByText("Released to boss@corp.test").waitFor();
    assert.deepEqual(relay.messages[0]?.to, ["boss@corp.test"]);
    // Chromium logs the refusal.
    assert.match(open.complaints.splice(0).join(), /400/);
  });

  test("the same view at the same address, and Back leads to the one before", async () => {
    await open.read("Your code is 402193");
    await open.tab("Headers");
    const { page } = open;
    const address = page.url();
    assert.match(address, /#\/message\/[\w-]+\/headers$/);
    await open.read("With attachments");
    await page.goBack();
    assert.equal(page.url(), address);
    await page.reload();
    await page.getByRole("tab", { name: "Headers", selected: true }).waitFor();
    await page.getByRole("heading", { level: 1, name: "Your code is 402193" }).waitFor();
  });

  test("that it is gone, for the address of a mail that does not exist", async () => {
    await open.page.goto(`${open.catcher.url}/#/message/nothing`);
    await open.page.locator(".message").getByRole("alert").waitFor();
    assert.match(open.complaints.splice(0).join(), /404/);
  });

  test("nothing that complains, or asks another host", () => {
    assert.deepEqual(open.complaints, []);
  });
});
