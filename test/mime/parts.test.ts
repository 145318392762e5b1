import assert from "node:assert/strict";
import { test } from "node:test";
import { Charset } from "#src/mime/charset.js";
import { MessageError } from "#src/mime/message-error.js";
import { MultiPart } from "#src/mime/multi-part.js";
import type { Part } from "#src/mime/part.js";
import { encodeQuotedPrintable } from "#src/mime/quoted-printable.js";
import { SinglePart } from "#src/mime/single-part.js";
import { base64LinesLength } from "#src/text/base64.js";

function written(part: Part, eightBit = false): { head: string; body: string } {
  const { headers, body } = part.encode({ eightBit });
  return {
    head: headers.map(({ lines }) => lines).join(""),
    body: body.map((piece) => piece.toString()).join(""),
  };
}

function encodingOf(part: Part, eightBit = false): string {
  return /Content-Transfer-Encoding: (.*)\r\n/.exec(written(part, eightBit).head)?.[1] ?? "";
}

test("the transfer encoding is chosen from the content", () => {
  const cases: [text: string, sevenBit: string, eightBit: string][] = [
    ["Hello\r\n", "7bit", "7bit"],
    ["", "7bit", "7bit"],
    ["x".repeat(998), "7bit", "7bit"],
    ["Grüße aus Hamburg, wie immer", "quoted-printable", "8bit"],
    ["日本語のテキスト", "base64", "8bit"],
    ["x".repeat(999), "quoted-printable", "quoted-printable"],
    ["-- \nme and others, all of us", "quoted-printable", "quoted-printable"],
    ["a\nFrom me\n", "quoted-printable", "quoted-printable"],
    ["a NUL \0 in a longer text", "quoted-printable", "quoted-printable"],
    ["a lone \r in a longer text", "quoted-printable", "quoted-printable"],
  ];
  for (const [text, sevenBit, eightBit] of cases) {
    const part = SinglePart.plain(text);
    assert.deepEqual(
      [encodingOf(part), encodingOf(part, true)],
      [sevenBit, eightBit],
      JSON.stringify(text.slice(0, 20)),
    );
  }
  assert.equal(encodingOf(SinglePart.bytes(Buffer.from("ascii"))), "base64");
});

test("a part is encoded once", () => {
  const part = SinglePart.plain("Grüße");
  assert.equal(part.encode({ eightBit: false }), part.encode({ eightBit: false }));
  const multi = MultiPart.mixed([part]);
  assert.equal(multi.encode({ eightBit: true }), multi.encode({ eightBit: true }));
});

test("encodes text in another charset, and refuses characters it lacks", async () => {
  const latin1 = await Charset.load("ISO-8859-1");
  const part = SinglePart.text("Grüße aus Hamburg und so weiter", { charset: latin1 });
  assert.match(written(part).head, /charset=iso-8859-1\r\n/);
  assert.match(written(part).body, /^Gr=FC=DFe/);
  assert.throws(
    () => SinglePart.text("a\n ☃", { charset: latin1 }),
    (error) => error instanceof MessageError && error.position === 3 && error.message.includes("☃"),
  );
  const shiftJis = await Charset.load("shift_jis");
  assert.equal(written(SinglePart.text("日本", { charset: shiftJis })).body, "k/qWew==");
  const utf16 = SinglePart.text("ASCII", { charset: await Charset.load("utf-16le") });
  assert.equal(encodingOf(utf16), "base64");
  for (const unknown of ["x-none", "", "base64", "../x", "__proto__"])
    await assert.rejects(Charset.load(unknown), MessageError, unknown);
  assert.throws(
    () => SinglePart.text("x", { type: "text/plain; charset=koi8-r" }),
    /Charset\.load\("koi8-r"\)/,
  );
});

test("declares a multipart 8bit if a part of it is", () => {
  const inner = MultiPart.alternative([SinglePart.plain("Grüße"), SinglePart.html("x")]);
  const outer = MultiPart.mixed([inner]);
  assert.equal(encodingOf(outer), "");
  assert.equal(encodingOf(outer, true), "8bit");
});

test("checks a given boundary, also against the content", () => {
  const part = SinglePart.plain("--frontier\r\n");
  const multi = MultiPart.mixed([SinglePart.plain("a"), SinglePart.plain("b\r\n")], { boundary: "a b" });
  assert.match(written(multi).head, /boundary="a b"/);
  assert.equal(
    written(multi).body.replace(/Content-.*\r\n/g, ""),
    "--a b\r\n\r\na\r\n--a b\r\n\r\nb\r\n\r\n--a b--\r\n",
  );
  for (const boundary of ["", 'a"b', "a\r\nb", "x".repeat(71), "ends in space ", "ü", "frontier", "front"]) {
    assert.throws(() => MultiPart.mixed([part], { boundary }), MessageError, JSON.stringify(boundary));
  }
});

test("refuses parts nested too deep, and a multipart without parts", () => {
  let part: Part = SinglePart.plain("x");
  assert.throws(() => {
    for (let depth = 0; depth < 100_000; depth++) part = MultiPart.mixed([part]);
  }, MessageError);
  assert.throws(() => MultiPart.mixed([]), MessageError);
  assert.throws(() => MultiPart.mixed([{ path: "/etc/passwd" } as unknown as Part]), MessageError);
  assert.throws(() => MultiPart.of("mixed; x=y", [SinglePart.plain("x")]), MessageError);
  assert.throws(() => SinglePart.text("x", { type: "multipart/mixed" }), MessageError);
});

test("related names the type of its root", () => {
  assert.match(
    written(MultiPart.related([SinglePart.html("x")])).head,
    /multipart\/related; type="text\/html";/,
  );
});

test("checks descriptions and ids like other headers", () => {
  const part = SinglePart.plain("x").with({
    description: "Grüße aus Hamburg",
    contentId: "a@b",
    disposition: "inline",
  });
  assert.match(written(part).head, /Content-ID: <a@b>\r\nContent-Description: =\?UTF-8/);
  assert.throws(() => part.with({ description: "x\r\nBcc: y" }), MessageError);
  assert.throws(() => part.with({ contentId: "x y" }), MessageError);
});

test("writes text as quoted-printable unless base64 is shorter, whatever its script and length", () => {
  const texts = ["ü", "Grüße", "李", "😀", "a", " ", "\n", "=", "\0"].flatMap((piece) =>
    [1, 40, 3000, 20_000].flatMap((count) => [
      piece.repeat(count),
      `${"Hello, world. ".repeat(count)}${piece}`,
    ]),
  );
  for (const text of [...texts, "Grüße aus Köln ".repeat(300), "привет, world and all ".repeat(300)]) {
    const part = SinglePart.plain(text);
    const encoding = encodingOf(part);
    if (encoding === "7bit") continue;
    const octets = Buffer.from(text.replaceAll("\n", "\r\n"));
    const quoted = encodeQuotedPrintable(octets)?.length ?? 0;
    const { body } = written(part);
    assert.equal(body.length, Math.min(quoted, base64LinesLength(octets.length)));
    assert.equal(encoding, quoted <= base64LinesLength(octets.length) ? "quoted-printable" : "base64");
  }
});
