import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { disposition, fileName, partHeaders } from "#src/catcher/view/part-headers.js";

test("shows text and raster images, and lets anything else be saved under a type that runs nothing", () => {
  for (const type of ["text/plain", "image/png", "image/jpeg", "image/gif", "image/webp"])
    assert.match(partHeaders({ type })["content-disposition"] ?? "", /^inline/, type);
  for (const type of [
    ...[
      "text/html",
      "image/svg+xml",
      "application/xhtml+xml",
      "text/xml",
      "text/javascript",
      "application/pdf",
    ],
    ...[
      "multipart/related",
      "message/rfc822",
      "text/css",
      "image/svg",
      "text/html; charset=x",
      "IMAGE/PNG\r\nx: y",
      "",
    ],
  ]) {
    const headers = partHeaders({ type, name: "a.html" });
    assert.match(headers["content-disposition"] ?? "", /^attachment/, type);
    assert.equal(headers["content-type"], "application/octet-stream", type);
  }
});

test("serves every part under a policy that allows nothing, and without sniffing", () => {
  for (const type of ["text/plain", "image/png", "text/html"]) {
    const headers = partHeaders({ type });
    assert.match(headers["content-security-policy"] ?? "", /default-src 'none'.*sandbox$/);
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["cross-origin-resource-policy"], "same-origin");
  }
});

test("names only charsets that are words", () => {
  assert.equal(
    partHeaders({ type: "text/plain", charset: "iso-8859-1" })["content-type"],
    "text/plain; charset=iso-8859-1",
  );
  for (const charset of ["x; y=z", "utf-8\r\nx: y", ""])
    assert.equal(partHeaders({ type: "text/plain", charset })["content-type"], "text/plain; charset=utf-8");
});

describe("writes a file name", () => {
  for (const [name, expected] of [
    ["report.pdf", 'attachment; filename="report.pdf"'],
    ["Übersicht 1.pdf", "attachment; filename=\"Ubersicht 1.pdf\"; filename*=UTF-8''%C3%9Cbersicht%201.pdf"],
    ["請求書.pdf", "attachment; filename=\"___.pdf\"; filename*=UTF-8''%E8%AB%8B%E6%B1%82%E6%9B%B8.pdf"],
    ['a"; x=".pdf', 'attachment; filename="a_; x=_.pdf"'],
    ["a\r\nSet-Cookie: x", 'attachment; filename="aSet-Cookie_ x"'],
    ["../../etc/passwd", 'attachment; filename="passwd"'],
    ["C:\\Windows\\x.exe", 'attachment; filename="x.exe"'],
    ["%41'().txt", "attachment; filename=\"_41_().txt\"; filename*=UTF-8''%2541%27%28%29.txt"],
    ["", "attachment"],
    ["..", "attachment"],
  ] as const)
    test(JSON.stringify(name), () => assert.equal(disposition("attachment", name), expected));
});

test("takes what hides the end of a file name out of it", () => {
  assert.equal(fileName("invoice\u202efdp.exe"), "invoicefdp.exe");
  assert.equal(fileName(" .htaccess. "), "htaccess");
  assert.equal(fileName("\ud800x\0.txt"), "x.txt");
  assert.equal([...fileName("ä".repeat(1000))].length, 200);
});
