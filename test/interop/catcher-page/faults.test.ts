import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { faultPresets } from "#src/catcher/page/faults/fault-presets.js";
import { PageInChromium, someMails } from "./page-in-chromium.js";

describe("the page", () => {
  let open: PageInChromium;
  before(async () => {
    open = await PageInChromium.open({ hash: "#/faults", mails: someMails });
    await open.page.getByRole("heading", { level: 1, name: "Faults" }).waitFor();
  });
  after(() => open?.[Symbol.asyncDispose]());

  const faults = async () => {
    const { faults: listed } = (await (await fetch(`${open.catcher.url}/api/lab/faults`)).json()) as {
      faults: { fault: unknown }[];
    };
    return listed.map(({ fault }) => fault);
  };

  test("switches every common fault on and off", async () => {
    const { page } = open;
    for (const { name, fault } of faultPresets.flatMap(({ presets }) => presets)) {
      const control = page.getByRole("switch", { name: new RegExp(`^${name}`) });
      await control.click();
      await page.getByRole("switch", { name: new RegExp(`^${name}`), checked: true }).waitFor();
      assert.deepEqual(await faults(), [fault], name);
      await control.click();
      await page.getByText("No fault is active").waitFor();
      assert.deepEqual(await faults(), [], name);
    }
  });

  test("makes the server refuse a recipient, and shows that it did", async () => {
    const { page, catcher } = open;
    await page.getByRole("switch", { name: /^No such user/ }).click();
    const active = page.getByRole("region", { name: "Active faults" });
    await active.getByText("has not struck").waitFor();
    const mail = { from: "a@b.test", to: "nobody@b.test", subject: "x", text: "x" };
    await assert.rejects(catcher.server.transport().send(mail), /550 5\.1\.1/);
    await active.getByText("struck once").waitFor();
    await active.getByRole("button", { name: "Switch off" }).click();
    await active.getByText("off, struck once").waitFor();
    await catcher.server.transport().send(mail);
    await active.getByRole("button", { name: "Remove the fault No such user" }).click();
    await page.getByText("No fault is active").waitFor();
  });

  test("takes any fault as JSON, and says what is wrong with it", async () => {
    const { page, catcher } = open;
    const editor = page.getByRole("textbox", { name: "Your own, as JSON" });
    await editor.fill('{"at":"nowhere"}');
    await page.getByRole("button", { name: "Add this fault" }).click();
    await page
      .getByRole("alert")
      .getByText(/nowhere/)
      .waitFor();
    await editor.fill('{"at":"rcpt","when":{"recipient":"/^slow/"},"times":2,"reply":"450 4.7.1 Later"}');
    await page.getByRole("button", { name: "Add this fault" }).click();
    await page.getByText("Your own", { exact: true }).waitFor();
    const mail = { from: "a@b.test", to: "slow@b.test", subject: "x", text: "x" };
    await assert.rejects(catcher.server.transport().send(mail), /450/);
    await page.getByRole("button", { name: "Remove the fault Your own" }).click();
    await page.getByText("No fault is active").waitFor();
    // Chromium logs the refusal.
    assert.match(open.complaints.splice(0).join(), /400/);
  });

  test("shows the connections of clients, with what they said and did wrong", async () => {
    const { page } = open;
    await page.getByRole("link", { name: "Connections" }).click();
    await page.getByRole("heading", { level: 1, name: "Connections" }).waitFor();
    await page.getByRole("table").getByRole("link").last().click();
    await page.getByText("MAIL FROM:<anna@shop.test>", { exact: false }).first().waitFor();
    await page.getByRole("heading", { name: "Findings against the client" }).waitFor();
    await page.getByRole("link", { name: "All connections" }).click();
    await page.getByRole("table").waitFor();
  });

  test("complains of nothing", () => {
    assert.deepEqual(open.complaints, []);
  });
});
