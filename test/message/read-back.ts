import assert from "node:assert/strict";
import PostalMime from "postal-mime";
import { filesAsSent, type Letter, type Person } from "./arbitrary-message.js";

/** postal-mime gives one line end at the end of a text that has none, and LF or CRLF in between. */
function lines(text: string | undefined): string {
  return (text ?? "").replaceAll("\r\n", "\n").replace(/\n$/, "");
}

function plain(people: readonly Person[]): Person[] {
  return people.map(({ address, name }) => ({ address, name }));
}

/** Has postal-mime read a letter as it is sent, and compares what it finds with what was put in. */
export async function readBack(letter: Letter, octets: Buffer): Promise<void> {
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
  assert.deepEqual(files, filesAsSent(letter));
}
