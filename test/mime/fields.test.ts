import assert from "node:assert/strict";
import { test } from "node:test";
import { parseContentType } from "#src/mime/content-type.js";
import { headerName } from "#src/mime/header.js";
import { MessageError } from "#src/mime/message-error.js";
import { contentId, messageId, messageIdHeader } from "#src/mime/message-id.js";

function refused(run: () => unknown, what: string): void {
  assert.throws(run, MessageError, JSON.stringify(what));
}

test("accepts only printable ASCII without separators as a header name", () => {
  for (const name of ["X-A", "X_A.b!", "a".repeat(76), "constructor", "__proto__"])
    assert.equal(headerName(name), name);
  for (const name of ["", "X A", "X:", "X-A\r\nBcc", "From: ceo@x (", "X-é", "a".repeat(77), "X\0", "X(a)"]) {
    refused(() => headerName(name), name);
  }
});

test("reads a message id with or without brackets", () => {
  assert.equal(messageId("a@b", "messageId"), "<a@b>");
  assert.equal(messageId("<a@b>", "messageId"), "<a@b>");
  assert.equal(contentId("<logo@x>", "contentId"), "logo@x");
  assert.equal(contentId("logo", "contentId"), "logo");
  for (const bad of [
    "",
    "a",
    "@b",
    "a@",
    "a@b@c",
    "<a@b",
    "a@b>",
    "a b@c",
    "a,b@c",
    "(x)a@b",
    "a@b;",
    "<a@b><c@d>",
    "ü@b",
    "a@b\r\nBcc: x",
    `${"a".repeat(900)}@b`,
  ]) {
    refused(() => messageId(bad, "messageId"), bad);
  }
});

test("folds between ids, never inside", () => {
  const ids = Array.from({ length: 5000 }, (_, index) => `<${"x".repeat(index % 150)}${index}@example.com>`);
  const { lines } = messageIdHeader("References", ids);
  assert.equal(lines.replaceAll("\r\n", ""), `References: ${ids.join(" ")}`);
  for (const line of lines.split("\r\n"))
    assert.ok(line.length <= 998 && (line.length <= 76 || /^ \S+$/.test(line)));
});

test("reads a media type with its parameters", () => {
  assert.deepEqual(parseContentType('Text/CSV; Charset=UTF-8; header="a \\"b\\""', "type"), {
    essence: "text/csv",
    parameters: new Map([
      ["charset", "UTF-8"],
      ["header", 'a "b"'],
    ]),
  });
  for (const bad of [
    "",
    "text",
    "text/",
    "/x",
    "text/plain;",
    "text/plain; a",
    "text/plain; a=b; A=c",
    'a/b; c="d',
    "a/b\r\nBcc: x",
    "a/b; c=d e",
    "ü/x",
  ]) {
    refused(() => parseContentType(bad, "type"), bad);
  }
});
