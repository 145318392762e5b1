import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { order } from "../../docs/demo/order.ts";
import { receiptPdf } from "../../docs/demo/receipt-pdf.ts";

describe("the PDF of the demo", () => {
  const file = receiptPdf(order).toString("latin1");

  it("has a table with the start of each object", () => {
    const offsets = [...file.matchAll(/^(\d{10}) 00000 n $/gm)].map(([, offset]) => Number(offset));
    assert.equal(offsets.length, 6);
    for (const [index, offset] of offsets.entries()) {
      assert.ok(file.startsWith(`${index + 1} 0 obj\n`, offset), `object ${index + 1} at ${offset}`);
    }
    const table = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(file)?.[1]);
    assert.ok(file.startsWith("xref\n0 7\n", table));
  });

  it("has a page of the stated length, with the whole order", () => {
    const [, length, content] = /\/Length (\d+) >>\nstream\n([\s\S]*)\nendstream/.exec(file) ?? [];
    assert.equal(content?.length, Number(length));
    for (const text of ["Zoë Ångström", "Crème brûlée", "26.55"]) assert.ok(content?.includes(text), text);
  });
});
