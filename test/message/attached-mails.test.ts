import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Attachment } from "#src/message/attachment.js";
import { Message } from "#src/message/message.js";
import type { EncodingConstraint } from "#src/mime/part.js";
import { SinglePart } from "#src/mime/single-part.js";

const ways: Readonly<Record<string, EncodingConstraint>> = {
  "7bit": { eightBit: false },
  "8bit": { eightBit: true },
  binary: { eightBit: true, binary: true },
};

function carrying(attachment: Attachment | SinglePart): Message {
  return Message.builder().from("a@example.com").to("b@example.org").text("x").attach(attachment).build();
}

async function sent(message: Message, way: EncodingConstraint = { eightBit: false }): Promise<string> {
  let text = "";
  for await (const piece of message.content(way).stream()) text += piece.toString("latin1");
  return text;
}

/** Octets, the way, and the type and encoding by which they travel there. */
const mails: readonly (readonly [octets: string, way: string, type: string, encoding: string])[] = [
  ["Subject: x\n\nFrom me \n", "7bit", "rfc822", "7bit"],
  ["Subject: x\r\n\r\nGrüße\r\n", "7bit", "global", "base64"],
  ["Subject: x\n\nGrüße\n", "8bit", "rfc822", "8bit"],
  ["Subject: x\n\nGrüße\n", "binary", "rfc822", "8bit"],
  ["Subject: ü\n\nx\n", "8bit", "global", "8bit"],
  ["Subject: x\n\na\rb\n", "8bit", "global", "base64"],
  ["Subject: x\n\na\0b\n", "8bit", "global", "base64"],
  [`Subject: x\n\n${"x".repeat(999)}\n`, "8bit", "global", "base64"],
  ["", "8bit", "rfc822", "7bit"],
];
for (const [octets, way, type, encoding] of mails) {
  test(`a mail that can be opened twice goes over ${way} as message/${type}, ${encoding}: ${JSON.stringify(octets.slice(0, 30))}`, async () => {
    const whole = Buffer.from(octets);
    const source = async function* (): AsyncGenerator<Buffer> {
      for (const octet of whole) yield Buffer.of(octet);
    };
    for (const attachment of [
      Attachment.fromStream("a.eml", source),
      Attachment.fromStream("a.eml", new Blob([whole])),
      Attachment.fromStream("a", source, { type: "message/rfc822" }),
      SinglePart.stream(source, "message/rfc822", { disposition: "attachment" }),
    ]) {
      const text = await sent(carrying(attachment), ways[way]);
      const head = new RegExp(
        `\\r\\nContent-Type: message/${type}(?:; name=.*)?\\r\\nContent-Transfer-Encoding: ${encoding}\\r\\n\\r\\n`,
      ).exec(text);
      assert.ok(head, text);
      const body = text.slice(head.index + head[0].length).split("\r\n--=_")[0] ?? "";
      if (encoding === "base64") assert.equal(Buffer.from(body, "base64").toString(), octets);
      else assert.equal(body, whole.toString("latin1").replace(/\r?\n/g, "\r\n"));
    }
  });
}

test("inspects a mail from a path first, and keeps it unencoded if it was read before", async () => {
  const path = join(tmpdir(), `envoi-${process.pid}.eml`);
  await writeFile(path, "Subject: x\n\nHello\n");
  const attachment = Attachment.fromPath(path);
  assert.match(
    await sent(carrying(attachment)),
    /message\/rfc822; name=.*\r\n.*7bit\r\n\r\nSubject: x\r\n\r\nHello/,
  );
  const loaded = carrying(await attachment.encoded());
  assert.match(
    loaded.formatted().toString(),
    /message\/rfc822; name=.*\r\n.*\r\n.*7bit\r\n\r\nSubject: x\r\n/,
  );
});

test("sends a mail that can be read only once as message/global", async () => {
  async function* once(): AsyncGenerator<Buffer> {
    yield Buffer.from("Subject: x\n");
  }
  const attachment = Attachment.fromStream("a.eml", once());
  assert.match(
    await sent(carrying(attachment)),
    /message\/global; name=.*\r\n.*\r\nContent-Transfer-Encoding: base64/,
  );
});

