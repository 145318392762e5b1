/** Every way by which what a caller says of a part becomes a header field. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Charset } from "#src/mime/charset.js";
import { MessageError } from "#src/mime/message-error.js";
import { MultiPart, type MultiPartOptions } from "#src/mime/multi-part.js";
import type { Part } from "#src/mime/part.js";
import { SinglePart } from "#src/mime/single-part.js";

const makers: readonly (readonly [name: string, make: (options: object) => Part])[] = [
  ["text", (options) => SinglePart.text("hi", options)],
  ["plain", (options) => SinglePart.plain("hi", options)],
  ["html", (options) => SinglePart.html("hi", options)],
  ["bytes", (options) => SinglePart.bytes(Buffer.from("hi"), "a/b", options)],
  ["file", (options) => SinglePart.file("hi", "a/b", options)],
  ["message", (options) => SinglePart.message(Buffer.from("A: b\r\n"), options)],
  ["stream", (options) => SinglePart.stream(async function* () {}, "a/b", options)],
  ["with", (options) => SinglePart.plain("hi").with(options)],
];

function head(part: Part): string {
  return part
    .encode({ eightBit: false })
    .headers.map(({ lines }) => lines)
    .join("");
}

const refused: readonly (readonly [what: string, options: object])[] = [
  ["a field of the message", { headers: { From: "ceo@example.com" } }],
  ["Bcc", { headers: { Bcc: "x@example.com" } }],
  ["Received", { headers: { received: "x" } }],
  ["a field that readers do not know", { headers: { "X-Note": "x" } }],
  ["Content-Type", { headers: { "content-TYPE": "text/html" } }],
  ["Content-Length", { headers: { "Content-Length": "3" } }],
  ["Content-Disposition", { headers: { "Content-Disposition": "inline" } }],
  ["MIME-Version", { headers: { "MIME-Version": "1.0" } }],
  ["a field twice", { headers: { "Content-Language": "de", "content-language": "en" } }],
  ["a field in a Map", { headers: new Map([["Subject", "x"]]) }],
  ["headers in an array", { headers: ["Content-Language"] }],
  ["headers in a Set", { headers: new Set(["Content-Language"]) }],
  ["a line break in a disposition", { disposition: "inline\r\nX: y" }],
  ["a parameter in a disposition", { disposition: "attachment; filename=x" }],
  ["an empty disposition", { disposition: "" }],
  ["a disposition that is a number", { disposition: 1 }],
  ["a line break in the name of a parameter", pair("filename\r\nX", "y")],
  ["a star in the name of a parameter", pair("filename*", "utf-8''x")],
  ["an equals sign in the name of a parameter", pair("a=b", "y")],
  ["a line break in the value of a parameter", pair("filename", "a\r\nX: y")],
  ["a value that is a number", pair("size", 1 as never)],
  ["a parameter twice", { disposition: "inline", dispositionParameters: { filename: "a", FileName: "b" } }],
  ["parameters without a disposition", { dispositionParameters: { filename: "a" } }],
  ["a misspelt option", { descripton: "x" }],
  ["an option of attachments", { filename: "x" }],
  ["a line break in a Content-ID", { contentId: "a\r\nb" }],
  ["a line break in a description", { description: "a\nb" }],
];

function pair(name: string, value: string): object {
  return { disposition: "attachment", dispositionParameters: new Map([[name, value]]) };
}

for (const [maker, make] of makers) {
  for (const [what, options] of refused) {
    test(`SinglePart.${maker} refuses ${what}`, () => {
      assert.throws(() => make(options), MessageError);
    });
  }
}

test("accepts options of a part as an object, a Map and the Headers of the web", () => {
  for (const headers of [
    { "Content-Language": "de" },
    new Map([["Content-Language", "de"]]),
    new globalThis.Headers({ "Content-Language": "de" }),
  ]) {
    const part = SinglePart.plain("x", {
      disposition: "form-data",
      dispositionParameters: { Name: "field" },
      headers,
    });
    assert.match(head(part), /^Content-Disposition: form-data; name="field"\r\nContent-Language: de\r\n/im);
  }
});

test("refuses an object that looks like a charset", () => {
  for (const charset of ["iso-8859-1", { name: "utf-8\r\nX: y", encode: () => Buffer.alloc(0) }]) {
    assert.throws(() => SinglePart.text("x", { charset: charset as unknown as Charset }), {
      kind: "message",
      field: "charset",
    });
  }
});

const wrongMultiparts: readonly object[] = [
  { parameters: { boundary: "x" } },
  { parameters: { Boundary: "x" } },
  { parameters: { "a b": "x" } },
  { parameters: { "micalg*": "x" } },
  { parameters: { micalg: "a\r\nX: y" } },
  { parameters: { a: "1", A: "2" } },
  { parameters: new Map([["a\r\nX", "y"]]) },
  { boundry: "x" },
  { headers: { "X-A": "b" } },
];
for (const options of wrongMultiparts) {
  test(`a multipart refuses ${JSON.stringify(options)}`, () => {
    const parts = [SinglePart.plain("x")];
    for (const make of [MultiPart.mixed, MultiPart.alternative, MultiPart.related])
      assert.throws(() => make(parts, options), MessageError);
    assert.throws(() => MultiPart.of("signed", parts, options), MessageError);
  });
}

test("accepts parameters of a multipart as an object, and keeps a given type of related", () => {
  const part = MultiPart.related([SinglePart.html("x")], {
    parameters: { Type: "text/html", start: "<a@b>" },
  });
  assert.match(
    head(part).replaceAll("\r\n ", " "),
    /^Content-Type: multipart\/related; type="text\/html"; start="<a@b>"; boundary=/,
  );
});

test("never cuts a boundary of up to 70 characters", () => {
  for (const boundary of ["x".repeat(70), "a b".padEnd(70, "'"), "=?x?q?y?=", "=_".padEnd(70, "-")]) {
    const field = head(MultiPart.mixed([SinglePart.plain("x")], { boundary }));
    assert.ok(field.includes(`boundary="${boundary}"`) || field.includes(`boundary=${boundary}\r\n`), field);
    assert.doesNotMatch(field, /boundary\*/);
  }
});

