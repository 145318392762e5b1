import assert from "node:assert/strict";
import { test } from "node:test";
import PostalMime from "postal-mime";
import { fc } from "../property.js";
import { type Letter, letters, type Person, write } from "./arbitrary-message.js";

/** postal-mime gives one line end at the end of a text that has none, and LF or CRLF in between. */
function lines(text: string | undefined): string {
  return (text ?? "").replaceAll("\r\n", "\n").replace(/\n$/, "");
}

function plain(people: readonly Person[]): Person[] {
  return people.map(({ address, name }) => ({ address, name }));
}

async function readBack(letter: Letter, octets: Buffer): Promise<void> {
  const parsed = await PostalMime.parse(octets);
  assert.equal(parsed.subject, letter.subject);
  assert.deepEqual(plain([parsed.from as Person]), plain([letter.from]));
  const to = (parsed.to ?? []).flatMap((entry) => ("group" in entry && entry.group ? entry.group : [entry]));
  assert.deepEqual(plain(to as Person[]), plain(letter.to));
  assert.deepEqual(plain((parsed.cc ?? []) as Person[]), plain(letter.cc));
  if (letter.text !== undefined) assert.equal(lines(parsed.text), lines(letter.text));
  if (letter.html !== undefined) assert.equal(lines(parsed.html), lines(letter.html));
  const files = parsed.attachments.map(({ filename, content, disposition }) => ({
    name: filename,
    bytes: Buffer.from(content as ArrayBuffer),
    inline: disposition === "inline",
  }));
  const byName = (a: { name: string | null }, b: { name: string | null }) =>
    String(a.name).localeCompare(String(b.name));
  // Inline images stand before the others when there is HTML.
  assert.deepEqual(files.sort(byName), [...letter.files].sort(byName));
}

test("postal-mime reads back what was put in, header by header and octet by octet", async () => {
  await fc.assert(
    fc.asyncProperty(letters, async (letter) => {
      const octets = write(letter).formatted();
      await readBack(letter, octets);
    }),
    { numRuns: 200 },
  );
});

test("no line is above 998 octets, none ends in a bare CR or LF, and all octets are ASCII", () => {
  fc.assert(
    fc.property(letters, (letter) => {
      const octets = write(letter).formatted();
      const text = octets.toString("latin1");
      assert.match(text, /^[\t\r\n -~]*\r\n$/);
      for (const line of text.split("\r\n")) {
        assert.ok(line.length <= 998);
        assert.doesNotMatch(line, /[\r\n]/);
      }
    }),
    { numRuns: 200 },
  );
});

test("with 8-bit octets allowed, the same comes back", async () => {
  await fc.assert(
    fc.asyncProperty(letters, async (letter) => {
      const content = write(letter).content({ eightBit: true });
      const octets = Buffer.concat(content.chunks ?? []);
      assert.equal(octets.length, content.size);
      assert.equal(
        content.eightBit,
        octets.some((octet) => octet > 127),
      );
      await readBack(letter, octets);
    }),
    { numRuns: 100 },
  );
});
