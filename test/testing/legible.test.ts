import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Attachment, Message } from "envoi";
import { type ParsedAttachment, parseMessage } from "#src/testing/parsed-message.js";
import { fc } from "../property.js";

async function octetsOf(message: Message, binary: boolean): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of message.content({ eightBit: true, binary }).stream()) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe("a message with binary bodies that was caught", () => {
  const octets = fc.oneof(
    fc.uint8Array(),
    fc
      .array(fc.constantFrom("\r", "\n", "\r\n", "--", "\0", "x", "=", "\r\n\r\n"))
      .map((all) => Buffer.from(all.join(""))),
  );

  it("has its attachments octet for octet, and the rest as it is without them", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(octets, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (files, nested) => {
          const builder = Message.builder().from("a@x.test").to("b@y.test").subject("files").text("Grüße\n");
          if (nested)
            builder
              .html('<img src="cid:one">')
              .attach(Attachment.fromBytes("in.png", files[0] as Uint8Array).inline("one"));
          for (const [i, file] of files.entries())
            builder.attach(Attachment.fromBytes(`${i}.bin`, file, "application/octet-stream"));
          const message = builder.build();
          const [binary, encoded] = await Promise.all(
            [true, false].map(async (way) => parseMessage(await octetsOf(message, way))),
          );
          assert.ok(binary !== undefined && encoded !== undefined);
          for (const [i, file] of files.entries()) {
            const attachment: ParsedAttachment | undefined = binary.attachments.find(
              ({ filename }) => filename === `${i}.bin`,
            );
            assert.deepEqual(attachment?.content, Buffer.from(file));
          }
          assert.deepEqual({ ...binary, headers: [] }, { ...encoded, headers: [] });
        },
      ),
    );
  });

  it("is parsed as well as may be where it is cut short", async () => {
    const message = Message.create({
      from: "a@x.test",
      to: "b@y.test",
      text: "hello",
      attach: Attachment.fromBytes("a.bin", Buffer.from("\0\r\n--x")),
    });
    const whole = await octetsOf(message, true);
    for (let length = 0; length < whole.length; length++) await parseMessage(whole.subarray(0, length));
  });
});
