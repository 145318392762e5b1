import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Letter, letters, write } from "../message/arbitrary-message.ts";
import { fc } from "../property.ts";
import { run } from "./program.ts";

const script = fileURLToPath(new URL("../../../test/interop/python-email.py", import.meta.url));

/** What python-email.py says of a mail; octets in base64. */
interface Described {
  readonly from: Letter["from"][];
  readonly to: Letter["to"];
  readonly cc: Letter["cc"];
  readonly subject: string;
  readonly comment: string;
  readonly bodies: Readonly<Record<string, string>>;
  readonly files: readonly { readonly name: string; readonly bytes: string; readonly inline: boolean }[];
  readonly defects: readonly string[];
}

test("Python's email package reads back what was put in, header by header and octet by octet", async () => {
  const written = fc.sample(letters, { numRuns: 1000, seed: 1 });
  for (const eightBit of [false, true]) {
    const input = written.map((letter) =>
      Buffer.concat(write(letter).content({ eightBit }).chunks ?? []).toString("base64"),
    );
    const output = await run("/usr/bin/python3", [script], input.join("\n"));
    const described = output.toString().trimEnd().split("\n");
    assert.equal(described.length, written.length);
    for (const [index, letter] of written.entries()) {
      compare(JSON.parse(described[index] ?? "") as Described, letter);
    }
  }
});

function compare(read: Described, letter: Letter): void {
  assert.deepEqual(read.defects, []);
  const { subject, comment } = letter;
  assert.deepEqual({ subject: read.subject, comment: read.comment }, { subject, comment });
  assert.deepEqual([read.from, read.to, read.cc], [[letter.from], letter.to, letter.cc]);
  const lone = letter.files.length === 0 && (letter.text === undefined || letter.html === undefined);
  for (const [type, text] of [
    ["text/plain", letter.text],
    ["text/html", letter.html],
  ] as const) {
    if (text === undefined) continue;
    const octets = Buffer.from(read.bodies[type] ?? "", "base64").toString();
    const sent = text.replace(/\r?\n/g, "\r\n");
    // A mail of one text ends with a line end, as a mail does.
    assert.equal(lone ? octets.replace(/\r\n$/, "") : octets, lone ? sent.replace(/\r\n$/, "") : sent);
  }
  const inlineFirst =
    letter.html === undefined
      ? letter.files
      : [...letter.files].sort((a, b) => Number(b.inline) - Number(a.inline));
  const files = inlineFirst.map(({ name, bytes, inline }) => ({
    name,
    bytes: bytes.toString("base64"),
    inline,
  }));
  assert.deepEqual(read.files, files);
}
