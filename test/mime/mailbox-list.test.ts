import assert from "node:assert/strict";
import { test } from "node:test";
import { Group } from "#src/address/group.js";
import { Mailbox } from "#src/address/mailbox.js";
import { Mailboxes } from "#src/address/mailboxes.js";
import { mailboxHeader } from "#src/mime/mailbox-list.js";
import { fc } from "../property.js";
import { decodeWords, unfold } from "./rfc2047.js";

function lines(...list: (Mailbox | Group)[]): string {
  return mailboxHeader("To", list).lines;
}

function named(name: string): Mailbox {
  return Mailbox.of("zoe@example.org", name);
}

test("writes a name as atoms, as a quoted string or as encoded words", () => {
  assert.equal(lines(Mailbox.parse("zoe@example.org")), "To: zoe@example.org\r\n");
  assert.equal(lines(named("Zoe Doe")), "To: Zoe Doe <zoe@example.org>\r\n");
  assert.equal(lines(named("Doe, Zoe J.")), 'To: "Doe, Zoe J." <zoe@example.org>\r\n');
  assert.equal(lines(named('a "b" \\c')), 'To: "a \\"b\\" \\\\c" <zoe@example.org>\r\n');
  assert.equal(
    lines(named("Zürich-Altstetten")),
    "To: =?UTF-8?Q?Z=C3=BCrich-Altstetten?= <zoe@example.org>\r\n",
  );
});

test("encodes a name that looks like an encoded word, instead of quoting it", () => {
  const encoded = lines(named("=?utf-8?q?evil?="));
  assert.doesNotMatch(encoded, /=\?utf-8\?q\?evil/);
  assert.match(decodeWords(unfold(encoded)), /^To: =\?utf-8\?q\?evil\?= </);
});

test("writes groups, also one without members", () => {
  assert.equal(
    lines(Group.of("team", ["a@example.org", named("Zoe")]), Mailbox.parse("b@example.org")),
    "To: team: a@example.org, Zoe <zoe@example.org>;, b@example.org\r\n",
  );
  assert.equal(lines(Group.of("undisclosed-recipients", [])), "To: undisclosed-recipients:;\r\n");
});

test("a long list is folded between mailboxes, never inside a quoted name", () => {
  const list = Array.from({ length: 200 }, (_, index) =>
    Mailbox.of(`user${index}@example.org`, `Doe, number ${index} of them`),
  );
  const encoded = lines(...list);
  for (const line of encoded.split("\r\n")) {
    assert.ok(line.length <= 76);
    assert.equal((line.match(/"/g) ?? []).length % 2, 0, line);
  }
  assert.deepEqual(Mailboxes.parse(unfold(encoded).slice(4)).map(String), list.map(String));
});

test("keeps a non-ASCII local part, and writes A-labels for the domain", () => {
  assert.equal(lines(Mailbox.parse("jürgen@münchen.example")), "To: jürgen@xn--mnchen-3ya.example\r\n");
});

test("any names come back", () => {
  const name = fc
    .array(
      fc.constantFrom(
        "a",
        " ",
        "Ü",
        "語",
        "😀",
        '"',
        "\\",
        ",",
        "<",
        ">",
        "@",
        "(",
        ";",
        ":",
        "=?",
        "?=",
        "_",
        "word".repeat(20),
      ),
      {
        minLength: 1,
        maxLength: 12,
      },
    )
    .map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), (names) => {
      const encoded = lines(...names.map(named));
      for (const line of encoded.slice(0, -2).split("\r\n")) {
        assert.match(line, /^[ -~]*[!-~][ -~]*$/);
        assert.ok(line.length <= 998);
        if (line.includes("=?")) assert.ok(line.length <= 76);
      }
      const parsed = Mailboxes.parse(unfold(encoded).slice(4));
      assert.deepEqual(
        parsed.map((mailbox) => mailbox instanceof Mailbox && decodeWords(mailbox.name ?? "")),
        names,
      );
    }),
    { numRuns: 500 },
  );
});
