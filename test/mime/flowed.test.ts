import assert from "node:assert/strict";
import { test } from "node:test";
import { MultiPart } from "#src/mime/multi-part.js";
import { SinglePart } from "#src/mime/single-part.js";
import { fc } from "../property.js";

function written(
  text: string,
  type = "text/plain; format=flowed",
  eightBit = false,
): { head: string; body: string } {
  const { headers, body } = SinglePart.text(text, { type }).encode({ eightBit });
  return { head: headers.map(({ lines }) => lines).join(""), body: body.map(String).join("") };
}

/** A reader of format=flowed by RFC 3676 section 4, which gives the paragraphs. */
function read(body: string, delSp: boolean): string {
  let text = "";
  for (const line of body.split("\r\n")) {
    const content = line.startsWith(" ") ? line.slice(1) : line;
    if (content === "-- ") text += `${content}\n`;
    else if (content.endsWith(" ")) text += delSp ? content.slice(0, -1) : content;
    else text += `${content}\n`;
  }
  return text.slice(0, -1);
}

test("stuffs a flowed text, and sends it unencoded with the spaces at its line ends", () => {
  const { head, body } = written(" a\nFrom b \n> c\n-- \nFrom\n");
  assert.equal(body, "  a\r\n From b \r\n > c\r\n-- \r\nFrom\r\n");
  assert.match(head, /format=flowed; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n/);
});

test("does not stuff a text of another type", () => {
  for (const type of ["text/plain", "text/plain; format=fixed", "text/x-notes; format=flowed"]) {
    assert.doesNotMatch(written("> c\n", type).body, /^ /);
    assert.match(written("a \nb", type).head, /quoted-printable/);
  }
});

test("breaks a long line after spaces, to lines of at most 78 characters", () => {
  const text = "word ".repeat(60).trimEnd();
  for (const type of ["text/plain; format=flowed", "text/plain; format=Flowed; delsp=yes"]) {
    const { body } = written(text, type);
    for (const line of body.split("\r\n")) assert.ok(line.length <= 78, line);
    assert.equal(read(body, type.includes("delsp")), text);
  }
});

test("a tab at the end of a line, and characters beyond ASCII on a 7-bit way, are encoded", () => {
  assert.match(written("a\t\n").head, /quoted-printable/);
  assert.match(written("Grüße und ein \nlanger Absatz").head, /quoted-printable/);
  assert.match(written("Grüße und ein \nlanger Absatz", undefined, true).head, /8bit/);
});

test("inside multipart/signed the spaces at the ends of lines are encoded", () => {
  const part = SinglePart.text("a \nb", { type: "text/plain; format=flowed" });
  const { body } = MultiPart.of("signed", [part, part]).encode({ eightBit: true });
  assert.match(body.map(String).join(""), /a=20\r\nb/);
});

test("is read back as the same text, whatever it contains", () => {
  const pieces = fc.constantFrom(
    " ",
    "  ",
    "a",
    "From ",
    ">",
    "-- ",
    "\n",
    "\n\n",
    "x".repeat(77),
    "x".repeat(90),
    "word ",
    "ü",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 40 }), fc.boolean(), (list, delSp) => {
      const lines = list.join("").replace(/ +(?=\n|$)/g, (spaces, at: number, all: string) =>
        // The separator of a signature keeps its space; other lines end in none, so that each is a paragraph.
        spaces === " " && /(?:^|\n)--$/.test(all.slice(0, at)) ? spaces : "",
      );
      const part = SinglePart.text(lines, { type: `text/plain; format=flowed${delSp ? "; delsp=yes" : ""}` });
      const body = part.encode({ eightBit: true }).body.map(String).join("");
      if (/quoted-printable|base64/.test(part.encode({ eightBit: true }).headers.map(String).join())) return;
      assert.equal(read(body, delSp), lines);
      for (const line of body.split("\r\n")) assert.doesNotMatch(line, /^(?:From |>)/);
    }),
    { numRuns: 500 },
  );
});
