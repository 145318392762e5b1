import assert from "node:assert/strict";
import { test } from "node:test";
import { Message } from "#src/message/message.js";
import { MultiPart } from "#src/mime/multi-part.js";
import type { EncodingConstraint, Part } from "#src/mime/part.js";
import { SinglePart } from "#src/mime/single-part.js";

const ways: readonly EncodingConstraint[] = [
  { eightBit: false },
  { eightBit: true },
  { eightBit: true, binary: true },
];

async function written(part: Part, way: EncodingConstraint): Promise<string> {
  const message = Message.builder()
    .from("a@example.com")
    .to("b@example.com")
    .date(new Date(0))
    .messageId("a@b")
    .body(part)
    .build();
  let text = "";
  for await (const piece of message.content(way).stream()) text += piece.toString("latin1");
  return text;
}

const inner = Message.create({ from: "a@example.com", to: "b@example.com", text: "ü \n".repeat(20) });
async function* eml() {
  yield Buffer.from("Subject: x\n\nGrüße\n");
}
const insides: readonly (readonly [what: string, part: Part])[] = [
  ["text beyond ASCII", SinglePart.plain("Grüße aus Köln")],
  ["octets", SinglePart.bytes(Buffer.of(0, 200, 13))],
  ["a text without line ends", SinglePart.plain(`a\0${"x".repeat(2000)}`)],
  ["a mail as octets", SinglePart.message(Buffer.from("Subject: x\r\n\r\nGrüße\r\n"))],
  ["a mail", SinglePart.message(inner)],
  ["a mail from a file", SinglePart.stream(eml, "message/rfc822")],
  ["a multipart", MultiPart.mixed([SinglePart.html("ü"), MultiPart.related([SinglePart.html("<b>ü")])])],
  ["a flowed text", SinglePart.text("a long \nline", { type: "text/plain; format=flowed" })],
];
for (const subtype of ["signed", "encrypted", "SIGNED"]) {
  for (const [what, part] of insides) {
    test(`multipart/${subtype} with ${what} has the same octets whatever the way bears`, async () => {
      const whole = MultiPart.of(
        subtype,
        [part, SinglePart.bytes(Buffer.of(1), "application/pgp-signature")],
        {
          parameters: { protocol: "application/pgp-signature", micalg: "pgp-sha256" },
        },
      );
      for (const root of [whole, MultiPart.mixed([SinglePart.plain("ü"), whole])]) {
        const found = new Set<string>();
        for (const way of ways) {
          const text = await written(root, way);
          const start = text.indexOf(`--${whole.boundary}\r\n`);
          found.add(text.slice(start, text.indexOf(`--${whole.boundary}--`)));
        }
        assert.equal(found.size, 1);
        const [octets = ""] = found;
        assert.match(octets, /^[\t\r\n -~]+$/);
        // RFC 3156 section 5: white space at the end of a line is encoded.
        assert.doesNotMatch(octets, /[ \t]\r\n/);
      }
    });
  }
}
