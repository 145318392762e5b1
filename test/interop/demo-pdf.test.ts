import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, it } from "node:test";
import { order } from "../../docs/demo/order.ts";
import { receiptPdf } from "../../docs/demo/receipt-pdf.ts";

describe("the PDF of the demo", () => {
  it("is opened without a warning by poppler, which reads every line", () => {
    const text = execFileSync("pdftotext", ["-layout", "-", "-"], {
      input: receiptPdf(order),
      encoding: "utf8",
      stdio: ["pipe", "pipe", "inherit"],
    });
    for (const { what } of order.lines) assert.ok(text.includes(what), what);
    assert.match(text, /Total, EUR +26\.55/);
  });
});
