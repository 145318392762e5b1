import assert from "node:assert/strict";
import { test } from "node:test";
import { Message } from "#src/message/message.js";
import { MessageError } from "#src/mime/message-error.js";
import { messageIdHeader } from "#src/mime/message-id.js";
import { MessageIds, messageIds } from "#src/mime/message-ids.js";
import { cpuTime } from "../cpu-time.js";
import { fc } from "../property.ts";

function refused(run: () => unknown, position?: number): void {
  assert.throws(run, (error) => {
    assert.ok(error instanceof MessageError);
    assert.equal(error.field, "references");
    if (position !== undefined) assert.equal(error.position, position, error.message);
    return true;
  });
}

/** What a field holds, and the ids in it; nothing else in it but phrases. */
const fields: [what: string, text: string, ids: string[], skipped?: string[]][] = [
  ["one id", "<a@b>", ["<a@b>"]],
  ["ids side by side", "<a@b><c@d><e@f>", ["<a@b>", "<c@d>", "<e@f>"]],
  ["ids with blanks and tabs", " <a@b>  <c@d>\t<e@f> ", ["<a@b>", "<c@d>", "<e@f>"]],
  ["a folded field", "<a@b>\r\n <c@d>\r\n\t<e@f>", ["<a@b>", "<c@d>", "<e@f>"]],
  ["a field folded with LF", "<a@b>\n <c@d>", ["<a@b>", "<c@d>"]],
  ["comments", "(one) <a@b> (two (nested \\) <x@y>) too)<c@d>(three)", ["<a@b>", "<c@d>"]],
  [
    "phrases",
    'Your message of "Mon, 1 Jan 2001 00:00:00 <x@y>" <a@b> and Mr. Smith <c@d>.',
    ["<a@b>", "<c@d>"],
    ['Your message of "Mon, 1 Jan 2001 00:00:00 <x@y>"', "and Mr. Smith", "."],
  ],
  ["a phrase beyond ASCII", "Ihre Größe <a@b>", ["<a@b>"], ["Ihre Größe"]],
  ["white space that 4.5.4 allows", "< a . b\r\n @ c (d) . e >", ["<a.b@c.e>"]],
  ["a quoted left side", '<"a b"@c> <"<a>"@c><"a\\"> b".x@c>', ['<"a b"@c>', '<"<a>"@c>', '<"a\\"> b".x@c>']],
  ["an address literal", "<a@[192.0.2.1]>", ["<a@[192.0.2.1]>"]],
  [
    "ids that break the grammar, but fit in a header",
    "<no-at> <x@y@z> <a..b@c.> <(a,b)@[c> <%$:;@=?> <=?UTF-8?Q?a?=@b>",
    ["<no-at>", "<x@y@z>", "<a..b@c.>", "<(a,b)@[c>", "<%$:;@=?>", "<=?UTF-8?Q?a?=@b>"],
  ],
  ["the longest id", `<${"a".repeat(898)}@b>`, [`<${"a".repeat(898)}@b>`]],
  ["text right beside an id", "see<a@b>now", ["<a@b>"], ["see", "now"]],
];

for (const [what, text, ids, skipped = []] of fields) {
  test(`reads ${what}`, () => {
    assert.deepEqual(MessageIds.parse(text), { ids, skipped });
    assert.deepEqual(messageIds(text, "references"), ids);
    assert.deepEqual(messageIds(ids.join(" "), "references"), ids);
  });
}

/** What others write and no caller may: the ids, what is skipped, and the place at which a setter complains. */
const strange: [text: string, ids: string[], skipped: string[], position: number][] = [
  ["", [], [], 0],
  [" \t ", [], [], 0],
  ["(a comment)", [], [], 0],
  ["hello world", [], ["hello world"], 0],
  ["<>", [], ["<>"], 0],
  ["<a@b>, <c@d>", ["<a@b>", "<c@d>"], [","], 5],
  ["<a b@c>", [], ["<a b@c>"], 0],
  ["<a@b> <ü@b>", ["<a@b>"], ["<ü@b>"], 6],
  ["<a@b <c@d>", ["<c@d>"], ["<a@b"], 0],
  ["<a@b>>", ["<a@b>"], [">"], 5],
  ["<a@b", [], ["<a@b"], 0],
  ["a@b <c@d> x@y", ["<c@d>"], ["a@b", "x@y"], 0],
  ["from jane@example.com on Monday", [], ["from jane@example.com on Monday"], 5],
  ["a@b,c@d", [], ["a@b,c@d"], 0],
  ["<a@b> (open <c@d>", ["<a@b>", "<c@d>"], ["(open"], 6],
  ['5" disk <a@b>', ["<a@b>"], ['5" disk'], 1],
  [`<${"a".repeat(899)}@b>`, [], [`<${"a".repeat(899)}@b>`], 0],
];