for (const [what, second] of [
  ["8-bit octets", "Subject: x\n\nü\n"],
  ["a bare CR", "Subject: x\n\na\rb\n"],
  ["a CR at its end", "Subject: x\n\nHello\n\r"],
  ["other letters", "Subject: x\n\nHallo\n"],
  ["less", "Subject: x\n"],
] as const) {
  test(`a mail that has ${what} when it is read again ends the sending`, async () => {
    let opened = 0;
    const source = () => Buffer.from(opened++ === 0 ? "Subject: x\n\nHello\n" : second);
    await assert.rejects(sent(carrying(Attachment.fromStream("a.eml", source))), {
      kind: "content",
      delivery: "not-sent",
    });
  });
}

const unencoded = [
  "delivery-status",
  "disposition-notification",
  "feedback-report",
  "partial; id=a; number=1",
  "external-body; access-type=x",
];
for (const type of unencoded) {
  test(`message/${type} is never encoded`, async () => {
    const lines = "From me: x \nAction: failed\n";
    const octets = Buffer.from(lines);
    async function* source(): AsyncGenerator<Buffer> {
      yield octets;
    }
    for (const part of [
      SinglePart.text(lines, { type: `message/${type}` }),
      SinglePart.bytes(octets, `Message/${type}`),
      SinglePart.stream(source, `message/${type}`),
    ]) {
      for (const way of Object.values(ways)) {
        const text = await sent(carrying(part), way);
        assert.match(text, /Content-Transfer-Encoding: 7bit\r\n\r\nFrom me: x \r\nAction: failed\r\n/);
      }
    }
    for (const bad of ["ü", "a\0", "x".repeat(999), "a\rb"]) {
      assert.throws(() => SinglePart.text(bad, { type: `message/${type}` }), { kind: "message" });
      assert.throws(() => SinglePart.bytes(Buffer.from(bad), `message/${type}`), { kind: "message" });
      async function* wrong(): AsyncGenerator<Buffer> {
        yield Buffer.from(bad);
      }
      await assert.rejects(sent(carrying(SinglePart.stream(wrong, `message/${type}`))), { kind: "content" });
    }
  });
}

test("sends a text of type message/rfc822 unencoded, with the parameters of its type", () => {
  const part = SinglePart.text("Subject: x \n\nHello\n", { type: "message/rfc822; x=y" });
  const { headers, body } = part.encode({ eightBit: false });
  assert.equal(
    headers.map(String).join("\n"),
    "Content-Type: message/rfc822; x=y\nContent-Transfer-Encoding: 7bit",
  );
  assert.equal(String(body), "Subject: x \r\n\r\nHello\r\n");
});

test("encodes a string in the charset that its type names", async () => {
  const octetsOf = async (text: string, type: string): Promise<string> => {
    const raw = await sent(carrying(Attachment.fromBytes("a.csv", text, type)));
    return Buffer.from(/base64\r\n\r\n([^-]*)/.exec(raw)?.[1] ?? "", "base64").toString("hex");
  };
  assert.equal(await octetsOf("é", "text/csv; charset=iso-8859-1"), "e9");
  assert.equal(await octetsOf("é", 'text/csv; charset="utf-8"'), "c3a9");
  assert.equal(await octetsOf("é", "text/csv"), "c3a9");
  assert.equal(await octetsOf("€", "text/csv; charset=windows-1252"), "80");
  assert.equal(await octetsOf("日本", "application/xml; charset=Shift_JIS"), "93fa967b");
  for (const [text, type] of [
    ["€", "text/csv; charset=latin1"],
    ["é", "text/csv; charset=us-ascii"],
    ["é", "text/csv; charset=x-unknown"],
  ] as const)
    assert.throws(() => Attachment.fromBytes("a.csv", text, type), { kind: "message" });
  await assert.rejects(octetsOf("☃", "text/csv; charset=koi8-r"), { kind: "message" });
});