test("writes the name of a file into Content-Type too, unless the type has one", () => {
  const named = (filename: string, type = "application/pdf"): string =>
    head(
      SinglePart.bytes(Buffer.of(1), type, {
        disposition: "attachment",
        dispositionParameters: { filename },
      }),
    );
  assert.match(named("a b.pdf"), /^Content-Type: application\/pdf; name="a b\.pdf"\r\n/m);
  assert.match(named("März.pdf"), /^Content-Type: application\/pdf; name\*=utf-8''M%C3%A4rz\.pdf\r\n/m);
  assert.match(named("語".repeat(40)), / name\*0\*=utf-8''[^;]*;\r\n name\*1\*=/);
  assert.match(
    named("a.pdf", 'application/pdf; name="b.pdf"'),
    /^Content-Type: application\/pdf; name="b\.pdf"\r\n/m,
  );
});

test("refuses options of multipart/related that are not an object", () => {
  for (const options of [null, 5, [], new Map([["boundary", "b"]])]) {
    assert.throws(
      () => MultiPart.related([SinglePart.plain("x")], options as unknown as MultiPartOptions),
      MessageError,
    );
  }
});

test("the name of a file does not turn the direction of text, whichever parameter it is", () => {
  for (const key of ["filename", "FileName", "name"]) {
    const dispositionParameters = { [key]: "a\u202egpj.exe" };
    assert.throws(
      () => SinglePart.plain("x", { disposition: "attachment", dispositionParameters }),
      (error) => error instanceof MessageError && error.position === 1,
    );
  }
});

test("the name of a file is no parameter of message/external-body, where it means the file to be fetched", () => {
  const options = { disposition: "attachment", dispositionParameters: { filename: "a.txt" } };
  const type = "message/external-body; access-type=URL";
  const { headers } = SinglePart.text("Content-Type: text/plain\n", { type, ...options }).encode({
    eightBit: false,
  });
  assert.equal(headers[0]?.value, "message/external-body; access-type=URL");
});
