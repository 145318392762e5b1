import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { PageInChromium, someMails } from "./page-in-chromium.js";

describe("the list of the page", () => {
  let open: PageInChromium;
  const start = async (options: Parameters<typeof PageInChromium.open>[0]) => {
    open = await PageInChromium.open(options);
    return open;
  };
  afterEach(async () => {
    await open[Symbol.asyncDispose]();
    assert.deepEqual(open.complaints, []);
  });

  test("tells without mails where to send them, and sends a sample", async () => {
    const { page, catcher } = await start({});
    await page.getByText(catcher.smtpUrl, { exact: true }).first().waitFor();
    await page.getByRole("button", { name: "Send a sample mail" }).click();
    await open.row("Your code is").waitFor();
  });

  test("shows a mail as it comes, on top, counts it in the title, and announces it", async () => {
    const { page, catcher, rows } = await start({ mails: someMails });
    assert.equal(await page.title(), "(3) envoi");
    await catcher.server
      .transport()
      .send({ from: "new@comer.test", to: "you@app.test", subject: "Just in", text: "Hi" });
    await open.row("Just in").waitFor();
    assert.match(await rows.first().innerText(), /Just in/);
    await open.titled("(4) envoi");
    await page.getByRole("status").filter({ hasText: "New mail from new@comer.test: Just in" }).waitFor();
  });

  test("finds mails by mailpit's language, and explains it", async () => {
    const { page, rows } = await start({ mails: someMails });
    const search = page.getByRole("searchbox", { name: "Search mails" });
    await search.fill("to:team subject:build");
    await page.getByText("1 result", { exact: true }).waitFor();
    assert.match(await rows.first().innerText(), /Build 5512/);
    assert.match(page.url(), /q=to%3Ateam/);
    await page.getByRole("button", { name: "Clear the search" }).click();
    await page.getByText("3 mails").waitFor();
    await page.getByRole("button", { name: "What a search can say" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "is:unread" }).click();
    await page.getByText("3 results").waitFor();
    await search.fill("nothing-like-this");
    await page.getByRole("heading", { name: "No mail fits" }).waitFor();
  });

  test("shows new mails in a search only if they fit", async () => {
    const { page, catcher } = await start({ mails: someMails, hash: "#/?q=subject%3Aurgent" });
    await page.getByText("0 results").waitFor();
    const transport = catcher.server.transport();
    await transport.send({ from: "a@b.test", to: "c@d.test", subject: "quiet", text: "x" });
    await transport.send({ from: "a@b.test", to: "c@d.test", subject: "urgent!", text: "x" });
    await page.getByText("1 result", { exact: true }).waitFor();
  });

  test("has a mailbox for each recipient, domain and login", async () => {
    const { page, rows } = await start({
      catcher: { smtp: { users: { shop: "secret" }, tls: "starttls" } },
      mails: someMails,
    });
    const nav = page.getByRole("navigation", { name: "Mailboxes" });
    await nav.getByRole("link", { name: /^boss@corp\.test/ }).click();
    await page.getByText("1 result", { exact: true }).waitFor();
    assert.match(await rows.first().innerText(), /Invoice/);
    await nav.getByRole("link", { name: /^corp\.test/ }).click();
    await page.getByText("2 results").waitFor();
    await nav.getByRole("link", { name: /^shop/ }).click();
    await page.getByText("3 results").waitFor();
    await nav.getByRole("link", { name: /^All mail/ }).click();
    await page.getByText("3 mails").waitFor();
  });

  test("marks a mail as read when it is opened, and as unread on request", async () => {
    const { page, catcher } = await start({ mails: someMails });
    await open.read("Build 5512 failed");
    await open.titled("(2) envoi");
    await page.getByRole("button", { name: "Mark as unread" }).click();
    await open.until(async () => {
      const { unread } = (await (await fetch(`${catcher.url}/api/v1/messages`)).json()) as { unread: number };
      assert.equal(unread, 3);
    });
    await open.titled("(3) envoi");
  });

  test("deletes a mail, opens the next, and takes it back", async () => {
    const { page } = await start({ mails: someMails });
    await open.read("Build 5512 failed");
    await page.getByRole("button", { name: "Delete this mail" }).click();
    await page.getByRole("heading", { level: 1, name: "Your code is 402193" }).waitFor();
    await page.getByText("2 mails", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("3 mails", { exact: true }).waitFor();
  });

  test("deletes all mails after it has asked", async () => {
    const { page } = await start({ mails: someMails });
    await page.getByRole("button", { name: "Delete all of these mails" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await page.getByText("3 mails", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Delete all of these mails" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete all 3" }).click();
    await page.getByRole("heading", { name: "No mail yet" }).waitFor();
  });

  test("changes several mails at once", async () => {
    const { page } = await start({ mails: someMails });
    await open.row("Build 5512").getByRole("checkbox").click();
    await open.row("Your code").getByRole("checkbox").click();
    await page.getByText("2 selected").waitFor();
    await page.getByRole("button", { name: "Mark as read" }).click();
    await open.titled("(1) envoi");
    await page.getByRole("button", { name: "Delete the selected mails" }).click();
    await page.getByText("1 mail", { exact: true }).waitFor();
  });

  test("shows tags, finds mails by them, and changes them", async () => {
    const { page } = await start({ mails: someMails });
    await open.read("Your code is 402193");
    await page.getByRole("button", { name: "Tags" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("New tag").fill("two words");
    await dialog.getByRole("button", { name: "Add" }).click();
    await dialog.getByRole("button", { name: "Remove the tag two words" }).waitFor();
    await page.keyboard.press("Escape");
    await open.row("Your code").getByText("two words").waitFor();
    await page.getByRole("navigation").getByRole("link", { name: "two words" }).click();
    await page.getByText("1 result", { exact: true }).waitFor();
    await page.getByRole("navigation").getByRole("link", { name: "billing" }).click();
    await open.row("Invoice").waitFor();
    await open.row("Invoice").getByRole("checkbox").click();
    await page.getByRole("button", { name: "Delete the selected mails" }).click();
    await page.getByRole("navigation").getByRole("link", { name: "billing" }).waitFor({ state: "detached" });
  });

  test("stays fast and exact while 2,000 mails come live", async () => {
    const { page, catcher, rows } = await start({ catcher: { max: 5_000 }, mails: someMails });
    const transport = catcher.server.transport();
    const mails = (function* () {
      for (let i = 1; i <= 2_000; i++)
        yield { from: "load@ci.test", to: `user${i % 40}@load.test`, subject: `Mail ${i}`, text: "x" };
    })();
    await transport.sendAll(mails);
    await page.getByText("2,003 mails", { exact: true }).waitFor();
    await open.titled("(2003) envoi");
    await open.row("Mail 2000").waitFor();
    // Only what can be seen is in the document.
    assert.ok((await rows.count()) < 60);
    await open.scrollTo(1);
    await open.row("Your code is 402193").waitFor();
    await open.scrollTo(0.5);
    await open.row("Mail 1000").waitFor();
  });

  test("keeps the newest mails only, as the catcher does", async () => {
    const { page, catcher } = await start({ catcher: { max: 10 }, mails: someMails });
    const transport = catcher.server.transport();
    for (let i = 1; i <= 15; i++)
      await transport.send({ from: "a@b.test", to: "c@d.test", subject: `Mail ${i}`, text: "x" });
    await open.row("Mail 15").waitFor();
    await page.getByText("10 mails", { exact: true }).waitFor();
    await open.until(async () => assert.equal(await open.row("Mail 5").count(), 0));
    await open.row("Mail 6").waitFor();
  });

  test("keeps what is looked at in its place when new mails come above it", async () => {
    const mails = Array.from({ length: 60 }, (_, i) => ({
      from: "a@b.test",
      to: "c@d.test",
      subject: `Old ${i + 1}`,
      text: "x",
    }));
    const { page, catcher } = await start({ mails });
    await open.scrollTo(1 / 3);
    const before = await open.row("Old 36").boundingBox();
    await catcher.server.transport().send({ from: "a@b.test", to: "c@d.test", subject: "Fresh", text: "x" });
    await page.getByRole("button", { name: "1 new mail above" }).waitFor();
    assert.deepEqual(await open.row("Old 36").boundingBox(), before);
    await page.getByRole("button", { name: "1 new mail above" }).click();
    await open.row("Fresh").waitFor();
  });
});
