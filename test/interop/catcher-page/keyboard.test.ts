import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { PageInChromium, someMails } from "./page-in-chromium.js";

describe("with the keyboard alone, the page", () => {
  let open: PageInChromium;
  const press = async (...keys: string[]) => {
    for (const key of keys) await open.page.keyboard.press(key);
  };
  const heading = (name: string) => open.page.getByRole("heading", { level: 1, name }).waitFor();
  beforeEach(async () => {
    open = await PageInChromium.open({ mails: someMails });
  });
  afterEach(async () => {
    const { complaints } = open;
    await open[Symbol.asyncDispose]();
    assert.deepEqual(complaints, []);
  });

  test("moves through the mails, and takes the focus along", async () => {
    await press("j");
    await heading("Invoice for November");
    await press("j");
    await heading("Build 5512 failed");
    await open.focused(".row", "Build 5512");
    await press("k");
    await heading("Invoice for November");
    await press("G");
    await heading("Your code is 402193");
    await press("g");
    await heading("Invoice for November");
    await press("Escape");
    await open.page.getByText("Choose a mail to read it here.").waitFor();
    await open.focused(".row", "Invoice");
  });

  test("opens the tabs of a mail by numbers and by arrows", async () => {
    await press("j");
    await heading("Invoice for November");
    await press("2");
    await open.page.getByRole("tab", { name: "Source", selected: true }).waitFor();
    await open.page.getByRole("tab", { name: "Source" }).focus();
    await press("ArrowRight");
    await open.page.getByRole("tab", { name: "Headers", selected: true }).waitFor();
    await press("Home");
    await open.page.getByRole("tab", { name: "Text", selected: true }).waitFor();
    await press("ArrowLeft");
    await open.page.getByRole("tab", { name: "Session", selected: true }).waitFor();
  });

  test("searches, and Escape leads back", async () => {
    await press("/");
    await open.page.keyboard.type("build");
    await open.page.getByText("1 result", { exact: true }).waitFor();
    await press("Escape");
    await open.page.getByText("3 mails").waitFor();
    await press("Escape", "j");
    await heading("Invoice for November");
  });

  test("deletes, undoes, selects and marks mails", async () => {
    await press("j", "#");
    await open.page.getByText("2 mails", { exact: true }).waitFor();
    await press("z");
    await open.page.getByText("3 mails", { exact: true }).waitFor();
    await press("*");
    await open.page.getByText("3 selected").waitFor();
    await press("r");
    await open.titled("envoi");
    await press("u");
    await open.titled("(3) envoi");
  });

  test("shows all keys in a dialog, which gives the focus back", async () => {
    await press("j");
    await heading("Invoice for November");
    await open.focused(".row");
    await press("?");
    const dialog = open.page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await dialog.getByText("Next mail").waitFor();
    await press("j");
    await press("Escape");
    await dialog.waitFor({ state: "detached" });
    await open.focused(".row");
    await heading("Invoice for November");
  });

  test("finds every command in a palette", async () => {
    await press("Control+k");
    const palette = open.page.getByRole("dialog", { name: "All commands" });
    await palette.getByRole("combobox").waitFor();
    await open.page.keyboard.type("faul");
    await palette.getByRole("option", { name: "Faults", selected: true }).waitFor();
    await press("Enter");
    await heading("Faults");
    await press("Control+k");
    await open.page.keyboard.type("boss@corp");
    await press("Enter");
    await open.page.getByText("1 result", { exact: true }).waitFor();
    await press("Control+k", "Control+k");
    await palette.waitFor({ state: "detached" });
  });

  test("is walked with Tab from the mailboxes to the list and the mail", async () => {
    await press("Tab");
    const seen = new Set<string>();
    for (let i = 0; i < 60; i++) {
      seen.add(
        String(
          await open.evaluate(
            `document.activeElement?.closest("nav, .search, .row, .skip")?.className.split(" ")[0]`,
          ),
        ),
      );
      await press("Tab");
    }
    for (const place of ["skip", "sidebar", "search", "row"]) assert.ok(seen.has(place), place);
  });
});
