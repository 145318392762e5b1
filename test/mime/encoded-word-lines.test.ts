import assert from "node:assert/strict";
import { test } from "node:test";
import { Group } from "#src/address/group.js";
import { Mailbox } from "#src/address/mailbox.js";
import { keywordsHeader } from "#src/mime/keywords.js";
import { listIdHeader, listUrlHeader } from "#src/mime/list-header.js";
import { mailboxHeader } from "#src/mime/mailbox-list.js";
import { textHeader } from "#src/mime/unstructured.js";
import { fc } from "../property.js";

/** RFC 2047 section 2 (lines of at most 76 characters) and section 5 (white space around the words of a phrase). */
function check(lines: string): void {
  for (const line of lines.split("\r\n")) {
    if (!line.includes("=?")) continue;
    assert.ok(line.length <= 76, line);
  }
  const field = lines.replaceAll("\r\n", " ");
  for (const [word] of field.matchAll(/\S*=\?UTF-8\?[^?]*\?[^?]*\?=\S*/g))
    assert.match(word, /^\(?=\?UTF-8\?[^?]*\?[^?]*\?=(?:\),?)?$/);
}

const text = fc
  .array(fc.constantFrom("ü", "word", "語", "x".repeat(30)), { minLength: 1, maxLength: 12 })
  .map((words) => `${words.join(" ")} ü`);

test("writes encoded words between white space, in lines of at most 76 characters, in every field", () => {
  fc.assert(
    fc.property(
      fc.array(text, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 76 }),
      (texts, length) => {
        const name = "X".repeat(length);
        const mailboxes = texts.map((each) => Mailbox.of("a@example.com", each));
        check(mailboxHeader(name, mailboxes).lines);
        check(
          mailboxHeader(
            name,
            texts.map((each) => Group.of(each, mailboxes)),
          ).lines,
        );
        check(mailboxHeader(name, [Group.of(texts[0] ?? "ü", [])]).lines);
        check(keywordsHeader(name, texts, "keywords").lines);
        check(textHeader(name, texts.join("  ")).lines);
        check(listIdHeader("List-Id", `${texts[0]} <a.example>`).lines);
        check(
          listUrlHeader("List-Help", texts.map((each) => `<https://a.example/> (${each})`).join(", ")).lines,
        );
      },
    ),
    { numRuns: 300 },
  );
});