for (const [text, ids, skipped, position] of strange) {
  test(`skips what is no id, and refuses it from a caller: ${JSON.stringify(text.slice(0, 40))}`, () => {
    assert.deepEqual(MessageIds.parse(text), { ids, skipped });
    refused(() => messageIds(text, "references"), position);
  });
}

test("skips ids with line ends, and refuses them from a caller", () => {
  for (const bad of [
    "<a\r\nBcc: x@y>",
    "<a@b>\r\nBcc: x@y",
    "<a\0@b>",
    "<a@b>\r\n\r\n <c@d>",
    "<a@b>\r <c@d>",
  ]) {
    for (const id of MessageIds.parse(bad).ids) assert.match(id, /^<[!-~]+>$/);
    refused(() => messageIds(bad, "references"));
  }
});

test("accepts bare ids from a caller, in a text of nothing else", () => {
  assert.deepEqual(messageIds("1@example.net  2.x@[192.0.2.1]", "references"), [
    "<1@example.net>",
    "<2.x@[192.0.2.1]>",
  ]);
  for (const bad of ["1@example.net jane", "a", "1@example.net <2@example.net>", "@b", "a..b@c", "(a)b@c"])
    refused(() => messageIds(bad, "references"));
});

test("refuses what is not a string", () => {
  for (const bad of [undefined, null, 1, ["<a@b>"], {}]) {
    assert.throws(() => MessageIds.parse(bad as string), MessageError);
    refused(() => messageIds(bad as string, "references"));
  }
});

test("builder and fields by name read ids of other programs alike", () => {
  const field = "Re: Monday (again) <1@example.net><2@example.net>\r\n <3@example.net>";
  const { ids } = MessageIds.parse(field);
  const letter = Message.builder().from("a@example.com").to("b@example.com").text("x");
  const built = letter
    .clone()
    .inReplyTo("<3@example.net>(yours)")
    .references([...ids])
    .build();
  assert.equal(built.headers.get("References"), "<1@example.net> <2@example.net> <3@example.net>");
  assert.equal(built.headers.get("In-Reply-To"), "<3@example.net>");
  const named = letter.header(
    "References",
    "Monday (again) <1@example.net><2@example.net>\r\n <3@example.net>",
  );
  assert.equal(named.build().headers.get("References"), built.headers.get("References"));
});

test("whatever is read, ids come back as they were and no two of them touch", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "<a@b>",
      '<"x y"@z>',
      "<",
      ">",
      '"',
      "\\",
      "(",
      ")",
      " ",
      "\r\n ",
      "\n",
      "@",
      ".",
      "ü",
      "a",
    ),
    fc.string({ minLength: 1, maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.string({ unit: piece, maxLength: 20 }), (text) => {
      const { ids, skipped } = MessageIds.parse(text);
      assert.deepEqual(MessageIds.parse(ids.join(" ")), { ids, skipped: [] });
      assert.deepEqual(MessageIds.parse(ids.join("")).ids, ids);
      if (ids.length > 0) {
        assert.deepEqual(messageIds(ids.join("\r\n "), "references"), ids);
        assert.doesNotMatch(messageIdHeader("References", ids).lines, /[^ -~\r\n]/);
      }
      for (const skip of skipped) assert.ok(text.includes(skip));
      try {
        assert.deepEqual(messageIds(text, "references").length > 0, true);
      } catch (error) {
        assert.ok(error instanceof MessageError);
      }
    }),
    { numRuns: 2000 },
  );
});

test("reading ids takes time in proportion to the length", () => {
  const spent = cpuTime();
  const long = 200_000;
  const units = [
    "<",
    '<"',
    '"\\',
    "(",
    "()",
    '"',
    "<a@b",
    "<a@b>",
    "< . ",
    "\\",
    "<a@b> \r\n ",
    "( <a@b>",
    "a@b ",
  ];
  for (const unit of units) {
    const text = unit.repeat(long / unit.length);
    MessageIds.parse(text);
    MessageIds.parse(`${text}>")`);
    try {
      messageIds(text, "references");
    } catch (error) {
      assert.ok(error instanceof MessageError);
    }
  }
  assert.ok(spent() < 20_000);
});
